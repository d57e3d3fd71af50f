"""A series that meets on other days: what a person is told before lunch is cancelled."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from desk import Desk

from obctl.sandbox.recurrence_wire import read_recurrence
from obctl.sandbox.server import SandboxServer

ROOM = "ams-1.02@contoso.example"


def weekly(start: date, day: str, **more: Any) -> dict[str, Any]:
    return {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [day], **more},
        "range": {"type": "noEnd", "startDate": start.isoformat()},
    }


@pytest.fixture
def asked(live_desk: Desk, tenant: SandboxServer) -> Desk:
    """Lunch on the Thursday that a weekly meeting loses: it is every other Saturday now."""
    for words in (("rooms", "add", ROOM, "--time-zone", "Europe/Amsterdam"), ("sync", "run")):
        assert live_desk.run(*words).exit_code == 0
    first, then = date(2026, 10, 22), date(2026, 10, 24)
    board = tenant.tenant.book(
        organizer="anna@contoso.example", rooms=[ROOM], subject="Board",
        start="2026-10-22T19:00", end="2026-10-22T20:00", recurrence=weekly(first, "thursday"),
    )  # fmt: skip
    assert live_desk.run("sync", "run").exit_code == 0
    assert order(live_desk, dates(live_desk)["2026-10-29"]).exit_code == 0
    repeat = read_recurrence(
        weekly(then, "saturday", interval=2), start=then, zone="Europe/Amsterdam"
    )
    tenant.tenant.change(board, start="2026-10-24T19:00", end="2026-10-24T20:00", recurrence=repeat)
    assert live_desk.run("sync", "run").exit_code == 0
    return live_desk


def order(desk: Desk, number: int) -> Any:
    return desk.run(
        "services", "add", str(number), "--kind", "catering", "--description", "lunch",
        "--quantity", "12",
    )  # fmt: skip


def dates(desk: Desk) -> dict[str, int]:
    found = json.loads(
        desk.run("reservations", "list", "--text", "Board", "--from", "2026-10-19",
                 "--to", "2026-12-01", "-o", "json").stdout
    )  # fmt: skip
    return {item["start"][:10]: item["number"] for item in found if item["status"] != "cancelled"}


def told(text: str) -> str:
    return " ".join(text.split())


def test_a_request_shows_where_its_series_meets_and_how_to_keep_what_is_ordered(
    asked: Desk,
) -> None:
    made = dates(asked)
    item = json.loads(asked.run("cancellations", "show", "1", "-o", "json").stdout)
    assert item["cause"]["code"] == "series-edit-wiped-exceptions"
    assert item["series_now"] == {
        "meets": "every 2 weeks on Saturday",
        "next": {"reservation": made["2026-10-24"], "start": "2026-10-24T17:00:00Z"},
        "nearest": {"reservation": made["2026-10-24"], "start": "2026-10-24T17:00:00Z"},
    }
    shown = told(asked.run("cancellations", "show", "1").stdout)
    assert (
        "its series meets every 2 weeks on Saturday now, next on Sat 24 Oct 19:00"
        f" (reservation {made['2026-10-24']})"
    ) in shown
    assert (
        f"obctl services move 1 --to {made['2026-10-24']}, then obctl cancellations approve 1"
    ) in shown


def test_its_status_says_where_the_series_meets_in_outlook(asked: Desk) -> None:
    item = json.loads(asked.run("cancellations", "status", "1", "-o", "json").stdout)
    assert item["outlook"] == "cancelled"
    assert item["series"] == {
        "meets": "every 2 weeks on Saturday",
        "next": "2026-10-24T17:00:00Z",
        "nearest": "2026-10-24T17:00:00Z",
        "room": ROOM,
        "on_other_days": True,
    }
    shown = told(asked.run("cancellations", "status", "1").stdout)
    assert "cancelled: its series meets on other days now" in shown
    assert f"meets every 2 weeks on Saturday, next on Sat 24 Oct 19:00 in {ROOM}" in shown


def test_an_approval_says_so_first_and_does_what_it_is_told(asked: Desk) -> None:
    made = dates(asked)
    answer = asked.run("cancellations", "approve", "1", "--yes")
    assert answer.exit_code == 0
    assert told(answer.stderr) == (
        f"reservation {made['2026-10-29']} (Board): its series meets every 2 weeks on Saturday"
        f" now, next on Sat 24 Oct 19:00 (reservation {made['2026-10-24']}) to keep what is"
        f" ordered: obctl services move 1 --to {made['2026-10-24']}, then obctl cancellations"
        " approve 1"
    )
    assert "2026-10-29" not in dates(asked)


def test_what_is_ordered_goes_along_to_the_new_date(asked: Desk) -> None:
    old, new = dates(asked)["2026-10-29"], dates(asked)["2026-10-24"]
    answer = asked.run("services", "move", "1", "--to", str(new))
    assert answer.exit_code == 0
    assert asked.run("cancellations", "approve", "1", "--yes").exit_code == 0
    (lunch,) = json.loads(asked.run("services", "list", str(new), "-o", "json").stdout)
    assert (lunch["id"], lunch["status"]) == (1, "ordered")
    found = json.loads(asked.run("log", "search", "--action", "service.moved", "-o", "json").stdout)
    assert {(entry["reservation"], entry["message"]) for entry in found} == {
        (old, f"catering for 12 (service 1) went to reservation {new}"),
        (new, f"catering for 12 (service 1) came from reservation {old}"),
    }
