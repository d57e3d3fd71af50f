"""Taking in a store that came from somewhere else: its rows, and nothing that it could do.

The file is only read, as data: a store of its schema is made beside it by our own migrations, its
rows are copied over, and the rest of the migrations run. Whatever else stands in the file (views,
triggers, indexes that lie) is a reason to refuse it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import zstandard

from obctl.errors import StoreError
from obctl.store.bundle_columns import LEFT_OUT
from obctl.store.database import FILE_MODE, Store, open_store, translated
from obctl.store.migrations import STEPS, migrate
from obctl.store.schema import ensure_sound
from obctl.store.store_file import ensure_there

SCHEMA = len(STEPS)
"""The newest schema that this obctl knows."""
_LARGEST_VALUE = 64 * 1024 * 1024
_AT_ONCE = 500
_SHADOWS = ("_config", "_content", "_data", "_docsize", "_idx")
"""What FTS5 keeps for itself; how it declares that is SQLite's business."""
_OBJECTS = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite^_%' ESCAPE '^'"
)


def take_in(foreign: Path, path: Path, schema: int) -> Store:
    """A new store at `path` of today's schema with the rows of the `foreign` one.

    `schema` is what the foreign one is said to be. Raises `StoreError` for what obctl did not
    write.
    """
    ensure_there(foreign)
    path.touch(mode=FILE_MODE)
    address = f"{foreign.absolute().as_uri()}?mode=ro&immutable=1"
    with (
        translated(foreign),
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as source,
        closing(sqlite3.connect(path, isolation_level=None)) as target,
    ):
        source.execute("PRAGMA trusted_schema = OFF")
        source.execute("PRAGMA cell_size_check = ON")
        source.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
        found = source.execute("PRAGMA user_version").fetchone()[0]
        if found != schema or not 1 <= schema <= SCHEMA:
            raise _refused(f"its store is of schema {found}, and not {schema} as it says")
        after = STEPS[schema].__name__ if schema < SCHEMA else None
        migrate(target, stop_before=after)
        _ensure_ours(source, target)
        for table in _tables(target):
            _copy(source, target, table)
        _ensure_payloads(target)
    store = open_store(path)
    try:
        ensure_sound(store)
    except BaseException:
        store.close()
        raise
    return store


def _ensure_ours(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    there, ours = set(_objects(source)), set(_objects(target))
    if strange := sorted(name for _kind, name, _table, _sql in there - ours):
        raise _refused(f"{strange[0]!r} in its store is not what obctl makes")
    if missing := sorted(name for _kind, name, _table, _sql in ours - there):
        raise _refused(f"its store has no {missing[0]!r}")


def _objects(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str, str | None]]:
    for kind, name, table, sql in connection.execute(_OBJECTS):
        declared = None if str(name).endswith(_SHADOWS) and kind == "table" else sql
        yield str(kind), str(name), str(table), declared


def _tables(target: sqlite3.Connection) -> list[str]:
    rows = target.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = [str(row[0]) for row in rows]
    left_out = LEFT_OUT - {"payloads"}
    return [name for name in names if not name.startswith(("sqlite_", *left_out))]


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    names = [row[1] for row in target.execute(f"PRAGMA table_info({table})")]
    marks = ", ".join("?" * len(names))
    into = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
    rows = source.execute(f"SELECT {', '.join(names)} FROM {table} NOT INDEXED ORDER BY rowid")
    target.execute("BEGIN")
    while part := rows.fetchmany(_AT_ONCE):
        target.executemany(into, part)
    target.execute("COMMIT")


def _ensure_payloads(target: sqlite3.Connection) -> None:
    """Raise `StoreError` where an original would fill the memory once it is unpacked."""
    for number, codec, data in target.execute("SELECT id, codec, data FROM payloads"):
        try:
            size = zstandard.frame_content_size(data) if codec else len(data)
        except (zstandard.ZstdError, TypeError) as error:
            raise _refused(f"original {number} in it is damaged") from error
        if not 0 <= size <= _LARGEST_VALUE:
            raise _refused(f"original {number} in it is larger than any that obctl writes")


def _refused(why: str) -> StoreError:
    return StoreError(why, code="bad-bundle")
