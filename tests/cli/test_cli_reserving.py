"""What is refused at the desk is refused before anything is saved, by the reason that matters."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from answers import CODES, Answer
from desk import Desk

from obctl.sandbox.exchange import Change
from obctl.sandbox.faults import Fault
from obctl.sandbox.meeting_mail import mark_cancelled
from obctl.sandbox.server import SandboxServer
from obctl.sandbox.tenant import Meeting

pytestmark = pytest.mark.usefixtures("hasty")

ROOM = "ams-1.02@contoso.example"
TUESDAYS = "FREQ=WEEKLY;BYDAY=TU;COUNT=4"


@pytest.fixture
def synced(live_desk: Desk) -> Desk:
    """A company in step with the demo's tenant in one room."""
    for words in (("rooms", "add", ROOM, "--time-zone", "Europe/Amsterdam"), ("sync", "run")):
        assert live_desk.run(*words).exit_code == 0
    return live_desk


def create(desk: Desk, start: str, *more: str) -> Any:
    return desk.run(
        "reservations", "create", "--room", ROOM, "--subject", "Ours", "--start", start,
        "--duration", "1h", "--organizer", "anna@contoso.example", *more, "-o", "json",
    )  # fmt: skip


def theirs(tenant: SandboxServer, start: str, end: str) -> None:
    """A meeting that no pass has seen yet."""
    tenant.tenant.book(
        organizer="bob@contoso.example", rooms=[ROOM], subject="Theirs", start=start, end=end
    )


def ours(desk: Desk) -> list[tuple[str, int]]:
    found = json.loads(desk.run("reservations", "list", "--text", "Ours", "-o", "json").stdout)
    return [(item["start"], item["external_state"]) for item in found]


def refusals(desk: Desk) -> list[dict[str, Any]]:
    answer = desk.run("log", "search", "--action", "reservation.refused", "-o", "json")
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found


def code(answer: Any) -> tuple[int, str]:
    return answer.exit_code, json.loads(answer.stderr.splitlines()[-1])["error"]["code"]


def test_a_series_is_refused_for_any_date_that_outlook_has_taken(
    synced: Desk, tenant: SandboxServer
) -> None:
    theirs(tenant, "2026-11-03T20:30", "2026-11-03T21:30")
    answer = create(synced, "2026-10-20T20:00", "--repeat", TUESDAYS)
    assert code(answer) == (6, "slot-taken")
    assert ours(synced) == []
    (entry,) = refusals(synced)
    assert entry["message"].startswith(
        "not reserved: 'Ours' Tue 2026-10-20 20:00 (Europe/Amsterdam): slot-taken: "
    )


def test_dates_of_a_series_are_refused_before_any_is_changed(
    synced: Desk, tenant: SandboxServer
) -> None:
    number = json.loads(create(synced, "2026-10-20T20:00", "--repeat", TUESDAYS).stdout)["number"]
    before = ours(synced)
    theirs(tenant, "2026-11-03T22:00", "2026-11-03T23:00")
    change = ("reservations", "change", str(number), "--scope", "all", "-o", "json")
    answer = synced.run(*change, "--start", "2026-10-20T22:15")
    assert code(answer) == (6, "slot-taken")
    assert ours(synced) == before
    (entry,) = refusals(synced)
    assert entry["reservation"] == number
    told = json.loads(synced.run("explain", str(number), "-o", "json").stdout)
    assert entry["id"] in [item["entry"] for item in told["story"]]
    assert synced.run(*change, "--start", "2026-10-20T20:30").exit_code == 0
    assert [state for _start, state in ours(synced)] == [10, 10, 10, 10]


def test_a_neighbour_of_its_own_series_is_called_that(synced: Desk) -> None:
    number = json.loads(create(synced, "2026-10-20T20:00", "--repeat", TUESDAYS).stdout)["number"]
    answer = synced.run(
        "reservations", "change", str(number + 1), "--start", "2026-11-03T20:30", "-o", "json"
    )
    assert code(answer) == (6, "occurrence-crossing")


