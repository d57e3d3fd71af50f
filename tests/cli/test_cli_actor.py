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
from typed import every_command, options_of

from obctl.store.cancellation_requests import add_request

ROOM = "ams-1.02@contoso.example"
# What only looks, and what names itself or the company's log does not know of.
WITHOUT_ACTOR = {
    "demo", "init", "doctor", "listen", "planner", "explain", "companies", "sync report",
    "rooms free", "rooms list", "rooms show", "rooms policy lint", "subscriptions list",
    "sync status", "sync history", "sync show", "reservations list", "reservations show",
    "reservations series", "reservations export",
    "services list", "cancellations list", "cancellations show", "cancellations status",
    "log tail", "log search", "log show", "log event", "log export", "log at", "log replay",
    "store path", "store backup", "store check", "store schema", "store compact",
    "bundle create", "bundle open",
    "config show", "config get", "config path", "config grants", "graph get",
}  # fmt: skip
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


def test_every_command_that_changes_something_takes_who_does_it() -> None:
    without = {
        words
        for words, command in every_command().items()
        if "--by" not in options_of(command) and not words.startswith("sandbox ")
    }
    assert without == WITHOUT_ACTOR - {"log search"}


@pytest.mark.parametrize(
    ("words", "actor"),
    [
        (("rooms", "change", "Atrium", "--floor", "2"), "Noor"),
        (("rooms", "import-existing", "--all"), "Noor"),
        (("log", "prune", "--older-than", "1d", "--yes"), None),
        (("sync", "run"), "sync run by Noor"),
        (("rooms", "remove", "Atrium", "--yes"), "Noor"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else words,
)
def test_by_names_who_did_it_whatever_it_is(
    booked: Desk, words: Sequence[str], actor: str | None
) -> None:
    booked.environment["OBCTL_GRAPH_TOKEN"] = "any"
    booked.run(*words, "--by", "Noor")
    found = json.loads(booked.run("log", "search", "-o", "json").stdout)
    assert {entry["actor"] for entry in found} == {actor or "Noor"}


def test_who_cancelled_the_catering_is_one_question(booked: Desk) -> None:
    """Also where it went with its reservation, by whatever command."""
    assert booked.run(*LUNCH).exit_code == 0
    assert booked.run("services", "add", "2", *LUNCH[3:], "--by", "mia").exit_code == 0
    booked.run("reservations", "cancel", "2", "--no-push", "--yes", "--by", "Bram")
    booked.run("cancellations", "approve", "1", "--yes", "--by", "Noor")
    answer = booked.run("log", "search", "--action", "service.cancelled", "-o", "json")
    assert [(entry["reservation"], entry["actor"]) for entry in json.loads(answer.stdout)] == [
        (1, "Noor"),
        (2, "Bram"),
    ]
    shown = booked.run("log", "search", "--action", "service.cancelled", "--reservation", "1")
    words = " ".join(shown.stdout.split())
    assert "catering for 1 cancelled with reservation 1 (service 1)" in words
    assert "by Noor" in words


def test_what_somebody_did_is_found_by_a_part_of_their_name(booked: Desk) -> None:
    booked.run(*LUNCH, "--by", "Noor Jansen")
    booked.run(*LUNCH, "--by", "Bram")
    booked.run("sync", "run", "--by", "Noor Jansen")
    found = json.loads(booked.run("log", "search", "--by", "noor", "-o", "json").stdout)
    assert {entry["actor"] for entry in found} == {"Noor Jansen", "sync run by Noor Jansen"}
    assert json.loads(booked.run("log", "search", "--by", "zoe", "-o", "json").stdout) == []


@pytest.mark.parametrize(
    ("words", "action"),
    [
        (("reservations", "cancel", "2", "--no-push", "--yes"), "reservation.cancelled"),
        (("cancellations", "approve", "1", "--yes"), "cancellation.approved"),
        (("cancellations", "reject", "1"), "cancellation.rejected"),
    ],
)
def test_what_was_noted_is_in_the_log(booked: Desk, words: Sequence[str], action: str) -> None:
    booked.run(*words, "--note", "the fair was moved")
    (entry,) = json.loads(booked.run("log", "search", "--action", action, "-o", "json").stdout)
    assert entry["message"].endswith(": the fair was moved")


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
