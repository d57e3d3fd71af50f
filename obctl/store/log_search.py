"""Searching the company log: every kind of question has an index that answers it newest first."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from operator import itemgetter

from obctl.domain.company_log import LogEntry
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.errors import StoreBusy, StoreFull
from obctl.store.codec import instant, moment
from obctl.store.database import Store
from obctl.store.word_index import END, folded_words, match_of

_TEXT = "fold(message || ' ' || coalesce(subject, '') || ' ' || coalesce(email, ''))"
_SINCE = "SELECT id FROM company_log WHERE id > ? ORDER BY id DESC"
_MATCHING = (
    "SELECT rowid AS id FROM log_words WHERE log_words MATCH ? AND rowid <= ? ORDER BY id DESC"
)
_NEWEST_FIRST = " ORDER BY id DESC"
_ID = itemgetter(0)
_RECENT = 1_000
_FEW = 5_000
_COUNTED = 250_000
_SORTED = 100_000
_LOOKED_UP = 500
_BATCH = 20_000
_BEHIND = 2_000
"""So many entries that are not indexed yet are looked through instead."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What `search_log` looks for; `None` matches everything. `action` is a shell-style pattern."""

    span: TimeSpan | None = None
    email: str | None = None
    action: str | None = None
    room: RoomId | None = None
    text: str | None = None
    reservation: int | None = None
    event_id: str | None = None
    run: str | None = None
    after: int | None = None
    limit: int | None = None


