"""Putting a backup in the store's place: looked at as a copy first, the old store kept.

The backup itself is only read; not even its journal is touched.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from obctl.errors import ObctlError, StoreBusy, StoreError
from obctl.store.alone import alone
from obctl.store.codec import moment
from obctl.store.database import FILE_MODE, Store, open_store
from obctl.store.schema import ensure_sound
from obctl.store.store_file import beside, ensure_there


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds, for somebody who has to say whether it is the right one."""

    rooms: int
    reservations: int
    newest_entry_at: datetime | None
    """When the last thing happened of which it knows."""


def contents_of(store: Store) -> Contents:
    """What a store holds."""
    row = store.row(
        "SELECT (SELECT count(*) FROM rooms WHERE removed_at IS NULL) AS rooms,"
        " (SELECT count(*) FROM reservations) AS reservations,"
        " (SELECT max(at) FROM company_log) AS newest"
    )
    if row is None:
        return Contents(0, 0, None)
    return Contents(row["rooms"], row["reservations"], moment(row["newest"]))


@contextmanager
def checked_copy(backup: Path, path: Path) -> Iterator[tuple[Path, Contents]]:
    """A copy of `backup` beside the store at `path`, whole and of today's schema; gone afterwards.

    Raises `StoreError` where the backup cannot be used.
    """
    copy = path.with_name(f".{path.name}.restoring")
    try:
        ensure_there(backup)
        _ensure_another(backup, path)
        _remove(copy)
        _copy(backup, copy)
        with closing(open_store(copy)) as store:
            ensure_sound(store)
            contents = contents_of(store)
        yield copy, contents
    except StoreError as error:
        said = error.message.replace(str(copy), str(backup))
        if str(backup) not in said:
            said = f"{backup}: {said}"
        raise StoreError(
            said,
            hint="the store is as it was; name a file of `obctl store backup`",
            code=error.code,
        ) from error
    finally:
        _remove(copy)


def put_in_place(copy: Path, path: Path, kept: Path) -> bool:
    """Make `copy` the store; whether there was one before, which is `kept` now.

    Killed half-way there is no store, which every command says, and never two halves of two.
    Raises `StoreBusy` where some process has the old one open.
    """
    there = path.exists()
    if there:
        _ensure_unused(path)
    try:
        if there:
            path.rename(kept)
        for old, new in zip(beside(path), beside(kept), strict=True):
            if old.exists():
                old.rename(new)
        copy.replace(path)
    except OSError as error:
        raise StoreError(
            f"{path.parent} cannot be written: {error.strerror}",
            hint=f"the store, or the old one, is {kept if kept.exists() else path}",
        ) from error
    return there


def _ensure_unused(path: Path) -> None:
    """Raise `StoreBusy` where a process has the store open: it would go on writing to the old one.

    Of a damaged store nobody can tell.
    """
    try:
        ensure_there(path)
        with alone(path):
            return
    except StoreBusy:
        raise
    except (ObctlError, sqlite3.Error):
        return


def _ensure_another(backup: Path, path: Path) -> None:
    if path.exists() and backup.samefile(path):
        raise StoreError(f"{backup} is the store itself")


def _copy(backup: Path, copy: Path) -> None:
    try:
        for source, target in zip(
            (backup, beside(backup)[0]), (copy, beside(copy)[0]), strict=True
        ):
            if source.exists():
                target.touch(mode=FILE_MODE)
                shutil.copyfile(source, target)
    except OSError as error:
        raise StoreError(f"{backup} cannot be copied: {error.strerror}") from error


def _remove(copy: Path) -> None:
    for file in (copy, *beside(copy)):
        file.unlink(missing_ok=True)
