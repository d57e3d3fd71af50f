from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from builders import make_event, make_reservation, make_room
from desk import ATRIUM, LIBERTY, Desk, lines

from obctl.domain.room import RoomId
from obctl.sandbox.faults import Fault
from obctl.sandbox.server import SandboxServer

VERMEER = "ams-1.02@contoso.example"
DAY_KEYS = ["day", "time_zone", "rooms", "view"]
ROOM_KEYS = [
    "room", "name", "location", "office365", "officebooking", "time_zone", "verdict", "condition",
    "unreadable",
]  # fmt: skip


@pytest.fixture
def planned(read_desk: Desk) -> Desk:
    read_desk.reservations(
        make_reservation(1, starts="07:00", ends="10:00"),
        make_reservation(2, event=None, room=LIBERTY, starts="14:00", ends="17:00", subject="Own"),
    )
    read_desk.events(ATRIUM, make_event("E1", starts="07:00", ends="10:00"))
    return read_desk


def _json(desk: Desk, *words: str) -> Any:
    return json.loads(desk.run("planner", *words, "-o", "json").stdout)


def test_the_day_as_the_store_knows_it(planned: Desk) -> None:
    answer = planned.run("planner", "2026-09-15", "--cached")
    assert answer.exit_code == 0
    assert answer.stderr == "1 difference: obctl diff 2026-09-15 explains what and why\n"
    assert lines(answer.stdout) == [
        "Tue 2026-09-15   O365 Office 365   OB Officebooking   ≠ differs",
        "",
        "Amsterdam  Europe/Amsterdam",
        "             07   08   09   10   11   12   13   14   15   16   17   18",
        "Atrium  O365 ·    ·    ▌Budget░░░░░░░░·    ·    ·    ·    ·    ·    ·",
        "        OB   ·    ·    ▌1 Budget▒▒▒▒▒▒·    ·    ·    ·    ·    ·    ·",
        "",
        "New York  America/New_York",
        "             07   08   09   10   11   12   13   14   15   16   17   18",
        "Liberty O365 ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·",
        "        OB   ·    ·    ·    ≠2 Own▒▒▒▒▒▒▒▒▒·    ·    ·    ·    ·    ·",
        "≠  10:00-13:00  Liberty  Own #2 · missing in Outlook",
    ]


def test_what_lies_around_the_day_is_read_where_it_matters(read_desk: Desk) -> None:
    desk = read_desk
    desk.reservations(
        make_reservation(1, starts="09:00"),
        make_reservation(2, starts="2026-09-16 09:00"),
        make_reservation(3, event="E3", starts="2026-09-16 11:00"),
    )
    desk.events(ATRIUM, make_event("E1", starts="09:00"), make_event("E3", starts="13:00"))
    for day in ("2026-09-15", "2026-09-16"):
        found = json.loads(desk.run("diff", day, "--cached", "-o", "json").stdout)["differences"]
        kinds = [(item["kind"], item["reservation"]) for item in found]
        assert ("changed", 3) in kinds, "moved over midnight"
        assert (("duplicate", 2) in kinds) is (day == "2026-09-16")
        drawn = desk.run("planner", day, "--cached", "--room", "Atrium").stdout
        assert ("differs in start, end" in drawn) is (day == "2026-09-16")
        assert ("#2 · a duplicate" in drawn) is (day == "2026-09-16")


def test_a_room_that_was_never_read_is_neither_empty_nor_in_step(desk: Desk) -> None:
    desk.reservations(make_reservation(2, event=None, room=LIBERTY, subject="Own"))
    for words in (("planner",), ("planner", "--view", "office365"), ("diff",)):
        answer = desk.run(*words, "2026-09-15", "--cached", "-o", "json")
        assert answer.exit_code == 8
        rooms = json.loads(answer.stdout)["rooms"]
        assert [(room["verdict"], room["condition"]) for room in rooms] == [
            ("inconclusive", "not-read"), ("inconclusive", "not-read"),
        ]  # fmt: skip
    assert json.loads(answer.stdout)["differences"] == []
    answer = desk.run("planner", "2026-09-15", "--cached", "--view", "officebooking")
    assert (answer.exit_code, answer.stderr) == (0, "")
    answer = desk.run("explain", "2", "--cached", "-o", "json")
    assert answer.exit_code == 8


def test_a_day_is_an_object_and_several_are_a_list_in_one(planned: Desk) -> None:
    day = _json(planned, "2026-09-15", "--cached")
    assert list(day) == DAY_KEYS
    assert [list(room) for room in day["rooms"]] == [ROOM_KEYS, ROOM_KEYS]
    assert (day["day"], day["time_zone"]) == ("2026-09-15", "Europe/Amsterdam")
    assert day["rooms"][0]["office365"][0]["event_id"] == "E1"
    assert day["rooms"][1]["officebooking"][0]["number"] == 2
    assert _json(planned, "today", "--cached", "--room", "Liberty")["time_zone"] == (
        "America/New_York"
    )
    several = _json(planned, "2026-09-14", "--to", "+1", "--cached")
    assert list(several) == ["days"]
    assert [item["day"] for item in several["days"]] == ["2026-09-14", "2026-09-15"]
    assert several["days"][1] == day
    rows = planned.run("planner", "2026-09-15", "--cached", "-o", "csv").stdout.splitlines()
    assert rows[0] == "day,room,side,number,event_id,start,end,subject"
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("view", "sides"), [("office365", (1, 0)), ("officebooking", (0, 1)), ("both", (1, 1))]
)
def test_a_view_shows_its_side(planned: Desk, view: str, sides: tuple[int, int]) -> None:
    day = _json(planned, "2026-09-15", "--cached", "--view", view, "--room", "Atrium")
    room = day["rooms"][0]
    assert (len(room["office365"]), len(room["officebooking"])) == sides
    assert day["view"] == view


