"""The past of a store, written into another one from what `store/changes.py` recorded.

The other store is a file of its own; the one whose past it is stands beside it as `live` and is
only read, all of it as it was at one moment. Rows go through in the order in which they were
written, some thousands at a time: how long the record is makes no difference to the memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import zstandard

from obctl.errors import StoreError
from obctl.store.changes import SECRET, TABLES, Recorded, Row, unpacked
from obctl.store.codec import instant, moment
from obctl.store.database import Store, open_store
from obctl.store.store_file import PUT_BACK

LIVE = "live"
"""What the store is called, beside the one into which its past is written."""
_AT_ONCE = 5_000
_PRAGMAS = ("foreign_keys = OFF", "journal_mode = OFF", "synchronous = OFF", "cache_size = -16384")
"""Nobody needs the file if this is killed; nor is there much to remember of what was written."""
_WHOLE_ROWS = ("events",)
"""Tables whose rows keep an id of their own that is not recorded."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the record of a store reaches over."""

    since: datetime | None
    """From when on the past is known; `None` where nothing was ever written."""
    from_the_beginning: bool
    """Whether the record begins with an empty store: nothing was before it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the record: what a transaction wrote, or a part of a checkpoint."""

    id: int
    entry: int
    """The newest entry of the log when it was written."""
    is_checkpoint: bool
    recorded: Recorded


def known(store: Store, schema: str = "main") -> Known:
    """From when on the past of a store can be told."""
    first = store.row(f"SELECT at, data FROM {schema}.log_changes ORDER BY id, part LIMIT 1")
    if first is None:
        return Known(None, from_the_beginning=False)
    row = store.row(f"SELECT min(at) AS at FROM {schema}.log_changes WHERE at > ''")
    at = row["at"] if row else None
    return Known(moment(at) if at else None, from_the_beginning=first["at"] == "")


def last_change(store: Store, until: datetime | None, schema: str = "main") -> int:
    """The newest change of the record, or the newest that was there at `until`; 0 without any."""
    at = "" if until is None else "WHERE at <= ?"
    row = store.row(
        f"SELECT coalesce(max(id), 0) AS last FROM {schema}.log_changes {at}",
        () if until is None else (instant(until),),
    )
    return row["last"] if row else 0


def each_change(
    store: Store, last: int, schema: str = "main", *, whole: bool = False
) -> Iterator[Change]:
    """The record up to a change, from the newest checkpoint before it on, or the `whole` of it."""
    begins = (
        f"(SELECT coalesce(max(id), 0) FROM {schema}.log_changes"
        " WHERE checkpoint = 1 AND id <= :last)"
    )
    for found in store.each(
        f"SELECT id, entry, checkpoint, data FROM {schema}.log_changes"
        f" WHERE id BETWEEN {0 if whole else begins} AND :last ORDER BY id, part",
        {"last": last},
    ):
        yield Change(
            found["id"], found["entry"], bool(found["checkpoint"]), _recorded(store, found)
        )


@contextmanager
def past_store(live: Path, folder: Path) -> Iterator[Store]:
    """A new store in `folder` with the one at `live` beside it, in an open transaction.

    At the end of the block what was written is kept; whoever asked for the store closes it.
    """
    store = open_store(folder / "past.db", create=True)
    try:
        for pragma in _PRAGMAS:
            store.run(f"PRAGMA {pragma}")
        store.run(f"ATTACH ? AS {LIVE}", (str(live),))
        # Both stores at once: what is read of the live one is one moment of it.
        store.run("BEGIN")
        yield store
        store.run("COMMIT")
    except BaseException:
        store.close()
        raise


def replay(store: Store, last: int) -> None:
    """Write into a store of `past_store` what the recorded tables held after the change `last`."""
    writer = _Writer(store)
    for change in each_change(store, last, LIVE):
        writer.write(change)
    writer.flush()


class _Writer:
    """Writes rows when there are many: of a row that was changed often only the last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, dict[tuple[object, ...], Row | None]] = {
            table: {} for table in TABLES
        }
        self._count = 0

    def write(self, change: Change) -> None:
        for table, rows in change.recorded.rows:
            positions, waiting = TABLES[table].positions, self._waiting[table]
            for row in rows:
                waiting[tuple(row[at] for at in positions)] = row
            self._count += len(rows)
        for table, keys in change.recorded.removed:
            self._waiting[table].update((tuple(key), None) for key in keys)
            self._count += len(keys)
        if self._count >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        for table, waiting in self._waiting.items():
            gone = [key for key, row in waiting.items() if row is None]
            if gone:
                where = " AND ".join(f"{name} = ?" for name in TABLES[table].key)
                self._store.run_many(f"DELETE FROM main.{table} WHERE {where}", gone)
            by_length: dict[int, list[Row]] = {}
            for row in waiting.values():
                if row is not None:
                    by_length.setdefault(len(row), []).append(row)
            for length, rows in by_length.items():
                self._store.run_many(_insert(table, length), rows)
            waiting.clear()
        self._count = 0


def _insert(table: str, length: int) -> str:
    """What writes rows of a record that may be older than some columns."""
    names = TABLES[table].columns[:length]
    secret = SECRET.get(table, {})
    columns = ", ".join((*names, *secret))
    values = ", ".join(("?",) * length + tuple(secret.values()))
    into = f"INTO main.{table} ({columns}) VALUES ({values})"
    if table not in _WHOLE_ROWS:
        return f"INSERT OR REPLACE {into}"
    changed = ", ".join(f"{name} = excluded.{name}" for name in names)
    return f"INSERT {into} ON CONFLICT ({', '.join(TABLES[table].key)}) DO UPDATE SET {changed}"


def _recorded(store: Store, row: sqlite3.Row) -> Recorded:
    try:
        found = unpacked(row["data"])
    except (zstandard.ZstdError, msgspec.MsgspecError, ValueError, TypeError) as error:
        raise StoreError(
            f"change {row['id']} in log_changes of {store.path} is damaged: {error}",
            hint=PUT_BACK,
            code="store-corrupt",
        ) from error
    if unknown := {table for table, _ in (*found.rows, *found.removed)} - set(TABLES):
        raise StoreError(
            f"change {row['id']} in log_changes is about {min(unknown)!r}, which is no table here",
            code="store-corrupt",
        )
    return found
