"""Exit 7: a room whose mailbox is another one now, and the way out."""

from __future__ import annotations

import json

import pytest
from desk import Desk

from obctl.sandbox.actions import perform
from obctl.sandbox.server import SandboxServer
from obctl.sandbox.steps import Recreate

ROOM = "ams-1.01@contoso.example"
CREATE = (
    "reservations", "create", "--room", ROOM, "--subject", "Ours", "--start", "2026-10-21T20:00",
    "--duration", "1h", "--organizer", "anna@contoso.example",
)  # fmt: skip


@pytest.fixture
def remade(live_desk: Desk, tenant: SandboxServer) -> Desk:
    """A company with one room, whose mailbox was made anew since the last pass."""
    for words in (("rooms", "add", ROOM), ("sync", "run")):
        answer = live_desk.run(*words)
        assert answer.exit_code == 0, answer.stderr
    perform(tenant.service, Recreate(room=ROOM))
    return live_desk


def test_a_reservation_finds_the_lock_before_anything_is_saved(remade: Desk) -> None:
    before = remade.run("reservations", "list", "-o", "json").stdout
    answer = remade.run(*CREATE, "-o", "json")
    error = json.loads(answer.stderr)["error"]
    assert (answer.exit_code, error["code"]) == (7, "resync-required")
    assert error["hint"] is not None
    assert f"obctl sync resync {ROOM}" in error["hint"]
    assert remade.run("reservations", "list", "-o", "json").stdout == before


def test_a_run_a_doctor_and_a_resync_tell_the_story(remade: Desk) -> None:
    assert remade.run("sync", "run").exit_code == 8
    doctor = json.loads(remade.run("doctor", "-o", "json").stdout)
    (problem,) = [item for item in doctor if item["check"] == "room"]
    assert f"obctl sync resync {ROOM}" in problem["hint"]
    assert [item for item in doctor if item["check"] == "inconclusive"] == []
    assert remade.run(*CREATE, "--no-push").exit_code == 7
    assert remade.run("sync", "resync", ROOM).exit_code == 0
    assert remade.run(*CREATE).exit_code == 0
    assert remade.run("sync", "run").exit_code == 0
