"""What the company log says of a stretch of time: numbers, and the entries of some kinds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from obctl.domain.company_log import Action, LogEntry
from obctl.domain.morning_report import ActionCount
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.store.codec import instant, moment
from obctl.store.database import Store
from obctl.store.log_search import entry_of


def count_actions(store: Store, span: TimeSpan) -> list[ActionCount]:
    """How often each action happened in each room."""
    rows = store.rows(
        "SELECT action, room, count(*) AS number FROM company_log WHERE at >= ? AND at < ?"
        " GROUP BY action, room ORDER BY action, room",
        (instant(span.start), instant(span.end)),
    )
    return [ActionCount(row["action"], row["room"], row["number"]) for row in rows]


def entries_of(
    store: Store, span: TimeSpan, actions: Collection[Action], limit: int
) -> list[LogEntry]:
    """The latest entries with one of these actions, in the order in which they happened."""
    marks = ", ".join("?" * len(actions))
    rows = store.rows(
        f"SELECT * FROM company_log WHERE at >= ? AND at < ? AND action IN ({marks})"
        " ORDER BY id DESC LIMIT ?",
        (
            instant(span.start),
            instant(span.end),
            *(action.value for action in actions),
            limit,
        ),
    )
    return [entry_of(row) for row in reversed(rows)]


def first_after(
    store: Store, room: RoomId, actions: Collection[Action], after: datetime | None
) -> datetime | None:
    """When one of these things first happened in a room after a moment, or ever."""
    any_of = ", ".join("?" * len(actions))
    row = store.row(
        f"SELECT min(at) AS first FROM company_log WHERE room = ? AND action IN ({any_of})"
        " AND at > ?",
        (room, *(action.value for action in actions), instant(after) if after else ""),
    )
    return moment(row["first"]) if row and row["first"] else None
