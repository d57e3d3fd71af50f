"""`reservations series`: what a person is told of a whole series."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from builders import make_occurrence_reservation, make_reservation
from desk import Desk, lines

from obctl.sandbox.server import SandboxServer

ROOM = "ams-1.02@contoso.example"


@pytest.fixture
def ours(live_desk: Desk) -> tuple[Desk, int]:
    """Four Tuesdays that obctl reserved; the second is moved, the third cancelled."""
    for words in (("rooms", "add", ROOM, "--time-zone", "Europe/Amsterdam"), ("sync", "run")):
        assert live_desk.run(*words).exit_code == 0
    made = live_desk.run(
        "reservations", "create", "--room", ROOM, "--subject", "Yoga", "--start",
        "2026-10-20T20:00", "--duration", "45m", "--organizer", "anna@contoso.example", "--repeat",
        "FREQ=WEEKLY;BYDAY=TU;COUNT=4", "-o", "json",
    )  # fmt: skip
    number = json.loads(made.stdout)["number"]
    for words in (
        ("change", str(number + 1), "--start", "2026-10-27T21:00"),
        ("cancel", str(number + 2), "--yes"),
    ):
        assert live_desk.run("reservations", *words).exit_code == 0
    return live_desk, number


def test_a_series_shows_its_pattern_its_dates_and_what_is_next(ours: tuple[Desk, int]) -> None:
    desk, number = ours
    answer = desk.run("reservations", "series", str(number))
    assert (answer.exit_code, answer.stderr) == (0, "")
    told = lines(answer.stdout)
    assert told[:8] == [
        f"series of reservation {number}",
        "subject    Yoga",
        f"room       AMS 1.02 Vermeer ({ROOM})",
        "organizer  anna@contoso.example",
        "meets      every week on Tuesday, until Tue 2026-11-10",
        f"next       Tue 2026-10-20 20:00 (Europe/Amsterdam), reservation {number}",
        "dates      4 dates, 1 moved, 1 cancelled",
        "",
    ]
    assert told[8].split() == ["no.", "when,", "Europe/Amsterdam", "state"]
    assert [line.lstrip() for line in told[10:]] == [
        f"{number}  2026-10-20 20:00-20:45  as planned",
        f"{number + 1}  2026-10-27 21:00-21:45  moved from Tue 2026-10-27 20:00",
        f"{number + 2}  2026-11-03 20:00-20:45  cancelled",
        f"{number + 3}  2026-11-10 20:00-20:45  as planned",
    ]


def test_a_script_gets_a_date_a_line(ours: tuple[Desk, int]) -> None:
    desk, number = ours
    whole = json.loads(desk.run("reservations", "series", str(number), "-o", "json").stdout)
    assert [item["state"] for item in whole["dates"]] == [
        "as-planned", "moved", "cancelled", "as-planned",
    ]  # fmt: skip
    assert (whole["next"]["number"], whole["exceptions"], whole["not_read"]) == (number, 2, 0)
    rows = list(
        csv.DictReader(
            io.StringIO(desk.run("reservations", "series", str(number), "-o", "csv").stdout)
        )
    )
    assert [row["number"] for row in rows] == [str(number + offset) for offset in range(4)]
    cached: Any = desk.run("reservations", "series", str(number), "--cached", "-o", "json")
    assert json.loads(cached.stdout)["meets"] == "every week on Tuesday", "obctl wrote the rule"


def test_a_pattern_that_graph_does_not_tell_is_not_guessed(
    ours: tuple[Desk, int], tenant: SandboxServer
) -> None:
    desk, number = ours
    tenant.service.token = "another"
    answer = desk.run("reservations", "series", str(number), "-o", "json")
    assert answer.exit_code == 8
    assert "Outlook did not tell the pattern of this series" in answer.stderr
    assert json.loads(answer.stdout)["condition"] is not None


def test_a_number_that_is_in_no_series_is_told_so(read_desk: Desk) -> None:
    read_desk.reservations(make_reservation(1), make_occurrence_reservation(2, starts="13:00"))
    alone = read_desk.run("reservations", "series", "1")
    assert (alone.exit_code, alone.stdout) == (2, "")
    assert "reservation 1 is in no series" in alone.stderr
    unknown = read_desk.run("reservations", "series", "2", "--cached")
    assert unknown.exit_code == 0
    assert "not known: Outlook was not asked" in unknown.stdout
    assert "there is no reservation 3" in read_desk.run("reservations", "series", "3").stderr


@pytest.fixture
def reserved(read_desk: Desk) -> Desk:
    """Three dates of a series, two of them with something ordered, and a meeting by itself."""
    read_desk.reservations(
        make_reservation(1, starts="2026-09-16 13:00"),
        *(
            make_occurrence_reservation(number, starts=f"2026-09-{day} 09:00")
            for number, day in ((2, 15), (3, 22), (4, 29))
        ),
    )
    read_desk.service(3, "catering", "Lunch")
    read_desk.service(4, "visitor", "Eva")
    return read_desk


@pytest.mark.parametrize(
    ("number", "scope", "asked"),
    [
        ("2", "one", "Cancel reservation 2 (Budget)?"),
        ("2", "all", "Cancel reservation 2 (Budget) and 2 more of its series with 2 services?"),
        ("3", "following", "Cancel reservation 3 (Budget) and 1 more of its series with 2 ser"),
        ("1", "all", "Cancel reservation 1 (Budget)?"),
    ],
)
def test_before_a_series_goes_all_that_would_go_is_counted(
    reserved: Desk, number: str, scope: str, asked: str
) -> None:
    answer = reserved.run("reservations", "cancel", number, "--scope", scope, "--no-push")
    assert answer.exit_code == 2
    assert asked in " ".join(answer.stderr.split())


def test_a_scope_that_nothing_else_is_in_does_not_pass_for_a_series(reserved: Desk) -> None:
    words = ("--scope", "following", "--no-push")
    alone = reserved.run("reservations", "cancel", "1", *words, "--yes")
    assert (alone.exit_code, alone.stderr) == (
        0, "only reservation 1: no other of a series is to come\n",
    )  # fmt: skip
    several = reserved.run("reservations", "cancel", "3", *words, "--yes")
    assert (several.exit_code, several.stderr) == (0, "2 reservations of the series\n")


def test_a_scope_is_checked_before_anything_is_asked(reserved: Desk) -> None:
    answer = reserved.run("reservations", "cancel", "2", "--scope", "some")
    assert "'some' is none of one, following, all" in answer.stderr
