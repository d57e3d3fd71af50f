"""Run records, and the lock that lets one run at a time touch a company."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from obctl.errors import AnotherRunActive, StoreError, UsageError
from obctl.store.codec import instant, moment
from obctl.store.database import FILE_MODE, Store

_LOCK = "run.lock"
_HOLDER = "run.pid"
_LOOKED_AT_SECONDS = 0.3
"""How long a run waits for its lock: who looks whether a run goes on has it for a moment."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the store keeps it; `report` is its JSON report once it ended."""

    id: str
    kind: str
    started_at: datetime
    finished_at: datetime | None
    exit_code: int | None
    report: dict[str, Any] | None


class RunState(StrEnum):
    """Whether a run came to its end, is at work, or was killed on the way."""

    FINISHED = "finished"
    RUNNING = "running"
    KILLED = "killed"


def start_run(store: Store, run: str, *, kind: str, at: datetime) -> None:
    store.run("INSERT INTO runs (id, kind, started_at) VALUES (?, ?, ?)", (run, kind, instant(at)))


def finish_run(
    store: Store, run: str, *, at: datetime, exit_code: int, report: dict[str, Any]
) -> None:
    store.run(
        "UPDATE runs SET finished_at = ?, exit_code = ?, report = ? WHERE id = ?",
        (instant(at), exit_code, msgspec.json.encode(report).decode(), run),
    )


def load_runs(store: Store, *, limit: int | None = 20) -> list[RunRecord]:
    """The latest runs, newest first; all of them without a limit."""
    most = -1 if limit is None else limit
    rows = store.rows("SELECT * FROM runs ORDER BY started_at DESC, rowid DESC LIMIT ?", (most,))
    return [_record(row) for row in rows]


def runs_since(store: Store, after: datetime) -> list[RunRecord]:
    """The runs that began, or went on, after this moment, oldest first."""
    rows = store.rows(
        "SELECT * FROM runs WHERE started_at >= ? OR finished_at >= ? ORDER BY started_at, rowid",
        (instant(after), instant(after)),
    )
    return [_record(row) for row in rows]


def last_good_run(store: Store, rooms: int) -> datetime | None:
    """When the last run ended that left nothing undone in at least as many rooms as this.

    Further back than 1000 good runs nobody looks.
    """
    if not rooms:
        return None
    good = "SELECT * FROM runs WHERE exit_code = 0 ORDER BY started_at DESC, rowid DESC LIMIT 1000"
    for row in store.each(good):
        record = _record(row)
        done = (record.report or {}).get("rooms") or {}
        if done.get("ok", 0) >= rooms:
            return record.finished_at
    return None


def find_run(store: Store, run: str) -> RunRecord:
    """The run with this id; raises `UsageError`."""
    row = store.row("SELECT * FROM runs WHERE id = ?", (run,))
    if row is None:
        raise UsageError(
            f"there is no run {run!r}", hint="`obctl sync history` shows them", code="unknown-run"
        )
    return _record(row)


@contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Hold the company's run lock; raises `AnotherRunActive` with the holder's pid.

    The operating system drops the lock with its holder, so a dead run never blocks the next.
    """
    from filelock import FileLock, Timeout

    path = folder / _LOCK
    holder = folder / _HOLDER
    lock = FileLock(path, timeout=_LOOKED_AT_SECONDS, mode=FILE_MODE)
    try:
        lock.acquire()
    except Timeout as error:
        pid = holder.read_text(encoding="utf-8").strip() if holder.exists() else ""
        raise AnotherRunActive(
            "another run is active for this company" + (f" (process {pid})" if pid else ""),
            hint="wait for it to end; `obctl sync status` shows what it did",
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}", hint=f"ls -ld '{folder}'"
        ) from error
    try:
        with suppress(OSError):  # a full disk: the store will say so, in better words
            holder.touch(mode=FILE_MODE)
            holder.write_text(f"{os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def run_state(record: RunRecord, newest: RunRecord, folder: Path) -> RunState:
    """How a run stands; `newest` is the latest one. One at a time: older ones without end died."""
    if record.finished_at is not None:
        return RunState.FINISHED
    if record.id == newest.id and _is_held(folder):
        return RunState.RUNNING
    return RunState.KILLED


def _is_held(folder: Path) -> bool:
    """Whether a run has the lock now.

    The process number alone does not tell: after a crash it may be another process's, and in a
    container it is the same one every time.
    """
    from filelock import FileLock, Timeout

    path = folder / _LOCK
    if not path.exists():
        return False
    lock = FileLock(path, timeout=0, mode=FILE_MODE)
    try:
        lock.acquire()
    except (Timeout, OSError):  # who may not lock it cannot know, and calls nothing dead
        return True
    lock.release()
    return False


def _record(row: sqlite3.Row) -> RunRecord:
    return RunRecord(
        id=row["id"],
        kind=row["kind"],
        started_at=moment(row["started_at"]),
        finished_at=moment(row["finished_at"]),
        exit_code=row["exit_code"],
        report=msgspec.json.decode(row["report"]) if row["report"] else None,
    )
