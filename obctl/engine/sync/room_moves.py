"""Where meetings that left one room turned up in another."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.event import Event, EventId, SeriesKey
from obctl.domain.reservation import ExternalState, Reservation, ReservationNumber
from obctl.domain.room import Room, RoomId
from obctl.domain.series.same_date import is_same_date
from obctl.domain.sync.goes_on import with_successors
from obctl.domain.sync.losses import kept_without_event, losses
from obctl.domain.sync.other_days import EndedSeries, continued_in
from obctl.domain.sync.proof import is_cut_off
from obctl.domain.sync.situation import Destination, Elsewhere, Situation
from obctl.domain.unreadable_event import UnreadableEvent, may_be
from obctl.domain.values import replace
from obctl.engine.outlook.find_meeting import find_elsewhere
from obctl.engine.ports import Gateway
from obctl.store.database import Store
from obctl.store.events import find_event
from obctl.store.possible_moves import load_possible_moves
from obctl.store.reservations import find_reservation
from obctl.store.rooms import find_room_by_id, load_rooms
from obctl.store.spool import Spooled
from obctl.store.undecided import load_undecided


@dataclass(slots=True)
class DeferredRoom:
    """A room that was read and waits for the others.

    `new` are its events that belong to none of its reservations, `moved_days` those of them that
    may be another room's date on another day. Of the `lost`, those `going_on` are in this room on
    other days, or booked anew, and of the series of those `cut_off` the room has the beginning
    alone; `continued` are new events as which such dates of other rooms may go on. `ended` are
    those series, `new_series` the new dates here by their series, `perhaps_left` dates of other
    rooms that may go on here on other days. What was read lies in the spool.
    """

    room: Room
    found: Spooled
    whole: bool
    new: tuple[Event, ...]
    lost: list[Reservation]
    moved_days: Sequence[tuple[Event, Reservation]]
    going_on: frozenset[ReservationNumber]
    continued: Sequence[tuple[Event, Reservation]]
    cut_off: frozenset[ReservationNumber]
    ended: Sequence[EndedSeries]
    new_series: Sequence[Sequence[Event]]
    perhaps_left: Sequence[Reservation]


@dataclass(slots=True)
class Moves:
    """Lost meetings that turned up: by the room that lost them, then by reservation.

    `undecided` are lost ones that may be in one of the `unread` rooms.
    """

    found: dict[RoomId, dict[ReservationNumber, Destination]]
    lost: Mapping[ReservationNumber, Reservation]
    undecided: frozenset[int] = frozenset()
    unread: tuple[Room, ...] = ()

    def of(self, room: Room) -> Mapping[ReservationNumber, Destination]:
        return self.found.get(room.id, {})

    def seen_from(self, room: Room, ambiguous: Mapping[EventId, Reservation]) -> Elsewhere:
        """All that one room's plan has to know of the others."""
        claimed = {
            destination.event.id: self.lost[number]
            for moved in self.found.values()
            for number, destination in moved.items()
            if destination.room.id == room.id
        }
        return Elsewhere(
            moved=self.of(room),
            undecided=self.undecided,
            unread=self.unread,
            claimed=claimed,
            ambiguous=ambiguous,
        )

    def give_up(self, deferred: DeferredRoom) -> dict[EventId, Reservation]:
        """Forget what would have left a room; returns where it would have gone."""
        return {
            destination.event.id: self.lost[number]
            for number, destination in self.found.pop(deferred.room.id, {}).items()
            if destination.interim is None
        }


async def find_moves(
    gateway: Gateway,
    store: Store,
    deferred: Collection[DeferredRoom],
    *,
    read: AbstractSet[RoomId],
    unread: AbstractSet[RoomId],
    unreadable: Mapping[RoomId, Collection[UnreadableEvent]],
    now: datetime,
) -> Moves:
    """Where lost meetings are, among the rooms that were `read` or in those nobody asked yet.

    `unreadable` are events in rooms that were read: one of them may be what another room lost.
    """
    new = _new_events(deferred)
    interims = _load_interim(store)
    gone = {item.reservation for item in load_undecided(store, now)}
    lost = {reservation.number: reservation for room in deferred for reservation in room.lost}
    moves = Moves({}, lost)
    unsolved: dict[ReservationNumber, Reservation] = {}
    # What has services goes first: of two rooms that one meeting left for a third, one can follow.
    order = sorted(
        lost.values(), key=lambda r: (r.number not in interims, not r.ordered_services, r.number)
    )
    handed_over: set[int] = set()
    taken: set[EventId] = set()
    rests = _rests(deferred, lost.values(), now)
    for reservation in order:
        interim = interims.get(reservation.number)
        destination = (
            _first_fit(reservation, new)
            or _on_another_day(reservation, deferred, taken)
            or _in_rest(reservation, rests, taken)
        )
        if destination is not None:
            taken.add(destination.event.id)
        if interim is not None and destination is not None:
            destination = replace(destination, interim=interim)
        elif interim is not None and interim.number not in lost.keys() | gone:
            destination = _of_interim(store, interim)
        if destination is not None:
            moves.found.setdefault(reservation.room, {})[reservation.number] = destination
            handed_over |= {interim.number} if interim else set()
        elif reservation.series_key and reservation.number not in handed_over:
            unsolved[reservation.number] = reservation
    rooms = load_rooms(store)
    others = [room for room in rooms if room.id not in read | unread]
    found, unasked = await find_elsewhere(gateway, store, list(unsolved.values()), others)
    for number, destination in found.items():
        moves.found.setdefault(unsolved[number].room, {})[number] = destination
    moves.unread = tuple(room for room in rooms if room.id in unread) + unasked
    if moves.unread:
        moves.undecided = frozenset(unsolved.keys() - found.keys())
    hidden = {
        number: _hiding(unreadable, reservation)
        for number, reservation in unsolved.items()
        if number not in found
    }
    moves.undecided |= {number for number, where in hidden.items() if where}
    places = {place for where in hidden.values() for place in where}
    moves.unread += tuple(room for room in rooms if room.id in places and room not in moves.unread)
    return moves


