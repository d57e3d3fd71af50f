"""A series that a notification has begun, and plans in files, as people meet them."""

from __future__ import annotations

import json
import shlex
import stat
from pathlib import Path

import pytest
from desk import Desk

from obctl.sandbox.faults import Fault
from obctl.sandbox.server import SandboxServer

ROOM = "ams-1.02@contoso.example"


@pytest.fixture
def synced(live_desk: Desk) -> Desk:
    """A company in step with the demo's tenant in one room."""
    for words in (
        ("rooms", "add", ROOM, "--time-zone", "Europe/Amsterdam"),
        ("rooms", "import-existing", ROOM),
        ("sync", "run"),
    ):
        assert live_desk.run(*words).exit_code == 0
    return live_desk


def test_a_series_is_explained_date_by_date(synced: Desk) -> None:
    found = json.loads(synced.run("reservations", "list", "-o", "json").stdout)
    dates = [item for item in found if item["series"]]
    master = dates[0]["series"]["master_id"]
    answer = synced.run("explain", master, "-o", "json")
    assert (answer.exit_code, answer.stdout) == (2, "")
    error = json.loads(answer.stderr)["error"]
    assert error["code"] == "series-master"
    assert "obctl explain NUMBER" in error["hint"]


def test_a_plan_is_for_its_owners_eyes_and_applies_as_it_was_reviewed(
    synced: Desk, tenant: SandboxServer, tmp_path: Path
) -> None:
    tenant.tenant.book(
        organizer="anna@contoso.example",
        rooms=[ROOM],
        subject="Reviewed",
        start="2026-10-20T09:00",
        end="2026-10-20T10:00",
    )
    file = tmp_path / "plan.json"
    planned = synced.run("sync", "run", "--plan-out", str(file), "-o", "json")
    assert (planned.exit_code, json.loads(planned.stdout)["changes"]["created"]) == (0, 1)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    applied = synced.run("sync", "apply", str(file), "-o", "json")
    assert (applied.exit_code, json.loads(applied.stdout)["changes"]["created"]) == (0, 1)
    again = synced.run("sync", "apply", str(file), "-o", "json")
    assert again.exit_code == 6
    assert json.loads(again.stdout)["problems"][0]["code"] == "stale-plan"


def test_a_search_finds_accents_without_accents(synced: Desk) -> None:
    made = synced.run(
        "reservations", "create", "--room", ROOM, "--subject", "Café Zürich", "--start",
        "2026-10-20T09:00", "--duration", "1h", "--organizer", "anna@contoso.example", "--no-push",
    )  # fmt: skip
    assert made.exit_code == 0
    for words in ("cafe zur", "CAFÉ ZÜRICH", "zurich"):
        found = json.loads(synced.run("reservations", "list", "--text", words, "-o", "json").stdout)
        assert [item["subject"] for item in found] == ["Café Zürich"]


def test_a_resync_without_a_terminal_needs_no_yes(synced: Desk) -> None:
    answer = synced.run("sync", "resync", ROOM, "-o", "json")
    assert (answer.exit_code, json.loads(answer.stdout)["rooms"]["ok"]) == (0, 1)


def test_a_reservation_is_not_moved_onto_a_meeting_nobody_here_knows_yet(
    synced: Desk, tenant: SandboxServer
) -> None:
    made = synced.run(
        "reservations", "create", "--room", ROOM, "--subject", "Ours", "--start",
        "2026-10-20T09:00", "--duration", "1h", "--organizer", "anna@contoso.example", "-o", "json",
    )  # fmt: skip
    number = json.loads(made.stdout)["number"]
    tenant.tenant.book(
        organizer="bob@contoso.example",
        rooms=[ROOM],
        subject="Theirs",
        start="2026-10-20T11:00",
        end="2026-10-20T12:00",
    )
    answer = synced.run(
        "reservations", "change", str(number), "--start", "2026-10-20T10:30", "-o", "json"
    )
    assert (answer.exit_code, json.loads(answer.stderr)["error"]["code"]) == (6, "slot-taken")
    kept = json.loads(synced.run("reservations", "show", str(number), "-o", "json").stdout)
    assert (kept["start"], kept["external_state"]) == ("2026-10-20T07:00:00Z", 10)
    later = synced.run(
        "reservations", "change", str(number), "--start", "2026-10-20T10:30", "--no-push"
    )
    assert later.exit_code == 0
    pushed = json.loads(synced.run("sync", "run", "-o", "json").stdout)
    assert pushed["pushed"] == {"ok": 0, "failed": 1}


def test_what_waits_for_a_room_that_cannot_be_read_is_never_called_in_step(
    synced: Desk, tenant: SandboxServer
) -> None:
    other = "ams-1.01@contoso.example"
    assert synced.run("rooms", "add", other, "--time-zone", "Europe/Amsterdam").exit_code == 0
    meeting = tenant.tenant.book(
        organizer="anna@contoso.example",
        rooms=[ROOM],
        subject="Gone",
        start="2026-10-20T20:00",
        end="2026-10-20T21:00",
    )
    synced.run("sync", "run")
    tenant.tenant.delete(ROOM, meeting)
    tenant.service.faults.active.append(Fault("forbidden", other))
    for _ in range(2):
        answer = synced.run("sync", "run", "--room", ROOM)
        assert answer.exit_code == 8
        assert "in step" not in answer.stdout
        assert f"{ROOM}: rooms-unread: a reservation waits" in answer.stderr
    assert f"obctl sync run --room {ROOM} --allow-cancellations" in answer.stderr
    status = synced.run("sync", "status", "-o", "json")
    (item,) = json.loads(status.stdout)["undecided"]
    assert (status.exit_code, list(item)) == (3, ["reservation", "room", "since", "unread"])
    assert (item["room"], item["unread"]) == (ROOM, other)
    assert "waits for" in synced.run("sync", "status").stdout
    tenant.service.faults.clear()
    decided = json.loads(synced.run("sync", "run", "-o", "json").stdout)
    assert (decided["changes"]["cancellation_requests"], decided["problems"]) == (1, [])
    assert json.loads(synced.run("sync", "status", "-o", "json").stdout)["undecided"] == []


def test_a_plan_that_a_guard_stops_is_applied_by_the_command_that_is_named(
    synced: Desk, tenant: SandboxServer, tmp_path: Path
) -> None:
    meeting = tenant.tenant.book(
        "anna@contoso.example", [ROOM], "Gone", "2026-10-20T20:00", "2026-10-20T21:00"
    )
    synced.run("sync", "run")
    tenant.tenant.delete(ROOM, meeting)
    for name in ("max_cancelled_floor", "max_cancelled_percent"):
        synced.run("config", "set", f"sync.{name}", "0")
    file = str(tmp_path / "the plan.json")
    allow = "--allow-cancellations"
    assert synced.run("sync", "run", "--dry-run", allow, "--plan-out", file).exit_code == 0
    stopped = synced.run("sync", "apply", file)
    assert stopped.exit_code == 6
    told = stopped.stderr.splitlines()[-1]
    assert told == f"    obctl sync apply '{file}' {allow}"
    assert synced.run(*shlex.split(told)[1:]).exit_code == 0
