"""A tenant is recorded, and played back it is told the same by `doctor`: it has become a test."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from desk import Desk

from obctl.sandbox.faults import Fault
from obctl.sandbox.permissions import Permissions
from obctl.sandbox.server import SandboxServer

pytestmark = pytest.mark.usefixtures("hasty")

ONE, TWO = "ams-1.01@contoso.example", "ams-1.02@contoso.example"
USUAL = ("Place.Read.All", "User.ReadBasic.All")
BOTH = ("Calendars.Read", "Calendars.ReadWrite")
OF_GRAPH = {
    "roles", "graph places", "room", "room identity", "calendars", "free/busy", "writing",
    "subscriptions", "subscribing", "clock", "graph", "not checked",
}  # fmt: skip


def told(desk: Desk, *words: str) -> tuple[int, list[tuple[str, str, bool]]]:
    """How `doctor` ended, and what it said of Graph."""
    answer = desk.run("doctor", *words, "-o", "json")
    findings = json.loads(answer.stdout)
    return answer.exit_code, [
        (one["check"], one["verdict"], one["permission"])
        for one in findings
        if one["check"] in OF_GRAPH
    ]


@pytest.fixture
def mapped(live_desk: Desk) -> Desk:
    for room in (ONE, TWO):
        assert live_desk.run("rooms", "add", room).exit_code == 0
    return live_desk


@contextmanager
def played(file: Path, home: Path) -> Iterator[tuple[Desk, SandboxServer]]:
    """A company without rooms in front of the recorded tenant."""
    with SandboxServer(recorded=file, clock="2026-10-19T05:30:00Z", frozen=True) as server:
        environment = {"OBCTL_NOW": "2026-10-19T05:30:00Z"}
        yield Desk(home, url=server.url, environment=environment), server


ODD: list[dict[str, Any]] = [
    {},
    {"scope": (ONE,)},
    {"scoped": ("Calendars.Read",)},
    {"roles": ("Place.Read.All",)},
    {"roles": ("User.ReadBasic.All",)},
    {"roles": (*USUAL, *BOTH), "scoped": ()},
    {"beyond_basic": "absent"},
    {"schedules": "unscoped-only"},
    {"subscriptions": "unscoped-only"},
]


@pytest.mark.parametrize("changes", ODD, ids=str)
def test_an_odd_tenant_played_back_is_told_the_same(
    mapped: Desk, tenant: SandboxServer, tmp_path: Path, changes: dict[str, Any]
) -> None:
    directory = tenant.tenant.exchange.directory
    directory.permissions = Permissions(**{"roles": USUAL, "scoped": BOTH} | changes)
    directory.permission = directory.permissions.directory
    mapped.environment["OBCTL_GRAPH_TOKEN"] = tenant.access_token()
    file = tmp_path / "tenant.json"
    first = told(mapped, "--record", str(file))
    with played(file, tmp_path / "again") as (desk, server):
        assert server.rooms == ["room-1@masked.invalid", "room-2@masked.invalid"]
        desk.environment["OBCTL_GRAPH_TOKEN"] = server.access_token()
        for room in server.rooms:
            added = desk.run("rooms", "add", room)
            assert added.exit_code == 0, added.stderr
        assert told(desk) == first


def test_what_is_recorded_names_nobody_and_holds_no_secret(
    mapped: Desk, tenant: SandboxServer, tmp_path: Path
) -> None:
    tenant.tenant.book(
        "anna@contoso.example", [ONE], "Merger", "2026-10-19T16:00", "2026-10-19T17:00"
    )
    tenant.tenant.advance(seconds=5)
    file = tmp_path / "tenant.json"
    tenant.tenant.exchange.directory.permissions = Permissions(roles=USUAL, scoped=BOTH)
    mapped.environment["OBCTL_GRAPH_TOKEN"] = token = tenant.access_token()
    told(mapped, "--record", str(file))
    text = file.read_text("utf-8")
    for secret in (token, token.split(".")[1], "contoso", "Merger", "Anna", "Authorization"):
        assert secret not in text, secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    recording = json.loads(text)
    kinds = {
        (one["method"], one["path"].partition("/")[0], one["path"].rpartition("/")[2])
        for one in recording["exchanges"]
    }
    assert {
        ("GET", "users", "calendarView"), ("POST", "users", "getSchedule"),
        ("GET", "users", "room-1@masked.invalid"), ("GET", "subscriptions", "subscriptions"),
    } <= kinds  # fmt: skip
    assert any(one["path"].endswith("calendarView/delta()") for one in recording["exchanges"])
    probed = [one for one in recording["exchanges"] if one["method"] == "PATCH"]
    assert {one["status"] for one in probed} == {404}


def test_nights_can_be_run_on_a_recorded_tenant(live_desk: Desk, tmp_path: Path) -> None:
    assert live_desk.run("rooms", "discover", "--add").exit_code == 0
    file = tmp_path / "tenant.json"
    assert told(live_desk, "--record", str(file))[0] == 0
    with played(file, tmp_path / "again") as (desk, _):
        found = desk.run("rooms", "discover", "--add")
        assert "12 rooms are mapped now" in found.stderr
        read = []
        for _ in range(3):
            run = desk.run("sync", "run", "-o", "json")
            assert run.exit_code == 0, run.stderr
            read.append(json.loads(run.stdout)["events"]["read"])
        # A later round is not the first one over again.
        assert read[0] > read[1] == read[2] == 0
        planner = desk.run("planner", "2026-10-19")
        assert "Subject 1 " in planner.stdout
        assert told(desk)[0] == 0


def test_a_tenant_that_refuses_everything_is_recorded_too(
    mapped: Desk, tenant: SandboxServer, tmp_path: Path
) -> None:
    tenant.service.faults.active.append(Fault("unauthorized"))
    file = tmp_path / "tenant.json"
    first = told(mapped, "--record", str(file))
    assert first[0] == 4
    statuses = {one["status"] for one in json.loads(file.read_text("utf-8"))["exchanges"]}
    assert statuses == {401}


def test_where_nobody_answers_nothing_is_recorded(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "tenant.json"
    answer = desk.run("doctor", "--record", str(file), "-o", "json")
    (recording,) = [one for one in json.loads(answer.stdout) if one["check"] == "recording"]
    assert (recording["verdict"], file.exists()) == ("unproven", False)


def test_a_file_that_cannot_be_written_is_named(mapped: Desk, tmp_path: Path) -> None:
    answer = mapped.run("doctor", "--record", str(tmp_path / "no" / "tenant.json"))
    assert answer.exit_code == 2
    assert "tenant.json" in answer.stderr


def test_what_was_never_asked_is_refused_and_not_made_up(
    mapped: Desk, tenant: SandboxServer, tmp_path: Path
) -> None:
    file = tmp_path / "tenant.json"
    told(mapped, "--record", str(file))
    with played(file, tmp_path / "again") as (desk, server):
        assert desk.run("rooms", "add", "room-1@masked.invalid").exit_code == 0
        answer = desk.run("graph", "get", "users/room-9@masked.invalid")
        assert answer.exit_code != 0
        assert "NotRecorded" in answer.stderr
        assert server.service.exchange.directory.mailboxes
    assert tenant.rooms


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("no json", "is no recording"),
        ("{}", "is no recording"),
        ('{"format": "obctl-recording-9", "rooms": [], "exchanges": []}', "of another kind"),
    ],
)
def test_a_file_that_is_no_recording_is_said_to_be_none(
    desk: Desk, tmp_path: Path, content: str | None, said: str
) -> None:
    file = tmp_path / "tenant.json"
    if content is not None:
        file.write_text(content, "utf-8")
    answer = desk.run("sandbox", "serve", "--port", "0", "--recorded", str(file))
    assert answer.exit_code == 2
    assert said in answer.stderr


def test_a_recording_is_a_tenant_of_its_own(desk: Desk, tmp_path: Path) -> None:
    words = ("--recorded", "x.json", "--tenant", "y.toml")
    answer = desk.run("sandbox", "serve", "--port", "0", *words)
    assert answer.exit_code == 2
    assert "--recorded goes with no --tenant" in answer.stderr
