"""What there is to see of both sides after a command, and what must hold of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from story import Building

_RESERVATIONS = """
SELECT rooms.mailbox, r.subject, r.start_at, r.end_at, r.all_day, r.status, r.external_state,
    r.source, r.organizer_email, r.organizer_name, r.event_id, r.series_key, r.original_start_at,
    r.attendees, r.version,
    (SELECT group_concat(kind || ' ' || description || ' ' || quantity || ' ' || status, '; ')
     FROM services WHERE reservation = r.number),
    a.event_id, a.start_at, a.end_at, a.subject, a.event_subject, a.organizer_email, a.version
FROM reservations AS r JOIN rooms ON rooms.id = r.room
LEFT JOIN agreed_states AS a ON a.reservation = r.number
"""
_REQUESTS = """
SELECT rooms.mailbox, r.subject, r.start_at, q.reason, q.status
FROM cancellation_requests AS q JOIN reservations AS r ON r.number = q.reservation
JOIN rooms ON rooms.id = r.room
"""
_PENDING = """
SELECT rooms.mailbox, r.subject, r.start_at, o.action
FROM outbox AS o JOIN reservations AS r ON r.number = o.reservation
JOIN rooms ON rooms.id = o.room WHERE o.done_at IS NULL
"""
_SUBSCRIPTIONS = """
SELECT rooms.mailbox, s.lost FROM subscriptions AS s JOIN rooms ON rooms.id = s.room
"""
_CANCELLED = 5  # column of the status


@dataclass(frozen=True)
class State:
    """Both sides by room; each row sorted, so that it does not matter what came first."""

    rooms: dict[str, dict[str, list[Any]]]

    def reservations(self, room: str) -> list[Any]:
        return self.rooms[room]["reservations"] if room in self.rooms else []

    def of(self, room: str, *parts: str) -> dict[str, list[Any]]:
        return {name: self.rooms[room][name] for name in parts or self.rooms[room]}

    def lost(self, room: str) -> list[Any]:
        """What was cancelled here or asks to be, and cancelled services."""
        reservations = [
            row[1:3]
            for row in self.reservations(room)
            if row[_CANCELLED] == "cancelled" or row[6] == 100
        ]
        services = [
            ("services of", *row[1:3])
            for row in self.reservations(room)
            if row[15] and "cancelled" in row[15]
        ]
        requests = [("request", *row[1:4]) for row in self.rooms.get(room, {}).get("requests", [])]
        return reservations + services + requests


def state_of(building: Building) -> State:
    rooms: dict[str, dict[str, list[Any]]] = {}
    with closing(sqlite3.connect(building.store)) as store:
        mailboxes = [row[0] for row in store.execute("SELECT mailbox FROM rooms ORDER BY id")]
        for mailbox in mailboxes:
            rooms[mailbox] = {"outlook": _outlook(building, mailbox)}
        for name, query in (
            ("reservations", _RESERVATIONS),
            ("requests", _REQUESTS),
            ("pending", _PENDING),
            ("subscriptions", _SUBSCRIPTIONS),
        ):
            rows = sorted(store.execute(query), key=repr)
            for mailbox in mailboxes:
                rooms[mailbox][name] = [row for row in rows if row[0] == mailbox]
    return State(rooms)


def _outlook(building: Building, mailbox: str) -> list[Any]:
    """What is on the room's calendar, as Exchange itself knows it."""
    found = building.tenant.exchange.directory.mailboxes.get(mailbox)
    return sorted(
        (
            item.subject, str(item.start), str(item.end), item.kind, item.response,
            item.is_cancelled, item.show_as, sorted(map(str, item.cancelled_days)),
            sorted((str(day), str(one.start), str(one.end)) for day, one in item.exceptions.items()),
        )
        for item in (found.items.values() if found else ())
    )  # fmt: skip


def differences(left: State, right: State, *rooms: str, parts: tuple[str, ...] = ()) -> list[str]:
    """Where two states differ in these rooms; `left` is the one that is right."""
    found = []
    for room in rooms or left.rooms:
        for name, rows in left.of(room, *parts).items():
            others = right.of(room, name)[name] if room in right.rooms else []
            missing = [row for row in rows if row not in others]
            surplus = [row for row in others if row not in rows and not _was_interim(row, rows)]
            if missing or surplus:
                found.append(f"{room} {name}: missing {missing}, surplus {surplus}")
            elif len(rows) < len(others) and not any(_was_interim(row, rows) for row in others):
                found.append(f"{room} {name}: doubled {others}")
    return found


def _was_interim(row: Any, rows: list[Any]) -> bool:
    """What a moved meeting got in its new room while the old one could not be read.

    The reservation that moved takes its event, and leaves it cancelled.
    """
    return row[_CANCELLED] == "cancelled" and row[10] is None and any(
        one[1:3] == row[1:3] and one[_CANCELLED] != "cancelled" for one in rows
    ) if len(row) > 15 else False
