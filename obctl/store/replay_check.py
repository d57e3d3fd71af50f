"""Holding a store against its record, and against what has to be true of every store.

All of it is read at one moment, whatever others write meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from obctl.domain.company_log import Action
from obctl.domain.enums import ExternalState, Status
from obctl.store.changes import TABLES
from obctl.store.database import Store
from obctl.store.replay import (
    LIVE,
    Change,
    Known,
    each_change,
    known,
    last_change,
    past_store,
    replay,
)

Key = tuple[object, ...]
NOT_AS_RECORDED = "not-as-recorded"
_MOST = 200
"""How much is named of one table, or one kind; of more it is said how many."""
_REASONS = (
    Action.CANCELLATION_PROCESSED,
    Action.CANCELLATION_APPROVED,
    Action.RESERVATION_CANCELLED,
    Action.EVENT_MOVED,
)
"""Entries that say why a reservation was cancelled; the last of one that only stood in."""
_ONE = {
    "rooms": "room",
    "reservations": "reservation",
    "services": "service",
    "events": "event",
    "agreed_states": "agreed state of reservation",
    "cancellation_requests": "cancellation request",
    "unreadable_events": "unreadable event",
    "outbox": "outbox item",
    "undecided": "undecided reservation",
    "possible_moves": "possible move of reservation",
    "imported_reservations": "imported date",
    "subscriptions": "subscription",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it has to be; `code` is the kind of it, a word for scripts."""

    code: str
    what: str
    entry: int | None
    """The newest entry of the log when the record last wrote what is concerned."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what is wrong."""

    known: Known
    changes: int
    reservations: int
    agreed_states: int
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class _Found:
    """A problem with the rows it is about, before their entry is known."""

    code: str
    what: str
    rows: tuple[tuple[str, Key], ...]


def check_replay(live: Store, folder: Path) -> Checked:
    """Replay the record of `live` in `folder`, and compare."""
    with past_store(live.path, folder) as store:
        reach, last = known(store, LIVE), last_change(store, None, LIVE)
        replay(store, last)
        broken = _broken(store, _cancelled_before(store, last))
        found = [*_differences(store), *_the_first(broken)]
        entries = _entries(store, last, {row for one in found for row in one.rows})
        counts = store.row(
            "SELECT (SELECT count(*) FROM main.reservations) AS reservations,"
            " (SELECT count(*) FROM main.agreed_states) AS agreed"
        )
    store.close()
    problems = [Problem(one.code, one.what, _newest(entries, one.rows)) for one in found]
    if not last:
        problems.append(
            Problem("no-record", "log_changes is empty: there is nothing to replay", None)
        )
    reservations, agreed = (counts["reservations"], counts["agreed"]) if counts else (0, 0)
    return Checked(reach, last, reservations, agreed, problems)


def _differences(store: Store) -> Iterator[_Found]:
    """Rows that are otherwise than the record says."""
    for name, table in TABLES.items():
        columns = ", ".join(f"{column} COLLATE BINARY" for column in table.columns)
        both = [f"SELECT {columns} FROM {schema}.{name}" for schema in ("main", LIVE)]
        keys: dict[Key, None] = {}
        for one, other in (both, reversed(both)):
            for row in store.each(f"{one} EXCEPT {other}"):
                keys[tuple(row[at] for at in table.positions)] = None
        where = " AND ".join(f"{column} = ?" for column in table.key)
        for key in islice(keys, _MOST):
            recorded, here = (store.row(f"{one} WHERE {where}", key) for one in both)
            said = _said(name, key, *(tuple(row) if row else None for row in (recorded, here)))
            yield _Found(NOT_AS_RECORDED, said, ((name, key),))
        if len(keys) > _MOST:
            said = f"{len(keys) - _MOST} more rows of {name} are not as recorded"
            yield _Found(NOT_AS_RECORDED, said, ())


def _said(
    table: str, key: Key, recorded: tuple[object, ...] | None, here: tuple[object, ...] | None
) -> str:
    what = f"{_ONE[table]} {'/'.join(map(str, key))}"
    if here is None:
        return f"{what} is on record and not in the store"
    if recorded is None:
        return f"{what} is in the store and not on record"
    differing = [
        f"{column} is {now!r}, and on record {then!r}"
        for column, now, then in zip(TABLES[table].columns, here, recorded, strict=True)
        if now != then
    ]
    return f"{what}: {'; '.join(differing)}"


