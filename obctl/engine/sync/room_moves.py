"""Where meetings that left one room turned up in another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from obctl.domain.event import Event, EventId, SeriesKey
from obctl.domain.reservation import ExternalState, Reservation, ReservationNumber
from obctl.domain.room import Room, RoomId
from obctl.domain.series.same_date import is_same_date
from obctl.domain.sync.losses import kept_without_event, losses
from obctl.domain.sync.situation import Destination, Elsewhere, Situation
from obctl.domain.sync.turned_up import RoomSeen, turned_up
from obctl.domain.unreadable_event import UnreadableEvent, may_be
from obctl.domain.values import replace
from obctl.engine.outlook.find_meeting import find_elsewhere
from obctl.engine.outlook.interims import load_interims, place_of
from obctl.engine.ports import Gateway
from obctl.store.database import Store
from obctl.store.possible_moves import load_possible_moves
from obctl.store.rooms import load_rooms
from obctl.store.spool import Spooled
from obctl.store.undecided import load_undecided


@dataclass(slots=True)
class DeferredRoom:
    """A room that was read and waits for the others, and what it tells them.

    `perhaps_left` are dates of other rooms that may go on here on other days. What was read lies
    in the spool.
    """

    seen: RoomSeen
    found: Spooled
    whole: bool
    perhaps_left: Sequence[Reservation]

    @property
    def room(self) -> Room:
        return self.seen.room


@dataclass(slots=True)
class Moves:
    """Lost meetings that turned up: by the room that lost them, then by reservation.

    `undecided` are lost ones that may be in one of the `unread` rooms, `called_off` the cancelled
    copies that other rooms keep of those that did not turn up.
    """

    found: dict[RoomId, dict[ReservationNumber, Destination]]
    lost: Mapping[ReservationNumber, Reservation]
    called_off: Mapping[ReservationNumber, Sequence[tuple[Room, Event]]] = field(
        default_factory=dict
    )
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
            called_off=self.called_off,
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
    cancelled: Mapping[SeriesKey, Collection[tuple[Room, Event]]],
    now: datetime,
) -> Moves:
    """Where lost meetings are, among the rooms that were `read` or in those nobody asked yet.

    `unreadable` are events in rooms that were read: one of them may be what another room lost.
    `cancelled` are new ones of theirs that do not take place.
    """
    interims = load_interims(store)
    gone = {item.reservation for item in load_undecided(store, now)}
    lost = {reservation.number: reservation for room in deferred for reservation in room.seen.lost}
    moves = Moves({}, lost)
    unsolved: dict[ReservationNumber, Reservation] = {}
    # What has services goes first: of two rooms that one meeting left for a third, one can follow.
    order = sorted(
        lost.values(), key=lambda r: (r.number not in interims, not r.ordered_services, r.number)
    )
    handed_over: set[int] = set()
    places = turned_up([room.seen for room in deferred], order, now)
    for reservation in order:
        interim = interims.get(reservation.number)
        destination = places.get(reservation.number)
        if interim is not None and destination is not None:
            destination = replace(destination, interim=interim)
        elif interim is not None and interim.number not in lost.keys() | gone:
            destination = place_of(store, interim)
        if destination is not None:
            moves.found.setdefault(reservation.room, {})[reservation.number] = destination
            handed_over |= {interim.number} if interim else set()
        elif reservation.series_key and reservation.number not in handed_over:
            unsolved[reservation.number] = reservation
    rooms = load_rooms(store)
    others = [room for room in rooms if room.id not in read | unread]
    searched = await find_elsewhere(gateway, store, list(unsolved.values()), others)
    found = searched.places
    for number, destination in found.items():
        moves.found.setdefault(unsolved[number].room, {})[number] = destination
    moves.called_off = {
        number: [*_called_off(item, cancelled), *searched.called_off.get(number, ())]
        for number, item in unsolved.items()
    }
    moves.unread = tuple(room for room in rooms if room.id in unread) + searched.unasked
    if moves.unread:
        moves.undecided = frozenset(unsolved.keys() - found.keys())
    hidden = {
        number: _hiding(unreadable, reservation)
        for number, reservation in unsolved.items()
        if number not in found
    }
    moves.undecided |= {number for number, where in hidden.items() if where}
    hiding = {place for where in hidden.values() for place in where}
    moves.unread += tuple(room for room in rooms if room.id in hiding and room not in moves.unread)
    return moves


def _called_off(
    lost: Reservation, cancelled: Mapping[SeriesKey, Collection[tuple[Room, Event]]]
) -> list[tuple[Room, Event]]:
    """The cancelled copies of a lost meeting in other rooms."""
    copies = cancelled.get(lost.series_key, ()) if lost.series_key else ()
    return [
        (room, event)
        for room, event in copies
        if room.id != lost.room and is_same_date(lost, event, room.zone)
    ]


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


def lost_by(
    store: Store, situation: Situation, turned_up: Iterable[Reservation] = ()
) -> list[Reservation]:
    """The reservations whose meetings the room lost, once all questions were asked.

    With them go those that are `kept_and_sought`.
    """
    lost = [loss.reservation for loss in losses(situation)]
    return lost + kept_and_sought(store, situation, turned_up)


def kept_and_sought(
    store: Store, situation: Situation, turned_up: Iterable[Reservation] = ()
) -> list[Reservation]:
    """What a person kept without its meeting, where that may have `turned_up` in another room."""
    kept = kept_without_event(situation)
    if not kept:
        return []
    sought = load_possible_moves(store).keys() | {item.number for item in turned_up}
    return [reservation for reservation in kept if reservation.number in sought]


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
