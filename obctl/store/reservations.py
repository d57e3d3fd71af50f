"""Reservations with their services."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.event import person
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    ReservationNumber,
    Source,
    Status,
)
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.errors import UsageError
from obctl.store.codec import instant, moment
from obctl.store.database import Store, in_parts
from obctl.store.reservation_text import words_condition
from obctl.store.services import load_services
from obctl.store.text_index import folded_words

COLUMNS = (
    "room", "subject", "organizer_name", "organizer_email", "start_at", "end_at", "time_zone",
    "all_day", "status", "external_state", "source", "event_id", "ical_uid", "series_key",
    "series_master_id", "original_start_at", "attendees", "notes", "version", "created_at",
    "updated_at",
)  # fmt: skip
# Looking a value up takes a fifth of calling its enum, and a day of many rooms has thousands.
_STATUS = {item.value: item for item in Status}
_STATE = {item.value: item for item in ExternalState}
_SOURCE = {item.value: item for item in Source}
_MARKS = ", ".join("?" * len(COLUMNS))
_INSERT = f"INSERT INTO reservations (number, {', '.join(COLUMNS)}) VALUES (?, {_MARKS})"
_UPDATE = (
    "UPDATE reservations SET"
    f" {', '.join(f'{c} = ?{at}' for at, c in enumerate(COLUMNS, 2))} WHERE number = ?1"
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What `search_reservations` looks for; `None` and empty match everything."""

    span: TimeSpan | None = None
    rooms: Sequence[RoomId] | None = None
    text: str | None = None
    status: Status | None = None
    external_state: int | None = None
    limit: int | None = None


def next_number(store: Store) -> ReservationNumber:
    """The number the next reservation gets; ask inside the transaction that uses it."""
    row = store.row("SELECT seq FROM sqlite_sequence WHERE name = 'reservations'")
    return ReservationNumber((row["seq"] if row else 0) + 1)


def insert_reservations(store: Store, reservations: Iterable[Reservation]) -> None:
    """Add reservations that carry their final numbers (`next_number`)."""
    store.put("reservations", _INSERT, [(r.number, *_values(r)) for r in reservations])


def update_reservation(store: Store, reservation: Reservation) -> None:
    """Write every field of a known reservation; services are saved on their own."""
    row = (reservation.number, *_values(reservation))
    store.put("reservations", _UPDATE, [row])


def change_state(store: Store, number: int, before: ExternalState, after: ExternalState) -> None:
    """Another external state for one that is in `before`, also where its row cannot be read."""
    store.alter(
        "reservations",
        "external_state = ?",
        (int(after),),
        "number = ? AND external_state = ?",
        (number, int(before)),
    )


def find_reservation(store: Store, number: int) -> Reservation:
    """The reservation with this number; raises `UsageError`."""
    row = store.row("SELECT * FROM reservations WHERE number = ?", (number,))
    if row is None:
        raise UsageError(
            f"there is no reservation {number}",
            hint="`obctl reservations list` shows them",
            code="unknown-reservation",
        )
    return _with_services(store, [_reservation(row)])[0]


def find_by_event(store: Store, room: RoomId, event_id: str) -> list[Reservation]:
    """The reservations of a room that point at this event."""
    return _load(store, "room = ? AND event_id = ?", (room, event_id))


def load_by_events(
    store: Store, room: RoomId, event_ids: Sequence[str], *, besides: Container[ReservationNumber]
) -> list[Reservation]:
    """The reservations of a room that point at one of these events, but for those known already."""
    numbers: list[ReservationNumber] = []
    for marks, part in in_parts(event_ids):
        sql = f"SELECT number FROM reservations WHERE room = ? AND event_id IN ({marks})"
        numbers += [row["number"] for row in store.rows(sql, (room, *part))]
    return load_numbers(store, [number for number in numbers if number not in besides])


def load_numbers(store: Store, numbers: Sequence[ReservationNumber]) -> list[Reservation]:
    """The reservations with these numbers."""
    found: list[Reservation] = []
    for marks, part in in_parts(numbers):
        found += _load(store, f"number IN ({marks})", part)
    return found


def load_room_reservations(store: Store, room: RoomId, span: TimeSpan) -> list[Reservation]:
    """The room's reservations that overlap `span`, cancelled ones included, by start."""
    return _load(
        store,
        "room = ? AND start_at < ? AND (end_at > ? OR start_at >= ?)",
        (room, instant(span.end), instant(span.start), instant(span.start)),
    )


def load_by_series(store: Store, series_keys: Iterable[str]) -> list[Reservation]:
    """All reservations, in whatever room, that carry one of these series keys."""
    found: list[Reservation] = []
    for marks, part in in_parts(sorted(set(series_keys))):
        found += _load(store, f"series_key IN ({marks})", part)
    return found


