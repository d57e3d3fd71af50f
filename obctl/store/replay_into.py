"""A new store made of the record of another: what was there, and the log up to then.

It is written beside its name and gets it once it is whole.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from obctl.errors import StoreError
from obctl.store.codec import instant
from obctl.store.database import FILE_MODE, Store, open_store
from obctl.store.past import ensure_on_record
from obctl.store.replay import LIVE, last_change, past_store, replay
from obctl.store.schema import ensure_sound

_KEPT = (
    "SELECT payload FROM main.company_log UNION SELECT payload FROM main.events"
    " UNION SELECT payload FROM main.unreadable_events"
)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What the new store holds."""

    rooms: int
    reservations: int
    agreed_states: int
    entries: int
    without_original: int
    """Events whose original the log does not have any more."""


def replay_into(store: Store, file: Path, until: datetime | None) -> Rebuilt:
    """Write the store as it was at `until`, or is, to a new `file`.

    Raises `StoreError` where there is such a file or it cannot be written, and `NotOnRecord` for
    an instant of which nothing is known.
    """
    if until is not None:
        ensure_on_record(store, until)
    if file.exists():
        raise exists_already(file)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=file.parent) as folder:
            made = Path(folder) / "past.db"
            rebuilt = _build(store.path, Path(folder), until)
            made.chmod(FILE_MODE)
            os.link(made, file)  # never over a file that came to be meanwhile
    except FileExistsError as error:
        raise exists_already(file) from error
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}") from error
    return rebuilt


def exists_already(file: Path) -> StoreError:
    return StoreError(f"{file} exists already", hint="name a file that does not exist")


def _build(live: Path, folder: Path, until: datetime | None) -> Rebuilt:
    with past_store(live, folder) as past:
        last = last_change(past, until, LIVE)
        replay(past, last)
        _copy_the_rest(past, last, until)
        past.run("DELETE FROM stale_words")
        without = past.run(
            "UPDATE events SET payload = NULL WHERE payload IS NOT NULL"
            " AND payload NOT IN (SELECT id FROM main.payloads)"
        ).rowcount
        past.run(
            "UPDATE unreadable_events SET payload = NULL WHERE payload IS NOT NULL"
            " AND payload NOT IN (SELECT id FROM main.payloads)"
        )
        row = past.row(
            "SELECT (SELECT count(*) FROM main.rooms WHERE removed_at IS NULL),"
            " (SELECT count(*) FROM main.reservations), (SELECT count(*) FROM main.agreed_states),"
            " (SELECT count(*) FROM main.company_log)"
        )
    past.close()
    whole = open_store(folder / "past.db")
    try:
        ensure_sound(whole)
        whole.run("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        whole.close()
    rooms, reservations, agreed, entries = row or (0, 0, 0, 0)
    return Rebuilt(rooms, reservations, agreed, entries, without)


def _copy_the_rest(past: Store, last: int, until: datetime | None) -> None:
    """What says itself when it was: the record, the log with its originals, runs, notifications."""
    at = instant(until) if until is not None else "9999"
    past.run("DELETE FROM main.log_changes")
    for table, which in (
        ("log_changes", "id <= :last"),
        ("company_log", f"id <= (SELECT max(id) FROM {LIVE}.company_log WHERE at <= :at)"),
        (
            "payloads",
            f"id IN ({_KEPT})",
        ),
        ("runs", "started_at <= :at"),
        ("inbox", "received_at <= :at"),
    ):
        past.run(
            f"INSERT INTO main.{table} SELECT * FROM {LIVE}.{table} WHERE {which}",
            {"last": last, "at": at},
        )
    past.run("UPDATE main.inbox SET handled_at = NULL WHERE handled_at > ?", (at,))
    past.run(
        "UPDATE main.runs SET finished_at = NULL, exit_code = NULL, report = NULL"
        " WHERE finished_at > ?",
        (at,),
    )
