"""Events that are in a room's calendar and cannot be read: each is asked for again every night."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing, RecordedUnreadable, UnreadableEvent
from obctl.store.codec import instant, moment
from obctl.store.database import Store
from obctl.store.events import load_events
from obctl.store.payloads import load_payload, save_payload

_SAVE = (
    "INSERT INTO unreadable_events (room, handle, event_id, since, wrong, subject, start_at,"
    " end_at, series_master_id, original_start_at, ical_uid, series_key, transaction_id,"
    " fingerprint, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (room, handle) DO UPDATE SET wrong = excluded.wrong, subject = excluded.subject,"
    " start_at = excluded.start_at, end_at = excluded.end_at,"
    " series_master_id = excluded.series_master_id,"
    " original_start_at = excluded.original_start_at, ical_uid = excluded.ical_uid,"
    " series_key = excluded.series_key, transaction_id = excluded.transaction_id,"
    " fingerprint = excluded.fingerprint, payload = excluded.payload"
)


def load_unreadable(store: Store, room: RoomId | None = None) -> list[RecordedUnreadable]:
    """What cannot be read now, in one room or in all."""
    where, values = ("", ()) if room is None else (" WHERE room = ?", (room,))
    rows = store.rows(
        f"SELECT * FROM unreadable_events{where} ORDER BY room, since, handle", values
    )
    return [_recorded(store, row) for row in rows]


def load_listing(store: Store, room: RoomId, span: TimeSpan) -> Listing:
    """The room's calendar in `span` as last read, with what could not be.

    What such an event last was says nothing of what it is.
    """
    unreadable = [item.event for item in load_unreadable(store, room)]
    ids = {event.id for event in unreadable}
    return Listing(
        [event for event in load_events(store, room, span) if event.id not in ids],
        [event for event in unreadable if event.may_touch(span)],
    )


def find_unreadable(store: Store, event_id: str) -> RecordedUnreadable | None:
    """The event of this id, if it is one that cannot be read."""
    row = store.row("SELECT * FROM unreadable_events WHERE event_id = ?", (event_id,))
    return _recorded(store, row) if row else None


def save_unreadable(
    store: Store, room: RoomId, events: Iterable[UnreadableEvent], at: datetime
) -> list[UnreadableEvent]:
    """Remember events that cannot be read; returns those of which something new is to be said."""
    rows = store.rows("SELECT handle, fingerprint FROM unreadable_events WHERE room = ?", (room,))
    known = {row["handle"]: row["fingerprint"] for row in rows}
    fresh = [event for event in events if known.get(event.handle) != event.fingerprint]
    for event in fresh:
        payload = save_payload(store, event.payload) if event.payload else None
        row = (
            room,
            event.handle,
            event.id,
            instant(at),
            event.wrong,
            event.subject,
            instant(event.start),
            instant(event.end),
            event.series_master_id,
            instant(event.original_start),
            event.ical_uid,
            event.series_key,
            event.transaction_id,
            event.fingerprint,
            payload,
        )
        store.merge("unreadable_events", _SAVE, [((room, event.handle), row)])
    return fresh


def forget_unreadable(store: Store, room: RoomId, handles: Iterable[str]) -> None:
    """These can be read again, or are gone."""
    for handle in handles:
        store.remove("unreadable_events", "room = ? AND handle = ?", (room, handle))


def _recorded(store: Store, row: sqlite3.Row) -> RecordedUnreadable:
    event = UnreadableEvent(
        id=row["event_id"],
        wrong=row["wrong"],
        subject=row["subject"],
        start=moment(row["start_at"]),
        end=moment(row["end_at"]),
        series_master_id=row["series_master_id"],
        original_start=moment(row["original_start_at"]),
        ical_uid=row["ical_uid"],
        series_key=row["series_key"],
        transaction_id=row["transaction_id"],
        payload=load_payload(store, row["payload"]) or b"",
    )
    return RecordedUnreadable(RoomId(row["room"]), event, moment(row["since"]))
