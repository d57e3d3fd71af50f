"""Where meetings that left one room turned up in another."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from obctl.domain.event import Event, EventKey
from obctl.domain.matching import Loss, match
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room, RoomId
from obctl.domain.situation import Situation
from obctl.engine.elsewhere import find_elsewhere
from obctl.engine.ports import Gateway
from obctl.engine.reading import RoomReading
from obctl.store.database import Store
from obctl.store.rooms import load_rooms

Moves = dict[RoomId, dict[int, tuple[Room, Event]]]
"""By the room that lost a meeting, then by its reservation: where it is now."""


@dataclass(slots=True)
class Waiting:
    """A room that was read and waits for the others."""

    room: Room
    found: RoomReading
    situation: Situation
    lost: list[Loss]


async def find_moves(
    gateway: Gateway, store: Store, read: Collection[Waiting], asked: AbstractSet[RoomId]
) -> Moves:
    """Where lost meetings turned up, among the rooms that were read or in those nobody `asked`."""
    new: dict[EventKey, tuple[Room, Event]] = {}
    for waiting in read:
        matched = match(waiting.situation)
        for event in waiting.situation.reading.events:
            if event.id not in matched and event.takes_room and event.key:
                new.setdefault(event.key, (waiting.room, event))
    moves: Moves = {}
    unsolved: list[Reservation] = []
    for waiting in read:
        for loss in waiting.lost:
            key = loss.reservation.key
            target = new.get(key) if key else None
            if target and target[0].id != waiting.room.id:
                moves.setdefault(waiting.room.id, {})[loss.reservation.number] = target
            elif key:
                unsolved.append(loss.reservation)
    others = [room for room in load_rooms(store) if room.id not in asked]
    for number, target in (await find_elsewhere(gateway, store, unsolved, others)).items():
        owner = next(r for r in unsolved if r.number == number)
        moves.setdefault(owner.room, {})[number] = target
    return moves
