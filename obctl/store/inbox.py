"""Change notifications received and not yet handled: written before Graph gets its 202."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from obctl.domain.event import EventId
from obctl.domain.room import RoomId
from obctl.domain.subscription import ABOUT_THE_SUBSCRIPTION, Occasion
from obctl.store.codec import instant, moment
from obctl.store.database import Store

_WAITING = "handled_at IS NULL AND room IN (SELECT id FROM rooms WHERE removed_at IS NULL)"


class NotificationKind(StrEnum):
    CHANGE = "change"
    LIFECYCLE = "lifecycle"


@dataclass(frozen=True, slots=True)
class Notification:
    """Graph's "look again", of which nothing is trusted."""

    kind: NotificationKind
    what: Occasion
    subscription: str
    room: RoomId
    received_at: datetime
    event_id: EventId | None = None
    id: int = 0


def add_notifications(store: Store, notifications: Sequence[Notification]) -> None:
    """Append to the inbox; what Graph sent, byte for byte, stands in the company log."""
    store.run_many(
        "INSERT INTO inbox (received_at, kind, what, subscription, room, event_id)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                instant(item.received_at),
                item.kind.value,
                item.what.value,
                item.subscription,
                item.room,
                item.event_id,
            )
            for item in notifications
        ],
    )


def load_waiting(store: Store, room: RoomId) -> list[Notification]:
    """All that waits for one room, oldest first."""
    rows = store.rows(
        "SELECT * FROM inbox WHERE room = ? AND handled_at IS NULL ORDER BY id", (room,)
    )
    return [_notification(row) for row in rows]


def mark_handled(store: Store, notifications: Iterable[int], at: datetime) -> None:
    store.run_many(
        "UPDATE inbox SET handled_at = ? WHERE id = ?",
        [(instant(at), item) for item in notifications],
    )


def forget_waiting(store: Store, room: RoomId, at: datetime) -> None:
    """Nobody looks at this room any more: what waits for it is handled, and nothing settles."""
    store.run(
        "UPDATE inbox SET handled_at = ? WHERE room = ? AND handled_at IS NULL", (instant(at), room)
    )
    store.run("DELETE FROM settling WHERE room = ?", (room,))


def rooms_with_notifications(store: Store) -> dict[RoomId, int]:
    """How many notifications wait for each mapped room, the room that waits longest first."""
    rows = store.rows(
        f"SELECT room, count(*) AS waiting FROM inbox WHERE {_WAITING}"
        " GROUP BY room ORDER BY min(id)"
    )
    return {row["room"]: row["waiting"] for row in rows}


def news_waits(store: Store, room: RoomId, event_ids: Sequence[str]) -> bool:
    """Whether a notification waits that has one of these events looked at, or the whole room.

    One about the room's subscription is none.
    """
    row = store.row(
        "SELECT 1 FROM inbox WHERE room = ? AND handled_at IS NULL"
        f" AND (event_id IS NULL OR event_id IN ({', '.join('?' * len(event_ids))}))"
        f" AND what NOT IN ({', '.join('?' * len(ABOUT_THE_SUBSCRIPTION))}) LIMIT 1",
        (room, *event_ids, *sorted(ABOUT_THE_SUBSCRIPTION)),
    )
    return row is not None


def inbox_summary(store: Store) -> tuple[int, datetime | None]:
    """How many notifications wait, and since when the oldest does."""
    row = store.rows(
        f"SELECT count(*) AS pending, min(received_at) AS oldest FROM inbox WHERE {_WAITING}"
    )[0]
    return row["pending"], moment(row["oldest"])


def last_notified(store: Store, room: RoomId, event_ids: Sequence[str]) -> datetime | None:
    """When a notification about any of these events was last received."""
    row = store.rows(
        f"SELECT max(received_at) AS at FROM inbox WHERE room = ?"
        f" AND event_id IN ({', '.join('?' * len(event_ids))})",
        (room, *event_ids),
    )[0]
    at: str | None = row["at"]
    return moment(at)


def _notification(row: sqlite3.Row) -> Notification:
    return Notification(
        id=row["id"],
        kind=NotificationKind(row["kind"]),
        what=Occasion(row["what"]),
        subscription=row["subscription"],
        room=row["room"],
        received_at=moment(row["received_at"]),
        event_id=row["event_id"],
    )


def save_settling(store: Store, room: RoomId, event: EventId, due: datetime) -> None:
    """Have an event looked at once more; where that is due already it is not put off."""
    store.run(
        "INSERT OR IGNORE INTO settling (room, event_id, due_at) VALUES (?, ?, ?)",
        (room, event, instant(due)),
    )


def release_settled(store: Store, now: datetime) -> None:
    """Put what has settled by now into the inbox, each exactly once."""
    due = instant(now)
    if store.row("SELECT 1 FROM settling WHERE due_at <= ?", (due,)) is None:
        return
    with store.transaction():
        store.run(
            "INSERT INTO inbox (received_at, kind, what, subscription, room, event_id)"
            " SELECT due_at, ?, ?, '', room, event_id FROM settling WHERE due_at <= ?"
            " ORDER BY due_at, room, event_id",
            (NotificationKind.CHANGE.value, Occasion.SETTLED.value, due),
        )
        store.run("DELETE FROM settling WHERE due_at <= ?", (due,))
