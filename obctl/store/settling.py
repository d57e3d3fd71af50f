"""New events that are looked at once more when Exchange has had its time to rewrite them."""

from __future__ import annotations

from datetime import datetime

from obctl.domain.event import EventId
from obctl.domain.room import RoomId
from obctl.store.codec import instant
from obctl.store.database import Store
from obctl.store.inbox import NotificationKind

SETTLED = "settled"
"""The `what` of an item we put into the inbox ourselves: a new event has settled."""


def save_settling(store: Store, room: RoomId, event: EventId, due: datetime) -> None:
    """Owe an event one more look; one that is owed already is not put off."""
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
            (NotificationKind.CHANGE.value, SETTLED, due),
        )
        store.run("DELETE FROM settling WHERE due_at <= ?", (due,))