def _broken(store: Store, cancelled_before: set[Key]) -> Iterator[_Found]:
    """What has to be true of the store, and is not."""
    linked = ExternalState.IN_STEP.value
    for row in store.each(
        f"SELECT number FROM {LIVE}.reservations r WHERE external_state = ? AND status != ?"
        f" AND NOT EXISTS (SELECT 1 FROM {LIVE}.agreed_states WHERE reservation = r.number)",
        (linked, Status.CANCELLED.value),
    ):
        number = (row["number"],)
        said = f"reservation {number[0]} is linked, and nothing says what both sides agreed on"
        yield _Found("no-agreed-state", said, (("reservations", number), ("agreed_states", number)))
    for table, one in (("services", "service"), ("agreed_states", "an agreed state")):
        key = TABLES[table].key[0]
        for row in store.each(
            f"SELECT {key} AS key, reservation FROM {LIVE}.{table}"
            f" WHERE reservation NOT IN (SELECT number FROM {LIVE}.reservations)"
        ):
            name = f"{one} {row['key']}" if key == "id" else one
            said = f"{name} is about reservation {row['reservation']}, which there is not"
            rows = ((table, (row["key"],)), ("reservations", (row["reservation"],)))
            yield _Found("no-reservation", said, rows)
    yield from _twice(store)
    reasons = ", ".join(f"'{action.value}'" for action in _REASONS)
    for row in store.each(
        f"SELECT number FROM {LIVE}.reservations r WHERE status = ? AND NOT EXISTS (SELECT 1 FROM"
        f" {LIVE}.company_log WHERE reservation = r.number AND action IN ({reasons}))",
        (Status.CANCELLED.value,),
    ):
        if (number := (row["number"],)) not in cancelled_before:
            said = f"reservation {number[0]} is cancelled, and no entry says why"
            yield _Found("no-reason", said, (("reservations", number),))


def _the_first(found: Iterator[_Found]) -> Iterator[_Found]:
    """Some of each kind, and of the others how many there are."""
    counts: Counter[str] = Counter()
    for one in found:
        counts[one.code] += 1
        if counts[one.code] <= _MOST:
            yield one
    for code, count in counts.items():
        if count > _MOST:
            yield _Found(code, f"{count - _MOST} more like it", ())


def _twice(store: Store) -> Iterator[_Found]:
    """Dates of meetings that have two reservations; not where Outlook has them twice itself."""
    there = (
        f"EXISTS (SELECT 1 FROM {LIVE}.events e WHERE e.room = {{0}}.room"
        " AND e.event_id = {0}.event_id AND e.gone_at IS NULL)"
    )
    held = "{0}.status != 'cancelled' AND {0}.external_state != 0"
    one_event = "b.event_id = a.event_id"
    one_date = (
        "b.series_key = a.series_key AND b.original_start_at IS a.original_start_at"
        f" AND NOT ({there.format('a')} AND {there.format('b')})"
        # what a person kept, or wants written again, is no claim on the same date any more
        " AND a.external_state = 10 AND b.external_state = 10"
    )
    for same in (one_event, f"b.event_id IS NOT a.event_id AND {one_date}"):
        for row in store.each(
            f"SELECT a.number AS one, b.number AS other FROM {LIVE}.reservations a"
            f" JOIN {LIVE}.reservations b ON b.room = a.room AND {same} AND b.number > a.number"
            f" WHERE {held.format('a')} AND {held.format('b')} ORDER BY a.number, b.number"
        ):
            one, other = row["one"], row["other"]
            said = f"reservations {one} and {other} are the same date of one meeting in one room"
            yield _Found(
                "reserved-twice", said, (("reservations", (one,)), ("reservations", (other,)))
            )


def _cancelled_before(store: Store, last: int) -> set[Key]:
    """The reservations that were cancelled when the record began: why may be pruned."""
    status = TABLES["reservations"].columns.index("status")
    found: set[Key] = set()
    for change in each_change(store, last, LIVE, whole=True):
        if not change.is_checkpoint:
            break
        for table, rows in change.recorded.rows:
            if table == "reservations":
                found |= {(row[0],) for row in rows if row[status] == Status.CANCELLED.value}
    return found


def _entries(store: Store, last: int, wanted: set[tuple[str, Key]]) -> Mapping[object, int]:
    """The entry with which the record last wrote each of these rows, as far as it tells."""
    found: dict[object, int] = {}
    for change in each_change(store, last, LIVE, whole=True) if wanted else ():
        for row in _written(change):
            if row in wanted and not (change.is_checkpoint and row in found):
                found[row] = change.entry
    return found


def _written(change: Change) -> Iterator[tuple[str, Key]]:
    for table, rows in change.recorded.rows:
        positions = TABLES[table].positions
        for row in rows:
            yield table, tuple(row[at] for at in positions)
    for table, keys in change.recorded.removed:
        for key in keys:
            yield table, tuple(key)


def _newest(entries: Mapping[object, int], rows: Iterable[tuple[str, Key]]) -> int | None:
    return max((entries[row] for row in rows if row in entries), default=None) or None
