"""Removing old entries of the company log, but for those that somebody may still need.

What waits for a person or for Outlook, and what takes place in future or did lately, keeps its
whole story, however long ago that began: requests are decided by it, and `explain` tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from obctl.store.codec import instant
from obctl.store.company_log import REFUSALS
from obctl.store.database import Store
from obctl.store.fold_changes import fold_changes
from obctl.store.log_search import forget_words, tidy_words

LATELY = timedelta(days=30)
"""How long after its end a reservation may be asked about."""
_AT_ONCE = 20_000
"""Entries removed in one transaction: others write meanwhile."""
_REFUSALS = ", ".join(f"'{action}'" for action in REFUSALS)
_NEEDED = f"""
    EXISTS (
        SELECT 1 FROM reservations r WHERE r.number = l.reservation AND (
            r.end_at >= :lately
            OR EXISTS (SELECT 1 FROM cancellation_requests c
                       WHERE c.reservation = r.number AND c.status = 'open')
            OR EXISTS (SELECT 1 FROM outbox o WHERE o.reservation = r.number AND o.done_at IS NULL)
            OR EXISTS (SELECT 1 FROM undecided u WHERE u.reservation = r.number)
            OR EXISTS (SELECT 1 FROM possible_moves m
                       WHERE r.number IN (m.reservation, m.instead_of))
        )
    )
    OR EXISTS (SELECT 1 FROM events e
               WHERE e.room = l.room AND e.event_id = l.event_id AND e.end_at >= :lately)
    OR EXISTS (SELECT 1 FROM unreadable_events x
               WHERE x.room = l.room AND x.event_id = l.event_id)
    OR EXISTS (SELECT 1 FROM temp.needed_ids n WHERE n.id = l.event_id)
    OR (l.action IN ({_REFUSALS})
        AND EXISTS (SELECT 1 FROM rooms WHERE id = l.room AND removed_at IS NULL
                    AND l.at >= coalesce(last_synced_at, '')))
"""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many entries went, or would, and how many stay for what is not over."""

    removed: int
    kept: int


def count_old(store: Store, before: datetime, now: datetime) -> Pruned:
    """What `prune_log` would do."""
    moments = _moments(before, now)
    with store.snapshot():
        _note_needed(store, moments)
        row = store.row(
            f"SELECT count(*) AS entries, total({_NEEDED}) AS kept FROM company_log l"
            " WHERE l.at < :before",
            moments,
        )
    kept = int(row["kept"]) if row else 0
    return Pruned(row["entries"] - kept if row else 0, kept)


def prune_log(store: Store, before: datetime, now: datetime) -> Pruned:
    """Remove the entries older than `before` that nobody may need any more.

    With the entries go payloads that nothing else uses, and notifications that were handled; the
    past can be replayed from `before` on. Killed in between, the next time goes on.
    """
    removed, moments = 0, _moments(before, now)
    while True:
        with store.transaction():
            went = _remove_some(store, moments)
        removed += went
        if went < _AT_ONCE:
            break
    with store.without_references(), store.transaction():
        store.run(
            "DELETE FROM payloads WHERE id NOT IN"
            " (SELECT payload FROM company_log WHERE payload IS NOT NULL"
            " UNION SELECT payload FROM events WHERE payload IS NOT NULL"
            " UNION SELECT payload FROM unreadable_events WHERE payload IS NOT NULL)"
        )
    store.run("DELETE FROM inbox WHERE handled_at < :before AND received_at < :before", moments)
    fold_changes(store, before)
    tidy_words(store)
    row = store.row("SELECT count(*) AS kept FROM company_log WHERE at < :before", moments)
    return Pruned(removed, row["kept"] if row else 0)


def _remove_some(store: Store, moments: dict[str, str]) -> int:
    _note_needed(store, moments)
    store.run("CREATE TEMP TABLE IF NOT EXISTS old_entries (id INTEGER PRIMARY KEY)")
    store.run("DELETE FROM temp.old_entries")
    store.run(
        "INSERT INTO temp.old_entries SELECT l.id FROM company_log l"
        f" WHERE l.at < :before AND NOT ({_NEEDED}) LIMIT {_AT_ONCE}",
        moments,
    )
    forget_words(store, "SELECT id FROM temp.old_entries")
    return store.run(
        "DELETE FROM company_log WHERE id IN (SELECT id FROM temp.old_entries)"
    ).rowcount


def _note_needed(store: Store, moments: dict[str, str]) -> None:
    """The ids by which the log names what reservations of now are linked with, series included."""
    store.run("CREATE TEMP TABLE IF NOT EXISTS needed_ids (id TEXT PRIMARY KEY) WITHOUT ROWID")
    store.run("DELETE FROM temp.needed_ids")
    for table, column in (
        ("reservations", "event_id"),
        ("reservations", "series_master_id"),
        ("events", "series_master_id"),
    ):
        store.run(
            f"INSERT OR IGNORE INTO temp.needed_ids SELECT {column} FROM {table}"
            f" WHERE end_at >= :lately AND {column} IS NOT NULL",
            moments,
        )


def _moments(before: datetime, now: datetime) -> dict[str, str]:
    return {"before": instant(before), "lately": instant(now - LATELY)}
