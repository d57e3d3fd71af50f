"""Outlook as last read: what `--cached` shows, what a vanished event last was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from obctl.domain.event import Event, EventId, EventType, Response, person
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.store.codec import day, instant, moment
from obctl.store.database import Store, in_parts
from obctl.store.payloads import save_payloads

_COLUMNS = (
    "type", "start_at", "end_at", "subject", "all_day", "organizer_name", "organizer_email",
    "series_master_id", "original_start_at", "ical_uid", "series_key", "born_at", "instance_on",
    "foreign_origin", "is_cancelled", "is_organizer", "is_draft", "response", "show_as",
    "sensitivity", "attendees", "room_invited", "time_zone", "created_at", "modified_at",
    "change_key", "transaction_id", "payload", "gone_at",
)  # fmt: skip
_UPSERT = (
    f"INSERT INTO events (room, event_id, {', '.join(_COLUMNS)})"
    f" VALUES (?, ?, {', '.join('?' * len(_COLUMNS))})"
    f" ON CONFLICT (room, event_id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS)
)


def save_events(store: Store, room: RoomId, events: Sequence[Event]) -> dict[str, int]:
    """Write events as they were just read; returns the payload id of each by event id.

    Only inside a transaction. An event that was gone is there again.
    """
    ids = save_payloads(store, (event.payload for event in events))
    payloads = {event.id: payload for event, payload in zip(events, ids, strict=True)}
    store.put(
        "events",
        _UPSERT,
        [(room, event.id, *_values(event, payloads[event.id])) for event in events],
    )
    return {str(key): value for key, value in payloads.items()}


def mark_gone(store: Store, room: RoomId, event_ids: Iterable[str], at: datetime) -> None:
    """Record that Outlook no longer has these events; what they last were stays."""
    for event_id in event_ids:
        store.alter(
            "events",
            "gone_at = ?",
            (instant(at),),
            "room = ? AND event_id = ? AND gone_at IS NULL",
            (room, event_id),
        )


def load_events(store: Store, room: RoomId, span: TimeSpan) -> list[Event]:
    """The room's events that overlap `span` as last read, without those that are gone."""
    rows = store.rows(
        "SELECT * FROM events WHERE room = ? AND start_at < ? AND (end_at > ? OR start_at >= ?)"
        " AND gone_at IS NULL ORDER BY start_at, event_id",
        (room, instant(span.end), instant(span.start), instant(span.start)),
    )
    return [_event(row) for row in rows]


def load_series_events(store: Store, room: RoomId, master_id: str) -> list[Event]:
    """The instances of one series as last read, without those that are gone."""
    rows = store.rows(
        "SELECT * FROM events WHERE room = ? AND series_master_id = ? AND gone_at IS NULL"
        " ORDER BY start_at",
        (room, master_id),
    )
    return [_event(row) for row in rows]


def load_cancelled_copies(store: Store, keys: Iterable[str]) -> list[tuple[RoomId, Event]]:
    """The cancelled events of these series keys that mapped rooms keep, as last read."""
    found: list[tuple[RoomId, Event]] = []
    for marks, part in in_parts(keys):
        rows = store.rows(
            "SELECT * FROM events WHERE room IN (SELECT id FROM rooms) AND is_cancelled = 1"
            f" AND gone_at IS NULL AND series_key IN ({marks}) ORDER BY room, start_at",
            part,
        )
        found += [(row["room"], _event(row)) for row in rows]
    return found


def find_event(store: Store, room: RoomId, event_id: str) -> Event | None:
    """An event as last read, a gone one included."""
    row = store.row("SELECT * FROM events WHERE room = ? AND event_id = ?", (room, event_id))
    return _event(row) if row else None


def find_copies(store: Store, room: RoomId, event: Event) -> list[Event]:
    """Other meetings of the room, as last read, that bear the event's transaction id."""
    if event.transaction_id is None:
        return []
    rows = store.rows(
        "SELECT * FROM events WHERE room = ? AND transaction_id = ? AND event_id != ?"
        " AND series_key IS NOT ? AND gone_at IS NULL ORDER BY start_at",
        (room, event.transaction_id, event.id, event.series_key),
    )
    return [_event(row) for row in rows]


