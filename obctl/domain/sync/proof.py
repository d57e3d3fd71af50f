"""What the living series says of the date that a reservation stands for."""

from __future__ import annotations

from obctl.domain.event import EventId, SeriesMaster
from obctl.domain.reservation import Reservation
from obctl.domain.series.excluded_dates import is_left_out, is_listed, is_outside
from obctl.domain.series.same_date import is_on_its_day
from obctl.domain.sync.cancellation import Proof
from obctl.domain.sync.reading import Reading
from obctl.domain.sync.sides import Sides


def is_cut_off(sides: Sides, reservation: Reservation) -> bool:
    """Whether the reservation's series lives, but by its pattern and range not on this date."""
    master = _master(sides, reservation)
    if master is None or master.recurrence is None or master.event.is_cancelled:
        return False
    return (
        reservation.is_active
        and reservation.number in sides.agreed
        and is_outside(master, reservation, sides.room.zone)
    )


def proof_of(sides: Sides, reservation: Reservation) -> Proof:
    """Whether the living series master shows that this date was taken out of the series."""
    master = _master(sides, reservation)
    if master is not None and master.is_single:
        # It takes place on its own date alone, or not at all any more.
        own = is_on_its_day(reservation, master.event, sides.room.zone)
        return Proof.UNPROVEN if own and master.event.takes_room else Proof.PROVEN
    if master is None or reservation.original_start is None:
        return Proof.UNPROVEN
    if master.event.is_cancelled or is_left_out(master, reservation, sides.room.zone):
        return Proof.PROVEN
    # A cloud without the list: the series lives, and the date is gone by its id too.
    gone = (
        master.cancelled_dates is None
        and master.recurrence is not None
        and reservation.event_id in sides.reading.gone
        and reservation.series_master_id == master.event.id
    )
    return Proof.PROVEN if gone else Proof.UNPROVEN


def is_called_off(sides: Sides, reservation: Reservation) -> bool:
    """Whether the series was cancelled, or names the date as cancelled itself."""
    master = _master(sides, reservation)
    return master is not None and (
        master.event.is_cancelled or is_listed(master, reservation, sides.room.zone)
    )


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


def _master(sides: Sides, reservation: Reservation) -> SeriesMaster | None:
    if not sides.reading.masters:
        return None
    found = series_id(sides.reading, reservation)
    return sides.reading.masters.get(found) if found else None
