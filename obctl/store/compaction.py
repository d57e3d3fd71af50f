"""Giving back to the disk what was deleted from a store; pages that are free are used again anyway.

SQLite writes the store anew into a temporary file, then over the old one by way of its journal.
Killed on the way, the old one stays as it was.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from obctl.errors import StoreFull
from obctl.store.alone import alone
from obctl.store.database import open_store, translated
from obctl.store.store_file import beside

_INDEXES = ("log_words", "reservation_words")
_MB = 1_000_000
_SPARE = 16 * _MB


@dataclass(frozen=True, slots=True)
class Compacted:
    """How many bytes the store took before and after."""

    before: int
    after: int


def compact(path: Path) -> Compacted:
    """Write the store at `path` anew without its free pages.

    Raises `StoreBusy` where another process has it open, and `StoreFull` where there is no space to
    do it in; nothing has been done then.
    """
    open_store(path).close()  # of today's schema, and sound enough to be opened
    before = _size(path)
    with translated(path), alone(path) as connection:
        _ensure_space(path, connection)
        for index in _INDEXES:
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Compacted(before, _size(path))


def _ensure_space(path: Path, connection: sqlite3.Connection) -> None:
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    needed = (pages - free) * size + _SPARE
    disks: dict[int, list[Path]] = {}
    for place in (path.parent, _temporary_folder()):
        disks.setdefault(place.stat().st_dev, []).append(place)
    for there in disks.values():
        wanted, left = needed * len(there), shutil.disk_usage(there[0]).free
        if left < wanted:
            raise StoreFull(
                f"{wanted // _MB} MB are needed in {there[0]} to write the store anew, and"
                f" {left // _MB} MB are free; nothing was changed",
                hint="free some space; SQLITE_TMPDIR names another folder for the temporary part",
            )


def _temporary_folder() -> Path:
    """Where SQLite writes its temporary files ("Temporary Files Used By SQLite", section 5)."""
    if sys.platform == "win32":
        return Path(tempfile.gettempdir())
    usual = ("/var/tmp", "/usr/tmp", "/tmp")  # noqa: S108  in SQLite's order
    named = (os.environ.get(name) for name in ("SQLITE_TMPDIR", "TMPDIR"))
    for place in (*filter(None, named), *usual):
        if os.access(place, os.W_OK | os.X_OK):
            return Path(place)
    return Path.cwd()


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in (path, *beside(path)) if file.exists())