def load_series_dates(store: Store, organizer: str, span: TimeSpan) -> list[Reservation]:
    """The dates of somebody's series that start in a span, in whatever room."""
    return _load(
        store,
        "room IN (SELECT id FROM rooms) AND start_at >= ? AND start_at <= ?"
        " AND organizer_email = ? COLLATE NOCASE AND series_master_id IS NOT NULL",
        (instant(span.start), instant(span.end), organizer),
    )


def load_by_state(
    store: Store, state: ExternalState, *, ending_after: datetime
) -> list[Reservation]:
    """Reservations in one external state that end after a moment."""
    return _load(store, "external_state = ? AND end_at > ?", (int(state), instant(ending_after)))


def search_reservations(store: Store, wanted: Filter) -> list[Reservation]:
    """The reservations that fit every part of `wanted`, by start.

    Text is split at spaces; each word must stand in the subject, the organiser, the room or a
    service, upper and lower case being the same.
    """
    conditions: list[str] = ["1"]
    values: list[object] = []
    if wanted.span:
        conditions.append("r.start_at < ? AND (r.end_at > ? OR r.start_at >= ?)")
        values += [
            instant(wanted.span.end), instant(wanted.span.start), instant(wanted.span.start)
        ]  # fmt: skip
    if wanted.rooms is not None:
        conditions.append(f"r.room IN ({', '.join('?' * len(wanted.rooms))})")
        values += wanted.rooms
    if wanted.status:
        conditions.append("r.status = ?")
        values.append(wanted.status.value)
    if wanted.external_state is not None:
        conditions.append("r.external_state = ?")
        values.append(wanted.external_state)
    holds_words, words = words_condition(store, folded_words(wanted.text))
    conditions.append(holds_words)
    values += words
    chosen = f"reservations r WHERE {' AND '.join(conditions)}"
    if wanted.limit is not None:
        # Sorting two columns of all that fit is quick where an index holds them; rows are wide.
        first = f"SELECT r.number FROM {chosen} ORDER BY r.start_at, r.number LIMIT ?"
        chosen = f"reservations r WHERE r.number IN ({first})"
        values.append(wanted.limit)
    rows = store.rows(f"SELECT r.* FROM {chosen} ORDER BY r.start_at, r.number", values)
    return _with_services(store, [_reservation(row) for row in rows])


def _load(store: Store, condition: str, values: Sequence[object]) -> list[Reservation]:
    rows = store.rows(
        f"SELECT * FROM reservations WHERE {condition} ORDER BY start_at, number", values
    )
    return _with_services(store, [_reservation(row) for row in rows])


def _with_services(store: Store, reservations: list[Reservation]) -> list[Reservation]:
    if not reservations:
        return []
    services = load_services(store, [reservation.number for reservation in reservations])
    if not services:
        return reservations
    return [
        replace(reservation, services=tuple(services[reservation.number]))
        if reservation.number in services
        else reservation
        for reservation in reservations
    ]


def _values(reservation: Reservation) -> tuple[object, ...]:
    return (
        reservation.room,
        reservation.subject,
        reservation.organizer.name,
        reservation.organizer.email,
        instant(reservation.start),
        instant(reservation.end),
        reservation.time_zone,
        reservation.all_day,
        str(reservation.status),
        int(reservation.external_state),
        str(reservation.source),
        reservation.event_id,
        reservation.ical_uid,
        reservation.series_key,
        reservation.series_master_id,
        instant(reservation.original_start),
        reservation.attendees,
        reservation.notes,
        reservation.version,
        instant(reservation.created_at),
        instant(reservation.updated_at),
    )


def _reservation(row: sqlite3.Row) -> Reservation:
    return Reservation(
        number=row["number"],
        room=row["room"],
        subject=row["subject"],
        organizer=person(row["organizer_name"], row["organizer_email"]),
        start=moment(row["start_at"]),
        end=moment(row["end_at"]),
        time_zone=row["time_zone"],
        all_day=bool(row["all_day"]),
        status=_STATUS[row["status"]],
        external_state=_STATE[row["external_state"]],
        source=_SOURCE[row["source"]],
        created_at=moment(row["created_at"]),
        updated_at=moment(row["updated_at"]),
        event_id=row["event_id"],
        ical_uid=row["ical_uid"],
        series_key=row["series_key"],
        series_master_id=row["series_master_id"],
        original_start=moment(row["original_start_at"]),
        attendees=row["attendees"],
        notes=row["notes"],
        version=row["version"],
    )
