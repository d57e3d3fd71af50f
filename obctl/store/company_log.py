"""The company log: appended to, never changed; `log_search` finds in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from obctl.domain.company_log import Action, Entry, LogEntry
from obctl.domain.room import RoomId
from obctl.domain.values import replace
from obctl.errors import UsageError
from obctl.store.codec import instant, moment
from obctl.store.database import Store
from obctl.store.log_search import LogFilter as LogFilter
from obctl.store.log_search import entry_of
from obctl.store.log_search import search_log as search_log

REFUSALS = (
    Action.GUARD_TRIPPED.value,
    Action.ROOM_INCONCLUSIVE.value,
    Action.SYNC_FAILED.value,
)
"""Actions that say of a whole room that nothing was done in it."""
_APPEND = (
    "INSERT INTO company_log (at, action, room, email, subject, reservation, event_id, run,"
    " request_id, client_request_id, message, actor, payload, left_room)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def append_log(
    store: Store,
    entries: Iterable[Entry],
    *,
    at: datetime,
    actor: str,
    run: str | None,
    payloads: Mapping[str, int],
) -> None:
    """Append entries: only for the journal, which knows who acts, when and in which run.

    `payloads` names already saved payloads by event id.
    """
    from obctl.store.payloads import save_payload

    when = instant(at)
    store.noted.at = when
    rows: list[tuple[object, ...]] = []
    for entry in entries:
        payload = payloads.get(entry.event_id or "")
        if payload is None and entry.payload:
            payload = save_payload(store, entry.payload)
        rows.append(
            (
                when,
                entry.action.value,  # SQLite takes longer over an enum
                entry.room,
                entry.email.lower() if entry.email else None,
                entry.subject,
                entry.reservation,
                entry.event_id,
                run,
                entry.request_id,
                entry.client_request_id,
                entry.message,
                actor,
                payload,
                entry.left_room,
            )
        )
    store.run_many(_APPEND, rows)


def read_log(store: Store, *, after: int = 0, limit: int = 500) -> list[LogEntry]:
    """The next entries after an id, oldest first, with their payloads."""
    from obctl.store.payloads import load_payload

    rows = store.rows("SELECT * FROM company_log WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    return [replace(entry_of(row), payload=load_payload(store, row["payload"])) for row in rows]


def find_entry(store: Store, entry: int) -> LogEntry:
    """One entry with its payload; raises `UsageError`."""
    from obctl.store.payloads import load_payload

    row = store.row("SELECT * FROM company_log WHERE id = ?", (entry,))
    if row is None:
        raise UsageError(
            f"there is no log entry {entry}", hint="`obctl log search`", code="unknown-entry"
        )
    return replace(entry_of(row), payload=load_payload(store, row["payload"]))


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
    return [entry_of(row) for row in rows]


def entries_since(store: Store, since: datetime, actions: Sequence[Action]) -> list[LogEntry]:
    """The entries of these actions since a moment, oldest first, without payloads."""
    rows = store.rows(
        "SELECT * FROM company_log WHERE at >= ?"
        f" AND action IN ({', '.join('?' * len(actions))}) ORDER BY id",
        (instant(since), *(action.value for action in actions)),
    )
    return [entry_of(row) for row in rows]


def first_entry_at(store: Store) -> datetime | None:
    """When the log begins; `None` where it is empty."""
    row = store.row("SELECT min(at) AS first FROM company_log")
    return moment(row["first"]) if row and row["first"] else None


def load_refusals(store: Store, room: RoomId, since: datetime | None) -> list[LogEntry]:
    """The entries since then that say why nothing was done in a room, oldest first."""
    marks = ", ".join("?" * len(REFUSALS))
    rows = store.rows(
        f"SELECT * FROM company_log WHERE room = ? AND at >= ? AND action IN ({marks}) ORDER BY id",
        (room, instant(since) if since else "", *REFUSALS),
    )
    return [entry_of(row) for row in rows]


def was_restored(store: Store, reservation: int, event_id: str) -> bool:
    """Whether this event is one that brought the reservation back to life."""
    return (
        store.row(
            "SELECT 1 FROM company_log WHERE reservation = ? AND action = ? AND event_id = ?",
            (reservation, Action.EVENT_RESTORED.value, event_id),
        )
        is not None
    )
