"""The store's schema, step by step, and the files that are no store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import make_reservation, make_room

from obctl.domain.reservation import Reservation
from obctl.domain.room import RoomId
from obctl.errors import StoreBusy, StoreError, StoreFailing, StoreFull
from obctl.store.database import Store, open_store
from obctl.store.log_search import LogFilter, index_log, search_log
from obctl.store.migrations import STEPS, migrate
from obctl.store.reservation_text import index_reservations
from obctl.store.reservations import (
    Filter,
    find_reservation,
    insert_reservations,
    search_reservations,
)
from obctl.store.rooms import add_room, load_reading_state, load_rooms

TABLES = {
    "agreed_states", "cancellation_requests", "company_log", "events", "inbox", "migrations",
    "outbox", "payloads", "possible_moves", "reservations", "rooms", "runs",
    "services", "settling", "subscriptions",
}  # fmt: skip
RESERVATIONS = [
    "number", "room", "subject", "organizer_name", "organizer_email", "start_at", "end_at",
    "time_zone", "all_day", "status", "external_state", "source", "event_id", "ical_uid",
    "series_key", "series_master_id", "original_start_at", "attendees", "notes", "version",
    "created_at", "updated_at",
]  # fmt: skip


def columns(store: Store, table: str) -> list[str]:
    return [row["name"] for row in store.rows(f"PRAGMA table_info({table})")]


def at_step(path: Path, count: int) -> None:
    """A store as an older obctl left it, with a room and a reservation in it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        names = [step.__name__ for step in STEPS]
        migrate(connection, stop_before=names[count] if count < len(names) else None)
        connection.execute(
            "INSERT INTO rooms (mailbox, name, time_zone, activated_at)"
            " VALUES ('old@contoso.example', 'Old', 'Europe/Amsterdam', '2026-01-01T00:00:00Z')"
        )
        connection.execute(
            "INSERT INTO reservations (room, subject, start_at, end_at, time_zone, all_day, status,"
            " external_state, source, created_at, updated_at) VALUES (1, 'Kept',"
            " '2026-09-15T09:00:00Z', '2026-09-15T10:00:00Z', 'Europe/Amsterdam', 0, 'confirmed',"
            " 10, 'outlook', '2026-09-01T00:00:00Z', '2026-09-01T00:00:00Z')"
        )
        connection.execute(
            "INSERT INTO company_log (at, action, room, subject, run, message) VALUES"
            " ('2026-09-01T00:00:00Z', 'event.created', 1, 'Kept', 'R1', 'reservation 1 created')"
        )


def test_a_blank_file_becomes_a_store(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "store.db", create=True)) as store:
        rows = store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert {row["name"] for row in rows} - {"sqlite_sequence"} >= TABLES
        assert columns(store, "reservations") == RESERVATIONS
        assert store.row("PRAGMA user_version")[0] == len(STEPS)
        assert [row["name"] for row in store.rows("SELECT name FROM migrations")] == [
            step.__name__ for step in STEPS
        ]


@pytest.mark.parametrize("count", range(1, len(STEPS) + 1))
def test_every_older_store_is_brought_up_to_date_with_its_rows(tmp_path: Path, count: int) -> None:
    path = tmp_path / "store.db"
    at_step(path, count)
    with (
        closing(open_store(path)) as store,
        closing(open_store(tmp_path / "new.db", create=True)) as new,
    ):
        assert find_reservation(store, 1).subject == "Kept"
        assert [room.name for room in load_rooms(store)] == ["Old"]
        for _ in range(2):
            found = [r.number for r in search_reservations(store, Filter(text="kep OLD"))]
            assert found == [1]
            wanted = LogFilter(text="kept crea", action="event.*", run="R1", room=RoomId(1))
            assert [entry.id for entry in search_log(store, wanted)] == [1]
            assert [entry.actor for entry in search_log(store, wanted)] == [None]
            index_log(store)
            index_reservations(store)
        for row in new.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            assert set(columns(store, row["name"])) == set(columns(new, row["name"]))


