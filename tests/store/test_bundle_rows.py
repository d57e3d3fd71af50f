"""Which rows go into a bundle, and that of every column somebody said what it may tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from builders import (
    NOW,
    make_event,
    make_log_entry,
    make_occurrence,
    make_occurrence_reservation,
    make_reservation,
    make_room,
    span_of,
    write_log,
)

from obctl.domain.room import RoomId
from obctl.store.bundle_columns import COLUMNS, LEFT_OUT, holds
from obctl.store.bundle_rows import Extent, rows_of
from obctl.store.database import Store, open_store
from obctl.store.events import save_events
from obctl.store.reservations import insert_reservations
from obctl.store.rooms import add_room
from obctl.store.schema import describe, tables

ATRIUM, HALS, VERMEER = RoomId(1), RoomId(2), RoomId(3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "store.db", create=True)) as store:
        for name in ("Atrium", "Hals", "Vermeer"):
            add_room(store, make_room(name))
        yield store


def picked(store: Store, extent: Extent, table: str, column: str) -> list[Any]:
    ids = rows_of(store, extent, NOW).get(table, ())
    marks = ", ".join("?" * len(ids))
    rows = store.rows(f"SELECT {column} FROM {table} WHERE rowid IN ({marks})", tuple(ids))
    return sorted(row[0] for row in rows)


def day_of(*rooms: RoomId, **changes: Any) -> Extent:
    return Extent(frozenset(rooms), span_of(), **changes)


def test_of_every_table_and_column_it_is_said_what_it_may_tell(store: Store) -> None:
    assert {*COLUMNS, *LEFT_OUT} == set(tables(store))
    for column in describe(store):
        if column.table not in LEFT_OUT:
            assert holds(column.table, column.column) is not None, column
    known = {(column.table, column.column) for column in describe(store)}
    said = {(table, column) for table, columns in COLUMNS.items() for column in columns}
    assert said - known == set()


def test_a_rooms_day_takes_what_is_in_it_and_nothing_else(store: Store) -> None:
    insert_reservations(
        store,
        [
            make_reservation(1, event="E1"),
            make_reservation(2, event=None, starts="2026-09-16 09:00"),
            make_reservation(3, event=None, room=HALS),
            make_reservation(4, event=None, starts="2026-09-14 20:00", ends="2026-09-15 01:00"),
        ],
    )
    save_events(store, ATRIUM, [make_event("E1"), make_event("E5", starts="2026-09-17 09:00")])
    assert picked(store, day_of(ATRIUM), "reservations", "number") == [1, 4]
    assert picked(store, day_of(ATRIUM), "events", "event_id") == ["E1"]
    assert picked(store, day_of(ATRIUM), "rooms", "id") == [1, 2, 3]


def test_the_same_meeting_in_other_rooms_comes_along_wherever_its_days_are(store: Store) -> None:
    """Where a meeting went is told by its key, and by what it is linked with."""
    insert_reservations(
        store,
        [
            make_occurrence_reservation(1, event="O1"),
            make_occurrence_reservation(2, event="O2", room=HALS, starts="10:00"),
            make_occurrence_reservation(3, event="O3", room=HALS, starts="2026-09-22 09:00"),
            make_reservation(4, event="E4", starts="11:00"),
        ],
    )
    save_events(store, HALS, [make_occurrence("O2", starts="10:00")])
    save_events(store, ATRIUM, [make_event("E4", starts="2026-09-30 09:00", key="other")])
    assert picked(store, day_of(ATRIUM), "reservations", "number") == [1, 2, 4]
    assert picked(store, day_of(ATRIUM), "events", "event_id") == ["E4", "O2"]
    whole = day_of(ATRIUM, keys=frozenset({"key-of-M"}))
    assert picked(store, whole, "reservations", "number") == [1, 2, 3, 4]


def test_both_ends_of_a_move_come_along(store: Store) -> None:
    insert_reservations(
        store,
        [
            make_reservation(1, event=None),
            make_reservation(2, event=None, room=HALS, starts="2026-10-15 09:00"),
        ],
    )
    store.run("INSERT INTO possible_moves (reservation, instead_of) VALUES (1, 2)")
    assert picked(store, day_of(ATRIUM), "reservations", "number") == [1, 2]
    assert picked(store, day_of(ATRIUM), "possible_moves", "instead_of") == [2]


def test_the_log_of_what_is_in_it_comes_along_and_what_stopped_its_rooms(store: Store) -> None:
    insert_reservations(store, [make_reservation(1, event=None)])
    write_log(
        store,
        [
            make_log_entry("reservation.created", "2024-01-01 09:00", reservation=1),
            make_log_entry("reservation.created", reservation=7),
            make_log_entry("room.inconclusive", "2025-01-01 09:00", room=ATRIUM),
            make_log_entry("room.inconclusive", room=HALS),
            make_log_entry("room.added", room=ATRIUM),
            make_log_entry("room.added", "2025-01-01 09:00", room=ATRIUM),
            make_log_entry("event.updated", room=ATRIUM, event_id="elsewhere"),
            make_log_entry("setting.changed", "2024-01-01 09:00"),
            make_log_entry("sync.started", run="R1"),
            make_log_entry("sync.started", run="R2"),
            make_log_entry("event.updated", room=ATRIUM, reservation=1, run="R1"),
        ],
    )
    assert picked(store, day_of(ATRIUM), "company_log", "id") == [1, 3, 5, 8, 9, 11]
    assert picked(store, day_of(ATRIUM, run="R2"), "company_log", "id") == [
        1, 3, 5, 8, 9, 10, 11,
    ]  # fmt: skip
