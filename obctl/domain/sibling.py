"""A meeting that goes on beside the reservation that lost it: in the same room, as another event.

Calendar repair, an invitation sent again and imports show one meeting twice, and each copy has a
reservation. When somebody tidies up, what was ordered belongs to the copy that stays.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from obctl.domain.cancellation import Proof
from obctl.domain.event import Event, EventId, EventType
from obctl.domain.fields import words
from obctl.domain.matching import Loss
from obctl.domain.meeting_date import is_same_date
from obctl.domain.merge import is_rewritten
from obctl.domain.newcomer import why_left_alone
from obctl.domain.reservation import ExternalState, Reservation, ReservationNumber
from obctl.domain.situation import Situation

_Item = TypeVar("_Item", Reservation, Event)


class Kinship(IntEnum):
    """How an event is the meeting of a reservation that has another one; the closer the lower."""

    SAME_DATE = 1
    SAME_SLOT = 2


@dataclass(frozen=True, slots=True)
class Siblings:
    """Where the meetings of lost reservations go on."""

    beside: Mapping[ReservationNumber, Reservation]
    """By lost reservation: the one that stays, and to which the services follow."""
    anew: Mapping[EventId, Reservation]
    """By an event that nobody reserved yet: the lost reservation that goes on as it."""


def kinship(reservation: Reservation, event: Event, room_zone: ZoneInfo) -> Kinship | None:
    """How `event` is the meeting of `reservation`; `None` where it is another one."""
    if is_same_date(reservation, event, room_zone):
        return Kinship.SAME_DATE
    if _slot(reservation) != _slot(event) or _slot(event) is None:
        return None
    same = words(reservation.subject) == words(event.subject)
    same = same or is_rewritten(event, reservation.subject)
    return Kinship.SAME_SLOT if same else None


def is_missed(loss: Loss, now: datetime) -> bool:
    """Whether it matters that the meeting goes on beside: it would not simply be cancelled."""
    reservation = loss.reservation
    return (
        loss.proof is Proof.UNPROVEN
        or bool(reservation.ordered_services)
        or reservation.start <= now
    )


def find_siblings(
    situation: Situation, matched: Mapping[EventId, Reservation], lost: Sequence[Loss]
) -> Siblings:
    """What goes on beside each of the lost reservations; `matched` are the pairs of all events.

    A reservation that goes on as a new event stays, and may be the sibling of the next.
    """
    owners = dict(matched)
    beside: dict[ReservationNumber, Reservation] = {}
    anew: dict[EventId, Reservation] = {}
    missed = [
        loss.reservation
        for loss in lost
        if is_missed(loss, situation.now)
        and loss.reservation.number not in situation.elsewhere.moved
    ]
    if not missed:
        return Siblings(beside, anew)
    events = _Index(event for event in situation.reading.events if _is_alive(situation, event))
    for reservation in missed:
        best = _closest(situation, reservation, events.near(reservation), owners)
        if best is None:
            continue
        if best.id in owners:
            beside[reservation.number] = owners[best.id]
        else:
            anew[best.id] = owners[best.id] = reservation
    return Siblings(beside, anew)


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
    heard = {event.id for event in reading.events} | reading.gone
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
    reservation: Reservation,
    events: Iterable[Event],
    owners: Mapping[EventId, Reservation],
) -> Event | None:
    """The same date before the same slot, what is reserved before what is not, and the nearer."""
    zone = situation.room.zone
    kin = [
        (close, event)
        for event in events
        if (close := kinship(reservation, event, zone))
        and _may_take_over(situation, reservation, event, owners)
    ]

    def distance(one: tuple[Kinship, Event]) -> tuple[Kinship, bool, timedelta, EventId]:
        close, event = one
        return close, event.id not in owners, abs(event.start - reservation.start), event.id

    return min(kin, key=distance)[1] if kin else None


def _is_alive(situation: Situation, event: Event) -> bool:
    return (
        event.takes_room
        and event.type is not EventType.MASTER
        and event.end > situation.now
        and event.id not in situation.leaving
    )


def _may_take_over(
    situation: Situation,
    reservation: Reservation,
    event: Event,
    owners: Mapping[EventId, Reservation],
) -> bool:
    owner = owners.get(event.id)
    if owner is None:
        # What may be the meeting of a room that cannot be read is not given away.
        doubted = event.id in situation.elsewhere.doubted
        return not doubted and why_left_alone(situation, event) is None
    # Cancelled in Officebooking while Outlook still has it: it is about to go.
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
    if slot := _slot(item):
        yield slot


def _slot(item: Reservation | Event) -> tuple[datetime, datetime, bool, str] | None:
    if item.organizer.email is None:
        return None
    return item.start, item.end, item.all_day, item.organizer.email.casefold()
