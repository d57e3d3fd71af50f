"""Where lost meetings turned up, among rooms that were read: the answer of a pass and of `diff`.

First the same date of the same meeting in another room; then a series that meets there on other
days; then the rest of a series that ended, which goes on there as another one. Pure: what of other
rooms may matter to one is looked up in the store by `engine/outlook/other_rooms`.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.event import Event, EventId, SeriesKey
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room
from obctl.domain.series.same_date import is_same_date
from obctl.domain.sync.goes_on import with_successors
from obctl.domain.sync.matching import Matching
from obctl.domain.sync.other_days import EndedSeries, continued_in
from obctl.domain.sync.proof import is_cut_off
from obctl.domain.sync.sides import Sides
from obctl.domain.sync.situation import Destination


@dataclass(frozen=True, slots=True)
class RoomSeen:
    """What one room that was read tells the others.

    `new` are its events that belong to none of its reservations, `moved_days` those of them that
    may be another room's date on another day. Of the `lost`, those `going_on` are in this room on
    other days, or booked anew, and of the series of those `cut_off` the room has the beginning
    alone; `continued` are new events as which such dates of other rooms may go on. `ended` are
    those series, `new_series` the new dates here by their series.
    """

    room: Room
    new: Sequence[Event]
    lost: Sequence[Reservation]
    moved_days: Sequence[tuple[Event, Reservation]]
    going_on: frozenset[ReservationNumber]
    continued: Sequence[tuple[Event, Reservation]]
    cut_off: frozenset[ReservationNumber]
    ended: Sequence[EndedSeries]
    new_series: Sequence[Sequence[Event]]


def turned_up(
    rooms: Collection[RoomSeen], lost: Sequence[Reservation], now: datetime
) -> dict[ReservationNumber, Destination]:
    """Where each of `lost` is in another of `rooms`; of two for one event the first is served."""
    new = _new_events(rooms)
    rests = _rests(rooms, lost, now)
    taken: set[EventId] = set()
    found: dict[ReservationNumber, Destination] = {}
    for reservation in lost:
        destination = (
            _first_fit(reservation, new)
            or _on_another_day(reservation, rooms, taken)
            or _in_rest(reservation, rests, taken)
        )
        if destination is not None:
            taken.add(destination.event.id)
            found[reservation.number] = destination
    return found


def unmatched_events(matching: Matching) -> tuple[Event, ...]:
    """The events that take the room and belong to none of its reservations."""
    return tuple(event for event in matching.lone_events if event.takes_room and event.series_key)


def cut_off(sides: Sides, lost: Iterable[Reservation]) -> frozenset[ReservationNumber]:
    """The lost dates that a living series no longer has by its pattern and range."""
    return frozenset(item.number for item in lost if is_cut_off(sides, item))


def going_on(matching: Matching, now: datetime) -> frozenset[ReservationNumber]:
    """The lost reservations whose meetings go on in their own room, on another day or anew."""
    before = {owner.number for owner, _event in matching.pairs}
    after = with_successors(matching, now=now).pairs
    return frozenset(owner.number for owner, _event in after) - before


def _new_events(rooms: Iterable[RoomSeen]) -> dict[SeriesKey, list[Destination]]:
    new: dict[SeriesKey, list[Destination]] = {}
    for room in rooms:
        for event in room.new:
            if event.series_key:
                new.setdefault(event.series_key, []).append(Destination(room.room, event))
    return new


def _first_fit(
    reservation: Reservation, new: dict[SeriesKey, list[Destination]]
) -> Destination | None:
    """Take the first event that is the lost meeting, if there is one."""
    if reservation.series_key is None:
        return None
    candidates = new.get(reservation.series_key, [])
    for candidate in candidates:
        if candidate.room.id != reservation.room and is_same_date(
            reservation, candidate.event, candidate.room.zone
        ):
            candidates.remove(candidate)
            return candidate
    return None


def _on_another_day(
    reservation: Reservation, rooms: Collection[RoomSeen], taken: Container[EventId]
) -> Destination | None:
    """The event that is the lost date of a series which meets on other days, in another room.

    Or the date of another series, as which the rest of this one goes on there.
    """
    if any(reservation.number in room.going_on for room in rooms):
        return None
    ended = any(reservation.number in room.cut_off for room in rooms)
    for room in rooms:
        for event, its_date in (*room.moved_days, *(room.continued if ended else ())):
            if its_date.number == reservation.number and event.id not in taken:
                return Destination(room.room, event)
    return None


def _rests(
    rooms: Collection[RoomSeen], lost: Iterable[Reservation], now: datetime
) -> dict[ReservationNumber, Destination]:
    """Where the dates after the end of a series are: in a new series of another room, other days.

    Only where one new series alone may be the rest, and of one ended series alone.
    """
    moved_keys = {item.series_key for item in lost}
    claims: dict[EventId | None, list[dict[ReservationNumber, Destination]]] = {}
    for home in rooms:
        for ended in home.ended:
            if any(item.number in home.going_on for item in ended.lost):
                continue
            rests = [
                (room.room, events, pairs)
                for room in rooms
                if room.room.id != home.room.id
                for events in room.new_series
                if events[0].series_key not in moved_keys
                and (pairs := continued_in(ended, events, now=now, room_zone=home.room.zone))
            ]
            if len(rests) == 1:
                room, events, pairs = rests[0]
                claims.setdefault(events[0].series_master_id, []).append(
                    {item.number: Destination(room, event) for item, event in pairs}
                )
    return {
        number: destination
        for claim in claims.values()
        if len(claim) == 1
        for number, destination in claim[0].items()
    }


def _in_rest(
    reservation: Reservation,
    rests: Mapping[ReservationNumber, Destination],
    taken: Container[EventId],
) -> Destination | None:
    destination = rests.get(reservation.number)
    return destination if destination and destination.event.id not in taken else None