def find_event_anywhere(store: Store, event_id: str) -> tuple[RoomId, Event] | None:
    """An event of any room as last read, a gone one included."""
    row = store.row(
        "SELECT * FROM events WHERE room IN (SELECT id FROM rooms) AND event_id = ?", (event_id,)
    )
    return (row["room"], _event(row)) if row else None


def some_event_id(store: Store) -> EventId | None:
    """The id of any single event or series that was ever read, a gone one included."""
    row = store.row(
        "SELECT coalesce(series_master_id, event_id) AS id FROM events"
        " WHERE coalesce(series_master_id, event_id) IS NOT NULL LIMIT 1"
    )
    return EventId(row["id"]) if row else None


def known_between(store: Store, room: RoomId, span: TimeSpan) -> dict[str, str | None]:
    """The change keys of the room's events that overlap `span` as last read, without those gone."""
    rows = store.rows(
        "SELECT event_id, change_key FROM events WHERE room = ? AND start_at < ? AND (end_at > ? OR"
        " start_at >= ?) AND gone_at IS NULL",
        (room, instant(span.end), instant(span.start), instant(span.start)),
    )
    return {row["event_id"]: row["change_key"] for row in rows}


def known_among(store: Store, room: RoomId, event_ids: Iterable[str]) -> dict[str, str | None]:
    """The change keys of these events as last read; those that are gone are left out."""
    found: dict[str, str | None] = {}
    for marks, part in in_parts(event_ids):
        rows = store.rows(
            "SELECT event_id, change_key FROM events WHERE room = ? AND gone_at IS NULL"
            f" AND event_id IN ({marks})",
            (room, *part),
        )
        found |= {row["event_id"]: row["change_key"] for row in rows}
    return found


def payload_ids(store: Store, room: RoomId, event_ids: Iterable[str]) -> dict[str, int]:
    """The payload id of each of these events as last read, gone ones included."""
    found: dict[str, int] = {}
    for marks, part in in_parts(sorted(set(event_ids))):
        rows = store.rows(
            "SELECT event_id, payload FROM events WHERE room = ? AND payload IS NOT NULL"
            f" AND event_id IN ({marks})",
            (room, *part),
        )
        found |= {row["event_id"]: row["payload"] for row in rows}
    return found


def _values(event: Event, payload: int) -> tuple[object, ...]:
    return (
        str(event.type),
        instant(event.start),
        instant(event.end),
        event.subject,
        event.all_day,
        event.organizer.name,
        event.organizer.email,
        event.series_master_id,
        instant(event.original_start),
        event.ical_uid,
        event.series_key,
        instant(event.born_at),
        event.instance_date.isoformat() if event.instance_date else None,
        event.foreign_origin,
        event.is_cancelled,
        event.is_organizer,
        event.is_draft,
        str(event.response),
        event.show_as,
        event.sensitivity,
        event.attendees,
        event.room_invited,
        event.time_zone,
        instant(event.created_at),
        instant(event.modified_at),
        event.change_key,
        event.transaction_id,
        payload,
        None,
    )


_TYPE = {item.value: item for item in EventType}
_RESPONSE = {item.value: item for item in Response}


def _event(row: sqlite3.Row) -> Event:
    return Event(
        id=row["event_id"],
        type=_TYPE[row["type"]],
        start=moment(row["start_at"]),
        end=moment(row["end_at"]),
        subject=row["subject"],
        all_day=bool(row["all_day"]),
        organizer=person(row["organizer_name"], row["organizer_email"]),
        series_master_id=row["series_master_id"],
        original_start=moment(row["original_start_at"]),
        ical_uid=row["ical_uid"],
        series_key=row["series_key"],
        born_at=moment(row["born_at"]),
        instance_date=day(row["instance_on"]),
        foreign_origin=bool(row["foreign_origin"]),
        is_cancelled=bool(row["is_cancelled"]),
        is_organizer=bool(row["is_organizer"]),
        is_draft=bool(row["is_draft"]),
        response=_RESPONSE[row["response"]],
        show_as=row["show_as"],
        sensitivity=row["sensitivity"],
        attendees=row["attendees"],
        room_invited=None if row["room_invited"] is None else bool(row["room_invited"]),
        time_zone=row["time_zone"],
        created_at=moment(row["created_at"]),
        modified_at=moment(row["modified_at"]),
        change_key=row["change_key"],
        transaction_id=row["transaction_id"],
    )
