"""The mapped rooms, and where the reading of each stands."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache

from obctl.domain.event import DeltaLink
from obctl.domain.room import LOCKED_OUT, CalendarProcessing, Room, RoomId, Verdict
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


def load_rooms(store: Store) -> list[Room]:
    """All mapped rooms by name."""
    return [_room(row) for row in store.rows("SELECT * FROM rooms ORDER BY name, mailbox")]


def find_room(store: Store, wanted: str) -> Room:
    """The room with this address or unique name; raises `UsageError` with the likely ones."""
    rooms = load_rooms(store)
    text = wanted.casefold()
    found = [room for room in rooms if room.mailbox.casefold() == text]
    found = found or [room for room in rooms if room.name.casefold() == text]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(room.mailbox for room in found)
        raise UsageError(
            f"{wanted!r} names {len(found)} rooms: {names}",
            hint="use the address",
            code="ambiguous-room",
        )
    import difflib

    known = {room.mailbox.casefold(): room.mailbox for room in rooms}
    known |= {room.name.casefold(): room.name for room in rooms}
    close = [known[key] for key in difflib.get_close_matches(text, known, n=1)]
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise UsageError(
        f"unknown room {wanted!r}",
        hint=hint + "`obctl rooms list` shows the rooms, `obctl rooms add` maps another",
        code="unknown-room",
    )


def rooms_at(store: Store, location: str) -> list[Room]:
    """The rooms of a location; raises `UsageError` where it has none."""
    rooms = load_rooms(store)
    found = [room for room in rooms if (room.location or "").casefold() == location.casefold()]
    if not found:
        known = ", ".join(sorted({room.location for room in rooms if room.location})) or "none yet"
        raise UsageError(
            f"no room at location {location!r}",
            hint=f"known locations: {known}",
            code="unknown-location",
        )
    return found


def add_room(store: Store, room: Room) -> Room:
    """Map a room; raises `UsageError` where the mailbox is mapped already."""
    if store.row("SELECT 1 FROM rooms WHERE mailbox = ? COLLATE NOCASE", (room.mailbox,)):
        raise UsageError(
            f"{room.mailbox} is mapped already",
            hint=f"obctl rooms show {room.mailbox}",
            code="room-exists",
        )
    cursor = store.run(
        "INSERT INTO rooms (mailbox, name, location, floor, capacity, time_zone, activated_at,"
        " object_id, processing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        ),
    )
    return find_room_by_id(store, RoomId(cursor.lastrowid or 0))


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
    )


def save_reading_state(store: Store, room: RoomId, state: ReadingState) -> None:
    store.run(
        "UPDATE rooms SET delta_link = ?, read_start_at = ?, read_end_at = ?, planned_end_at = ?,"
        " applied = applied + 1 WHERE id = ?",
        (
            state.delta_link,
            instant(state.read_start),
            instant(state.read_end),
            instant(state.planned_end),
            room,
        ),
    )


def mark_applied(store: Store, room: RoomId) -> None:
    """Something was written to Outlook and recorded: readings from before are out of date."""
    store.run("UPDATE rooms SET applied = applied + 1 WHERE id = ?", (room,))


def save_pass(store: Store, room: RoomId, *, synced_at: datetime) -> None:
    """Record a good pass over the room."""
    store.run(
        "UPDATE rooms SET last_synced_at = ?, verdict = 'ok', condition = NULL WHERE id = ?",
        (instant(synced_at), room),
    )


def save_inconclusive(store: Store, room: RoomId, condition: str) -> None:
    """Record that the room's last read cannot be trusted, and why; a lock-out outlasts the rest."""
    store.run(
        "UPDATE rooms SET verdict = 'inconclusive',"
        " condition = CASE condition WHEN ? THEN condition ELSE ? END WHERE id = ?",
        (LOCKED_OUT, condition, room),
    )


def save_identity(store: Store, room: RoomId, object_id: str) -> None:
    """Record the mailbox's object id as first seen."""
    store.run(
        "UPDATE rooms SET object_id = ? WHERE id = ? AND object_id IS NULL", (object_id, room)
    )


def forget_identity(store: Store, room: RoomId) -> None:
    """Accept whatever mailbox answers at the room's address next; lifts a lock-out."""
    store.run(
        "UPDATE rooms SET object_id = NULL, verdict = NULL, condition = NULL WHERE id = ?", (room,)
    )


def save_activated(store: Store, room: RoomId, activated_at: datetime) -> None:
    """Move the moment from which on the room's events are obctl's business.

    The next pass looks at all events again: what was left alone may be due now.
    """
    store.run(
        "UPDATE rooms SET activated_at = ?, planned_end_at = NULL WHERE id = ?",
        (instant(activated_at), room),
    )


def save_details(store: Store, room: Room) -> None:
    """Write what people may correct: name, place, size and zone."""
    store.run(
        "UPDATE rooms SET name = ?, location = ?, floor = ?, capacity = ?, time_zone = ?"
        " WHERE id = ?",
        (room.name, room.location, room.floor, room.capacity, room.time_zone, room.id),
    )


def save_processing(store: Store, room: RoomId, processing: CalendarProcessing) -> None:
    store.run(
        "UPDATE rooms SET processing = ? WHERE id = ?",
        (json.dumps(asdict(processing)), room),
    )


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
    )


@lru_cache(maxsize=64)
def _processing(text: str) -> CalendarProcessing:
    # Most rooms of a company are set up alike.
    return CalendarProcessing(**json.loads(text))
