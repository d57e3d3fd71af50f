"""Which rows of a store belong into a support bundle: what a verdict on its items rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from obctl.domain.company_log import Action
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.store.codec import instant, moment
from obctl.store.company_log import REFUSALS
from obctl.store.database import Store, in_parts

_RECENT = timedelta(days=60)
"""How far back the log of a room as such goes into a bundle."""
_LATEST_RUNS = 30
_ABOUT_RESERVATIONS = (
    "services", "agreed_states", "cancellation_requests", "outbox", "possible_moves", "undecided",
)  # fmt: skip
_OF_ROOMS = ("subscriptions", "settling", "unreadable_events")
_ANYWHERE = "room IN (SELECT id FROM rooms)"
"""Says nothing, and lets SQLite look up event ids in indexes that begin with the room."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What a bundle is about: all of `rooms` within `span`, and single meetings in any room."""

    rooms: frozenset[RoomId]
    span: TimeSpan
    numbers: frozenset[int] = frozenset()
    events: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    """Series keys of which every date is wanted, wherever it is."""
    run: str | None = None


Rows = Mapping[str, Sequence[int]]
"""The row ids of each table."""


def rows_of(store: Store, extent: Extent, now: datetime) -> Rows:
    """The rows of a bundle, table by table; every room, since rooms tell whose addresses are whose.

    What a row points at is among them. Beside what is in the days go the other rooms' meetings
    of the same keys: where a meeting went is told by them.
    """
    picked = _Picked(store, extent, instant(now - _RECENT))
    picked.meetings()
    picked.what_hangs_on_them()
    picked.log()
    return {table: sorted(ids) for table, ids in picked.ids.items()}


@dataclass(slots=True)
class _Picked:
    store: Store
    extent: Extent
    recent: str
    ids: dict[str, set[int]] = field(default_factory=dict)

    def take(self, table: str, where: str, values: Iterable[object] = ()) -> None:
        """Add the rows of a table for which `where` holds."""
        rows = self.store.rows(f"SELECT rowid AS id FROM {table} WHERE {where}", tuple(values))
        self.ids.setdefault(table, set()).update(row["id"] for row in rows)

    def take_by(self, table: str, column: str, values: Iterable[object], where: str = "1") -> None:
        """Add the rows whose column is one of these values, and for which `where` holds."""
        for marks, part in in_parts(values):
            self.take(table, f"{column} IN ({marks}) AND ({where})", part)

    def read(self, table: str, *columns: str) -> set[object]:
        """What stands in columns of the rows picked so far; nulls left out."""
        found: set[object] = set()
        for marks, part in in_parts(self.ids.get(table, ())):
            for row in self.store.rows(
                f"SELECT {', '.join(columns)} FROM {table} WHERE rowid IN ({marks})", part
            ):
                found.update(value for value in row if value is not None)
        return found

    def meetings(self) -> None:
        extent = self.extent
        start, end = instant(extent.span.start), instant(extent.span.end)
        within = f"start_at < '{end}' AND (end_at > '{start}' OR start_at >= '{start}')"
        self.take("rooms", "1")
        self.take_by("reservations", "number", extent.numbers)
        self.take_by("events", "event_id", extent.events, _ANYWHERE)
        for table in ("reservations", "events"):
            self.take_by(table, "room", extent.rooms, within)
            self.take_by(table, "series_key", extent.keys)
        keys = self.read("reservations", "series_key") | self.read("events", "series_key")
        for table in ("reservations", "events"):
            self.take_by(table, "series_key", keys, within)
        linked = self.read("reservations", "event_id", "series_master_id")
        self.take_by("events", "event_id", linked, _ANYWHERE)
        self.take_by("reservations", "event_id", self.read("events", "event_id"), _ANYWHERE)
        self._both_of_a_move()

    def _both_of_a_move(self) -> None:
        for one, other in (("reservation", "instead_of"), ("instead_of", "reservation")):
            for marks, part in in_parts(self.ids.get("reservations", ())):
                rows = self.store.rows(
                    f"SELECT {other} AS number FROM possible_moves WHERE {one} IN ({marks})", part
                )
                self.ids["reservations"].update(row["number"] for row in rows)

    def what_hangs_on_them(self) -> None:
        numbers = self.ids.get("reservations", set())
        for table in _ABOUT_RESERVATIONS:
            self.take_by(table, "reservation", numbers)
        for table in _OF_ROOMS:
            self.take_by(table, "room", self.extent.rooms)
        waiting = f"handled_at IS NULL OR received_at >= '{self.recent}'"
        self.take_by("inbox", "room", self.extent.rooms, waiting)

    def log(self) -> None:
        about_nothing = "reservation IS NULL AND event_id IS NULL"
        refusals = ", ".join(f"'{action}'" for action in REFUSALS)
        self.take_by("company_log", "reservation", self.ids.get("reservations", ()))
        ids = self.read("events", "event_id", "series_master_id")
        ids |= self.read("reservations", "event_id", "series_master_id")
        self.take_by("company_log", "event_id", ids, _ANYWHERE)
        self.take_by(
            "company_log",
            "room",
            self.extent.rooms,
            f"{about_nothing} AND at >= '{self.recent}' OR action IN ({refusals})",
        )
        self.take("company_log", "action = ?", (Action.SETTING_CHANGED.value,))
        if self.extent.run is not None:
            self.take("company_log", "run = ?", (self.extent.run,))
        runs = self.read("company_log", "run")
        self.take_by("company_log", "run", runs, f"room IS NULL AND {about_nothing}")
        self.take_by("runs", "id", runs)
        latest = f"SELECT rowid FROM runs ORDER BY started_at DESC LIMIT {_LATEST_RUNS}"
        self.take("runs", f"rowid IN ({latest})")
        self.take("runs", "id = ?", (self.extent.run,))
        payloads = self.read("company_log", "payload") | self.read("events", "payload")
        self.take_by("payloads", "id", payloads | self.read("unreadable_events", "payload"))


def rooms_with(store: Store, keys: Iterable[str], span: TimeSpan) -> set[RoomId]:
    """The rooms that have, or had, a meeting of these series keys in `span`, on either side."""
    found: set[RoomId] = set()
    for table in ("reservations", "events"):
        for marks, part in in_parts(keys):
            rows = store.rows(
                f"SELECT DISTINCT room FROM {table} WHERE series_key IN ({marks})"
                " AND start_at < ? AND end_at > ?",
                (*part, instant(span.end), instant(span.start)),
            )
            found.update(RoomId(row["room"]) for row in rows)
    return found


def seen_in_run(store: Store, run: str) -> tuple[set[RoomId], set[int], list[datetime]]:
    """Of what a run's log entries speak: rooms, reservations, and when these take place."""
    rows = store.rows(
        "SELECT DISTINCT room, reservation FROM company_log WHERE run = ? AND room IS NOT NULL",
        (run,),
    )
    numbers = {row["reservation"] for row in rows if row["reservation"] is not None}
    starts: list[datetime] = []
    for marks, part in in_parts(numbers):
        held = store.rows(f"SELECT start_at FROM reservations WHERE number IN ({marks})", part)
        starts += [moment(row["start_at"]) for row in held]
    return {RoomId(row["room"]) for row in rows}, numbers, starts


def counted_rows(store: Store) -> tuple[int, int, int]:
    """How many reservations, events and log entries a store holds."""
    row = store.row(
        "SELECT (SELECT count(*) FROM reservations) AS reservations,"
        " (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM company_log) AS entries"
    )
    return (row["reservations"], row["events"], row["entries"]) if row else (0, 0, 0)