def test_a_series_longer_than_graph_can_show_is_refused(synced: Desk) -> None:
    answer = create(synced, "2026-10-20T20:00", "--repeat", "FREQ=YEARLY;COUNT=10")
    assert code(answer) == (2, "unsupported-recurrence")
    assert ours(synced) == []
    assert create(synced, "2026-10-20T20:00", "--repeat", "FREQ=YEARLY;COUNT=5").exit_code == 0
    assert [state for _start, state in ours(synced)] == [10] * 5


def test_what_is_not_in_outlook_yet_is_counted_and_shown(
    synced: Desk, tenant: SandboxServer
) -> None:
    number = json.loads(create(synced, "2026-10-20T20:00", "--repeat", TUESDAYS).stdout)["number"]
    tenant.service.faults.active.append(Fault("server-error", ROOM, method="PATCH", times=4))
    answer = synced.run(
        "reservations", "change", str(number), "--scope", "all", "--subject", "Ours too"
    )
    assert answer.exit_code == 5
    assert "3 of 4 writes are not in Outlook yet" in answer.stderr
    assert f"reservation {number} has external state 21" in answer.stderr
    status = json.loads(synced.run("sync", "status", "-o", "json").stdout)
    assert status["outbox"] == {"pending": 0, "failed": 3}
    assert list(status)[-5:] == [
        "failed_writes", "undecided", "unreadable", "stopped", "log_not_pruned",
    ]  # fmt: skip
    assert [list(item) for item in status["failed_writes"]] == [
        ["reservation", "room", "action", "code", "message", "due_at"]
    ] * 3
    shown = synced.run("sync", "status").stdout
    assert "ErrorInternalServerError" in shown
    assert shown.count(" change ") == 3


@pytest.mark.parametrize(
    ("status", "exit_code", "error"),
    [
        (400, 6, "graph-refused"),
        (409, 5, "graph-refused"),
        (412, 5, "event-changed"),
        (429, 5, "throttled"),
        (503, 5, "graph-unavailable"),
    ],
)
@pytest.mark.parametrize("act", ["create", "change", "cancel", "push-back"])
def test_a_write_that_graph_refuses_is_nothing_unexpected(
    synced: Desk, tenant: SandboxServer, act: str, status: int, exit_code: int, error: str
) -> None:
    if act != "create":
        number = json.loads(create(synced, "2026-10-20T20:00").stdout)["number"]
    if act == "push-back":
        (meeting,) = (one for one in tenant.tenant.meetings_in(ROOM) if is_ours(tenant, one))
        tenant.tenant.delete(ROOM, meeting)
        assert synced.run("sync", "run").exit_code == 0
    methods = {"change": ["PATCH"], "cancel": ["POST", "DELETE"]}.get(act, ["POST"])
    tenant.service.faults.active += [
        Answer("server-error", ROOM, method=method, route="*events*", status=status)
        for method in methods
    ]
    match act:
        case "create":
            answer = create(synced, "2026-10-20T20:00")
            number = json.loads(answer.stdout)["number"]
        case "change":
            answer = synced.run(
                "reservations", "change", str(number), "--subject", "Ours too", "-o", "json"
            )
        case "cancel":
            answer = synced.run("reservations", "cancel", str(number), "--yes", "-o", "json")
        case _:
            answer = synced.run("cancellations", "reject", "1", "--push-back", "-y", "-o", "json")
    assert code(answer) == (exit_code, error)
    told = json.loads(answer.stderr.splitlines()[-1])["error"]
    assert told["message"].startswith("saved here, but not in Outlook yet: ")
    assert f"eservation {number} has external state 21" in told["hint"]
    assert told["graph"]["code"] == CODES[status]


def is_ours(tenant: SandboxServer, meeting: Meeting) -> bool:
    return tenant.tenant.copy(ROOM, meeting)[1].subject == "Ours"


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
def test_a_change_of_what_outlook_cancelled_is_refused_and_asked_about(
    synced: Desk, tenant: SandboxServer, ignore: bool
) -> None:
    if ignore:
        synced.run("config", "set", "sync.ignore_cancellation_requests", "true")
    number = json.loads(create(synced, "2026-10-20T20:00").stdout)["number"]
    (meeting,) = (one for one in tenant.tenant.meetings_in(ROOM) if is_ours(tenant, one))
    with tenant.tenant.locked() as exchange:
        mark_cancelled(exchange, *tenant.tenant.copy(ROOM, meeting))
    answer = synced.run(
        "reservations", "change", str(number), "--start", "2026-10-20T21:30", "-o", "json"
    )
    assert code(answer) == (6, "cancelled-in-outlook")
    hint = json.loads(answer.stderr.splitlines()[-1])["error"]["hint"]
    if ignore:
        assert hint == (
            "it is cancelled here too, as Ignore Cancellation Requests is on;"
            f" reservation {number} has external state 110"
        )
    else:
        assert hint == (
            "decide first: obctl cancellations show 1, then approve or reject\n"
            f"reservation {number} has external state 100"
        )
    assert ours(synced) == [("2026-10-20T19:30:00Z", 110 if ignore else 100)]


@pytest.mark.parametrize("act", ["create", "push-back", "sync"])
def test_a_double_booking_made_meanwhile_is_told_by_whoever_pushes(
    synced: Desk, tenant: SandboxServer, act: str
) -> None:
    if act == "push-back":
        create(synced, "2026-10-20T20:00")
        (meeting,) = (one for one in tenant.tenant.meetings_in(ROOM) if is_ours(tenant, one))
        tenant.tenant.delete(ROOM, meeting)
        assert synced.run("sync", "run").exit_code == 0
    if act == "sync":
        create(synced, "2026-10-20T20:00", "--no-push")

    arrivals: list[Change] = []

    def rival(change: Change) -> None:
        arrivals.append(change)
        if len(arrivals) == 1:
            tenant.tenant.book_directly(ROOM, "Rival", "2026-10-20T20:30", "2026-10-20T21:30")

    tenant.service.exchange.listeners.append(rival)
    match act:
        case "create":
            answer = create(synced, "2026-10-20T20:00")
        case "sync":
            answer = synced.run("sync", "run")
        case _:
            answer = synced.run("cancellations", "reject", "1", "--push-back", "-y", "-o", "json")
    assert answer.exit_code == 0
    assert "double-booking: reservation " in answer.stderr
    assert "is double booked: 'Rival' of " in answer.stderr
    assert ours(synced) == [("2026-10-20T18:00:00Z", 10)]
    logged = synced.run("log", "search", "--action", "push.overlapped", "-o", "json")
    assert len(json.loads(logged.stdout)) == 1


def test_what_a_refusal_says_to_run_can_be_pasted(synced: Desk, tenant: SandboxServer) -> None:
    number = json.loads(create(synced, "2026-10-20T20:00", "--repeat", TUESDAYS).stdout)["number"]
    theirs(tenant, "2026-11-04T22:00", "2026-11-04T23:00")
    here = create(synced, "2026-10-20T20:30")
    there = create(synced, "2026-11-04T22:30")
    crossing = synced.run(
        "reservations", "change", str(number + 1), "--start", "2026-11-03T22:30", "-o", "json"
    )
    for refused, code_ in ((here, "slot-taken"), (there, "slot-taken"),
                           (crossing, "occurrence-crossing")):  # fmt: skip
        assert code(refused)[1] == code_
        hint = json.loads(refused.stderr)["error"]["hint"]
        assert "…" not in hint
        for line in hint.splitlines():
            if line.startswith("obctl "):
                command = line.partition(" shows ")[0]
                answer = synced.run(*shlex.split(command)[1:], *(
                    ["--yes"] if " cancel " in command else []
                ))  # fmt: skip
                assert answer.exit_code == 0, (command, answer.stderr)
