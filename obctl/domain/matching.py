"""Which reservation belongs to which event, and which reservation lost its event.

By id first, then by what survives every change of id: series key and original start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from obctl.domain.cancellation import Proof
from obctl.domain.event import Event, EventId, EventKey, SeriesMaster
from obctl.domain.reservation import Reservation
from obctl.domain.situation import Situation
from obctl.domain.time_span import local_day
from obctl.domain.zones import zone
from obctl.errors import UnknownZone


@dataclass(frozen=True, slots=True)
class Loss:
    """A reservation whose event Outlook no longer has as it was: with what proves it."""

    reservation: Reservation
    proof: Proof
    event: Event | None


def match(situation: Situation) -> dict[EventId, Reservation]:
    """Which reservation each event read belongs to: by id, then by series key and date.

    An active reservation goes before a cancelled one.
    """
    found: dict[EventId, Reservation] = {}
    taken: set[int] = set()
    ranked = sorted(situation.reservations, key=lambda r: (not r.is_active, r.number))
    by_id: dict[EventId, Reservation] = {}
    by_key: dict[EventKey, list[Reservation]] = {}
    for reservation in ranked:
        if reservation.event_id:
            by_id.setdefault(reservation.event_id, reservation)
        if reservation.key:
            by_key.setdefault(reservation.key, []).append(reservation)
    for event in situation.reading.events:
        owner = by_id.get(event.id)
        if owner and owner.number not in taken:
            found[event.id] = owner
            taken.add(owner.number)
    present = {event.id for event in situation.reading.events}
    for event in situation.reading.events:
        if event.id in found or event.key is None or not event.takes_room:
            continue
        for reservation in by_key.get(event.key, ()):
            # two living events may share a key (a copied meeting): the one with the id keeps it
            if reservation.number not in taken and reservation.event_id not in present:
                found[event.id] = reservation
                taken.add(reservation.number)
                break
    return found


def losses(situation: Situation, matched: Mapping[EventId, Reservation]) -> list[Loss]:
    """The active, linked, not yet past reservations that lost their event, with the proof."""
    held = {reservation.number for reservation in matched.values()}
    lost: list[Loss] = []
    linked = [r for r in situation.reservations if r.is_active and r.number in situation.agreed]
    by_number = {reservation.number: reservation for reservation in linked}
    for event in situation.reading.events:
        owner = matched.get(event.id)
        if owner and owner.number in by_number and not event.takes_room and not event.is_draft:
            lost.append(Loss(owner, Proof.PROVEN, event))
    lost += [
        Loss(reservation, _proof(situation, reservation), None)
        for reservation in linked
        if reservation.number not in held and situation.reading.scope.covers(reservation)
    ]
    return [loss for loss in lost if loss.reservation.end > situation.now]


def _proof(situation: Situation, reservation: Reservation) -> Proof:
    """Whether the living series master shows that this date was taken out of the series."""
    if reservation.series_master_id is None or reservation.original_start is None:
        return Proof.UNPROVEN
    master = situation.reading.masters.get(reservation.series_master_id)
    if master is None or master.recurrence is None:
        return Proof.UNPROVEN
    if master.event.is_cancelled:
        return Proof.PROVEN
    day = local_day(reservation.original_start, _series_zone(situation, reservation, master))
    if master.cancelled_dates is None:
        # This cloud does not list them: the living series without the date has to do.
        return Proof.PROVEN
    if day in master.cancelled_dates or not master.recurrence.covers(day):
        return Proof.PROVEN
    return Proof.UNPROVEN


def _series_zone(situation: Situation, reservation: Reservation, master: SeriesMaster) -> ZoneInfo:
    """The zone in which the series counts its dates; the room's where Exchange does not say."""
    if reservation.all_day or master.recurrence is None or not master.recurrence.time_zone:
        return situation.room.zone
    try:
        return zone(master.recurrence.time_zone)
    except UnknownZone:
        return situation.room.zone
