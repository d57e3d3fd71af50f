"""The kitchen's and the reception's sheet: what is wanted where today, and what has changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import NOW, make_log_entry, make_reservation
from desk import ATRIUM, LIBERTY, Desk, lines

from obctl.domain.company_log import LogEntry
from obctl.domain.values import replace
from obctl.store.rooms import save_inconclusive, save_stopped

TODAY = "2026-09-16"
SHEET = ("services", "list", "--on", TODAY, "--kind", "catering", "--location", "Amsterdam")
KNOWN = [
    "changes since Sun 2026-09-13 00:00 (Europe/Amsterdam)",
    "rooms last read Mon 2026-09-14 03:00 (Europe/Amsterdam)",
]


@pytest.fixture
def kitchen(read_desk: Desk) -> Desk:
    """Two meetings with lunch and one visitor on the day, ordered long ago."""
    read_desk.logged(make_log_entry("sync.finished", "2026-09-01 08:00"))
    read_desk.reservations(
        make_reservation(1, event=None, starts=f"{TODAY} 10:00", ends=f"{TODAY} 11:00"),
        make_reservation(
            2, event=None, starts=f"{TODAY} 12:00", ends=f"{TODAY} 13:00", subject="Board"
        ),
        make_reservation(3, event=None, starts="2026-09-17 08:00", ends="2026-09-17 09:00"),
        make_reservation(
            4, event=None, room=LIBERTY, starts=f"{TODAY} 16:00", ends=f"{TODAY} 17:00"
        ),
    )
    read_desk.service(1, "catering", "Lunch", quantity=6)
    read_desk.service(2, "catering", "Lunch", quantity=12)
    read_desk.service(2, "visitor", "Bram")
    read_desk.service(3, "catering", "Coffee", quantity=4)
    read_desk.service(4, "catering", "Bagels", quantity=3)
    return read_desk


def _rows(desk: Desk, *words: str) -> list[tuple[Any, ...]]:
    answer = desk.run(*(words or SHEET), "-o", "json")
    assert answer.exit_code == 0, answer.stderr
    return [
        (item["reservation"], item["description"], item["status"], item["changes"], item["away"])
        for item in json.loads(answer.stdout)
    ]


def _change(desk: Desk, *words: str) -> None:
    answer = desk.run(*words)
    assert answer.exit_code == 0, answer.stderr


def test_the_caterers_sheet_reads_well_and_sums_up(kitchen: Desk) -> None:
    answer = kitchen.run(*SHEET)
    assert answer.exit_code == 0
    assert answer.stderr == ""
    assert lines(answer.stdout) == [
        "when, Europe/Amsterdam  room    no.  what        meeting        state",
        "───────────────────────────────────────────────────────────────────────",
        "2026-09-16 12:00-13:00  Atrium    1  6 × Lunch   Budget         ordered",
        "                                                 Anna de Vries",
        "2026-09-16 14:00-15:00  Atrium    2  12 × Lunch  Board          ordered",
        "                                                 Anna de Vries",
        "",
        "in all: 18 × Lunch",
        "",
        *KNOWN,
    ]
    visitors = _rows(kitchen, "services", "list", "--on", TODAY, "--kind", "visitor")
    assert visitors == [(2, "Bram", "ordered", [], None)]
    assert len(_rows(kitchen, "services", "list", "--on", TODAY)) == 4, "all kinds, all locations"
    assert _rows(kitchen, "services", "list", "2", "--kind", "visitor") == visitors


def test_what_was_done_since_yesterday_is_told_with_each_service(kitchen: Desk) -> None:
    _change(kitchen, "services", "add", "2", "--kind", "catering", "--description", "Cake")
    _change(kitchen, "services", "cancel", "1", "--yes")
    _change(kitchen, "services", "move", "4", "--to", "2")
    assert _rows(kitchen) == [
        (1, "Lunch", "cancelled", ["cancelled"], None),
        (2, "Lunch", "ordered", [], None),
        (2, "Coffee", "ordered", ["came from reservation 3"], None),
        (2, "Cake", "ordered", ["new"], None),
    ]


@pytest.mark.parametrize(
    ("words", "row"),
    [
        (("--start", f"{TODAY}T16:00"), ("ordered", ["was 14:00"], None)),
        (("--end", f"{TODAY}T17:00"), ("ordered", ["ended 15:00"], None)),
        (("--subject", "start Tue 2026-09-15 09:00 (UTC) -> x"), ("ordered", [], None)),
        (("--start", "2026-09-17T16:00"), ("ordered", [], "now Thu 2026-09-17 16:00")),
        (("--room", "Liberty"), ("ordered", [], "now Wed 2026-09-16 08:00 in Liberty")),
    ],
    ids=["another-time", "longer", "another-subject", "another-day", "another-room"],
)
def test_a_meeting_that_was_changed_says_what_was_or_where_it_is_now(
    kitchen: Desk, words: tuple[str, ...], row: tuple[Any, ...]
) -> None:
    _change(kitchen, "reservations", "change", "2", *words, "--no-push")
    assert [item[2:] for item in _rows(kitchen) if item[0] == 2] == [row]


def test_a_meeting_that_came_from_elsewhere_says_from_where(kitchen: Desk) -> None:
    _change(kitchen, "reservations", "change", "4", "--room", "Atrium", "--no-push")
    _change(kitchen, "reservations", "change", "3", "--start", f"{TODAY}T09:00", "--no-push")
    told = {item[0]: item[3] for item in _rows(kitchen)}
    assert told == {1: [], 2: [], 3: ["was Thu 2026-09-17 10:00"], 4: ["was in Liberty"]}


def test_services_that_went_to_another_day_leave_a_line(kitchen: Desk) -> None:
    _change(kitchen, "services", "move", "2", "--to", "3")
    assert (3, "Lunch", "ordered", [], "now Thu 2026-09-17 10:00") in _rows(kitchen)
    assert "in all: 6 × Lunch\n" in kitchen.run(*SHEET).stdout, "what left is not counted"


def test_what_is_older_than_yesterday_is_no_news(kitchen: Desk) -> None:
    entry = LogEntry(
        at=datetime(2026, 9, 12, 21, 59, tzinfo=UTC),
        action="service.added",
        message="catering for 6 ordered on reservation 1 (service 1)",
        reservation=1,
    )
    kitchen.logged(entry)
    assert _rows(kitchen)[0][3] == []
    kitchen.logged(replace(entry, at=datetime(2026, 9, 12, 22, 0, tzinfo=UTC)))
    assert _rows(kitchen)[0][3] == ["new"], "yesterday began at midnight in Amsterdam"


def test_what_the_sheet_does_not_know_is_said(kitchen: Desk) -> None:
    with kitchen.store() as store, store.transaction():
        save_inconclusive(store, ATRIUM, "partial-read")
    shown = " ".join(kitchen.run(*SHEET).stdout.split())
    assert "Atrium was last read Mon 2026-09-14 03:00 (Europe/Amsterdam): what Outlook has" in shown
    assert "Liberty" not in shown
    for_scripts = kitchen.run(*SHEET, "-o", "csv")
    assert "what Outlook has changed since is not here" in for_scripts.stderr
    kitchen.logged(
        LogEntry(
            at=NOW,
            action="log.pruned",
            message="12 entries older than Mon 2026-09-14 20:00 (Europe/Amsterdam) removed, by mia",
        )
    )
    assert "changes before Mon 2026-09-14 20:00 (Europe/Amsterdam) are not in the log" in (
        kitchen.run(*SHEET).stdout
    )


def test_a_day_without_services_says_when_the_rooms_were_read(kitchen: Desk) -> None:
    answer = kitchen.run("services", "list", "--on", "2026-09-20", "--location", "Amsterdam")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert lines(answer.stdout) == ["no service is known for this day", "", *KNOWN]


def test_a_log_and_a_calendar_that_are_not_there_are_no_news_of_nothing(desk: Desk) -> None:
    shown = desk.run(*SHEET).stdout
    assert "no room was read: what Outlook has is not here" in shown
    assert "no room was read" in desk.run(*SHEET, "-o", "json").stderr
    assert "Atrium was never read" in shown
    assert "changes before Mon 2026-09-14 14:00 (Europe/Amsterdam) are not in the log" in shown


def test_days_too_far_ahead_and_a_guarded_room_are_said(kitchen: Desk) -> None:
    with kitchen.store() as store, store.transaction():
        save_stopped(store, ATRIUM, "too much", at=NOW)
    shown = " ".join(
        kitchen.run(
            "services", "list", "--on", "2028-01-10", "--location", "Amsterdam"
        ).stdout.split()
    )
    assert "Atrium was not read that far ahead: what Outlook has is not all here" in shown
    assert "Atrium is stopped by the guard since Mon 2026-09-14 14:00 (Europe/Amsterdam)" in shown


@pytest.mark.parametrize(
    ("people", "told"),
    [("10", ["2 more to come"]), ("5", ["3 fewer to come"]), ("8", [])],
    ids=["more", "fewer", "as-before"],
)
def test_another_number_of_people_is_told(kitchen: Desk, people: str, told: list[str]) -> None:
    change = ("reservations", "change", "2", "--no-push")
    _change(kitchen, *change, "--attendees", "8")
    assert _rows(kitchen)[1][3] == [], "how many there were was not known"
    _change(kitchen, *change, "--attendees", people, "--subject", "attendees 1 -> 2: x")
    assert _rows(kitchen)[1][3] == told


def test_the_sheet_is_a_page_to_print(kitchen: Desk, tmp_path: Path) -> None:
    file = tmp_path / "kitchen.html"
    _change(kitchen, "services", "add", "2", "--kind", "catering", "--description", "<b>Cake</b>")
    answer = kitchen.run(*SHEET, "--html", str(file))
    assert answer.exit_code == 0
    assert f"{file} written" in answer.stderr
    page = file.read_text(encoding="utf-8")
    assert "<title>Catering, Wed 2026-09-16, Amsterdam</title>" in page
    assert "<td>catering: &lt;b&gt;Cake&lt;/b&gt;</td>" in page
    assert "<td>Lunch</td><td>18</td>" in page.replace("\n", "")
    assert "://" not in page
    empty = kitchen.run(
        "services", "list", "--on", "2026-09-20", "--html", str(file), "--location", "Amsterdam"
    )
    assert empty.exit_code == 0
    assert "Nothing is known to be ordered for this day." in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--html", "x.html"), "name the day with --on"),
        (("--kind", "band"), "'band' is not one of"),
        (("--on", ""), "--on is empty"),
        (("--on", "today", "--html", "/nowhere/x.html"), "cannot be written"),
    ],
    ids=["no-day", "no-kind", "empty", "no-folder"],
)
def test_a_wrong_sheet_is_refused(kitchen: Desk, words: tuple[str, ...], says: str) -> None:
    answer = kitchen.run("services", "list", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert says in answer.stderr
