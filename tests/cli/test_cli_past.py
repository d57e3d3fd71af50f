"""`log at` and `--at`: what obctl knew at an instant, and what nobody can know of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import (
    NOW,
    make_agreed_with,
    make_event,
    make_log_entry,
    make_reservation,
    span_of,
    write_log,
)
from desk import ATRIUM, Desk, two_rooms

from obctl.domain.values import replace
from obctl.store.agreed_states import save_agreed
from obctl.store.database import Store
from obctl.store.events import mark_gone, save_events
from obctl.store.reservations import insert_reservations, update_reservation
from obctl.store.rooms import ReadingState, add_room, save_pass, save_reading_state

MONDAY, TUESDAY, WEDNESDAY = (datetime(2026, 9, 7 + day, 6, 0, tzinfo=UTC) for day in range(3))
DAY = "2026-09-15"
READ = span_of(MONDAY.date() - timedelta(days=2), 60)


def do(desk: Desk, at: datetime, *work: Callable[[Store], Any]) -> None:
    """What one transaction wrote at an instant."""
    with desk.store() as store:
        store.clock = lambda: at
        with store.transaction():
            for one in work:
                one(store)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Mapped on Monday, read and booked on Tuesday, cancelled and renamed on Wednesday."""
    desk = Desk(tmp_path_factory.mktemp("past") / "home")
    atrium, liberty = two_rooms()
    event = make_event("E1", subject="Budget")
    reservation = make_reservation(1001, event="E1", subject="Budget")
    do(desk, MONDAY, lambda store: add_room(store, atrium))
    do(
        desk,
        TUESDAY,
        lambda store: save_events(store, ATRIUM, [event]),
        lambda store: insert_reservations(store, [reservation]),
        lambda store: save_agreed(store, [make_agreed_with(reservation)]),
        lambda store: save_reading_state(
            store, ATRIUM, ReadingState("https://secret/delta", READ.start, READ.end, READ.end)
        ),
        lambda store: save_pass(store, ATRIUM, synced_at=TUESDAY),
        lambda store: write_log(
            store, [make_log_entry("event.created", TUESDAY, room=ATRIUM, reservation=1001)]
        ),
    )
    do(
        desk,
        WEDNESDAY,
        lambda store: mark_gone(store, ATRIUM, ["E1"], WEDNESDAY),
        lambda store: update_reservation(store, replace(reservation, subject="[b]Renamed\x1b[2J")),
        lambda store: add_room(store, liberty),
        lambda store: write_log(
            store, [make_log_entry("event.deleted", WEDNESDAY, room=ATRIUM, reservation=1001)]
        ),
    )
    return desk


def asked(desk: Desk, *words: str, code: int = 0) -> Any:
    answer = desk.run(*words, "-o", "json")
    assert answer.exit_code == code, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.parametrize(
    ("at", "code", "office365", "officebooking", "entry"),
    [
        ("2026-09-07T06:00:00Z", 8, None, [], None),  # mapped, and never read
        ("2026-09-08T05:59:59Z", 8, None, [], None),
        ("2026-09-08T06:00:00Z", 0, ["Budget"], ["Budget"], 1),
        ("2026-09-09T05:59:59Z", 0, ["Budget"], ["Budget"], 1),
        ("2026-09-09T06:00:00Z", 0, [], ["[b]Renamed\x1b[2J"], 2),
        ("2026-09-14T12:00:00Z", 0, [], ["[b]Renamed\x1b[2J"], 2),
    ],
)  # fmt: skip
@pytest.mark.parametrize("day", [(), ("--day", DAY)], ids=["all", "day"])
def test_a_room_is_shown_as_it_was_known(
    told: Desk,
    at: str,
    code: int,
    office365: list[str] | None,
    officebooking: list[str],
    entry: int | None,
    day: tuple[str, ...],
) -> None:
    shown = asked(told, "log", "at", at, "--room", "Atrium", *day, code=code)
    found = shown["office365"]
    assert (found if found is None else [item["subject"] for item in found]) == office365
    assert [item["subject"] for item in shown["officebooking"]] == officebooking
    assert (shown["at"], shown["entry"]) == (at, entry)
    assert shown["condition"] == (None if code == 0 else "not-read")


def test_before_anything_was_written_all_is_unknown_and_nothing_empty(told: Desk) -> None:
    shown = asked(told, "log", "at", "2026-09-07T05:59:59Z", "--room", "Atrium", code=8)
    assert (shown["office365"], shown["officebooking"]) == (None, None)
    assert shown["condition"] == "not-on-record"
    shown = asked(told, "log", "at", "2026-09-08T06:00:00Z", "--room", "Liberty", code=8)
    assert (shown["office365"], shown["officebooking"]) == (None, None)
    assert shown["condition"] == "not-mapped-then"


