"""What the living series says of the date that a reservation stands for."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from obctl.domain.cancellation import Proof
from obctl.domain.event import EventId, SeriesMaster
from obctl.domain.meeting_date import is_on_its_day
from obctl.domain.reading import Reading
from obctl.domain.reservation import Reservation
from obctl.domain.situation import Situation
from obctl.domain.time_span import local_day
from obctl.domain.zones import zone
from obctl.errors import UnknownZone


def is_cut_off(situation: Situation, reservation: Reservation) -> bool:
    """Whether the reservation's series lives, but by its pattern and range not on this date."""
    master = _master(situation, reservation)
    if master is None or master.recurrence is None or master.event.is_cancelled:
        return False
    day = _series_day(situation, reservation, master)
    return (
        day is not None
        and reservation.is_active
        and reservation.number in situation.agreed
        and not master.recurrence.covers(day)
    )


def proof_of(situation: Situation, reservation: Reservation) -> Proof:
    """Whether the living series master shows that this date was taken out of the series."""
    master = _master(situation, reservation)
    if master is not None and master.is_single:
        # It takes place on its own date alone, or not at all any more.
        own = is_on_its_day(reservation, master.event, situation.room.zone)
        return Proof.UNPROVEN if own and master.event.takes_room else Proof.PROVEN
    if master is None or master.recurrence is None:
        return Proof.UNPROVEN
    day = _series_day(situation, reservation, master)
    if day is None:
        return Proof.UNPROVEN
    if master.event.is_cancelled:
        return Proof.PROVEN
    if master.cancelled_dates is None:
        # This cloud does not list them: the living series without the date has to do.
        return Proof.PROVEN
    if day in master.cancelled_dates or not master.recurrence.covers(day):
        return Proof.PROVEN
    return Proof.UNPROVEN


def series_id(reading: Reading, reservation: Reservation) -> EventId | None:
    """The id of the reservation's series as it is now: a moved mailbox gives it another."""
    own = reservation.series_master_id
    if not reservation.series_key or (own in reading.scope.series and own not in reading.gone):
        return own
    shown = [
        event.series_master_id
        for event in reading.events
        if event.series_master_id and event.series_key == reservation.series_key
    ]
    return own if own in shown or not shown else shown[0]


def _master(situation: Situation, reservation: Reservation) -> SeriesMaster | None:
    if not situation.reading.masters:
        return None
    found = series_id(situation.reading, reservation)
    return situation.reading.masters.get(found) if found else None


def _series_day(
    situation: Situation, reservation: Reservation, master: SeriesMaster
) -> date | None:
    """The date the reservation stands for, as the series counts."""
    if reservation.original_start is None:
        return None
    return local_day(reservation.original_start, _series_zone(situation, reservation, master))


def _series_zone(situation: Situation, reservation: Reservation, master: SeriesMaster) -> ZoneInfo:
    """The zone in which the series counts its dates; the room's where Exchange does not say."""
    if reservation.all_day or master.recurrence is None or not master.recurrence.time_zone:
        return situation.room.zone
    try:
        return zone(master.recurrence.time_zone)
    except UnknownZone:
        return situation.room.zone