_Query = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing an entry must fulfil; `ids` gives queries that find such entries, newest first."""

    condition: str
    values: tuple[object, ...]
    ids: Callable[[], Sequence[_Query]] | None = None
    ordered: bool = True
    """Whether an index holds the ids in order; otherwise all of them are sorted first."""


def search_log(store: Store, wanted: LogFilter) -> list[LogEntry]:
    """Entries that fit every part of `wanted`, newest first, without payloads.

    Text is split at spaces; each word must stand in the message, the subject or the address.
    """
    return list(each_found(store, wanted))


def each_found(store: Store, wanted: LogFilter) -> Iterator[LogEntry]:
    """The same entries one by one, for those too many to hold."""
    parts = _parts(store, wanted)
    if wanted.limit is not None:
        # What is asked for most is recent, or everywhere.
        recent = islice(_stream(store, [(_SINCE, (wanted.after or 0,))]), _RECENT)
        found = list(islice(_entries(store, recent, parts), wanted.limit))
        if len(found) == wanted.limit:
            return iter(found)
    return islice(_entries(store, _candidates(store, wanted, parts), parts), wanted.limit)


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


def forget_words(store: Store, before: str) -> None:
    """Remove from the index what is older than the instant text `before`."""
    store.run(
        "DELETE FROM log_words WHERE rowid IN (SELECT id FROM company_log WHERE at < ?)", (before,)
    )


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
        message=row["message"],
        actor=row["actor"],
    )


def _indexed(store: Store) -> int:
    row = store.row("SELECT rowid FROM log_words ORDER BY rowid DESC LIMIT 1")
    return row["rowid"] if row else 0


def _parts(store: Store, wanted: LogFilter) -> list[_Part]:
    """The parts; those that mostly leave few entries, and are asked at little cost, first."""
    parts: list[_Part] = []
    if wanted.reservation is not None:
        parts.append(_by_column("reservation", "company_log_reservation", wanted.reservation))
    if wanted.run is not None:
        parts.append(_by_column("run", "company_log_run", wanted.run))
    if wanted.email is not None:
        parts.append(_by_column("email", "company_log_email", wanted.email.lower()))
    if wanted.room is not None:
        parts.append(_by_column("room", "company_log_event", wanted.room))
    if wanted.action is not None:
        parts.append(_by_action(store, wanted.action))
    if wanted.text:
        parts += _by_text(store, folded_words(wanted.text))
    if wanted.span is not None:
        alone = not any(part.ids for part in parts)
        start, end = instant(wanted.span.start), instant(wanted.span.end)
        parts.append(_by_span(store, start, end, alone=alone))
    if wanted.event_id is not None:
        parts.append(_Part("event_id = ?", (wanted.event_id,)))
    if wanted.after is not None:
        parts.append(_Part("id > ?", (wanted.after,), lambda: [(_SINCE, (wanted.after,))]))
    return parts


def _by_column(column: str, index: str, value: object) -> _Part:
    ordered = column not in ("email", "room")
    return _Part(f"{column} = ?", (value,), lambda: [_in_column(column, index, value)], ordered)


def _in_column(column: str, index: str, value: object) -> _Query:
    sql = f"SELECT id FROM company_log INDEXED BY {index} WHERE {column} = ? ORDER BY id DESC"
    return sql, (value,)


def _by_action(store: Store, pattern: str) -> _Part:
    def queries() -> list[_Query]:
        # Few actions are in use, and the entries of each of them lie in order.
        rows = store.rows(
            "WITH RECURSIVE known (action) AS (SELECT min(action) FROM company_log UNION ALL"
            " SELECT (SELECT min(action) FROM company_log WHERE action > known.action) FROM known"
            " WHERE known.action IS NOT NULL)"
            " SELECT action FROM known WHERE action GLOB ?",
            (pattern,),
        )
        return [_in_column("action", "company_log_action", row["action"]) for row in rows]

    return _Part("action GLOB ?", (pattern,), queries)


def _by_text(store: Store, words: Sequence[str]) -> Iterator[_Part]:
    def queries() -> list[_Query]:
        catch_up_log(store)
        match, indexed = match_of(store, "log_words", words), _indexed(store)
        if match is None:
            return [(_SINCE, (0,))]
        return [(_SINCE, (indexed,)), (_MATCHING, (match, indexed))]

    for number, word in enumerate(words):
        yield _Part(f"instr({_TEXT}, ?)", (word,), None if number else queries)


def _by_span(store: Store, start: str, end: str, *, alone: bool) -> _Part:
    within = "FROM company_log INDEXED BY company_log_at WHERE at >= ? AND at < ?"

    def queries() -> list[_Query]:
        narrow = (f"SELECT id {within} ORDER BY id DESC", (start, end))
        if not alone or _count(store, [narrow], most=_SORTED) < _SORTED:
            return [narrow]
        # Too many to sort. Ids and times rise together unless a clock was set, so that those
        # from the last id downwards are nearly all within.
        wide = (
            f"SELECT id FROM company_log WHERE id <= (SELECT max(id) {within})"
            " AND +at >= ? AND +at < ? ORDER BY id DESC"
        )
        return [(wide, (start, end, start, end))]

    return _Part("+at >= ? AND +at < ?", (start, end), queries, ordered=False)


def catch_up_log(store: Store, *, most: int = sys.maxsize) -> None:
    """Index what was written since, if nobody else is writing: neither a little nor over `most`."""
    newest = store.row("SELECT coalesce(max(id), 0) AS id FROM company_log")
    if newest is None or not _BEHIND < newest["id"] - _indexed(store) <= most:
        return
    try:
        with store.without_waiting():
            index_log(store)
    except (StoreBusy, StoreFull):
        return  # what is not indexed is looked through


def _candidates(store: Store, wanted: LogFilter, parts: Sequence[_Part]) -> Iterator[int]:
    """Ids of entries that may fulfil all parts, newest first.

    The part that leaves the fewest entries names them; where even it leaves many, the next one too.
    """
    asked = [part for part in parts if part.ids]
    sized: list[tuple[int, Sequence[_Query]]] = []
    for part in asked:
        queries = part.ids() if part.ids else []
        size = _count(store, queries) if len(asked) > 1 else 0
        if size <= _FEW:
            return _stream(store, queries)
        if size <= _SORTED or part.ordered:
            sized.append((size, queries))
    if not sized:
        return _stream(store, [(_SINCE, (wanted.after or 0,))])
    sized.sort(key=lambda item: item[0])
    ids = _stream(store, sized[0][1])
    return _common(ids, _stream(store, sized[1][1])) if len(sized) > 1 else ids


def _count(store: Store, queries: Sequence[_Query], most: int = _COUNTED) -> int:
    """How many ids queries give; `most` ends the counting."""
    found = 0
    for sql, values in queries:
        counted = f"SELECT count(*) AS found FROM ({sql.removesuffix(_NEWEST_FIRST)} LIMIT ?)"
        row = store.row(counted, (*values, most - found))
        found += row["found"] if row else 0
    return found


def _stream(store: Store, queries: Sequence[_Query]) -> Iterator[int]:
    """The ids of all queries, newest first."""
    streams = [map(_ID, store.each(*query)) for query in queries]
    return streams[0] if len(streams) == 1 else merge(*streams, reverse=True)


def _common(some: Iterator[int], others: Iterator[int]) -> Iterator[int]:
    """The ids in both; each comes newest first."""
    other = next(others, None)
    for one in some:
        while other is not None and other > one:
            other = next(others, None)
        if other is None:
            return
        if other == one:
            yield one


def _entries(store: Store, ids: Iterator[int], parts: Sequence[_Part]) -> Iterator[LogEntry]:
    """The entries of these ids that fulfil all parts."""
    conditions = "".join(f" AND {part.condition}" for part in parts)
    values = [value for part in parts for value in part.values]
    some = 64
    while chosen := list(islice(ids, some)):
        marks = ", ".join("?" * len(chosen))
        yield from map(
            entry_of,
            store.rows(
                f"SELECT * FROM company_log WHERE id IN ({marks}){conditions} ORDER BY id DESC",
                [*chosen, *values],
            ),
        )
        some = _LOOKED_UP