def test_days_that_were_not_read_are_not_known(told: Desk) -> None:
    at = ("log", "at", "2026-09-08T06:00:00Z", "--room", "Atrium", "--day")
    assert asked(told, *at, "2027-01-01", code=8)["office365"] is None
    assert asked(told, *at, "today")["office365"] == []  # today is what it was then
    assert asked(told, *at, "today")["day"] == "2026-09-08"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("log", "at", "2026-09-15", "--room", "Atrium"), 2, "is to come"),
        (("log", "at", "soon", "--room", "Atrium"), 2, "is no time"),
        (("log", "at", "", "--room", "Atrium"), 2, "is empty"),
        (("log", "at", "2026-09-08T06:00Z", "--room", "Nowhere"), 2, "unknown room"),
        (("planner", DAY, "--at", "2026-09-01T06:00Z"), 2, "first change was written"),
        (("planner", DAY, "--at", "2026-09-08T06:00Z", "--watch"), 2, "exclude each other"),
        (("diff", DAY, "--at", "2026-09-08T06:00Z", "--fix"), 2, "exclude each other"),
        (("explain", "1001", "--at", "2026-09-07T06:00Z"), 2, "there is no reservation 1001"),
        (("planner", DAY, "--at", "2026-09-08T06:00Z", "--room", "Liberty"), 2, "not mapped then"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_the_reason(
    told: Desk, words: tuple[str, ...], code: int, said: str
) -> None:
    answer = told.run(*words)
    assert answer.exit_code == code, answer.stderr
    assert said in " ".join(answer.stderr.split())
    assert answer.stdout == ""


def test_the_planner_draws_what_was_known(told: Desk) -> None:
    def sides(at: str, code: int = 0) -> tuple[list[str], list[str], str | None]:
        [row] = asked(told, "planner", DAY, "--room", "Atrium", "--at", at, code=code)["rooms"]
        return (
            [item["subject"] for item in row["office365"]],
            [item["subject"] for item in row["officebooking"]],
            row["condition"],
        )

    assert sides("2026-09-07T06:00Z", 8) == ([], [], "not-read")
    assert sides("2026-09-08T06:00Z") == (["Budget"], ["Budget"], None)
    assert sides("2026-09-09T06:00Z") == ([], ["[b]Renamed\x1b[2J"], None)


def test_diff_compares_what_was_known_and_explain_tells_it(told: Desk) -> None:
    at = ("--room", "Atrium", "--at")
    assert asked(told, "diff", DAY, *at, "2026-09-08T06:00Z")["differences"] == []
    [gone] = asked(told, "diff", DAY, *at, "2026-09-09T06:00Z", code=3)["differences"]
    assert (gone["kind"], gone["reservation"]) == ("missing_in_outlook", 1001)
    asked(told, "diff", DAY, *at, "2026-09-07T06:00Z", code=8)
    story = asked(told, "explain", "1001", "--at", "2026-09-08T06:00Z")
    assert story["outlook"]["subject"] == "Budget"
    assert [item["entry"] for item in story["story"]] == [1]
    later = asked(told, "explain", "1001", "--at", "2026-09-09T06:00Z")
    assert [item["entry"] for item in later["story"]] == [1, 2]


def test_asking_about_the_past_writes_nothing(told: Desk) -> None:
    path = told.home / "contoso" / "store.db"

    def content() -> list[str]:
        with told.store() as store:
            return list(store.connection.iterdump())

    before, there = content(), sorted(path.parent.iterdir())
    told.run("diff", DAY, "--at", "2026-09-09T06:00Z")
    told.run("log", "at", "2026-09-09T06:00Z", "--room", "Atrium")
    assert (content(), sorted(path.parent.iterdir())) == (before, there)


def test_a_table_is_narrow_and_harmless(told: Desk) -> None:
    answer = told.run("log", "at", "2026-09-09T06:00Z", "--room", "Atrium")
    assert answer.exit_code == 0
    assert "\x1b" not in answer.stdout
    assert "[b]Renamed" in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 80


def test_a_store_of_an_older_obctl_knows_its_past_from_the_upgrade_on(
    read_desk: Desk,
) -> None:
    read_desk.reservations(make_reservation(1001))
    with read_desk.store() as store:
        store.run("DELETE FROM log_changes")
    do(read_desk, NOW, lambda store: insert_reservations(store, [make_reservation(1002)]))
    room = ("--room", "Atrium")
    shown = asked(read_desk, "log", "at", "2026-09-14T11:59:59Z", *room, code=8)
    assert (shown["condition"], shown["officebooking"]) == ("not-on-record", None)
    shown = asked(read_desk, "log", "at", "2026-09-14T12:00:00Z", *room)
    assert [item["number"] for item in shown["officebooking"]] == [1001, 1002]


def test_the_store_is_rebuilt_as_it_was_and_every_command_reads_it(
    told: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "then.db"
    made = asked(told, "log", "replay", "--into", str(file), "--until", "2026-09-08T06:00Z")
    assert made == {
        "file": str(file), "until": "2026-09-08T06:00:00Z", "rooms": 1, "reservations": 1,
        "agreed_states": 1, "entries": 1, "without_original": 0,
    }  # fmt: skip
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"secret/delta" not in file.read_bytes()
    assert [item.name for item in tmp_path.iterdir()] == ["then.db"]
    then = Desk(tmp_path / "home")
    file.rename(tmp_path / "home" / "contoso" / "store.db")
    assert [item["subject"] for item in asked(then, "reservations", "list")] == ["Budget"]
    assert [item["id"] for item in asked(then, "log", "search")] == [1]
    assert asked(then, "explain", "1001", "--cached")["outlook"]["subject"] == "Budget"
    assert asked(then, "diff", DAY, "--cached")["differences"] == []
    assert asked(then, "store", "check", "--replay") == []
    asked(then, "log", "at", "2026-09-07T06:00Z", "--room", "Atrium", code=8)


def test_a_file_that_is_there_is_never_written_over(told: Desk, tmp_path: Path) -> None:
    file = tmp_path / "there.db"
    file.write_text("mine")
    for words in ((), ("--until", "2026-09-08T06:00Z")):
        answer = told.run("log", "replay", "--into", str(file), *words)
        assert (answer.exit_code, file.read_text()) == (2, "mine")
        assert "exists already" in answer.stderr
    answer = told.run("log", "replay", "--into", str(tmp_path / "none" / "x.db"))
    assert answer.exit_code == 2
    assert "cannot be written" in answer.stderr
    assert [item.name for item in tmp_path.iterdir()] == ["there.db"]


def test_a_store_that_is_as_recorded_has_nothing_wrong(told: Desk) -> None:
    answer = told.run("store", "check", "--replay")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert "from the store's beginning: 1 reservation and 1 agreed state" in answer.stderr


def test_between_a_backup_and_its_return_this_store_knows_nothing(
    told: Desk, tmp_path: Path
) -> None:
    desk = Desk(tmp_path / "home")
    with told.store() as store:
        (tmp_path / "home" / "contoso" / "store.db").unlink()
        store.backup(tmp_path / "home" / "contoso" / "store.db")
    desk.run("store", "backup", str(tmp_path / "backup.db"))
    desk.environment["OBCTL_NOW"] = "2026-09-20T12:00:00Z"
    answer = desk.run("store", "restore", str(tmp_path / "backup.db"), "--yes")
    assert answer.exit_code == 0, answer.stderr
    room = ("--room", "Atrium")
    asked(desk, "log", "at", "2026-09-09T06:00:00Z", *room)
    shown = asked(desk, "log", "at", "2026-09-09T06:00:01Z", *room, code=8)
    assert (shown["condition"], shown["officebooking"]) == ("not-on-record", None)
    assert "from a backup whose last entry is of 2026-09-09T06:00:00Z" in shown["why_unknown"]
    asked(desk, "log", "at", "2026-09-20T12:00:00Z", *room)


def test_what_is_wrong_is_told_without_doing_what_it_says(told: Desk, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    with told.store() as store:
        (tmp_path / "home" / "contoso" / "store.db").unlink()
        store.backup(tmp_path / "home" / "contoso" / "store.db")
    with desk.store() as store:
        store.run("UPDATE reservations SET subject = ?", ("=1+1\x1b[2J[red]\n\u202e" + "x" * 5000,))
        store.run("UPDATE events SET event_id = ?", ("E\x1b]0;title\x07\n1",))
    answer = desk.run("store", "check", "--replay")
    assert answer.exit_code == 3
    assert not {"\x1b", "\x07", "\u202e"} & set(answer.stdout)
    assert max(map(len, answer.stdout.splitlines())) <= 80
    [subject, *_] = found = asked(desk, "store", "check", "--replay", code=3)
    assert (subject["code"], subject["entry"]) == ("not-as-recorded", 2)
    assert {item["code"] for item in found} == {"not-as-recorded"}
    csv = desk.run("store", "check", "--replay", "-o", "csv")
    assert csv.stdout.splitlines()[0] == "problem,entry,code"
    assert "\x1b" not in csv.stdout
