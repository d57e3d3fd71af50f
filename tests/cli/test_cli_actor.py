"""Who the company log says it was: a person, the nightly run."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from builders import make_request, make_reservation
from desk import Desk

from obctl.store.cancellation_requests import add_request

ROOM = "ams-1.02@contoso.example"
LUNCH = ("services", "add", "1", "--kind", "catering", "--description", "Lunch")
CREATE = (
    "reservations", "create", "--room", "Atrium", "--subject", "Ours", "--start",
    "2026-09-18T09:00", "--duration", "1h", "--organizer", "anna@contoso.example", "--no-push",
)  # fmt: skip


def actors(desk: Desk) -> list[str]:
    """Who did what, oldest first."""
    found = json.loads(desk.run("log", "search", "-o", "json").stdout)
    return [f"{entry['action']}: {entry['actor']}" for entry in reversed(found)]


@pytest.fixture
def booked(desk: Desk) -> Desk:
    """A reservation whose cancellation waits for a decision, and one more."""
    desk.reservations(
        make_reservation(1, starts="09:00"), make_reservation(2, event="E2", starts="12:00")
    )
    with desk.store() as store, store.transaction():
        request = make_request(1)
        add_request(store, 1, reason=request.reason, cause=None, at=request.requested_at)
    return desk


@pytest.mark.parametrize(
    ("environment", "more", "actor"),
    [
        ({}, (), "mia"),
        ({"OBCTL_ACTOR": "Mia Mol"}, (), "Mia Mol"),
        ({"OBCTL_ACTOR": " "}, (), "mia"),
        ({"OBCTL_ACTOR": "Mia Mol"}, ("--by", " Noor "), "Noor"),
    ],
)
def test_a_person_is_the_account_unless_somebody_says_who(
    booked: Desk, environment: dict[str, str], more: Sequence[str], actor: str
) -> None:
    booked.environment |= environment
    assert booked.run(*LUNCH, *more).exit_code == 0
    assert actors(booked) == [f"service.added: {actor}"]


@pytest.mark.parametrize(
    ("words", "done"),
    [
        (CREATE, ["reservation.created"]),
        (("reservations", "change", "2", "--subject", "New", "--no-push"), ["reservation.changed"]),
        (("reservations", "change", "1", "--subject", "New"), ["reservation.refused"]),
        (
            ("reservations", "cancel", "1", "--no-push", "--yes"),
            ["cancellation.approved", "reservation.cancelled"],
        ),
        (("cancellations", "approve", "1", "--yes"), ["cancellation.approved"]),
        (("cancellations", "reject", "1"), ["cancellation.rejected"]),
        (("config", "set", "sync.past_days", "2"), ["setting.changed"]),
    ],
)
def test_by_names_who_did_it(booked: Desk, words: Sequence[str], done: list[str]) -> None:
    booked.run(*words, "--by", "Noor")
    assert actors(booked) == [f"{action}: Noor" for action in done]


@pytest.mark.parametrize(
    "words",
    [
        ("cancellations", "approve", "1", "--yes"),
        ("cancellations", "reject", "1"),
        ("reservations", "cancel", "1", "--no-push", "--yes"),
    ],
)
def test_who_decided_is_who_acted(booked: Desk, words: Sequence[str]) -> None:
    booked.run(*words, "--by", "Noor")
    (request,) = json.loads(
        booked.run("cancellations", "list", "--status", "all", "-o", "json").stdout
    )
    assert request["decided_by"] == "Noor"


def test_nobody_is_no_name(booked: Desk) -> None:
    answer = booked.run(*LUNCH, "--by", " ")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "--by is empty" in answer.stderr
    assert actors(booked) == []


def test_a_run_that_nobody_watches_is_the_nightly_run(live_desk: Desk) -> None:
    live_desk.run("rooms", "add", ROOM)
    live_desk.run("rooms", "import-existing", "--all")
    live_desk.run("sync", "run")
    found = actors(live_desk)
    assert found[:2] == ["room.added: mia", "room.imported: mia"]
    assert "event.created: nightly run" in found
    assert {entry.partition(": ")[2] for entry in found[2:]} == {"nightly run"}


def test_an_applied_plan_names_itself(live_desk: Desk, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    live_desk.run("rooms", "add", ROOM)
    live_desk.run("sync", "run", "--dry-run", "--plan-out", str(plan))
    assert live_desk.run("sync", "apply", str(plan)).exit_code == 0
    assert {entry.partition(": ")[2] for entry in actors(live_desk)[1:]} == {"sync apply"}


def test_a_run_on_a_terminal_names_who_started_it(live_desk: Desk) -> None:
    live_desk.run("rooms", "add", ROOM)
    master, terminal = pty.openpty()
    try:
        subprocess.run(
            [sys.executable, "-m", "obctl", "sync", "run"],
            env={**os.environ, **live_desk.environment},
            stdin=terminal,
            capture_output=True,
            check=True,
        )
    finally:
        os.close(terminal)
        os.close(master)
    assert {entry.partition(": ")[2] for entry in actors(live_desk)[1:]} == {"sync run by mia"}