def test_the_view_of_officebooking_needs_no_graph(planned: Desk) -> None:
    answer = planned.run("planner", "2026-09-15", "--view", "officebooking")
    assert (answer.exit_code, answer.stderr) == (0, "")


def test_graph_that_does_not_answer_is_something_to_try_later(planned: Desk) -> None:
    answer = planned.run("planner", "2026-09-15")
    assert (answer.exit_code, answer.stdout) == (5, "")
    assert "Graph cannot be reached" in answer.stderr


def test_office_365_is_read_directly(live_desk: Desk) -> None:
    live_desk.rooms(make_room("Vermeer", mailbox=VERMEER, object_id=None))
    day = _json(live_desk, "2026-10-21", "--view", "office365")
    (event,) = day["rooms"][0]["office365"]
    assert list(event) == ["event_id", "start", "end", "subject", "show_as", "is_cancelled"]
    assert (event["subject"], event["start"]) == (
        "Werkgroep energiebesparing",
        "2026-10-21T11:30:00Z",
    )


def test_a_room_that_cannot_be_read_is_marked_and_the_others_are_shown(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    live_desk.rooms(
        make_room("Vermeer", mailbox=VERMEER, object_id=None),
        make_room("Rembrandt", id=RoomId(2), mailbox="ams-1.01@contoso.example", object_id=None),
    )
    tenant.service.faults.active.append(Fault("mailbox-gone", mailbox=VERMEER))
    answer = live_desk.run("planner", "2026-10-21", "-o", "json")
    assert answer.exit_code == 8
    assert "Vermeer could not be read: mailbox-gone" in answer.stderr
    rembrandt, vermeer = json.loads(answer.stdout)["rooms"]
    assert (vermeer["verdict"], vermeer["condition"]) == ("inconclusive", "mailbox-gone")
    assert vermeer["office365"] == []
    assert rembrandt["verdict"] == "ok"
    assert len(rembrandt["office365"]) == 2
    shown = live_desk.run("planner", "2026-10-21", "--view", "office365")
    assert shown.exit_code == 8
    assert "Vermeer   not read: mailbox-gone" in shown.stdout


def test_a_wrong_token_is_not_a_matter_of_rooms(live_desk: Desk, tenant: SandboxServer) -> None:
    live_desk.rooms(make_room("Vermeer", mailbox=VERMEER, object_id=None))
    tenant.service.token = "another"
    answer = live_desk.run("planner", "2026-10-21")
    assert (answer.exit_code, answer.stdout) == (4, "")


@pytest.mark.parametrize("suffix", ["svg", "html"])
def test_the_picture_can_be_a_file_that_loads_nothing(
    planned: Desk, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"day.{suffix}"
    answer = planned.run("planner", "2026-09-15", "--cached", "--export", str(file))
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr.startswith(f"{file} written\n")
    text = file.read_text(encoding="utf-8")
    assert "Budget" in text
    assert "://" not in text.replace("http://www.w3.org/2000/svg", "")
    if suffix == "svg":
        ET.fromstring(text)


def test_a_picture_says_which_rooms_were_never_read(read_desk: Desk, tmp_path: Path) -> None:
    read_desk.rooms(make_room("Forum", id=RoomId(3), last_synced_at=None))
    file = tmp_path / "day.html"
    answer = read_desk.run("planner", "2026-09-15", "--cached", "--export", str(file))
    assert answer.exit_code == 8
    text = file.read_text(encoding="utf-8")
    assert "last read it, Mon 2026-09-14 03:00 (Europe/Amsterdam); 1 room never." in text
    assert "<td>not read: not-read</td>" in text


def test_an_empty_company_has_an_empty_planner(empty_desk: Desk) -> None:
    answer = empty_desk.run("planner")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "no room is mapped yet: obctl rooms discover\n"
    assert _json(empty_desk, "2026-09-15")["rooms"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("someday",), "'someday' is no day"),
        (("today", "--to", "yesterday"), "is before"),
        (("today", "--to", "+62"), "more than 62 days"),
        (("today", "--room", "Cellar"), "unknown room 'Cellar'"),
        (("today", "--location", "Paris"), "no room at location 'Paris'"),
        (("today", "--export", "day.pdf"), "day.pdf is neither .svg nor .html"),
        (("today", "--cached", "--export", "/nowhere/day.svg"), "cannot be written"),
        (("today", "--view", "outlook"), "'outlook' is not one of"),
    ],
)
def test_wrong_arguments_are_named(desk: Desk, words: tuple[str, ...], message: str) -> None:
    answer = desk.run("planner", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr
