"""The store's file as the file system shows it: what SQLite would take for a new, empty database.

SQLite makes a database of an empty file, deletes the journal beside it, and says nothing.
"""

from __future__ import annotations

import os
import struct
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
    """Whether a database that nobody has open ends before the last page of which it speaks."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
            size = file.seek(0, os.SEEK_END)
    except OSError:
        return False  # SQLite says why, in `why_closed`'s words
    (page,) = struct.unpack(">H", header[16:18])
    changed, pages = struct.unpack(">II", header[24:32])
    (valid_for,) = struct.unpack(">I", header[92:96])
    known = header.startswith(b"SQLite format 3\0") and changed == valid_for
    cut = known and size < pages * (65536 if page == 1 else page)
    journal = beside(path)[0]
    return cut and not (journal.exists() and journal.stat().st_size)


def why_closed(path: Path) -> tuple[str, str]:
    """Why SQLite cannot open a file for writing, and what to do about it."""
    for what, place in (("its folder", path.parent), ("it", path)):
        shows = f"ls -ld '{place}' shows whose it is"
        if not os.access(place, os.R_OK):
            return f"{what} is not readable for you", shows
        if not os.access(place, os.W_OK):
            return f"{what} is read-only for you", f"{shows}; {_COPY}"
    return "it is not to be opened", f"ls -l '{path}'"
