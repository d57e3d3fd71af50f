"""Zones as they are configured, and as Graph is told them."""

from __future__ import annotations

import json

import pytest
from builders import make_room
from desk import Desk

from obctl.sandbox.server import SandboxServer

VERMEER = "ams-1.02@contoso.example"
NEAREST = "the nearest that it knows: Europe/Berlin, Europe/Budapest, Europe/Paris"


@pytest.mark.parametrize("name", ["Antarctica/Troll", "Factory", "localtime", "Europe/Amsterdm"])
@pytest.mark.parametrize(
    "words",
    [
        ("init", "other", "--time-zone"),
        ("config", "set", "company.time_zone"),
        ("rooms", "add", "new@contoso.example", "--name", "New", "--time-zone"),
        ("rooms", "change", "Atrium", "--time-zone"),
    ],
    ids=" ".join,
)
def test_a_zone_that_exchange_does_not_know_is_refused_where_it_is_given(
    desk: Desk, words: tuple[str, ...], name: str
) -> None:
    answer = desk.run(*words, name)
    assert (answer.exit_code, answer.stdout) == (2, "")
    near = "Europe/Amsterdam" if name == "Europe/Amsterdm" else "the nearest that it knows: "
    assert near in " ".join(answer.stderr.split())
    assert not (desk.home / "other").exists()


def test_a_file_of_rooms_names_the_nearest_zones(desk: Desk) -> None:
    file = desk.home / "rooms.csv"
    file.write_text("mailbox,name,time_zone\nnew@contoso.example,New,Antarctica/Troll\n")
    answer = desk.run("rooms", "import", str(file))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert NEAREST in " ".join(answer.stderr.split())


def test_a_setting_of_the_environment_is_held_to_the_same(desk: Desk) -> None:
    desk.environment["OBCTL_COMPANY_TIME_ZONE"] = "Antarctica/Troll"
    answer = desk.run("rooms", "list")
    assert answer.exit_code == 2
    assert NEAREST in " ".join(answer.stderr.split())


@pytest.mark.parametrize("name", ["Europe/Uzhgorod", "Europe/Zaporozhye", "Europe/Kyiv",
                                  "US/East-Indiana", "GMT", "CST6CDT"])  # fmt: skip
@pytest.mark.parametrize(
    "when",
    [
        ("--start", "2026-10-24T20:00", "--duration", "1h"),
        ("--start", "2026-10-24T00:00", "--end", "2026-10-25T00:00"),
        ("--start", "2026-10-24T20:00", "--duration", "1h", "--repeat", "FREQ=WEEKLY;COUNT=3"),
    ],
    ids=["hours", "a day", "a series"],
)
def test_what_is_pushed_names_a_zone_that_graph_takes(
    live_desk: Desk, name: str, when: tuple[str, ...]
) -> None:
    assert live_desk.run("rooms", "add", VERMEER, "--time-zone", name).exit_code == 0
    answer = live_desk.run(
        "reservations", "create", "--room", VERMEER, "--subject", "Plan", *when,
        "--organizer", "anna@contoso.example", "-o", "json",
    )  # fmt: skip
    assert answer.exit_code == 0, answer.stderr
    assert json.loads(answer.stdout)["external_state"] == 10


@pytest.mark.parametrize(
    "when",
    [
        ("--start", "2026-10-24T20:00", "--duration", "1h"),
        ("--start", "2026-10-24T00:00", "--end", "2026-10-25T00:00"),
    ],
    ids=["hours", "a day"],
)
def test_a_room_of_an_older_store_is_written_to_all_the_same(
    live_desk: Desk, tenant: SandboxServer, when: tuple[str, ...]
) -> None:
    live_desk.rooms(
        make_room("Vermeer", mailbox=VERMEER, object_id=None, time_zone="Antarctica/Troll")
    )
    answer = live_desk.run(
        "reservations", "create", "--room", VERMEER, "--subject", "Plan", *when,
        "--organizer", "anna@contoso.example", "-o", "json",
    )  # fmt: skip
    assert answer.exit_code == 0, answer.stderr
    assert json.loads(answer.stdout)["external_state"] == 10
