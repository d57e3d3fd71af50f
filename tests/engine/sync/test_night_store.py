"""The store cannot be written: the run says so, nothing is half done, the next one completes it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from killed_process import End, KilledProcesses
from night import NAMES, Night, daily

RUN = ("sync", "run")
DATES = 12


def busy_days(night: Night) -> None:
    """More than what fits into the pages the store has."""
    for hour, name in enumerate(NAMES, start=9):
        start, end = f"{hour:02}:00", f"{hour:02}:30"
        night.book(name, "Stand-up", start, end, recurrence=daily(count=DATES))


def whole_rooms(night: Night) -> int:
    """How many rooms are done; each has all of its reservations, or none and was never read."""
    done = 0
    for room in night.rooms:
        made = night.reservations(room.name)
        agreed = night.store.rows(
            "SELECT 1 FROM agreed_states JOIN reservations ON number = reservation WHERE room = ?",
            (room.id,),
        )
        logged = night.store.rows(
            "SELECT 1 FROM company_log WHERE room = ? AND action = 'event.created'", (room.id,)
        )
        assert len(made) == len(agreed) == len(logged)
        assert len(made) in (0, DATES)
        assert (room.last_synced_at is not None) == bool(made)
        done += bool(made)
    return done


def completes(night: Night, killed_processes: KilledProcesses, home: Path) -> None:
    assert killed_processes.run(home, night.company.now, *RUN).code == 0
    assert whole_rooms(night) == len(NAMES)
    assert night.run().changes == 0


def test_a_full_disk_is_said_and_the_next_run_completes_the_night(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses
) -> None:
    """The store may grow by ever more pages, until the night fits."""
    busy_days(night)
    home, store = tmp_path / "home", night.company.config.store_path
    seen = []
    for pages in range(40):
        end = killed_processes.run(home, night.company.now, *RUN, pages=pages)
        seen.append(whole_rooms(night))
        if end.code == 0:
            break
        assert end == End(
            5,
            "",
            f"error: no space is left for {store}; nothing was half written\n"
            "  free some space, then run the command again\n",
        )
    assert (seen[0], seen[-1]) == (0, len(NAMES))
    assert seen == sorted(seen)
    completes(night, killed_processes, home)


@pytest.mark.parametrize("size", [0, 4_096, 200_000, 250_000])
def test_a_file_that_may_not_grow_is_said_and_the_next_run_completes_the_night(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses, size: int
) -> None:
    """As a quota has it: the system refuses the write with another error than a full disk's."""
    busy_days(night)
    home, store = tmp_path / "home", night.company.config.store_path
    end = killed_processes.run(home, night.company.now, *RUN, bytes=size)
    assert end == End(
        5,
        "",
        f"error: {store} cannot be read or written: disk I/O error; nothing was half written\n"
        "  check the disk, its space and its quota, then run the command again\n",
    )
    whole_rooms(night)
    completes(night, killed_processes, home)


def test_a_store_that_stays_locked_is_said_and_the_next_run_completes_the_night(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses
) -> None:
    busy_days(night)
    home, store = tmp_path / "home", night.company.config.store_path
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        end = killed_processes.run(home, night.company.now, *RUN, patience=20)
    assert end == End(
        5,
        "",
        f"error: {store} is locked by another process\n"
        "  wait for the other obctl command to end, then try again\n",
    )
    assert whole_rooms(night) == 0
    completes(night, killed_processes, home)


def test_a_store_locked_in_the_middle_of_a_run_leaves_whole_rooms(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses
) -> None:
    """Somebody else writes from the moment the last room is read, and does not stop."""
    busy_days(night)
    home, store = tmp_path / "home", night.company.config.store_path
    with closing(sqlite3.connect(store, isolation_level=None, check_same_thread=False)) as other:

        def locks(_method: str, mailbox: str | None, route: str) -> None:
            if "delta" in route and not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")

        night.watched.on_call = locks
        end = killed_processes.run(home, night.company.now, *RUN, patience=20)
        night.watched.on_call = lambda *_: None
    assert (end.code, end.err.splitlines()[0]) == (
        5, f"error: {store} is locked by another process",
    )  # fmt: skip
    whole_rooms(night)
    completes(night, killed_processes, home)