def test_an_older_store_is_known_to_remember_a_room_from_its_last_full_read_on(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    at_step(path, [step.__name__ for step in STEPS].index("m016_remembered_since"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "UPDATE rooms SET read_start_at = '2026-09-12T22:00:00Z',"
            " read_end_at = '2026-11-12T22:00:00Z'"
        )
    with closing(open_store(path)) as store:
        (room,) = load_rooms(store)
        since = load_reading_state(store, room.id).remembered_since
        assert since == datetime(2026, 9, 12, 22, tzinfo=UTC)


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path, create=True).close()
    with closing(open_store(path)) as store:
        before = [tuple(row) for row in store.rows("SELECT * FROM migrations")]
    with closing(open_store(path)) as store:
        assert [tuple(row) for row in store.rows("SELECT * FROM migrations")] == before


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path, create=True).close()

    def m999_broken(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE rooms ADD COLUMN half TEXT")
        raise RuntimeError("power cut")

    STEPS.append(m999_broken)
    try:
        with pytest.raises(RuntimeError, match="power cut"):
            open_store(path)
    finally:
        STEPS.pop()
    with closing(open_store(path)) as store:
        assert "half" not in columns(store, "rooms")


def test_a_store_of_a_newer_obctl_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path, create=True).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer obctl") as told:
        open_store(path)
    assert (told.value.code, path.read_bytes()) == ("store-newer", before)


@pytest.mark.parametrize(
    "content",
    [b"no database at all, but long enough to be one" * 50, b"SQLite format 3\0" + b"\xff" * 4000],
    ids=["text", "broken-header"],
)
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(content)
    with pytest.raises(StoreError):
        open_store(path)
    assert path.read_bytes() == content


def test_a_damaged_page_is_told_as_damage(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path, create=True)) as store:
        room = add_room(store, make_room())
        insert_reservations(store, [make_reservation(n, room=room.id) for n in range(1, 400)])
        store.run("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xa5" * len(data[8192:])
    path.write_bytes(bytes(data))
    with pytest.raises(StoreError) as told, closing(open_store(path)) as store:
        store.rows("SELECT * FROM reservations ORDER BY notes")
    assert told.value.code == "store-corrupt"


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    with pytest.raises(StoreError, match="no obctl store"):
        open_store(path)


def test_a_missing_store_is_not_made_by_the_way(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        open_store(tmp_path / "store.db")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_a_whole_store_taken_while_others_write(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "store.db", create=True)) as store:
        add_room(store, make_room())
        with closing(open_store(tmp_path / "store.db")) as other:
            other.run("BEGIN IMMEDIATE")
            other.run("UPDATE rooms SET name = 'Half done'")
            store.backup(tmp_path / "copy.db")
            other.run("ROLLBACK")
        with pytest.raises(StoreError, match="exists already"):
            store.backup(tmp_path / "copy.db")
    with closing(open_store(tmp_path / "copy.db")) as copy:
        assert [room.name for room in load_rooms(copy)] == ["Atrium"]
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    assert (tmp_path / "store.db").stat().st_mode & 0o077 == 0


def test_a_store_that_another_process_holds_is_busy(tmp_path: Path) -> None:
    with (
        closing(open_store(tmp_path / "store.db", create=True)) as store,
        closing(open_store(tmp_path / "store.db")) as other,
    ):
        store.connection.execute("PRAGMA busy_timeout = 10")
        other.run("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy) as told, store.transaction():
            pass
        other.run("ROLLBACK")
        assert told.value.exit_code == 5


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "store.db", create=True)) as store:
        room = add_room(store, make_room())
        pages = store.row("PRAGMA page_count")[0]
        store.run(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreFull) as told, store.transaction():
            insert_reservations(store, [make_reservation(n, room=room.id) for n in range(1, 2000)])
        assert told.value.code == "disk-full"
        assert store.rows("SELECT * FROM reservations") == []


def _write_late_checked(store: Store, reservations: list[Reservation]) -> None:
    """Write what SQLite refuses at the commit alone."""
    store.run("PRAGMA defer_foreign_keys = ON")
    store.run("UPDATE rooms SET name = 'Elsewhere'")
    insert_reservations(store, reservations)


def test_after_a_commit_that_failed_the_next_transaction_is_one_of_its_own(tmp_path: Path) -> None:
    """Joined to one that nobody ends, it would be lost with it."""
    with closing(open_store(tmp_path / "store.db", create=True)) as store:
        room = add_room(store, make_room())
        orphan = [make_reservation(1, room=RoomId(99))]
        with pytest.raises(StoreError, match="FOREIGN KEY"), store.transaction():
            _write_late_checked(store, orphan)
        with store.transaction():
            insert_reservations(store, [make_reservation(2, room=room.id)])
    with closing(open_store(tmp_path / "store.db")) as again:
        assert [row["number"] for row in again.rows("SELECT number FROM reservations")] == [2]
        assert [room.name for room in load_rooms(again)] == ["Atrium"]


def test_a_store_that_the_disk_refuses_to_hold_says_so(tmp_path: Path) -> None:
    """SQLite ends the transaction by itself then, and what it said is what counts."""
    resource = pytest.importorskip("resource", reason="this system limits no file's size")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StoreFailing) as told:
            open_store(tmp_path / "store.db", create=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be read or written: disk I/O error" in told.value.message
    assert told.value.exit_code == 5
