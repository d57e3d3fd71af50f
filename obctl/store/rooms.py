"""The mapped rooms, and where the reading of each stands."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache

from obctl.domain.event import DeltaLink
from obctl.domain.room import LOCKED_OUT, CalendarProcessing, GuardStop, Room, RoomId, Verdict
from obctl.errors import UsageError
from obctl.store.codec import instant, moment
from obctl.store.database import Store


@dataclass(frozen=True, slots=True)
class ReadingState:
    """Where the reading of a room stands, and the delta link that goes on from there."""

    delta_link: DeltaLink | None
    read_start: datetime | None
    read_end: datetime | None
    planned_end: datetime | None
    """Up to where events became reservations; the rolling window moves past it every day."""
    applied: int = 0
    """Counts what was applied to the room: a reading from before the last one is out of date."""
    remembered_since: datetime | None = None
    """From when on the room was read without a gap, in this read or earlier ones."""


def load_rooms(store: Store) -> list[Room]:
    """The mapped rooms by name."""
    return [room for room in load_rooms_ever(store) if room.is_mapped]


def load_rooms_ever(store: Store) -> list[Room]:
    """Every room by name, those taken out included: reservations and log still speak of them."""
    return [_room(row) for row in store.rows("SELECT * FROM rooms ORDER BY name, mailbox")]


def not_mapped(room: Room) -> UsageError:
    """The error for what only a mapped room can have."""
    since = f" since {room.removed_at:%Y-%m-%d}" if room.removed_at else ""
    return UsageError(
        f"{room.name} ({room.mailbox}) is not mapped any more{since}",
        hint=f"`obctl rooms add {room.mailbox}` takes it back, with all its reservations",
        code="room-removed",
    )


def find_room_at(store: Store, mailbox: str) -> Room | None:
    """The room with this address, also one taken out; addresses are compared without case."""
    row = store.row("SELECT * FROM rooms WHERE mailbox = ? COLLATE NOCASE", (mailbox,))
    return _room(row) if row else None


def add_room(store: Store, room: Room) -> Room:
    """Map a new room; raises `UsageError` where its mailbox is known already."""
    known = find_room_at(store, room.mailbox)
    if known is not None:
        raise not_mapped(known) if known.removed_at else room_exists(known)
    added = store.insert(
        "rooms",
        "INSERT INTO rooms (mailbox, name, location, floor, capacity, time_zone, activated_at,"
        " object_id, processing, place_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            room.mailbox,
            room.name,
            room.location,
            room.floor,
            room.capacity,
            room.time_zone,
            instant(room.activated_at),
            room.object_id,
            json.dumps(asdict(room.processing)),
            room.place_id,
        ),
    )
    return find_room_by_id(store, RoomId(added))


def room_exists(room: Room) -> UsageError:
    return UsageError(
        f"{room.mailbox} is mapped already",
        hint=f"obctl rooms show {room.mailbox}",
        code="room-exists",
    )


def take_out(store: Store, room: RoomId, at: datetime) -> None:
    """The room is mapped no more; all that is known of it stays."""
    _update(store, room, "removed_at = ?, applied = applied + 1", instant(at))


def take_back(store: Store, room: Room) -> Room:
    """Map a room again that was taken out: the same row, so what it had is its own again.

    How far it was read is forgotten: much may have passed since. That it was read is not: another
    mailbox may have its address now. A lock-out outlasts this; what else was wrong with its last
    read is no more.
    """
    _update(
        store,
        room.id,
        "removed_at = NULL, activated_at = ?, last_synced_at = NULL, object_id = ?, place_id = ?,"
        " verdict = CASE condition WHEN ? THEN verdict END,"
        " condition = CASE condition WHEN ? THEN condition END",
        instant(room.activated_at),
        room.object_id,
        room.place_id,
        LOCKED_OUT,
        LOCKED_OUT,
    )
    before = load_reading_state(store, room.id)
    save_reading_state(store, room.id, ReadingState(None, before.read_start, None, None))
    save_details(store, room)
    return find_room_by_id(store, room.id)


def find_room_by_id(store: Store, room: RoomId) -> Room:
    return _room(store.rows("SELECT * FROM rooms WHERE id = ?", (room,))[0])


def load_reading_state(store: Store, room: RoomId) -> ReadingState:
    row = store.rows("SELECT * FROM rooms WHERE id = ?", (room,))[0]
    return ReadingState(
        delta_link=row["delta_link"],
        read_start=moment(row["read_start_at"]),
        read_end=moment(row["read_end_at"]),
        planned_end=moment(row["planned_end_at"]),
        applied=row["applied"],
        remembered_since=moment(row["remembered_since_at"]),
    )


def save_reading_state(store: Store, room: RoomId, state: ReadingState) -> None:
    _update(
        store,
        room,
        "delta_link = ?, read_start_at = ?, read_end_at = ?, planned_end_at = ?,"
        " remembered_since_at = ?, applied = applied + 1",
        state.delta_link,
        instant(state.read_start),
        instant(state.read_end),
        instant(state.planned_end),
        instant(state.remembered_since),
    )


def mark_applied(store: Store, room: RoomId) -> None:
    """Something was written to Outlook and recorded: readings from before are out of date."""
    store.run("UPDATE rooms SET applied = applied + 1 WHERE id = ?", (room,))


def save_pass(store: Store, room: RoomId, *, synced_at: datetime) -> None:
    """Record a good pass over the room."""
    _update(
        store,
        room,
        "last_synced_at = ?, verdict = 'ok', condition = NULL, stopped_at = NULL,"
        " stopped_why = NULL",
        instant(synced_at),
    )


def save_inconclusive(store: Store, room: RoomId, condition: str) -> None:
    """Record that the room's last read cannot be trusted, and why; a lock-out outlasts the rest."""
    _update(
        store,
        room,
        "verdict = 'inconclusive', condition = CASE condition WHEN ? THEN condition ELSE ? END",
        LOCKED_OUT,
        condition,
    )


