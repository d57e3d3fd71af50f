"""Pending writes to Outlook, committed together with the reservation they are for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from obctl.domain.agreed_state import AgreedState
from obctl.domain.event import EventId
from obctl.domain.outbox import OutboxItem, PushAction
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.store.codec import instant, moment
from obctl.store.database import Store, in_parts

_PENDING = "id = ? AND done_at IS NULL"


def add_to_outbox(store: Store, item: OutboxItem) -> OutboxItem:
    """Enqueue a write; its `id` is given here."""
    added = store.insert(
        "outbox",
        "INSERT INTO outbox (reservation, room, action, transaction_id, created_at, due_at,"
        " event_id, repeat, note, silent, agreed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            item.reservation,
            item.room,
            item.action.value,
            item.transaction_id,
            instant(item.created_at),
            instant(item.due_at),
            item.event_id,
            item.repeat,
            item.note,
            item.silent,
            msgspec.json.encode(item.agreed).decode() if item.agreed else None,
        ),
    )
    row = store.rows("SELECT * FROM outbox WHERE id = ?", (added,))[0]
    return _item(row)


def load_pending(store: Store, *, due_by: datetime | None = None) -> list[OutboxItem]:
    """The pending writes, oldest first; only those due by a moment where named.

    What is pending for a room that was taken out waits until it is mapped again.
    """
    pending = (
        "SELECT * FROM outbox WHERE done_at IS NULL"
        " AND room IN (SELECT id FROM rooms WHERE removed_at IS NULL)"
    )
    if due_by is None:
        rows = store.rows(f"{pending} ORDER BY id")
    else:
        rows = store.rows(f"{pending} AND due_at <= ? ORDER BY id", (instant(due_by),))
    return [_item(row) for row in rows]


def rule_of(store: Store, numbers: Sequence[int]) -> tuple[int, str] | None:
    """The RFC 5545 rule by which one of these was written as a series, last, and its number."""
    for marks, part in in_parts(numbers):
        row = store.row(
            "SELECT reservation, repeat FROM outbox WHERE repeat IS NOT NULL"
            f" AND reservation IN ({marks}) ORDER BY id DESC LIMIT 1",
            part,
        )
        if row is not None:
            return row["reservation"], row["repeat"]
    return None


def pending_in(store: Store, room: RoomId) -> list[OutboxItem]:
    """The pending writes to one room, mapped or not, oldest first."""
    rows = store.rows(
        "SELECT * FROM outbox WHERE room = ? AND done_at IS NULL ORDER BY id", (room,)
    )
    return [_item(row) for row in rows]


def find_pending(store: Store, item: int) -> OutboxItem | None:
    """This write as it is now; `None` where it is pending no more."""
    row = store.row("SELECT * FROM outbox WHERE id = ? AND done_at IS NULL", (item,))
    return None if row is None else _item(row)


def pending_for(store: Store, reservation: int) -> list[OutboxItem]:
    """The pending writes of one reservation, oldest first."""
    rows = store.rows(
        "SELECT * FROM outbox WHERE reservation = ? AND done_at IS NULL ORDER BY id", (reservation,)
    )
    return [_item(row) for row in rows]


def load_own(store: Store, transaction_ids: Iterable[str]) -> frozenset[str]:
    """Those of `transaction_ids` that a push gave: the events that carry them are ours."""
    found: set[str] = set()
    for marks, part in in_parts(transaction_ids):
        rows = store.rows(
            "SELECT transaction_id FROM outbox WHERE action = 'create' AND transaction_id IN"
            f" ({marks})",
            part,
        )
        found |= {row["transaction_id"] for row in rows}
    return frozenset(found)


def load_pending_creates(store: Store, transaction_ids: Iterable[str]) -> list[OutboxItem]:
    """The creates with these transaction ids that are not known yet to have succeeded."""
    found: list[OutboxItem] = []
    for marks, part in in_parts(transaction_ids):
        rows = store.rows(
            "SELECT * FROM outbox WHERE action = 'create' AND done_at IS NULL"
            f" AND transaction_id IN ({marks})",
            part,
        )
        found += [_item(row) for row in rows]
    return found


def load_leaving(store: Store, room: RoomId) -> frozenset[EventId]:
    """The events of a room that a push is about to take off its calendar."""
    rows = store.rows(
        "SELECT event_id FROM outbox WHERE room = ? AND action = 'cancel' AND done_at IS NULL"
        " AND event_id IS NOT NULL",
        (room,),
    )
    return frozenset(row["event_id"] for row in rows)


def mark_attempt(store: Store, item: int, tried: TimeSpan | None = None) -> bool:
    """An attempt begins: should it lose its answer, the next one looks before it writes.

    `tried` is when the event will be. False where the write is pending no more.
    """
    start, end = (instant(tried.start), instant(tried.end)) if tried else (None, None)
    changed = store.alter(
        "outbox",
        "attempts = attempts + 1,"
        " tried_start_at = min(ifnull(tried_start_at, ?), ifnull(?, tried_start_at)),"
        " tried_end_at = max(ifnull(tried_end_at, ?), ifnull(?, tried_end_at))",
        (start, start, end, end),
        _PENDING,
        (item,),
    )
    return changed > 0


def mark_written(store: Store, item: int, event_id: EventId | None, at: datetime | None) -> None:
    """Graph answered that it made this event; `None` for both where it is not there after all."""
    new = (event_id, instant(at))
    store.alter("outbox", "event_id = ?, written_at = ?, failed = 0", new, _PENDING, (item,))


def mark_done(store: Store, item: int, at: datetime) -> None:
    """The write is in Outlook, or nobody wants it any more."""
    store.alter("outbox", "done_at = ?, failed = 0", (instant(at),), "id = ?", (item,))


def cancel_pending_of(store: Store, reservation: int, room: RoomId, at: datetime) -> None:
    """End what is pending for this reservation in this room.

    Writes to rooms it left stay pending.
    """
    store.alter(
        "outbox",
        "done_at = ?, failed = 0",
        (instant(at),),
        "reservation = ? AND room = ? AND done_at IS NULL",
        (reservation, room),
    )


def make_due(store: Store, room: RoomId, series_key: str, at: datetime) -> None:
    """What failed for dates of a series may pass now that one of its dates has moved."""
    store.alter(
        "outbox",
        "due_at = ?",
        (instant(at),),
        "room = ? AND failed = 1 AND done_at IS NULL"
        " AND reservation IN (SELECT number FROM reservations WHERE series_key = ?)",
        (room, series_key),
    )


def hand_over_pending(store: Store, reservation: int, to: int) -> None:
    """What is pending for one reservation goes to another, which has nothing else pending."""
    store.alter(
        "outbox", "reservation = ?", (to,), "reservation = ? AND done_at IS NULL", (reservation,)
    )


def make_room_due(store: Store, room: RoomId, at: datetime) -> None:
    """What failed in a room may pass now."""
    store.alter(
        "outbox",
        "due_at = ?",
        (instant(at),),
        "room = ? AND failed = 1 AND done_at IS NULL",
        (room,),
    )


def mark_failed(
    store: Store,
    item: int,
    *,
    error_code: str,
    error: str,
    request_id: str | None,
    due_at: datetime,
) -> bool:
    """The attempt failed; it is due again at `due_at`. False where it is pending no more."""
    changed = store.alter(
        "outbox",
        "failed = 1, error_code = ?, error = ?, request_id = ?, due_at = ?",
        (error_code, error, request_id, instant(due_at)),
        _PENDING,
        (item,),
    )
    return changed > 0


def _item(row: sqlite3.Row) -> OutboxItem:
    return OutboxItem(
        id=row["id"],
        reservation=row["reservation"],
        room=row["room"],
        action=PushAction(row["action"]),
        transaction_id=row["transaction_id"],
        created_at=moment(row["created_at"]),
        due_at=moment(row["due_at"]),
        attempts=row["attempts"],
        failed=bool(row["failed"]),
        error_code=row["error_code"],
        error=row["error"],
        request_id=row["request_id"],
        event_id=row["event_id"],
        written_at=moment(row["written_at"]),
        repeat=row["repeat"],
        note=row["note"],
        silent=bool(row["silent"]),
        tried=TimeSpan(moment(row["tried_start_at"]), moment(row["tried_end_at"]))
        if row["tried_start_at"]
        else None,
        agreed=msgspec.json.decode(row["agreed"], type=AgreedState) if row["agreed"] else None,
    )
