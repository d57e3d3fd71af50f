"""Words in reservations: an index has subjects and organisers, rooms and services are looked into.

A word has no blanks, so it lies in one of these as a whole.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from obctl.errors import StoreBusy, StoreFull
from obctl.store.database import Store
from obctl.store.text_index import END, match_of

_TEXT = (
    "fold(r.subject || ' ' || coalesce(r.organizer_name, '') || ' ' ||"
    " coalesce(r.organizer_email, ''))"
)
_BATCH = 20_000
_BEHIND = 2_000


def words_condition(store: Store, words: Sequence[str]) -> tuple[str, list[object]]:
    """What a reservation `r` must fulfil to hold all `words`, and the values of its marks."""
    if not words:
        return "1", []
    catch_up_reservations(store)
    conditions: list[str] = []
    values: list[object] = []
    for word in words:
        near = (
            "r.room IN (SELECT id FROM rooms WHERE instr(fold(name || ' ' || mailbox), ?))"
            " OR r.number IN (SELECT reservation FROM services"
            " WHERE instr(fold(kind || ' ' || description), ?))"
        )
        conditions.append(f"({near} OR instr({_TEXT}, ?))")
        values += [word, word, word]
        match = match_of(store, "reservation_words", [word])
        if match:
            conditions.append(
                f"({near} OR r.number > ? OR r.number IN (SELECT reservation FROM stale_words)"
                " OR r.number IN"
                " (SELECT rowid FROM reservation_words WHERE reservation_words MATCH ?))"
            )
            values += [word, word, _indexed(store), match]
    return " AND ".join(conditions), values


def index_reservations(store: Store) -> None:
    """Bring the index of words up to date; a batch at a time, so that others get their turn."""
    while True:
        with store.transaction():
            indexed = _indexed(store)
            added = _add(store, "r.number > ? ORDER BY r.number LIMIT ?", (indexed, _BATCH))
            if added < _BATCH:
                changed = "r.number <= ? AND r.number IN (SELECT reservation FROM stale_words)"
                _add(store, changed, (indexed,))
                store.run("DELETE FROM stale_words")
                return


def _add(store: Store, which: str, values: tuple[object, ...]) -> int:
    return store.run(
        "INSERT INTO reservation_words (rowid, words)"
        f" SELECT r.number, {_TEXT} || ? FROM reservations r WHERE {which}",
        (END, *values),
    ).rowcount


def _indexed(store: Store) -> int:
    row = store.row("SELECT rowid FROM reservation_words ORDER BY rowid DESC LIMIT 1")
    return row["rowid"] if row else 0


def catch_up_reservations(store: Store, *, most: int = sys.maxsize) -> None:
    """Index what came or changed since, if nobody writes: neither a little nor over `most`."""
    row = store.row(
        "SELECT coalesce((SELECT max(number) FROM reservations), 0)"
        " + (SELECT count(*) FROM stale_words) AS known"
    )
    if row is None or not _BEHIND < row["known"] - _indexed(store) <= most:
        return
    try:
        with store.without_waiting():
            index_reservations(store)
    except (StoreBusy, StoreFull):
        return  # what is not indexed is looked through
