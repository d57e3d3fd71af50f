"""Shortening the record of changes: what is older than a day becomes one checkpoint.

From there on the past can be told as before; of what lies before it no row says any more when it
became what it was.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from obctl.store.changes import every_row, save_checkpoint
from obctl.store.codec import instant
from obctl.store.database import Store
from obctl.store.replay import LIVE, past_store, replay


def fold_changes(store: Store, before: datetime) -> int:
    """Make one checkpoint of all changes older than `before`; how many that were.

    Killed in between, the record is as it was. Others may write meanwhile: what they record is
    newer.
    """
    last = _last_before(store, before)
    begins = _newest_checkpoint(store, last)
    if last <= begins:
        return store.run("DELETE FROM log_changes WHERE id < ?", (begins,)).rowcount
    with tempfile.TemporaryDirectory(prefix="obctl-fold-") as folder:
        with past_store(store.path, Path(folder)) as past:
            replay(past, last)
            row = past.row(f"SELECT at, entry FROM {LIVE}.log_changes WHERE id = ?", (last,))
        try:
            if row is None:
                return 0
            with store.transaction():
                if _newest_checkpoint(store, last) != begins:
                    return 0  # somebody else did it meanwhile
                gone = store.run("DELETE FROM log_changes WHERE id <= ?", (last,)).rowcount
                save_checkpoint(store, every_row(past), last, row["at"], row["entry"])
        finally:
            past.close()
    return gone


def _last_before(store: Store, before: datetime) -> int:
    """The last change that nobody may ask for; a clock that went back makes it an earlier one."""
    row = store.row(
        "SELECT coalesce(max(id), 0) AS last FROM log_changes"
        " WHERE id < coalesce((SELECT min(id) FROM log_changes WHERE at >= ?), 9e18)",
        (instant(before),),
    )
    return row["last"] if row else 0


def _newest_checkpoint(store: Store, last: int) -> int:
    row = store.row(
        "SELECT coalesce(max(id), 0) AS id FROM log_changes WHERE checkpoint = 1 AND id <= ?",
        (last,),
    )
    return row["id"] if row else 0
