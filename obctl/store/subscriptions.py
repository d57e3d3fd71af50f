"""Our ledger of Graph subscriptions, kept when they expire or get lost: causes read it."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from obctl.domain.room import RoomId
from obctl.domain.subscription import Subscription
from obctl.store.codec import instant, moment
from obctl.store.database import Store


def save_subscription(store: Store, subscription: Subscription) -> None:
    """Write one line, replacing an older one of the same id."""
    row = (
        subscription.id,
        subscription.room,
        subscription.resource,
        subscription.notification_url,
        subscription.lifecycle_url,
        subscription.client_state,
        instant(subscription.created_at),
        instant(subscription.expires_at),
        subscription.lost,
        instant(subscription.last_notification_at),
        instant(subscription.granted_at),
    )
    store.merge(
        "subscriptions",
        "INSERT OR REPLACE INTO subscriptions (id, room, resource, notification_url,"
        " lifecycle_url, client_state, created_at, expires_at, lost, last_notification_at,"
        " granted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [((subscription.id,), row)],
    )


def extend_subscription(
    store: Store, subscription: str, expires_at: datetime, granted_at: datetime
) -> None:
    """Record that Graph renewed it."""
    store.alter(
        "subscriptions",
        "expires_at = ?, granted_at = ?, lost = 0",
        (instant(expires_at), instant(granted_at)),
        "id = ? COLLATE NOCASE",
        (subscription,),
    )


def mark_lost(store: Store, subscription: str) -> None:
    """Record that Graph no longer knows it."""
    store.alter("subscriptions", "lost = 1", (), "id = ? COLLATE NOCASE", (subscription,))


def touch_subscription(store: Store, subscription: str, at: datetime) -> None:
    """Record when Graph last notified through it."""
    store.run(
        "UPDATE subscriptions SET last_notification_at = ? WHERE id = ? COLLATE NOCASE",
        (instant(at), subscription),
    )


def forget_subscription(store: Store, subscription: str) -> None:
    """Remove the line of a subscription that was ended on purpose."""
    store.remove("subscriptions", "id = ? COLLATE NOCASE", (subscription,))


def load_subscriptions(store: Store, room: RoomId | None = None) -> list[Subscription]:
    """The ledger, newest first; of one room where named."""
    if room is None:
        rows = store.rows("SELECT * FROM subscriptions ORDER BY created_at DESC, id")
    else:
        rows = store.rows(
            "SELECT * FROM subscriptions WHERE room = ? ORDER BY created_at DESC, id", (room,)
        )
    return [_subscription(row) for row in rows]


def load_watching(store: Store) -> list[Subscription]:
    """The ledger of the mapped rooms, newest first: what may tell us of changes."""
    rows = store.rows(
        "SELECT * FROM subscriptions WHERE room IN (SELECT id FROM rooms WHERE removed_at IS NULL)"
        " ORDER BY created_at DESC, id"
    )
    return [_subscription(row) for row in rows]


def load_unwanted(store: Store, now: datetime) -> list[Subscription]:
    """What Graph may still hold for rooms that were taken out: to be ended."""
    rows = store.rows(
        "SELECT * FROM subscriptions WHERE room IN"
        " (SELECT id FROM rooms WHERE removed_at IS NOT NULL)"
        " AND lost = 0 AND expires_at > ? ORDER BY created_at, id",
        (instant(now),),
    )
    return [_subscription(row) for row in rows]


def current_subscriptions(store: Store) -> dict[RoomId, Subscription]:
    """The subscription each mapped room relies on; what expired or got lost before is history."""
    current: dict[RoomId, Subscription] = {}
    for subscription in load_watching(store):
        known = current.get(subscription.room)
        if known is None or (known.lost and not subscription.lost):
            current[subscription.room] = subscription
    return current


def find_subscription(store: Store, subscription: str) -> Subscription | None:
    row = store.row("SELECT * FROM subscriptions WHERE id = ? COLLATE NOCASE", (subscription,))
    return _subscription(row) if row else None


def _subscription(row: sqlite3.Row) -> Subscription:
    return Subscription(
        id=row["id"],
        room=row["room"],
        resource=row["resource"],
        notification_url=row["notification_url"],
        lifecycle_url=row["lifecycle_url"],
        client_state=row["client_state"],
        created_at=moment(row["created_at"]),
        expires_at=moment(row["expires_at"]),
        lost=bool(row["lost"]),
        last_notification_at=moment(row["last_notification_at"]),
        granted_at=moment(row["granted_at"]),
    )