def save_stopped(store: Store, room: RoomId, why: str, *, at: datetime) -> None:
    """Record that a guard stopped the room; since when, if it has been stopped already, stays."""
    _update(store, room, "stopped_at = coalesce(stopped_at, ?), stopped_why = ?", instant(at), why)


def save_identity(store: Store, room: RoomId, object_id: str) -> None:
    """Record the mailbox's object id as first seen."""
    store.alter("rooms", "object_id = ?", (object_id,), "id = ? AND object_id IS NULL", (room,))


def forget_identity(store: Store, room: RoomId) -> None:
    """Accept whatever mailbox answers at the room's address next; lifts a lock-out."""
    _update(store, room, "object_id = NULL, verdict = NULL, condition = NULL")


def save_activated(store: Store, room: RoomId, activated_at: datetime) -> None:
    """Move the moment from which on the room's events are obctl's business.

    The next pass looks at all events again: what was left alone may be due now.
    """
    _update(store, room, "activated_at = ?, planned_end_at = NULL", instant(activated_at))


def save_address(store: Store, room: Room) -> None:
    """Write the address under which the room's mailbox answers now."""
    _update(store, room.id, "mailbox = ?", room.mailbox)


def save_place(store: Store, room: RoomId, place_id: str) -> None:
    """Record the id of the room's place that outlasts addresses."""
    _update(store, room, "place_id = ?", place_id)


def save_details(store: Store, room: Room) -> None:
    """Write what people may correct: name, place, size and zone."""
    _update(
        store,
        room.id,
        "name = ?, location = ?, floor = ?, capacity = ?, time_zone = ?",
        *(room.name, room.location, room.floor, room.capacity, room.time_zone),
    )


def save_processing(store: Store, room: RoomId, processing: CalendarProcessing) -> None:
    _update(store, room, "processing = ?", json.dumps(asdict(processing)))


def _update(store: Store, room: RoomId, change: str, *values: object) -> None:
    store.alter("rooms", change, values, "id = ?", (room,))


def _room(row: sqlite3.Row) -> Room:
    return Room(
        id=RoomId(row["id"]),
        mailbox=row["mailbox"],
        name=row["name"],
        location=row["location"],
        floor=row["floor"],
        capacity=row["capacity"],
        time_zone=row["time_zone"],
        activated_at=moment(row["activated_at"]),
        object_id=row["object_id"],
        last_synced_at=moment(row["last_synced_at"]),
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        condition=row["condition"],
        processing=_processing(row["processing"]),
        place_id=row["place_id"],
        removed_at=moment(row["removed_at"]),
        stopped=GuardStop(moment(row["stopped_at"]), row["stopped_why"] or "")
        if row["stopped_at"]
        else None,
    )


@lru_cache(maxsize=64)
def _processing(text: str) -> CalendarProcessing:
    # Most rooms of a company are set up alike.
    return CalendarProcessing(**json.loads(text))
