"""The store's file as the file system shows it: what SQLite would take for a new, empty database.

SQLite makes a database of an empty file, deletes the journal beside it, and says nothing.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from obctl.errors import StoreError

PUT_BACK = "put the last backup in its place: obctl store restore FILE"
_HEADER = 100
_BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a database in WAL mode."""
_COPY = (
    "SQLite writes beside a store even to read it: to look into one on read-only media copy the"
    " company's folder, and name where it is now as OBCTL_HOME"
)


def beside(path: Path) -> list[Path]:
    """The files that belong to a database: committed pages may lie in them alone."""
    return [path.with_name(path.name + ending) for ending in _BESIDE]


def ensure_there(path: Path) -> None:
    """Raise `StoreError` where there is no store to open: no file, an empty or a cut one."""
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise StoreError(
            f"there is no store at {path}",
            hint=f"{PUT_BACK}\nis it on a disk that is not there just now?",
        ) from error
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    if not path.is_file():
        raise StoreError(f"{path} is no file", hint="move it away")
    if size < _HEADER:
        raise StoreError(
            f"{path} is {'empty' if size == 0 else 'cut short'}: what the store held is not in it",
            hint=PUT_BACK,
            code="store-empty",
        )
    if _is_cut(path) and _is_cut(path):  # a checkpoint that ended meanwhile looks like it once
        raise StoreError(f"{path} is cut short", hint=PUT_BACK, code="store-corrupt")


def _is_cut(path: Path) -> bool:
    """Whether a database that nobody has open ends before the last page of which it speaks.

    SQLite itself looks, at the file alone. To open and close it here would take away the locks of
    every connection that this process has to it, and others would delete the journal under them
    (SQLite, "How To Corrupt An SQLite Database File", 2.2).
    """
    journal = beside(path)[0]
    if journal.exists() and journal.stat().st_size:
        return False
    alone = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(alone, uri=True)) as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            (page,) = connection.execute("PRAGMA page_size").fetchone()
            return bool(path.stat().st_size < pages * page)
    except OSError:
        return False
    except sqlite3.Error as error:
        # of anything else it is told when the store is opened
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT


def why_closed(path: Path) -> tuple[str, str]:
    """Why SQLite cannot open a file for writing, and what to do about it."""
    for what, place in (("its folder", path.parent), ("it", path)):
        shows = f"ls -ld '{place}' shows whose it is"
        if not os.access(place, os.R_OK):
            return f"{what} is not readable for you", shows
        if not os.access(place, os.W_OK):
            return f"{what} is read-only for you", f"{shows}; {_COPY}"
    return "it is not to be opened", f"ls -l '{path}'"
