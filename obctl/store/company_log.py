"""The company log: appended to, searched, never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.company_log import LogEntry
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.errors import UsageError
from obctl.store.codec import fold, instant, moment
from obctl.store.database import Store

REFUSALS = ("guard.tripped", "room.inconclusive", "sync.failed")
"""Actions that say of a whole room that nothing was done in it."""
_APPEND = (
    "INSERT INTO company_log (at, action, room, email, subject, reservation, event_id, run,"
    " request_id, message, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What `search_log` looks for; `None` matches everything. `action` is a shell-style pattern."""

    span: TimeSpan | None = None
    email: str | None = None
    action: str | None = None
    room: RoomId | None = None
    text: str | None = None
    reservation: int | None = None
    event_id: str | None = None
    run: str | None = None
    after: int | None = None
    limit: int | None = None


def append_log(
    store: Store, entries: Iterable[LogEntry], payloads: dict[str, int] | None = None
) -> None:
    """Append entries. `payloads` names already saved payloads by event id."""
    from obctl.store.payloads import save_payload

    known = payloads or {}
    rows: list[tuple[object, ...]] = []
    for entry in entries:
        payload = known.get(entry.event_id or "")
        if payload is None and entry.payload:
            payload = save_payload(store, entry.payload)
        rows.append(
            (
                instant(entry.at),
                entry.action,
                entry.room,
                entry.email.lower() if entry.email else None,
                entry.subject,
                entry.reservation,
                entry.event_id,
                entry.run,
                entry.request_id,
                entry.message,
                payload,
            )
        )
    store.run_many(_APPEND, rows)


def search_log(store: Store, wanted: LogFilter) -> list[LogEntry]:
    """Entries that fit every part of `wanted`, newest first, without payloads.

    Text is split at spaces; each word must stand in the message, the subject or the address.
    """
    conditions: list[str] = ["1"]
    values: list[object] = []
    if wanted.span:
        conditions.append("at >= ? AND at < ?")
        values += [instant(wanted.span.start), instant(wanted.span.end)]
    if wanted.action:
        conditions.append("action GLOB ?")
        values.append(wanted.action)
    for column, value in (
        ("email", wanted.email.lower() if wanted.email else None),
        ("room", wanted.room),
        ("reservation", wanted.reservation),
        ("event_id", wanted.event_id),
        ("run", wanted.run),
    ):
        if value is not None:
            conditions.append(f"{column} = ?")
            values.append(value)
    if wanted.after is not None:
        conditions.append("id > ?")
        values.append(wanted.after)
    for word in (wanted.text or "").split():
        conditions.append(
            "instr(fold(message || ' ' || coalesce(subject, '') || ' ' || coalesce(email, '')), ?)"
        )
        values.append(fold(word))
    limit = "" if wanted.limit is None else f" LIMIT {int(wanted.limit)}"
    rows = store.rows(
        f"SELECT * FROM company_log WHERE {' AND '.join(conditions)} ORDER BY id DESC{limit}",
        values,
    )
    return [_entry(row) for row in rows]


def read_log(store: Store, *, after: int = 0, limit: int = 500) -> list[LogEntry]:
    """The next entries after an id, oldest first, with their payloads."""
    from obctl.store.payloads import load_payload

    rows = store.rows("SELECT * FROM company_log WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    return [replace(_entry(row), payload=load_payload(store, row["payload"])) for row in rows]


def count_log(store: Store, before: str) -> int:
    """How many entries are older than the instant text `before`."""
    row = store.row("SELECT count(*) AS entries FROM company_log WHERE at < ?", (before,))
    return row["entries"] if row else 0


def find_entry(store: Store, entry: int) -> LogEntry:
    """One entry with its payload; raises `UsageError`."""
    from obctl.store.payloads import load_payload

    row = store.row("SELECT * FROM company_log WHERE id = ?", (entry,))
    if row is None:
        raise UsageError(
            f"there is no log entry {entry}", hint="`obctl log search`", code="unknown-entry"
        )
    return replace(_entry(row), payload=load_payload(store, row["payload"]))


def load_history(
    store: Store, room: RoomId | None, event_ids: Sequence[str], reservation: int | None
) -> list[LogEntry]:
    """The entries about an event or a reservation, oldest first, without payloads."""
    conditions: list[str] = []
    values: list[object] = []
    if event_ids:
        rooms = "room = ?" if room is not None else "room IN (SELECT id FROM rooms)"
        conditions.append(f"({rooms} AND event_id IN ({', '.join('?' * len(event_ids))}))")
        values += [*([room] if room is not None else []), *event_ids]
    if reservation is not None:
        conditions.append("reservation = ?")
        values.append(reservation)
    if not conditions:
        return []
    rows = store.rows(
        f"SELECT * FROM company_log WHERE {' OR '.join(conditions)} ORDER BY id", values
    )
    return [_entry(row) for row in rows]


def load_refusals(store: Store, room: RoomId, since: datetime | None) -> list[LogEntry]:
    """The entries since then that say why nothing was done in a room, oldest first."""
    marks = ", ".join("?" * len(REFUSALS))
    rows = store.rows(
        f"SELECT * FROM company_log WHERE room = ? AND at >= ? AND action IN ({marks}) ORDER BY id",
        (room, instant(since) if since else "", *REFUSALS),
    )
    return [_entry(row) for row in rows]


def prune_log(store: Store, before: str) -> int:
    """Remove what is older than the instant text `before`; returns how many entries went.

    With the entries go payloads that nothing else uses, and notifications that were handled.
    """
    with store.transaction():
        removed = store.run("DELETE FROM company_log WHERE at < ?", (before,)).rowcount
        store.run(
            "DELETE FROM payloads WHERE id NOT IN"
            " (SELECT payload FROM company_log WHERE payload IS NOT NULL"
            " UNION SELECT payload FROM events WHERE payload IS NOT NULL)"
        )
        store.run("DELETE FROM inbox WHERE handled_at < ? AND received_at < ?", (before, before))
    return removed


def _entry(row: sqlite3.Row) -> LogEntry:
    return LogEntry(
        id=row["id"],
        at=moment(row["at"]),
        action=row["action"],
        room=row["room"],
        email=row["email"],
        subject=row["subject"],
        reservation=row["reservation"],
        event_id=row["event_id"],
        run=row["run"],
        request_id=row["request_id"],
        message=row["message"],
    )
