"""A meeting that goes on beside the reservation that lost it: in the same room, as another event.

Calendar repair, an invitation sent again and imports show one meeting twice, and each copy has a
reservation. When somebody tidies up, what was ordered belongs to the copy that stays.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from obctl.domain.event import Event, EventId, EventType
from obctl.domain.reservation import ExternalState, Reservation, ReservationNumber
from obctl.domain.sync.cancellation import Proof
from obctl.domain.sync.kinship import Kinship, kinship, slot_of
from obctl.domain.sync.losses import Loss
from obctl.domain.sync.situation import Situation

_Item = TypeVar("_Item", Reservation, Event)


def is_missed(loss: Loss, now: datetime) -> bool:
    """Whether it matters that the meeting goes on beside: it would not simply be cancelled."""
    reservation = loss.reservation
    return (
        loss.proof is Proof.UNPROVEN
        or bool(reservation.ordered_services)
        or reservation.start <= now
    )


def find_siblings(
    situation: Situation, lost: Sequence[Loss]
) -> Mapping[ReservationNumber, Reservation]:
    """By lost reservation: the one beside it that has the same meeting, and gets the services."""
    # What moves here from another room is here, whichever of the two rooms is planned first.
    owners = {**situation.matching.by_event(), **situation.elsewhere.claimed}
    missed = [
        loss
        for loss in lost
        if is_missed(loss, situation.now)
        and loss.reservation.number not in situation.elsewhere.moved
    ]
    if not missed:
        return {}
    events = _Index(
        event
        for event in situation.reading.events
        if event.id in owners and _is_alive(situation, event)
    )
    found = {
        loss.reservation.number: _closest(situation, loss, events.near(loss.reservation), owners)
        for loss in missed
    }
    return {number: owners[event.id] for number, event in found.items() if event is not None}


def stand_beside(
    lost: Iterable[Reservation], events: Iterable[Event], room_zone: ZoneInfo
) -> list[Event]:
    """The living events that are the meeting of one of the lost reservations."""
    index = _Index(lost)
    return [
        event
        for event in events
        if event.takes_room
        and event.type is not EventType.MASTER
        and any(kinship(item, event, room_zone) for item in index.near(event))
    ]


def waiting_beside(situation: Situation) -> list[Reservation]:
    """Reservations that wait for a person, while what was read in part shows their meeting.

    What became of their own events is to be asked before anybody decides.
    """
    reading = situation.reading
    if reading.scope.whole:
        return []
    heard = reading.there | reading.gone
    waiting = [
        reservation
        for reservation in situation.reservations
        if reservation.external_state is ExternalState.CANCELLATION_REQUEST
        and reservation.is_active
        and reservation.event_id not in heard
        and not reading.scope.covers(reservation)
    ]
    zone, index = situation.room.zone, _Index(reading.events)
    return [item for item in waiting if stand_beside([item], index.near(item), zone)]


def _closest(
    situation: Situation,
    loss: Loss,
    events: Iterable[Event],
    owners: Mapping[EventId, Reservation],
) -> Event | None:
    """The nearest event; the same date goes before the same slot."""
    reservation, zone = loss.reservation, situation.room.zone
    proven = loss.proof is Proof.PROVEN
    kin = [
        (close, event)
        for event in events
        if (close := kinship(reservation, event, zone, proven=proven))
        and _stays(situation, reservation, owners[event.id])
    ]

    def distance(one: tuple[Kinship, Event]) -> tuple[Kinship, timedelta, EventId]:
        close, event = one
        return close, abs(event.start - reservation.start), event.id

    return min(kin, key=distance)[1] if kin else None


def _is_alive(situation: Situation, event: Event) -> bool:
    return (
        event.takes_room
        and event.type is not EventType.MASTER
        and event.end > situation.now
        and event.id not in situation.leaving
    )


def _stays(situation: Situation, reservation: Reservation, owner: Reservation) -> bool:
    """Whether the owner of an event is another reservation, and one that is not about to go.

    What was cancelled in Officebooking while Outlook still has it is about to.
    """
    going = not owner.is_active and owner.number in situation.agreed
    return owner.number != reservation.number and not going


class _Index(Generic[_Item]):
    """Items by all that kin have in common: a series key, or a slot of one organiser."""

    def __init__(self, items: Iterable[_Item]) -> None:
        self._items: dict[Hashable, list[_Item]] = {}
        for item in items:
            for handle in _handles(item):
                self._items.setdefault(handle, []).append(item)

    def near(self, other: Reservation | Event) -> list[_Item]:
        """What may be kin of `other`, some of it twice."""
        return [item for handle in _handles(other) for item in self._items.get(handle, ())]


def _handles(item: Reservation | Event) -> Iterator[Hashable]:
    if item.series_key:
        yield item.series_key
    if slot := slot_of(item):
        yield slot