def _hiding(
    unreadable: Mapping[RoomId, Collection[UnreadableEvent]], reservation: Reservation
) -> list[RoomId]:
    """The other rooms that have its meeting, as far as can be told, and not so that it is read."""
    return [
        room
        for room, events in unreadable.items()
        if room != reservation.room
        and any(event.series_key and may_be(event, reservation) for event in events)
    ]


def _load_interim(store: Store) -> dict[int, Reservation]:
    """The interim reservations that still stand, by the reservation they may continue.

    One that waits for a person lost its own meeting, and proves nothing.
    """
    interims: dict[int, Reservation] = {}
    for number, possible in load_possible_moves(store).items():
        for candidate in possible:
            interim = find_reservation(store, candidate)
            if (
                interim.is_active
                and find_room_by_id(store, interim.room).is_mapped
                and interim.external_state is not ExternalState.CANCELLATION_REQUEST
            ):
                interims[number] = interim
    return interims


def _new_events(deferred: Collection[DeferredRoom]) -> dict[SeriesKey, list[Destination]]:
    new: dict[SeriesKey, list[Destination]] = {}
    for room in deferred:
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
    reservation: Reservation, deferred: Collection[DeferredRoom], taken: Container[EventId]
) -> Destination | None:
    """The event that is the lost date of a series which meets on other days, in another room.

    Or the date of another series, as which the rest of this one goes on there.
    """
    if any(reservation.number in room.going_on for room in deferred):
        return None
    ended = any(reservation.number in room.cut_off for room in deferred)
    for room in deferred:
        for event, its_date in (*room.moved_days, *(room.continued if ended else ())):
            if its_date.number == reservation.number and event.id not in taken:
                return Destination(room.room, event)
    return None


def _rests(
    deferred: Collection[DeferredRoom], lost: Iterable[Reservation], now: datetime
) -> dict[ReservationNumber, Destination]:
    """Where the dates after the end of a series are: in a new series of another room, other days.

    Only where one new series alone may be the rest, and of one ended series alone.
    """
    moved_keys = {item.series_key for item in lost}
    claims: dict[EventId | None, list[dict[ReservationNumber, Destination]]] = {}
    for home in deferred:
        for ended in home.ended:
            if any(item.number in home.going_on for item in ended.lost):
                continue
            rests = [
                (room.room, events, pairs)
                for room in deferred
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


def _of_interim(store: Store, interim: Reservation) -> Destination | None:
    event = find_event(store, interim.room, interim.event_id) if interim.event_id else None
    return Destination(find_room_by_id(store, interim.room), event, interim) if event else None


def lost_by(
    store: Store, situation: Situation, turned_up: Iterable[Reservation] = ()
) -> list[Reservation]:
    """The reservations whose meetings the room lost, once all questions were asked.

    With them go those that are `kept_and_sought`.
    """
    lost = [loss.reservation for loss in losses(situation)]
    return lost + kept_and_sought(store, situation, turned_up)


def cut_off(situation: Situation, lost: Iterable[Reservation]) -> frozenset[ReservationNumber]:
    """The lost dates that a living series no longer has by its pattern and range."""
    return frozenset(item.number for item in lost if is_cut_off(situation.sides, item))


def going_on(situation: Situation) -> frozenset[ReservationNumber]:
    """The lost reservations whose meetings go on in their own room, on another day or anew."""
    matching = situation.matching
    before = {owner.number for owner, _event in matching.pairs}
    after = with_successors(matching, now=situation.now).pairs
    return frozenset(owner.number for owner, _event in after) - before


def kept_and_sought(
    store: Store, situation: Situation, turned_up: Iterable[Reservation] = ()
) -> list[Reservation]:
    """What a person kept without its meeting, where that may have `turned_up` in another room."""
    kept = kept_without_event(situation)
    if not kept:
        return []
    sought = load_possible_moves(store).keys() | {item.number for item in turned_up}
    return [reservation for reservation in kept if reservation.number in sought]


def unmatched_events(situation: Situation) -> tuple[Event, ...]:
    """The events that take the room and belong to none of its reservations."""
    return tuple(
        event for event in situation.matching.lone_events if event.takes_room and event.series_key
    )


def ambiguous_events(
    candidates: Collection[tuple[Event, Reservation]], unread: AbstractSet[RoomId]
) -> dict[EventId, Reservation]:
    """The events that may be what a room which cannot be read has lost; services go first."""
    return {
        event.id: reservation
        for event, reservation in sorted(candidates, key=lambda pair: len(pair[1].ordered_services))
        if reservation.room in unread
    }


def seen_in(situation: Situation) -> list[int]:
    """The reservations about which a reading speaks, except those that wait for a person."""
    return [
        reservation.number
        for reservation in situation.reservations
        if situation.reading.scope.covers(reservation)
        and reservation.external_state is not ExternalState.CANCELLATION_REQUEST
    ]
