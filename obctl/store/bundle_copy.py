"""Copying rows from one store to another, with everything masked on the way where that is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from obctl.domain.masked_json import masked_object
from obctl.domain.masked_message import AsTheyAre, MaskedMessages, Sentences
from obctl.domain.masking import Mask
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.errors import StoreError
from obctl.store.bundle_columns import (
    COLUMNS,
    Holds,
    holds,
    masked_payload,
    masked_value,
    without_secret,
)
from obctl.store.bundle_rows import Rows
from obctl.store.codec import instant
from obctl.store.database import Store, in_parts
from obctl.store.payloads import load_payload, packed

Row = tuple[Any, ...]
_AT_ONCE = 500


def copy_plain(source: Store, target: Store, rows: Rows) -> None:
    """Copy rows as they are, without secrets."""
    with _written(target):
        for table in COLUMNS:
            names = _columns(target, table)
            what = [_holds(table, name) for name in names]
            _insert(
                target,
                table,
                names,
                (
                    tuple(map(without_secret, what, row))
                    for row in _each(source, table, names, rows.get(table, ()))
                ),
            )
        names = ["id", "codec", "data"]
        _insert(
            target, "payloads", names, _each(source, "payloads", names, rows.get("payloads", ()))
        )


def mask_for(store: Store, key: bytes) -> Mask:
    """A mask that knows the rooms and organisers of a store."""
    people = "SELECT organizer_name AS name FROM {} WHERE organizer_name IS NOT NULL"
    tables = ("events", "reservations", "agreed_states")
    return Mask(
        key,
        rooms=[row["mailbox"] for row in store.rows("SELECT mailbox FROM rooms")],
        organizers=[
            row["name"]
            for table in tables
            for row in store.rows(f"SELECT DISTINCT name FROM ({people.format(table)})")
        ],
    )


def copy_masked(
    source: Store, target: Store, mask: Mask, words: frozenset[str], objects: Sequence[Any]
) -> list[Any]:
    """Copy a whole store masked; returns `objects`, JSON of ours about it, masked the same way.

    Everything is masked twice: what sentences quote has to be known before them.
    """
    payloads = [
        (row["id"], *packed(masked_payload(load_payload(source, row["id"]) or b"", mask)))
        for row in source.rows("SELECT id FROM payloads ORDER BY id")
    ]
    for item in objects:
        masked_object(item, mask, AsTheyAre())
    for table in COLUMNS:
        _masked_table(source, target, table, mask, AsTheyAre())
    sentences = MaskedMessages(mask, words)
    with _written(target):
        for table in COLUMNS:
            masked = _masked_table(source, target, table, mask, sentences)
            _insert(target, table, _columns(target, table), masked)
        _insert(target, "payloads", ["id", "codec", "data"], payloads)
    return [masked_object(item, mask, sentences) for item in objects]


@contextmanager
def _written(target: Store) -> Iterator[None]:
    """One transaction, at whose end what rows point at has to be there."""
    with target.transaction():
        target.run("PRAGMA defer_foreign_keys = ON")
        yield


def narrow_reading(store: Store, rooms: Sequence[RoomId], span: TimeSpan) -> None:
    """Have a store say of `rooms` that nothing is known outside of `span`: it was not copied."""
    for room in rooms:
        store.run(
            "UPDATE rooms SET read_end_at = min(read_end_at, :end), remembered_since_at ="
            " max(coalesce(remembered_since_at, read_start_at), :start) WHERE id = :room",
            {"room": room, "start": instant(span.start), "end": instant(span.end)},
        )


def _masked_table(
    source: Store, target: Store, table: str, mask: Mask, sentences: Sentences
) -> list[Row]:
    names = _columns(target, table)
    what = [_holds(table, name) for name in names]
    order = source.each(f"SELECT {', '.join(names)} FROM {table} ORDER BY rowid")
    return [
        tuple(
            masked_value(kind, value, mask, sentences)
            for kind, value in zip(what, row, strict=True)
        )
        for row in order
    ]


def _each(source: Store, table: str, names: Sequence[str], ids: Sequence[int]) -> Iterator[Row]:
    for marks, part in in_parts(ids):
        for row in source.each(
            f"SELECT {', '.join(names)} FROM {table} WHERE rowid IN ({marks}) ORDER BY rowid", part
        ):
            yield tuple(row)


def _insert(target: Store, table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
    marks = ", ".join("?" * len(names))
    waiting: list[Row] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) >= _AT_ONCE:
            target.run_many(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", waiting)
            waiting = []
    target.run_many(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", waiting)


def _columns(store: Store, table: str) -> list[str]:
    return [row["name"] for row in store.rows("SELECT name FROM pragma_table_info(?)", (table,))]


def _holds(table: str, column: str) -> Holds:
    found = holds(table, column)
    if found is None:
        raise StoreError(f"nobody has said what {table}.{column} may tell of others")
    return found
