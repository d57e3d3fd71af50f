from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from builders import make_log_entry
from desk import Desk

from obctl.store.database import open_store
from obctl.store.rooms import load_rooms
from obctl.store.runs import run_lock
from obctl.store.schema import TABLES, tables


def test_the_path_is_where_other_tools_find_the_store(desk: Desk) -> None:
    answer = desk.run("store", "path")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout == f"{desk.home / 'contoso' / 'store.db'}\n"


def test_a_backup_is_a_whole_store_of_its_own(desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    answer = desk.run("store", "backup", str(copy))
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", f"{copy} written\n")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(open_store(copy)) as store:
        assert [room.name for room in load_rooms(store)] == ["Atrium", "Liberty"]


def test_a_backup_never_replaces_a_file(desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("mine")
    answer = desk.run("store", "backup", str(copy))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "exists already" in answer.stderr
    assert copy.read_text() == "mine"


def test_a_backup_into_a_missing_folder_is_refused(desk: Desk, tmp_path: Path) -> None:
    answer = desk.run("store", "backup", str(tmp_path / "none" / "copy.db"))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "cannot be opened" in answer.stderr


def test_a_healthy_store_has_no_problems(desk: Desk) -> None:
    answer = desk.run("store", "check")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "no damage found\n")


def test_a_dangling_row_is_a_problem(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.home / "contoso" / "store.db")) as raw, raw:
        raw.execute(
            "INSERT INTO services (reservation, kind, description, quantity, status)"
            " VALUES (9, 'other', 'x', 1, 'ordered')"
        )
    answer = desk.run("store", "check", "-o", "json")
    assert (answer.exit_code, answer.stderr) == (3, "")
    assert json.loads(answer.stdout) == [
        {
            "problem": "services row 1 points at a missing row of reservations",
            "entry": None,
            "code": "damage",
        }
    ]


def test_every_table_is_explained(desk: Desk) -> None:
    with desk.store() as store:
        assert tables(store) == list(TABLES)
    answer = desk.run("store", "schema")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert "company_log The journal, append-only" in answer.stdout
    found = json.loads(desk.run("store", "schema", "-o", "json").stdout)
    assert list(found[0]) == ["table", "meaning", "column", "type", "required", "key"]
    assert {item["table"] for item in found} == set(TABLES)


def test_compacting_gives_back_what_was_pruned(desk: Desk) -> None:
    desk.logged(
        *(make_log_entry("event.updated", "2025-01-01 09:00", message="x" * 900) for _ in range(99))
    )
    desk.run("log", "prune", "--older-than", "400d", "--yes")
    done = desk.run("store", "compact", "-o", "json")
    sizes = json.loads(done.stdout)
    assert (done.exit_code, sizes["after"] < sizes["before"]) == (0, True)
    assert "MB now" in desk.run("store", "compact").stderr
    assert desk.run("store", "check").exit_code == 0


def test_compacting_waits_for_nobody_who_has_the_store_open(desk: Desk) -> None:
    with desk.store() as store:
        store.row("SELECT 1 FROM rooms")
        done = desk.run("store", "compact", "-o", "json")
    assert done.exit_code == 5
    assert json.loads(done.stderr)["error"]["code"] == "store-busy"
    with run_lock(desk.home / "contoso"):
        assert "another run is active" in desk.run("store", "compact").stderr


@pytest.mark.parametrize(
    ("days", "said"),
    [("29", "29 is not between 30 and 36500"), ("0", "0 is not"), ("x", "'x' is no whole number")],
)
def test_too_short_a_memory_is_refused(desk: Desk, days: str, said: str) -> None:
    refused = desk.run("config", "set", "log.keep_days", days)
    assert (refused.exit_code, said in refused.stderr) == (2, True)
    assert desk.run("config", "get", "log.keep_days").stdout == "\n"
    desk.environment["OBCTL_LOG_KEEP_DAYS"] = days
    assert said in desk.run("sync", "status").stderr
