"""A store that is empty, cut, gone, unreadable or read-only never passes for a new company."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from builders import make_reservation
from desk import Desk
from unprivileged import unprivileged

from obctl.store.database import open_store

OFFLINE = (
    ("sync", "status"), ("sync", "history"), ("reservations", "list"), ("services", "list"),
    ("cancellations", "list"), ("log", "search"), ("rooms", "list"), ("store", "check"),
    ("store", "schema"), ("doctor",), ("sync", "run"), ("planner", "--cached"),
    ("diff", "today", "--cached"), ("listen", "--port", "0"), ("subscriptions", "list"),
    ("config", "set", "sync.past_days", "2"), ("store", "backup", "copy.db"),
)  # fmt: skip


def store_of(desk: Desk) -> Path:
    return desk.home / "contoso" / "store.db"


def config_of(desk: Desk) -> Path:
    return desk.home / "contoso" / "config.toml"


@pytest.fixture
def booked(desk: Desk) -> Desk:
    desk.reservations(make_reservation(1), make_reservation(2, event="E2", starts="14:00"))
    return desk


@pytest.mark.parametrize("words", OFFLINE, ids=" ".join)
def test_an_empty_file_is_no_store_to_any_command(booked: Desk, words: tuple[str, ...]) -> None:
    store_of(booked).write_bytes(b"")
    answer = booked.run(*words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "store.db is empty: what the store held is not in it" in answer.stderr
    assert "obctl store restore FILE" in answer.stderr
    assert store_of(booked).read_bytes() == b""


@pytest.mark.parametrize("left", [1, 50, 99, 100, 4096, 0.5, -4096, -1])
def test_a_cut_file_is_no_store(booked: Desk, left: float) -> None:
    whole = store_of(booked).read_bytes()
    size = int(len(whole) * left) if 0 < left < 1 else int(left)
    cut = whole[:size]
    store_of(booked).write_bytes(cut)
    answer = booked.run("sync", "status")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "is cut short" in answer.stderr
    assert store_of(booked).read_bytes() == cut


def test_a_database_without_tables_is_no_store(booked: Desk) -> None:
    store_of(booked).unlink()
    with closing(sqlite3.connect(store_of(booked))) as raw:
        raw.execute("PRAGMA user_version = 3")
        raw.execute("PRAGMA journal_mode = WAL")
    answer = booked.run("reservations", "list")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "is empty" in answer.stderr


def test_a_store_that_others_are_writing_is_whole(booked: Desk) -> None:
    with booked.store() as other:
        other.run("PRAGMA wal_autocheckpoint = 0")
        with other.transaction():
            other.run("UPDATE rooms SET name = name || 'x'")
        assert booked.run("rooms", "list").exit_code == 0


@pytest.mark.parametrize("name", ["contoso", None])
def test_a_lost_configuration_is_made_anew_for_the_store_that_is_there(
    booked: Desk, name: str | None
) -> None:
    config_of(booked).unlink()
    asked = booked.run(*(["--company", name] if name else []), "reservations", "list")
    assert (asked.exit_code, asked.stdout) == (2, "")
    assert "contoso holds a store and no config.toml" in asked.stderr
    assert "`obctl init contoso …` makes the configuration anew" in asked.stderr
    made = booked.run(
        "init", "contoso", "--graph-url", booked.url, "--credential", "token", "-o", "json"
    )
    assert made.exit_code == 0, made.stderr
    assert json.loads(made.stdout)["adopted_store"] is True
    found = json.loads(booked.run("reservations", "list", "-o", "json").stdout)
    assert [item["number"] for item in found] == [1, 2]


def test_who_adopts_a_store_is_told_what_it_holds(booked: Desk) -> None:
    config_of(booked).unlink()
    made = booked.run("init", "contoso", "--graph-url", booked.url, "--credential", "token")
    assert "is taken over as it is: 2 rooms, 2 reservations" in made.stderr
    assert "next: obctl --company contoso doctor" in made.stderr


@pytest.mark.parametrize("content", [b"", b"no store" * 50])
def test_init_adopts_no_ruin_and_names_the_way_on(booked: Desk, content: bytes) -> None:
    """And the way leads there."""
    backup = booked.home / "backup.db"
    booked.run("store", "backup", str(backup))
    config_of(booked).unlink()
    store_of(booked).write_bytes(content)
    init = ("init", "contoso", "--graph-url", booked.url, "--credential", "token")
    refused = booked.run(*init)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "move store.db away, run `obctl init` again" in refused.stderr
    assert not config_of(booked).exists()
    assert store_of(booked).read_bytes() == content
    store_of(booked).rename(booked.home / "contoso" / "ruin.db")
    assert booked.run(*init).exit_code == 0
    assert booked.run("store", "restore", str(backup), "--yes").exit_code == 0
    assert len(json.loads(booked.run("reservations", "list", "-o", "json").stdout)) == 2


def test_init_makes_no_store_beside_the_journal_of_another(booked: Desk) -> None:
    config_of(booked).unlink()
    journal = store_of(booked).with_name("store.db-wal")
    store_of(booked).rename(journal)
    before = journal.read_bytes()
    refused = booked.run("init", "contoso", "--graph-url", booked.url, "--credential", "token")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "store.db-wal is there and its store is not" in refused.stderr
    assert journal.read_bytes() == before
    assert not store_of(booked).exists()


def test_init_takes_a_folder_that_was_made_for_it(empty_desk: Desk) -> None:
    """A volume, say."""
    (empty_desk.home / "fabrikam").mkdir()
    made = empty_desk.run("init", "fabrikam", "--graph-url", empty_desk.url)
    assert made.exit_code == 0, made.stderr
    assert "taken over" not in made.stderr


def test_init_never_touches_a_company_that_has_its_configuration(booked: Desk) -> None:
    store_of(booked).unlink()
    before = config_of(booked).read_bytes()
    refused = booked.run("init", "contoso", "--graph-url", booked.url, "--credential", "token")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "exists already" in refused.stderr
    assert config_of(booked).read_bytes() == before
    assert not store_of(booked).exists()


@contextmanager
def mode(path: Path, bits: int) -> Iterator[None]:
    before = path.stat().st_mode & 0o777
    path.chmod(bits)
    try:
        yield
    finally:
        path.chmod(before)


@pytest.mark.parametrize(
    ("what", "bits", "words", "said"),
    [
        (".", 0o000, ("sync", "status"), "home cannot be read: Permission denied"),
        ("contoso", 0o000, ("sync", "status"), "config.toml cannot be read: Permission denied"),
        ("contoso/config.toml", 0o000, ("sync", "status"), "cannot be read: Permission denied"),
        ("contoso/store.db", 0o000, ("sync", "status"), "it is not readable for you"),
        ("contoso/store.db", 0o400, ("rooms", "change", "Atrium", "--floor", "2"),
         "it is read-only for you"),
        ("contoso", 0o500, ("sync", "status"), "its folder is read-only for you"),
        ("contoso", 0o500, ("sync", "run"), "read-only for you"),
        ("contoso", 0o500, ("config", "set", "sync.past_days", "2"), "read-only for you"),
        (".", 0o500, ("init", "fabrikam", "--graph-url", "http://127.0.0.1:9/v1.0"),
         "cannot be made: Permission denied"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_or_written_is_said_to_be_so(
    booked: Desk, what: str, bits: int, words: tuple[str, ...], said: str
) -> None:
    with mode(booked.home / what, bits):
        answer = unprivileged(booked.environment, *words)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr
    assert "unexpected" not in answer.stderr


def _contents(desk: Desk) -> Any:
    with desk.store() as store:
        return [row["subject"] for row in store.rows("SELECT subject FROM reservations")]


def test_a_backup_is_put_back_and_the_old_store_kept(booked: Desk, tmp_path: Path) -> None:
    backup = tmp_path / "monday.db"
    booked.run("store", "backup", str(backup))
    before = backup.read_bytes()
    booked.reservations(make_reservation(3, event="E3", starts="16:00"))
    asked = booked.run("store", "restore", str(backup))
    assert (asked.exit_code, asked.stdout) == (2, "")
    assert f"Put {backup} (2 rooms, 2 reservations, an empty log)" in asked.stderr
    assert len(_contents(booked)) == 3
    done = booked.run("store", "restore", str(backup), "--yes", "--by", "Noor", "-o", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert len(_contents(booked)) == 2
    with closing(open_store(Path(told["kept"]))) as old:
        assert len(old.rows("SELECT * FROM reservations")) == 3
    (entry,) = json.loads(booked.run("log", "search", "-o", "json").stdout)
    assert (entry["action"], entry["actor"]) == ("store.restored", "Noor")
    assert str(backup) in entry["message"]
    assert backup.read_bytes() == before
    files = sorted(path.name for path in store_of(booked).parent.iterdir())
    assert files == [
        "config.toml", "run.lock", "store-before-20260914T120000Z.db", "store.db",
    ]  # fmt: skip
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in store_of(booked).parent.iterdir())


@pytest.mark.parametrize("ruin", [b"", b"ruin", None])
def test_a_backup_replaces_a_ruin_and_a_lost_store(
    booked: Desk, tmp_path: Path, ruin: bytes | None
) -> None:
    backup = tmp_path / "monday.db"
    booked.run("store", "backup", str(backup))
    store_of(booked).unlink()
    if ruin is not None:
        store_of(booked).write_bytes(ruin)
    done = booked.run("store", "restore", str(backup), "--yes", "-o", "json")
    assert done.exit_code == 0, done.stderr
    assert len(_contents(booked)) == 2
    kept = json.loads(done.stdout)["kept"]
    assert (kept and Path(kept).read_bytes()) == ruin


def _text(path: Path) -> None:
    path.write_text("no database" * 100)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE recipes (name)")
        raw.execute("PRAGMA user_version = 2")


def _dangling(path: Path) -> None:
    with closing(open_store(path, create=True)) as store:
        store.run("PRAGMA foreign_keys = OFF")
        store.run(
            "INSERT INTO services (reservation, kind, description, quantity, status)"
            " VALUES (9, 'other', 'x', 1, 'ordered')"
        )


def _newer(path: Path) -> None:
    open_store(path, create=True).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version = 999")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: None, "there is no store at"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.mkdir(), "is no file"),
        (_text, "damaged or no SQLite file"),
        (_foreign, "no obctl store"),
        (_dangling, "is damaged: services row 1 points at a missing row"),
        (_newer, "newer obctl"),
    ],
)
def test_a_backup_that_is_none_changes_nothing(
    booked: Desk, tmp_path: Path, make: Any, said: str
) -> None:
    backup = tmp_path / "monday.db"
    make(backup)
    before = store_of(booked).read_bytes()
    answer = booked.run("store", "restore", str(backup), "--yes")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert said in answer.stderr
    assert str(backup) in answer.stderr
    assert "restoring" not in answer.stderr
    assert store_of(booked).read_bytes() == before
    left = sorted(path.name for path in store_of(booked).parent.iterdir())
    assert left == ["config.toml", "run.lock", "store.db"]


def test_a_store_is_no_backup_of_itself(booked: Desk) -> None:
    answer = booked.run("store", "restore", str(store_of(booked)), "--yes")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "is the store itself" in answer.stderr


def test_a_store_in_use_is_not_replaced(booked: Desk, tmp_path: Path) -> None:
    """A listener would go on writing to the old one."""
    backup = tmp_path / "monday.db"
    booked.run("store", "backup", str(backup))
    with booked.store() as listener:
        listener.rows("SELECT * FROM rooms")
        answer = booked.run("store", "restore", str(backup), "--yes")
    assert (answer.exit_code, answer.stdout) == (5, "")
    assert "is open in another process" in answer.stderr
    assert len(_contents(booked)) == 2


def test_a_backup_of_an_older_obctl_is_brought_up_to_date(booked: Desk, tmp_path: Path) -> None:
    from obctl.store.migrations import migrate

    backup = tmp_path / "old.db"
    with closing(sqlite3.connect(backup)) as raw:
        raw.isolation_level = None
        raw.row_factory = sqlite3.Row
        ran = migrate(raw, stop_before="m003_settling")
    before = backup.read_bytes()
    assert booked.run("store", "restore", str(backup), "--yes").exit_code == 0, ran
    assert backup.read_bytes() == before
    status = booked.run("sync", "status")
    assert (status.exit_code, "no room is mapped" in status.stderr) == (3, True)
