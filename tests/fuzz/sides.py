"""All there is to see of both sides, room by room, and where two such looks differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from story import Building

from obctl.sandbox.identity import parse_id

_RESERVATIONS = """
SELECT rooms.mailbox, r.subject, r.start_at, r.end_at, r.all_day, r.status, r.external_state,
    r.source, r.organizer_email, r.event_id, r.series_key IS NULL,
    r.original_start_at, r.attendees, r.version,
    (SELECT group_concat(kind || ' ' || description || ' ' || quantity || ' ' || status, '; ')
     FROM services WHERE reservation = r.number),
    a.event_id, a.start_at, a.end_at, a.subject, a.event_subject,
    CASE r.source WHEN 'outlook' THEN a.organizer_email END, a.version
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
_ASKED = 100
_CANCELLED, _STATE, _EVENT, _SERVICES = 5, 6, 9, 14  # columns of a reservation


@dataclass(frozen=True)
class State:
    """Both sides by room; each row sorted, so that it does not matter what came first."""

    rooms: dict[str, dict[str, list[Any]]]

    def reservations(self, room: str) -> list[Any]:
        return self.rooms[room]["reservations"] if room in self.rooms else []

    def of(self, room: str, *parts: str) -> dict[str, list[Any]]:
        return {name: self.rooms[room][name] for name in parts or self.rooms[room]}

    def lost(self, room: str) -> set[tuple[str, str, str]]:
        """What was cancelled here or asks to be: in what way, subject and start."""
        found = set()
        for row in self.reservations(room):
            if row[_CANCELLED] == "cancelled":
                found.add(("cancelled", *row[1:3]))
            if row[_STATE] == _ASKED:
                found.add(("asked", *row[1:3]))
            if row[_SERVICES] and "cancelled" in row[_SERVICES]:
                found.add(("services cancelled", *row[1:3]))
        requests = self.rooms.get(room, {}).get("requests", [])
        return found | {("asked", *row[1:3]) for row in requests}


def state_of(building: Building) -> State:
    rooms: dict[str, dict[str, list[Any]]] = {}
    name_ids = _Names(building)
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
            rows = sorted((tuple(map(name_ids, row)) for row in store.execute(query)), key=repr)
            for mailbox in mailboxes:
                rooms[mailbox][name] = [row for row in rows if row[0] == mailbox]
    return State(rooms)


class _Names:
    """Names Outlook's ids by what they stand for: writes in another order get other ids."""

    def __init__(self, building: Building) -> None:
        self._mailboxes = building.tenant.exchange.directory.mailboxes.values()

    def __call__(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith("AA") or len(value) < 50:
            return value
        for mailbox in self._mailboxes:
            if (found := parse_id(mailbox.id, value)) is not None:
                key = found.number if found.immutable else mailbox.entries.get(found.number, 0)
                item = mailbox.items.get(key)
                return f"{item.subject if item else 'gone'} {found.day}"
        return "an id of nobody's"


def _outlook(building: Building, mailbox: str) -> list[Any]:
    """What is on the room's calendar, as Exchange itself knows it."""
    found = building.tenant.exchange.directory.mailboxes.get(mailbox)
    return sorted(
        (
            item.subject, str(item.start), str(item.end), item.kind, item.response,
            item.is_cancelled, item.show_as, sorted(map(str, item.cancelled_days)),
            sorted((str(on), str(one.start), str(one.end)) for on, one in item.exceptions.items()),
        )
        for item in (found.items.values() if found else ())
    )  # fmt: skip


@dataclass(frozen=True)
class Gap:
    """Rows of one room in which two states differ."""

    room: str
    part: str
    missing: tuple[Any, ...]
    surplus: tuple[Any, ...]

    def without(self, subject: str) -> Gap | None:
        """The same, but for what is about this meeting; `None` if nothing else is."""
        return self._without(lambda row: row[1] == subject)

    def without_row(self, left_out: Any) -> Gap | None:
        return self._without(lambda row: row == left_out)

    def without_asked(self, off: Collection[tuple[str, str]]) -> Gap | None:
        """The same, but for what is really `off` where a person is asked about it.

        Where less is known than Outlook says, nothing is cancelled that nobody has looked at.
        """
        asked = {
            row[1:3]
            for row in self.surplus
            if row[1:3] in off
            and (self.part == "requests" or row[_STATE : _STATE + 1] == (_ASKED,))
        }
        return self._without(lambda row: row[1:3] in asked)

    def _without(self, is_left_out: Callable[[Any], bool]) -> Gap | None:
        missing, surplus = (
            tuple(row for row in rows if not is_left_out(row))
            for rows in (self.missing, self.surplus)
        )
        return Gap(self.room, self.part, missing, surplus) if missing or surplus else None

    def __str__(self) -> str:
        return f"{self.room} {self.part}: missing {self.missing}, surplus {self.surplus}"


def differences(right: State, found: State, *rooms: str, parts: tuple[str, ...] = ()) -> list[Gap]:
    """Where `found` is not `right` in these rooms, or in all."""
    gaps = []
    for room in rooms or right.rooms:
        for part, rows in right.of(room, *parts).items():
            others = found.of(room, part)[part] if room in found.rooms else []
            missing = _beyond(rows, others)
            surplus = tuple(row for row in _beyond(others, rows) if not _was_interim(row, rows))
            if missing or surplus:
                gaps.append(Gap(room, part, missing, surplus))
    return gaps


def _beyond(rows: list[Any], others: list[Any]) -> tuple[Any, ...]:
    """What stands in `rows` and not, or not as often, in `others`."""
    left = list(others)
    found = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            found.append(row)
    return tuple(found)


def _was_interim(row: Any, rows: list[Any]) -> bool:
    """What a moved meeting got in its new room while the old one could not be read.

    The reservation that moved takes its event, and leaves it cancelled.
    """
    if len(row) <= _SERVICES or row[_CANCELLED] != "cancelled" or row[_EVENT] is not None:
        return False
    return any(one[1:3] == row[1:3] and one[_CANCELLED] != "cancelled" for one in rows)
