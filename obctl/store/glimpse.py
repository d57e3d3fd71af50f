"""A glance at a store, for whoever must be quick and may come away with nothing.

It is read as it is: nothing is made, migrated, locked or waited for.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from obctl.domain.counted import counted
from obctl.store.store_file import beside

_WAIT_SECONDS = 0.02

Pairs = list[tuple[str, str]]
"""A value, and what it is."""


def room_words(path: Path) -> Pairs:
    """Each mapped room's name, where it is unique, and its address; by name."""
    rows = list(_rows(path, "SELECT name, mailbox FROM rooms WHERE removed_at IS NULL ORDER BY 1"))
    times = Counter(name.casefold() for name, _ in rows)
    named = [(name, mailbox) for name, mailbox in rows if times[name.casefold()] == 1]
    return named + [(mailbox, name) for name, mailbox in rows]


def rooms_ever(path: Path) -> Pairs:
    """Address and name of each room that ever was mapped."""
    return _pairs(path, "SELECT mailbox, name FROM rooms")


def locations(path: Path) -> Pairs:
    rows = _rows(
        path,
        "SELECT location, count(*) FROM rooms WHERE removed_at IS NULL"
        " AND location <> '' GROUP BY location ORDER BY location",
    )
    return [(name, counted(int(rooms), "room")) for name, rooms in rows]


def open_requests(path: Path) -> Pairs:
    """The ids of the cancellation requests that wait, with what each is about."""
    return _pairs(
        path,
        "SELECT c.id, r.subject || ', ' || r.start_at FROM cancellation_requests c"
        " JOIN reservations r ON r.number = c.reservation WHERE c.status = 'open' ORDER BY c.id",
    )


def run_ids(path: Path) -> Pairs:
    """The latest runs, newest first."""
    return _pairs(
        path,
        "SELECT id, kind || ', ' || started_at FROM runs ORDER BY started_at DESC LIMIT 20",
    )


def subscription_ids(path: Path) -> Pairs:
    return _pairs(
        path,
        "SELECT s.id, r.name FROM subscriptions s JOIN rooms r ON r.id = s.room"
        " WHERE r.removed_at IS NULL ORDER BY r.name",
    )


def _pairs(path: Path, sql: str) -> Pairs:
    return [(str(value), str(what)) for value, what in _rows(path, sql)]


def _rows(path: Path, sql: str) -> Iterator[tuple[str, str]]:
    """The rows; none where there is no store, or it is not one of this version."""
    try:
        # SQLite makes files beside a store to read it in WAL mode, unless it is told that nobody
        # writes; where somebody does after all, there is an error, or what was true just now.
        alone = "" if _is_in_use(path) else "&immutable=1"
        store = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro{alone}", uri=True, timeout=_WAIT_SECONDS
        )
        with closing(store):
            yield from store.execute(sql)
    except (sqlite3.Error, OSError, ValueError):
        return


def _is_in_use(path: Path) -> bool:
    return any(file.exists() for file in beside(path))
