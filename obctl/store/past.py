"""A store as it was at an instant, for commands that read: its tables replayed, the log cut off.

Log, originals, notifications and runs say themselves when they were: they are seen where they are,
as far as they were there. Nothing can be written.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from obctl.domain.company_log import Action
from obctl.domain.local_time import zoned_text
from obctl.errors import NotOnRecord
from obctl.store.codec import instant
from obctl.store.database import Store
from obctl.store.replay import LIVE, Known, known, last_change, past_store, replay


def ensure_on_record(store: Store, at: datetime, zone: str = "UTC") -> None:
    """Raise `NotOnRecord` for an instant of which the record cannot tell; times are in `zone`."""
    found = known(store)
    if found.since is None or at < found.since:
        raise NotOnRecord(
            f"what was there on {zoned_text(at, zone)} is not known: {_why(found, zone)}",
            hint="obctl log search shows what entries there are",
        )
    if (gap := _restored_after(store, at)) is not None:
        newest, restored = gap
        raise NotOnRecord(
            f"what was there at {instant(at)} is not known here: the store was put back at"
            f" {restored} from a backup whose last entry is of {newest}",
            hint="the store before it was kept beside it as it was put back, and knows",
        )


def _restored_after(store: Store, at: datetime) -> tuple[str, str] | None:
    """The last entry of the backup, and when it was put back, if the instant lies between."""
    row = store.row(
        "SELECT id, at FROM company_log WHERE action = ? AND at > ? ORDER BY id LIMIT 1",
        (Action.STORE_RESTORED.value, instant(at)),
    )
    if row is None:
        return None
    newest = store.row("SELECT max(at) AS at FROM company_log WHERE id < ?", (row["id"],))
    before = newest["at"] if newest else None
    return (before, row["at"]) if before is not None and before < instant(at) else None


def _why(found: Known, zone: str) -> str:
    if found.since is None:
        return "no past is recorded in this store"
    since = zoned_text(found.since, zone)
    if found.from_the_beginning:
        return f"the first change was written on {since}"
    return f"the record begins on {since}; what is older was pruned, or written before one was kept"


def open_past(live: Path, folder: Path, at: datetime) -> Store:
    """The store at `live` as it was at `at`, in a file in `folder`; whoever opens it closes it.

    Raises `NotOnRecord` where that is not known.
    """
    with past_store(live, folder) as store:
        newest = store.row(
            f"SELECT coalesce(max(id), 0) AS id FROM {LIVE}.company_log WHERE at <= ?",
            (instant(at),),
        )
        replay(store, last_change(store, at, LIVE))
    _show_as_it_was(store, instant(at), newest["id"] if newest else 0)
    store.run("PRAGMA query_only = ON")
    return store


def _show_as_it_was(store: Store, at: str, entry: int) -> None:
    """Put views in the place of the tables that were not replayed."""
    views = {
        "company_log": f"SELECT * FROM {LIVE}.company_log WHERE +id <= {entry}",
        "payloads": f"SELECT * FROM {LIVE}.payloads",
        "inbox": "SELECT id, received_at, kind, what, subscription, room, event_id,"
        f" CASE WHEN handled_at <= '{at}' THEN handled_at END AS handled_at"
        f" FROM {LIVE}.inbox WHERE received_at <= '{at}'",
        "runs": "SELECT id, kind, started_at,"
        + ", ".join(
            f" CASE WHEN finished_at <= '{at}' THEN {name} END AS {name}"
            for name in ("finished_at", "exit_code", "report")
        )
        + f" FROM {LIVE}.runs WHERE started_at <= '{at}'",
    }
    for name, select in views.items():
        store.run(f"CREATE TEMP VIEW {name} AS {select}")
