"""A store that nobody else has open: what may be put in its place, or written anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from obctl.errors import StoreBusy


@contextmanager
def alone(path: Path) -> Iterator[sqlite3.Connection]:
    """The only connection that any process has to a store; others find it locked meanwhile.

    Raises `StoreBusy` where some process has it open, reading or not.
    """
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (
                sqlite3.SQLITE_BUSY,
                sqlite3.SQLITE_LOCKED,
            ):
                raise StoreBusy(
                    f"{path} is open in another process",
                    hint="end `obctl listen` and whatever else reads or writes it, then try again",
                ) from error
            raise
        yield connection
