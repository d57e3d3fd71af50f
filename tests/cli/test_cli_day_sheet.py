"""The kitchen's and the reception's sheet. It is Monday, 14:00 in Amsterdam."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from builders import make_cancelled_reservation, make_log_entry, make_reservation
from desk import LIBERTY, Desk, lines

from obctl.domain.company_log import LogEntry

TUESDAY = ("--on", "2026-09-15")
KITCHEN = ("services", "list", "--kind", "catering", *TUESDAY)
LONG_AGO = make_log_entry("sync.finished", "2026-09-01 08:00")


def told(action: str, number: int, message: str, **more: object) -> LogEntry:
    return make_log_entry(action, "2026-09-14 07:00", message=message, reservation=number, **more)


@pytest.fixture
def kitchen(desk: Desk) -> Desk:
    """Each kind of line: as it was, new, moved here, moved away, cancelled now and long ago."""
    desk.was_read()
    desk.reservations(
        make_reservation(1, starts="07:00"),
        make_reservation(2, event="E2", starts="08:00", subject="Board"),
        make_reservation(3, event="E3", starts="09:00", subject="Sales"),
        make_reservation(4, event="E4", starts="2026-09-16 09:00", subject="Audit"),
        make_cancelled_reservation(5, event="E5", starts="11:00", subject="Off"),
        make_cancelled_reservation(6, event="E6", starts="12:00", subject="Long off"),
        make_reservation(7, event="E7", room=LIBERTY, starts="16:00", subject="Over there"),
    )
    for number in range(1, 8):
        words = "Coffee" if number == 2 else "Lunch"
        desk.service(number, "catering", words, quantity=10 * number, cancelled=False)
    desk.service(1, "visitor", "Bo Lind")
    desk.logged(
        LONG_AGO,
        told("service.added", 2, "catering for 20 ordered on reservation 2 (service 2)"),
        told("event.moved", 3, "reservation 3 moved from Liberty to Atrium: 'Sales' Tue"
             " 2026-09-15 11:00 (Europe/Amsterdam)", left_room=LIBERTY),
        told("reservation.changed", 4, "reservation 4 changed in Officebooking: 'Audit' Wed"
             " 2026-09-16 11:00 (Europe/Amsterdam); it was from Tue 2026-09-15 11:00"
             " (Europe/Amsterdam) to Tue 2026-09-15 12:00 (Europe/Amsterdam)"),
        told("service.cancelled", 5, "catering for 50 cancelled with reservation 5 (service 5)"),
    )  # fmt: skip
    return desk


def test_the_kitchens_sheet_fits_80_columns_and_says_what_changed(kitchen: Desk) -> None:
    answer = kitchen.run(*KITCHEN, "--location", "Amsterdam")
    assert (answer.exit_code, answer.stderr) == (0, "")
    shown = lines(answer.stdout)
    assert max(map(len, shown)) <= 80
    assert shown == [
        "Catering on Tue 2026-09-15, Amsterdam (Europe/Amsterdam)",
        "                                  subject,",
        "time         room    no.  what    organiser       state           changes",
        "────────────────────────────────────────────────────────────────────────────────",
        "09:00-10:00  Atrium   10  Lunch   Budget          ordered",
        "                                  Anna de Vries",
        "10:00-11:00  Atrium   20  Coffee  Board           ordered         new",
        "                                  Anna de Vries",
        "11:00-12:00  Atrium   30  Lunch   Sales           ordered         moved from",
        "                                  Anna de Vries                   Liberty",
        "11:00-12:00  Atrium   40  Lunch   Audit           GONE FROM HERE  moved to Wed",
        "                                  Anna de Vries                   2026-09-16",
        "                                                                  11:00",
        "13:00-14:00  Atrium   50  Lunch   Off             CANCELLED       cancelled",
        "                                  Anna de Vries",
        "",
        "in all",
        "20 × Coffee",
        "40 × Lunch",
        "",
        "changes since Sun 2026-09-13 00:00 (Europe/Amsterdam)",
        "rooms last read Mon 2026-09-14 03:00 (Europe/Amsterdam)",
    ]


def test_scripts_get_the_same_lines(kitchen: Desk) -> None:
    answer = kitchen.run(*KITCHEN, "--location", "Amsterdam", "-o", "json")
    items = json.loads(answer.stdout)
    assert [(i["reservation"], i["status"], i["changes"]) for i in items] == [
        (1, "ordered", ""),
        (2, "ordered", "new"),
        (3, "ordered", "moved from Liberty"),
        (4, "moved-away", "moved to Wed 2026-09-16 11:00"),
        (5, "cancelled", "cancelled"),
    ]
    assert items[3]["start"] == "2026-09-15T09:00:00Z"  # when it was on this sheet
    found = kitchen.run(*KITCHEN, "--location", "Amsterdam", "-o", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(found)))
    assert [row["changes"] for row in rows] == [item["changes"] for item in items]


def test_the_receptions_list_has_the_visitors_alone(kitchen: Desk) -> None:
    answer = kitchen.run("services", "list", "--kind", "visitor", "--on", "tomorrow")
    assert answer.stdout.startswith("Visitors on Tue 2026-09-15\n")
    assert "Bo Lind" in answer.stdout
    assert "Lunch" not in answer.stdout
    assert "in all" not in answer.stdout


def test_where_zones_differ_each_line_names_its_own(kitchen: Desk) -> None:
    shown = kitchen.run(*KITCHEN).stdout
    assert "America/New_York" in shown
    assert "12:00-13:00" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_moved_service_is_on_both_sheets(kitchen: Desk) -> None:
    kitchen.reservations(make_reservation(8, event="E8", starts="2026-09-17 09:00"))
    assert kitchen.run("services", "move", "1", "--to", "8", "--yes").exit_code == 0
    away, *_ = json.loads(kitchen.run(*KITCHEN, "-o", "json").stdout)
    assert (away["id"], away["status"]) == (1, "moved-away")
    assert away["changes"] == "moved to Thu 2026-09-17 11:00"
    there = ("services", "list", "--kind", "catering", "--on", "2026-09-17", "-o", "json")
    (here,) = json.loads(kitchen.run(*there).stdout)
    assert (here["id"], here["changes"]) == (1, "moved from Tue 2026-09-15 09:00")


def test_a_change_by_hand_is_told(kitchen: Desk) -> None:
    kitchen.reservations(make_reservation(9, event=None, starts="13:00"))
    kitchen.service(9, "catering", "Cake", quantity=3)
    change = ("reservations", "change", "9", "--start", "2026-09-15T16:00", "--attendees", "4")
    assert kitchen.run(*change, "--no-push").exit_code == 0
    cake = [
        item["changes"]
        for item in json.loads(kitchen.run(*KITCHEN, "-o", "json").stdout)
        if item["description"] == "Cake"
    ]
    assert cake == ["moved from 15:00; now 4 people"]


def test_a_day_without_services_says_when_the_rooms_were_read(kitchen: Desk) -> None:
    answer = kitchen.run("services", "list", "--kind", "other", *TUESDAY)
    assert answer.exit_code == 0
    assert lines(answer.stdout) == [
        "Other services on Tue 2026-09-15",
        "no other service on this day, as far as the store knows",
        "",
        "changes since the beginning of yesterday in each room's zone",
        "rooms last read Sun 2026-09-13 21:00 (America/New_York)",
    ]


def test_what_was_not_read_and_not_logged_is_said(desk: Desk) -> None:
    answer = desk.run(*KITCHEN, "--location", "Amsterdam")
    assert lines(answer.stdout)[1:] == [
        "no catering on this day, as far as the store knows",
        "",
        "changes since Sun 2026-09-13 00:00 (Europe/Amsterdam)",
        "no room was ever read: what Outlook has is not known",
        "not known: Atrium: it was never read",
        "not known: the log is empty: what changed before is not known",
    ]
    for_scripts = desk.run(*KITCHEN, "--location", "Amsterdam", "-o", "json")
    assert json.loads(for_scripts.stdout) == []
    assert "Atrium: it was never read" in for_scripts.stderr


def test_an_old_read_is_said(kitchen: Desk) -> None:
    kitchen.environment["OBCTL_NOW"] = "2026-09-15T06:00:00Z"
    shown = " ".join(kitchen.run(*KITCHEN, "--location", "Amsterdam").stdout.split())
    assert "not known: Atrium: last read Mon 2026-09-14 03:00 (Europe/Amsterdam); later" in shown


def test_a_log_that_begins_later_or_was_pruned_says_so(desk: Desk) -> None:
    desk.was_read()
    pruned = "9 entries older than Mon 2026-09-14 08:00 (Europe/Amsterdam) removed, by mia"
    desk.logged(make_log_entry("log.pruned", "2026-09-14 09:00", message=pruned))
    shown = " ".join(desk.run(*KITCHEN).stdout.split())
    assert "the log begins Mon 2026-09-14 11:00 (Europe/Amsterdam): what changed before" in shown
    assert "the log was pruned up to Mon 2026-09-14 08:00 (Europe/Amsterdam)" in shown


def test_the_page_stands_alone_and_has_what_the_screen_has(kitchen: Desk, tmp_path: Path) -> None:
    kitchen.reservations(make_reservation(9, event="E9", starts="05:00", subject="<b>&\x1b[31m"))
    kitchen.service(9, "catering", "Tea")
    file = tmp_path / "kitchen.html"
    answer = kitchen.run(*KITCHEN, "--location", "Amsterdam", "--html", str(file))
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", f"{file} written\n")
    page = file.read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "<title>Catering on Tue 2026-09-15, Amsterdam (Europe/Amsterdam)</title>" in page
    assert "<caption>By time</caption>" in page
    assert '<th scope="row">07:00-08:00</th>' in page
    assert "&lt;b&gt;&amp;\\x1b[31m" in page
    for words in ["moved from Liberty", "GONE FROM HERE", "CANCELLED", "rooms last read", "Bud"]:
        assert words in page
    assert not any(word in page for word in ("<script", "<link", "<img", "url(", "http:"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", ""], "kind"),
        (["--kind", "caterin"], "caterin"),
        (["--html", "x.html"], "--html writes the sheet of a day: give --on"),
        (["--html", "", *TUESDAY], "--html"),
        (["--kind", "catering", "--on", ""], "--on"),
        (["--kind", "catering", "--on", "someday"], "no day"),
        (["1", "--kind", "catering", *TUESDAY], "exclude each other"),
    ],
    ids=["empty kind", "no kind", "page of no day", "no file", "empty day", "no day", "number"],
)
def test_what_makes_no_sheet_is_refused(kitchen: Desk, words: list[str], said: str) -> None:
    answer = kitchen.run("services", "list", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert said in answer.stderr


def test_kind_alone_chooses_among_what_is_not_over(kitchen: Desk) -> None:
    found = json.loads(kitchen.run("services", "list", "--kind", "visitor", "-o", "json").stdout)
    assert [(item["description"], item["changes"]) for item in found] == [("Bo Lind", None)]
