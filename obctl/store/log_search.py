"""Searching the company log: every kind of question has an index that answers it newest first.

The recent is looked through. A run and a span say between which ids the rest lies. There, the one
part of a question that few entries fulfil names the entries to look at; where each holds for many,
SQLite intersects the ids from their indexes. Its planner finds none of this by itself.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from obctl.domain.company_log import LogEntry
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.errors import StoreBusy, StoreFull
from obctl.store.codec import fold, instant, moment
from obctl.store.database import Store
from obctl.store.text_index import END, folded_words, match_of

_TEXT = "fold(message || ' ' || coalesce(subject, '') || ' ' || coalesce(email, ''))"
_RECENT = 1_000
_FEW = 5_000
_SORTED = 100_000
_MERGED = 8
_LOOKED_UP = 500
_PAGES = 500
_TURNS = 16
_SOMETHING_DONE = 2
"""Changed rows that a merge counts at least where it did anything."""
_BATCH = 20_000
_BEHIND = 2_000
"""So many entries that are not indexed yet are looked through instead."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What `search_log` looks for; `None` matches everything. `action` is a shell-style pattern.

    `by` stands somewhere in the actor: a person's name also finds the runs that they started.
    """

    span: TimeSpan | None = None
    email: str | None = None
    action: str | None = None
    room: RoomId | None = None
    text: str | None = None
    reservation: int | None = None
    event_id: str | None = None
    run: str | None = None
    by: str | None = None
    after: int | None = None
    limit: int | None = None


_Sql = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class _Part:
    """Queries for the ids of the entries that fulfil one part of a question."""

    queries: Sequence[_Sql]
    ordered: bool = True
    """Whether an index holds the ids in order; otherwise all of them are sorted first."""


def search_log(store: Store, wanted: LogFilter) -> list[LogEntry]:
    """Entries that fit every part of `wanted`, newest first, without payloads.

    Text is split at spaces; each word must stand in the message, the subject or the address.
    """
    return list(each_found(store, wanted))


def each_found(store: Store, wanted: LogFilter) -> Iterator[LogEntry]:
    """The same entries one by one, for those too many to hold."""
    return islice(_newest_first(store, wanted), wanted.limit)


def index_log(store: Store) -> None:
    """Bring the index of words up to date; a batch at a time, so that others get their turn."""
    while True:
        with store.transaction():
            added = store.run(
                f"INSERT INTO log_words (rowid, words) SELECT id, {_TEXT} || ? FROM company_log"
                " WHERE id > ? ORDER BY id LIMIT ?",
                (END, _indexed(store), _BATCH),
            ).rowcount
        if added < _BATCH:
            return


def catch_up_log(store: Store, *, most: int = sys.maxsize) -> None:
    """Index what was written since, if nobody else is writing: neither a little nor over `most`."""
    if not _BEHIND < _newest(store) - _indexed(store) <= most:
        return
    try:
        with store.without_waiting():
            index_log(store)
    except (StoreBusy, StoreFull):
        return  # what is not indexed is looked through


def forget_words(store: Store, which: str) -> None:
    """Remove from the index the entries whose ids a query of ours gives."""
    store.run(f"DELETE FROM log_words WHERE rowid IN ({which})")


def tidy_words(store: Store) -> None:
    """Merge what the index is made of, as far as is done soon, so that what was removed goes.

    FTS5 only notes down what is removed, and lets go of it when it merges (SQLite, "FTS5
    Extension", the merge command): a log that is pruned each night had twice the pages without.
    """
    for _turn in range(_TURNS):
        before = store.connection.total_changes
        with store.transaction():
            store.run(f"INSERT INTO log_words (log_words, rank) VALUES ('merge', {-_PAGES})")
        if store.connection.total_changes - before < _SOMETHING_DONE:
            return


def entry_of(row: sqlite3.Row) -> LogEntry:
    """The entry in a row, without its payload."""
    return LogEntry(
        id=row["id"],
        at=moment(row["at"]),
        action=row["action"],
        room=row["room"],
        email=row["email"],
        subject=row["subject"],
        reservation=row["reservation"],
        event_id=row["event_id"],
        run=row["run"],
        request_id=row["request_id"],
        client_request_id=row["client_request_id"],
        message=row["message"],
        left_room=row["left_room"],
        actor=row["actor"],
    )


def _newest(store: Store) -> int:
    row = store.row("SELECT coalesce(max(id), 0) AS id FROM company_log")
    return row["id"] if row else 0


def _indexed(store: Store) -> int:
    row = store.row("SELECT rowid FROM log_words ORDER BY rowid DESC LIMIT 1")
    return row["rowid"] if row else 0


def _newest_first(store: Store, wanted: LogFilter) -> Iterator[LogEntry]:
    actors = _actors_like(store, wanted.by) if wanted.by is not None else None
    fits = _conditions(wanted, actors)
    newest, oldest = _newest(store), wanted.after or 0
    # What is asked for most is recent, or everywhere.
    recent = max(oldest, newest - _RECENT)
    yield from _looked_through(store, fits, recent, newest)
    oldest, newest = _bounds(store, wanted, oldest, recent)
    indexed = newest
    if wanted.text and newest - oldest > _RECENT:
        catch_up_log(store)
        indexed = max(oldest, min(newest, _indexed(store)))
        yield from _looked_through(store, fits, indexed, newest)
    parts = _parts(store, wanted, actors, oldest, indexed) if indexed - oldest > _RECENT else ()
    chosen = _chosen(store, parts)
    if chosen:
        yield from _looked_up(store, fits, _ids(store, chosen))
    else:
        yield from _looked_through(store, fits, oldest, indexed)


def _conditions(wanted: LogFilter, actors: Sequence[str] | None) -> _Sql:
    """What an entry must fulfil; what is dear to ask is asked last."""
    parts: list[tuple[str, object]] = [
        ("reservation = ?", wanted.reservation),
        ("run = ?", wanted.run),
        ("email = ?", wanted.email and wanted.email.lower()),
        ("? IN (room, left_room)", wanted.room),
        ("event_id = ?", wanted.event_id),
        ("id > ?", wanted.after),
        ("action GLOB ?", wanted.action),
        (
            "actor IN (SELECT value FROM json_each(?))",
            None if actors is None else json.dumps(actors),
        ),
        ("at >= ?", wanted.span and instant(wanted.span.start)),
        ("at < ?", wanted.span and instant(wanted.span.end)),
        *((f"instr({_TEXT}, ?)", word) for word in folded_words(wanted.text)),
    ]
    given = [(condition, value) for condition, value in parts if value is not None]
    return "".join(f" AND {one}" for one, _ in given), tuple(value for _, value in given)


def _looked_through(store: Store, fits: _Sql, oldest: int, newest: int) -> Iterator[LogEntry]:
    """The entries that fit after the id `oldest`, up to `newest`."""
    conditions, values = fits
    return map(
        entry_of,
        store.each(
            "SELECT * FROM company_log NOT INDEXED"
            f" WHERE id > ? AND id <= ?{conditions} ORDER BY id DESC",
            (oldest, newest, *values),
        ),
    )


def _looked_up(store: Store, fits: _Sql, ids: Iterator[int]) -> Iterator[LogEntry]:
    conditions, values = fits
    some = 64
    while chosen := list(islice(ids, some)):
        marks = ", ".join("?" * len(chosen))
        yield from map(
            entry_of,
            store.rows(
                f"SELECT * FROM company_log WHERE id IN ({marks}){conditions} ORDER BY id DESC",
                (*chosen, *values),
            ),
        )
        some = _LOOKED_UP


def _bounds(store: Store, wanted: LogFilter, oldest: int, newest: int) -> tuple[int, int]:
    """The id after which, and the id up to which, everything wanted lies."""
    if wanted.run is not None:
        of_run = "FROM company_log INDEXED BY company_log_run WHERE run = ?1"
        row = store.row(
            f"SELECT (SELECT min(id) {of_run}) AS first, (SELECT max(id) {of_run}) AS last",
            (wanted.run,),
        )
        oldest, newest = _narrowed(row, oldest, newest)
    if wanted.span is not None:
        within = "FROM company_log INDEXED BY company_log_at WHERE at >= ?1 AND at < ?2"
        span = (instant(wanted.span.start), instant(wanted.span.end))
        # Ids and times rise together unless a clock was set. That is good enough to see what is
        # shorter: to read the ids of the span, or to look through what was written beside it.
        row = store.row(
            f"SELECT (SELECT id {within} ORDER BY at LIMIT 1) AS first,"
            f" (SELECT id {within} ORDER BY at DESC LIMIT 1) AS last",
            span,
        )
        if row is None or row["last"] is None:
            return newest, newest
        if row["last"] - row["first"] < abs(newest - row["last"]):
            row = store.row(f"SELECT min(id) AS first, max(id) AS last {within}", span)
            oldest, newest = _narrowed(row, oldest, newest)
    return oldest, newest


def _narrowed(row: sqlite3.Row | None, oldest: int, newest: int) -> tuple[int, int]:
    if row is None or row["last"] is None:
        return newest, newest
    return max(oldest, row["first"] - 1), min(newest, row["last"])


def _parts(
    store: Store, wanted: LogFilter, actors: Sequence[str] | None, oldest: int, newest: int
) -> Iterator[_Part]:
    """The parts that an index answers; those that few entries fulfil mostly first."""
    within = (oldest, newest)
    for column, index, value, ordered in (
        ("reservation", "company_log_reservation", wanted.reservation, True),
        ("email", "company_log_email", wanted.email and wanted.email.lower(), False),
    ):
        if value is not None:
            yield _Part([_in_column(column, index, value, within)], ordered)
    if wanted.room is not None:
        rooms = (("room", "company_log_event"), ("left_room", "company_log_left_room"))
        yield _Part(
            [_in_column(column, index, wanted.room, within) for column, index in rooms],
            ordered=False,
        )
    if actors is not None:
        yield _with_one_of("actor", "company_log_actor", actors, within)
    if wanted.action is not None:
        rows = store.rows(
            "SELECT value FROM json_each(?) WHERE value GLOB ?",
            (json.dumps(_in_use(store, "action")), wanted.action),
        )
        actions = [row["value"] for row in rows]
        yield _with_one_of("action", "company_log_action", actions, within)
    match = match_of(store, "log_words", folded_words(wanted.text))
    if match is not None:
        sql = "SELECT rowid AS id FROM log_words WHERE log_words MATCH ?"
        yield _Part([(f"{sql} AND rowid > ? AND rowid <= ?", (match, *within))])


def _in_column(column: str, index: str, value: object, within: tuple[int, int]) -> _Sql:
    sql = f"SELECT id FROM company_log INDEXED BY {index} WHERE {column} = ?"
    return f"{sql} AND id > ? AND id <= ?", (value, *within)


def _actors_like(store: Store, name: str) -> list[str]:
    """The actors in whose name this stands."""
    wanted = fold(name.strip())
    return [actor for actor in _in_use(store, "actor") if wanted in fold(actor)]


def _in_use(store: Store, column: str) -> list[str]:
    """The values of an indexed column: few, and the entries of each lie in order."""
    rows = store.rows(
        f"WITH RECURSIVE known (value) AS (SELECT min({column}) FROM company_log UNION ALL"
        f" SELECT (SELECT min({column}) FROM company_log WHERE {column} > known.value) FROM known"
        " WHERE known.value IS NOT NULL)"
        " SELECT value FROM known WHERE value IS NOT NULL"
    )
    return [row["value"] for row in rows]


def _with_one_of(column: str, index: str, values: Sequence[str], within: tuple[int, int]) -> _Part:
    return _Part(
        [_in_column(column, index, value, within) for value in values],
        ordered=len(values) <= _MERGED,
    )


def _chosen(store: Store, parts: Iterable[_Part]) -> list[_Part]:
    """One part that few entries fulfil, or else all whose ids come in order or are soon sorted."""
    chosen: list[_Part] = []
    for part in parts:
        most = _FEW if part.ordered else _SORTED
        size = _count(store, part, most + 1)
        if size <= _FEW:
            return [part]
        if size <= most or part.ordered:
            chosen.append(part)
    return chosen


def _count(store: Store, part: _Part, most: int) -> int:
    """How many ids the queries of a part give; `most` ends the counting."""
    found = 0
    for sql, values in part.queries:
        row = store.row(f"SELECT count(*) AS found FROM ({sql} LIMIT ?)", (*values, most - found))
        found += row["found"] if row else 0
    return found


def _ids(store: Store, parts: Sequence[_Part]) -> Iterator[int]:
    """The ids that all parts have in common, newest first."""
    # SQLite reads compound queries from left to right: a union has to come first.
    queries = sorted(parts, key=lambda part: len(part.queries), reverse=True)
    sql = " INTERSECT ".join(
        " UNION ALL ".join(query for query, _ in part.queries) for part in queries
    )
    values = [value for part in queries for _, given in part.queries for value in given]
    return map(itemgetter(0), store.each(f"{sql} ORDER BY id DESC", values)) if sql else iter(())
