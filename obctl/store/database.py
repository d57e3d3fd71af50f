"""Opening the store: pragmas, migrations, transactions, and what can be wrong with the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from obctl.errors import (
    ObctlError,
    StoreBusy,
    StoreError,
    StoreFailing,
    StoreFull,
    UsageError,
)
from obctl.store.changes import TABLES, Key, Noted, Row, begin, has_begun, record, write_checkpoint
from obctl.store.codec import fold
from obctl.store.store_file import PUT_BACK, ensure_there, why_closed

Value = TypeVar("Value")
BUSY_SECONDS = 30
_PART = 500  # values in one `IN (…)`: below SQLite's old limit of 999
FILE_MODE = 0o600


class Store:
    """One connection to a company's store; one per thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection
        self.noted = Noted()
        """What the open transaction has changed, for the record (`store/changes.py`)."""
        self.clock: Callable[[], datetime] = _wall_clock
        """When that was; the company at work gives its own."""

    def rows(self, sql: str, parameters: object = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with translated(self.path):
            return self.connection.execute(sql, parameters).fetchall()  # type: ignore[arg-type]

    def each(self, sql: str, parameters: object = ()) -> Iterator[sqlite3.Row]:
        """The rows of a query one by one."""
        with translated(self.path):
            yield from self.connection.execute(sql, parameters)  # type: ignore[arg-type]

    def row(self, sql: str, parameters: object = ()) -> sqlite3.Row | None:
        """The first row of a query, if any."""
        with translated(self.path):
            found: sqlite3.Row | None = self.connection.execute(sql, parameters).fetchone()  # type: ignore[arg-type]
            return found

    def run(self, sql: str, parameters: object = ()) -> sqlite3.Cursor:
        """Execute one statement."""
        with translated(self.path):
            return self.connection.execute(sql, parameters)  # type: ignore[arg-type]

    def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Execute one statement for many rows."""
        if rows:
            with translated(self.path):
                self.connection.executemany(sql, rows)

    def put(self, table: str, sql: str, rows: Sequence[Row]) -> None:
        """Write whole rows of a recorded table, their values in the order that `TABLES` has."""
        if rows:
            with self.transaction():
                self.run_many(sql, rows)
                self.noted.add(table, rows)

    def alter(self, table: str, change: str, new: Key, where: str, values: Key) -> int:
        """`UPDATE table SET change WHERE where` of a recorded table; how many rows that were.

        The key of a row stays what it is.
        """
        with self.transaction():
            if self._touch(table, where, values):
                return self.run(
                    f"UPDATE {table} SET {change} WHERE {where}", (*new, *values)
                ).rowcount
        return 0

    def remove(self, table: str, where: str, values: Key) -> int:
        """`DELETE FROM table WHERE where` of a recorded table; how many rows that were."""
        with self.transaction():
            if self._touch(table, where, values):
                return self.run(f"DELETE FROM {table} WHERE {where}", values).rowcount
        return 0

    def merge(self, table: str, sql: str, rows: Sequence[tuple[Key, Row]]) -> None:
        """Write rows, each with its key, of which the statement may leave a part as it was."""
        if rows:
            with self.transaction():
                self.run_many(sql, [row for _key, row in rows])
                self.noted.touched.setdefault(table, {}).update((key, None) for key, _row in rows)

    def insert(self, table: str, sql: str, values: Key) -> int:
        """Add one row to a recorded table whose key is its rowid; returns that."""
        with self.transaction():
            rowid = self.run(sql, values).lastrowid or 0
            self.noted.touched.setdefault(table, {})[(rowid,)] = None
        return rowid

    def _touch(self, table: str, where: str, values: Key) -> bool:
        """Note the rows that are about to change; whether there are any."""
        keys = self.rows(
            f"SELECT {', '.join(TABLES[table].key)} FROM {table} WHERE {where}", values
        )
        if keys:
            self.noted.touched.setdefault(table, {}).update((tuple(key), None) for key in keys)
        return bool(keys)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; joins the transaction that is already open, if any.

        The outermost one leaves a record of what it changed.
        """
        if self.connection.in_transaction:
            yield
            return
        self.run("BEGIN IMMEDIATE")
        self.noted = Noted()
        try:
            yield
            noted, self.noted = self.noted, Noted()
            if noted.is_something:
                record(self, noted)
            self.run("COMMIT")
        except BaseException:
            # Also after a commit that failed: what comes next would join a transaction without end.
            self.connection.rollback()
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Within, every query sees the store as it is now, whatever others write meanwhile."""
        self.run("BEGIN")
        try:
            yield
        finally:
            self.connection.rollback()

    @contextmanager
    def without_references(self) -> Iterator[None]:
        """Within, SQLite does not look who points at a row that is deleted: the caller has.

        It would read all of the log for each. Around a transaction; inside of one nothing changes.
        """
        self.run("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            self.run("PRAGMA foreign_keys = ON")

    @contextmanager
    def without_waiting(self) -> Iterator[None]:
        """Within, `StoreBusy` comes at once where another process is writing."""
        self.run("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            self.run(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    def changed_elsewhere(self) -> int:
        """A number that differs once another connection has committed something."""
        with translated(self.path):
            row: tuple[int] = self.connection.execute("PRAGMA data_version").fetchone()
        return row[0]

    def backup(self, target: Path) -> None:
        """Copy the store to a new file with SQLite's backup API, safe while others write."""
        if target.exists():
            raise StoreError(f"{target} exists already", hint="name a file that does not exist")
        with translated(target), closing(sqlite3.connect(target)) as copy:
            target.chmod(FILE_MODE)
            self.connection.backup(copy)

    def compact_into(self, target: Path) -> None:
        """Copy the store to a new file without anything that was deleted from it."""
        target.touch(mode=FILE_MODE)
        with translated(target):
            self.connection.execute("VACUUM INTO ?", (str(target),))

    def close(self) -> None:
        self.connection.close()


def open_store(path: Path, *, create: bool = False) -> Store:
    """Open the store at `path`, bringing an older schema up to date.

    Only with `create` is a store made, and only where there is no file yet.

    Raises `StoreError` for a file that is missing, empty, damaged, no obctl store or from a newer
    obctl, and `StoreBusy` where another process keeps it locked.
    """
    if create and not path.exists():
        path.touch(mode=FILE_MODE)
    else:
        create = False
        ensure_there(path)
    with translated(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            migrated = _prepare(path, connection, create=create)
            store = Store(path, connection)
            if migrated:
                _begin_record(store, create=create)
        except BaseException:
            connection.close()
            raise
    return store


def _begin_record(store: Store, *, create: bool) -> None:
    """What is recorded begins here, or goes on: with nothing, or with everything as it stands.

    A step of the schema may have changed rows that nobody else recorded.
    """
    with store.transaction():
        if create and not has_begun(store):  # another process may have been first
            begin(store)
        else:
            write_checkpoint(store)


def in_parts(values: Iterable[Value]) -> Iterator[tuple[str, list[Value]]]:
    """Many values for `IN (…)`: question marks and values of each part."""
    everything = list(values)
    for first in range(0, len(everything), _PART):
        part = everything[first : first + _PART]
        yield ", ".join("?" * len(part)), part


def _prepare(path: Path, connection: sqlite3.Connection, *, create: bool) -> bool:
    """Make the connection ready; whether the schema was brought up to date for it."""
    from obctl.store.migrations import STEPS, migrate

    connection.row_factory = sqlite3.Row
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(STEPS):
        raise StoreError(
            f"{path} was written by a newer obctl (schema {version}, this one knows {len(STEPS)})",
            hint="upgrade obctl: pip install --upgrade obctl",
            code="store-newer",
        )
    if not create:
        _ensure_ours(path, connection, version)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -65536")
    # A night writes a lot: fewer, larger checkpoints.
    connection.execute("PRAGMA wal_autocheckpoint = 16000")
    connection.create_function("fold", 1, _fold, deterministic=True)
    return version < len(STEPS) and bool(migrate(connection))


def _wall_clock() -> datetime:
    return datetime.now(UTC)


def _ensure_ours(path: Path, connection: sqlite3.Connection, version: int) -> None:
    """Raise `StoreError` for a database without anything in it, or of something else."""
    there = "SELECT count(*), total(name = 'migrations') FROM sqlite_master WHERE type = 'table'"
    tables, ours = connection.execute(there).fetchone()
    if not tables:
        raise StoreError(
            f"{path} is empty: what the store held is not in it", hint=PUT_BACK, code="store-empty"
        )
    if not ours or not version:
        raise StoreError(f"{path} is an SQLite file, but no obctl store", hint=PUT_BACK)


def _fold(text: str | None) -> str | None:
    return None if text is None else fold(str(text))


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours at this border."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translate(path, error) from error
    except OverflowError as error:
        raise UsageError(
            "there is no such number: it is larger than any here", code="unknown-number"
        ) from error


def _translate(path: Path, error: sqlite3.Error) -> ObctlError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy(
                f"{path} is locked by another process",
                hint="wait for the other obctl command to end, then try again",
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreError(
                f"{path} is damaged or no SQLite file: {error}",
                hint=PUT_BACK,
                code="store-corrupt",
            )
        case sqlite3.SQLITE_FULL:
            return StoreFull(
                f"no space is left for {path}; nothing was half written",
                hint="free some space, then run the command again",
            )
        case sqlite3.SQLITE_IOERR:
            return StoreFailing(
                f"{path} cannot be read or written: {error}; nothing was half written",
                hint="check the disk, its space and its quota, then run the command again",
            )
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            why, hint = why_closed(path)
            return StoreError(f"{path} cannot be opened for writing: {why} ({error})", hint=hint)
        case _:
            return StoreError(f"{path}: {error}")
