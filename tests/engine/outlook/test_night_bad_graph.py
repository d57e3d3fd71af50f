"""Graph has a bad night: what it spoils is one room's, and the next night makes up for it."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from busy_night import prepare, state
from killed_process import KilledProcesses
from night import NAMES, Night, TenantServer, daily, mailbox_of

from obctl.domain.room import Verdict
from obctl.domain.sync.run_report import RunReport
from obctl.engine.ports import Gateway
from obctl.engine.sync.plan_room import PassOptions
from obctl.engine.sync.sync_pass import Pass
from obctl.errors import CredentialRefused, GraphUnavailable, NotAuthorised
from obctl.graph.mailbox_gate import Gate
from obctl.sandbox.faults import Fault
from obctl.store.runs import load_runs

RUN = ("sync", "run")


def booked_everywhere(night: Night) -> None:
    for name in NAMES:
        night.book(name, "Known", "09:00", "10:00")
    night.run()
    for name in NAMES:
        night.book(name, "New", "11:00", "12:00")


KNOWN = [f"{name} 09-15 09:00-10:00" for name in NAMES]


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_connection_cut_in_one_rooms_answer_leaves_the_others_alone(
    night: Night, full: bool
) -> None:
    booked_everywhere(night)
    night.fail("cut", "Vermeer")
    report = night.run(full=full)
    assert (report.ok, report.inconclusive, report.exit_code) == (2, 1, 8)
    (problem,) = report.problems
    assert (problem.room, problem.code) == (mailbox_of("Vermeer"), "partial-read")
    assert [len(night.reservations(name)) for name in NAMES] == [2, 1, 2]
    night.recover()
    assert night.run().created == 1


def test_of_pages_cut_in_the_middle_nothing_is_used(night: Night) -> None:
    """Two hundred events are a page: the first comes whole, the second breaks off."""
    for hour in range(8, 15):
        start, end = f"{hour:02}:00", f"{hour:02}:30"
        night.book("Vermeer", f"At {hour}", start, end, recurrence=daily(), settle=hour == 14)
    night.book("Hals", "Budget", "09:00", "10:00")
    pages = 0

    def second_page(_method: str, mailbox: str | None, route: str) -> None:
        nonlocal pages
        pages += mailbox == mailbox_of("Vermeer") and route == "calendarView"
        if pages == 2:
            night.fail("cut", "Vermeer", route="calendarView")

    night.watched.on_call = second_page
    report = night.run()
    assert (pages >= 2, report.ok, report.inconclusive, report.exit_code) == (True, 2, 1, 8)
    assert [len(night.reservations(name)) for name in NAMES] == [0, 0, 1]
    kept = night.store.rows("SELECT 1 FROM events WHERE room = ?", (night.room("Vermeer").id,))
    assert kept == []
    night.watched.on_call = lambda *_: None
    night.recover()
    assert night.run().created > 200


def test_a_storm_over_one_mailbox_ends_after_a_few_tries_and_leaves_the_others_alone(
    night: Night,
) -> None:
    booked_everywhere(night)
    night.fail("throttled", "Vermeer")
    night.watched.calls.clear()
    report = night.run()
    assert (report.ok, report.inconclusive, report.exit_code) == (2, 1, 8)
    assert [problem.code for problem in report.problems] == ["throttled"]
    assert [len(night.reservations(name)) for name in NAMES] == [2, 1, 2]
    tries = Counter(call for call in night.watched.calls if call[1] == mailbox_of("Vermeer"))
    assert set(tries.values()) <= {1, 4}
    night.recover()
    assert night.run().created == 1


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_mailbox_that_keeps_silent_keeps_no_other_room_from_its_pass(
    night: Night, full: bool
) -> None:
    booked_everywhere(night)
    night.watched.active.append(Fault("slow", mailbox_of("Rembrandt"), seconds=5))
    hasty = TenantServer(night.server, silence=2)
    try:
        night.tenant_server, usual = hasty, night.tenant_server
        report = night.run(full=full, again=False)
    finally:
        hasty.close()
    assert (report.ok, report.inconclusive, report.exit_code) == (2, 1, 8)
    assert [problem.room for problem in report.problems] == [mailbox_of("Rembrandt")]
    assert [len(night.reservations(name)) for name in NAMES] == [1, 2, 2]
    night.tenant_server = usual
    night.recover()
    assert night.run().created == 1


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_mailbox_that_keeps_silent_is_waited_for_once_whatever_is_wanted_of_it(
    night: Night, full: bool
) -> None:
    """Six writes, its changes or its calendar: each would wait as long as the first."""
    booked_everywhere(night)
    for hour in range(12, 18):
        night.make("Rembrandt", "Interview", f"{hour}:00", f"{hour}:30", push=False)
    night.watched.active.append(Fault("slow", mailbox_of("Rembrandt"), seconds=5))
    night.watched.calls.clear()
    hasty, usual = TenantServer(night.server, silence=1), night.tenant_server
    try:
        night.tenant_server = hasty
        report = night.run(full=full, again=False)
    finally:
        hasty.close()
    assert [call[1] for call in night.watched.calls].count(mailbox_of("Rembrandt")) == 1
    assert (report.ok, report.inconclusive, report.push_failed) == (2, 1, 6)
    (problem,) = [problem for problem in report.problems if problem.room and "read" in problem.code]
    assert problem.room == mailbox_of("Rembrandt")
    assert "did not answer in time" in problem.message
    night.tenant_server = usual
    night.recover()
    night.sleep()
    night.run()
    assert len(night.outlook("Rembrandt")) == len(night.reservations("Rembrandt")) == 8


def test_a_mailbox_that_asks_for_two_minutes_of_rest_gets_them(night: Night) -> None:
    booked_everywhere(night)
    for hour in range(12, 18):
        night.make("Vermeer", "Interview", f"{hour}:00", f"{hour}:30", push=False)
    night.watched.active.append(Fault("throttled", mailbox_of("Vermeer"), seconds=120))
    night.watched.calls.clear()
    tired, usual = TenantServer(night.server, hasty=False), night.tenant_server
    try:
        night.tenant_server = tired
        report = night.run(again=False)
    finally:
        tired.close()
    assert [call[1] for call in night.watched.calls].count(mailbox_of("Vermeer")) == 1
    assert (report.ok, report.inconclusive, report.push_failed) == (2, 1, 6)
    (problem,) = [problem for problem in report.problems if problem.room]
    assert (problem.room, problem.code) == (mailbox_of("Vermeer"), "throttled")
    assert problem.message.startswith(f"Graph asks us to leave {mailbox_of('Vermeer')} alone for ")
    night.tenant_server = usual
    night.recover()
    night.sleep()
    night.run()
    assert len(night.outlook("Vermeer")) == len(night.reservations("Vermeer")) == 8


def test_a_mailbox_that_asks_for_rest_each_time_is_not_waited_for_at_each_write(
    night: Night,
) -> None:
    booked_everywhere(night)
    for hour in range(12, 18):
        night.make("Vermeer", "Interview", f"{hour}:00", f"{hour}:30", push=False)
    night.watched.active.append(Fault("throttled", mailbox_of("Vermeer"), seconds=1))
    night.watched.calls.clear()
    tired, usual = TenantServer(night.server, hasty=False), night.tenant_server
    tired._gateway._graph.gate = Gate(most_rest=1.5)
    try:
        night.tenant_server = tired
        report = night.run(again=False)
    finally:
        tired.close()
    assert [call[1] for call in night.watched.calls].count(mailbox_of("Vermeer")) <= 4
    assert (report.ok, report.inconclusive, report.push_failed) == (2, 1, 6)
    (problem,) = [problem for problem in report.problems if problem.room]
    assert (problem.room, problem.code) == (mailbox_of("Vermeer"), "throttled")
    assert problem.message.startswith(f"{mailbox_of('Vermeer')} puts us off again and again, and ")
    night.tenant_server = usual
    night.recover()
    night.sleep()
    night.run()
    assert len(night.outlook("Vermeer")) == len(night.reservations("Vermeer")) == 8


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_every_mailbox_is_asked_again_when_it_said_and_the_others_not_at_all(
    night: Night, full: bool
) -> None:
    """How long a mailbox was left alone is bounded from below only: no machine is too slow."""
    booked_everywhere(night)
    asked: defaultdict[str | None, list[float]] = defaultdict(list)
    night.watched.on_call = lambda _, mailbox, __: asked[mailbox].append(time.monotonic())
    for name in ("Vermeer", "Hals"):
        fault = Fault("throttled", mailbox_of(name), times=1, seconds=1)
        night.watched.active.append(fault)
    patient = night.tenant_server = TenantServer(night.server, hasty=False)
    try:
        report = night.run(full=full, again=False)
    finally:
        patient.close()
    assert (report.created, report.exit_code) == (3, 0)
    undisturbed, *throttled = (asked[mailbox_of(name)] for name in NAMES)
    for times in throttled:
        assert times[1] - times[0] >= 1
        assert len(times) == len(undisturbed) + 1


def first_and_again(night: Night, name: str) -> tuple[int, int]:
    """Where among the calls a room's delta link was followed first, and then again."""
    calls = night.watched.calls
    first, again = [
        at for at, call in enumerate(calls) if call[1:] == (mailbox_of(name), "calendarView/delta")
    ]
    return first, again


def test_a_throttled_mailbox_is_asked_again_when_all_others_are_done(night: Night) -> None:
    """The 19 beside it in the same request do not wait for it."""
    booked_everywhere(night)
    night.watched.active.append(Fault("throttled", mailbox_of("Vermeer"), times=1, seconds=0))
    night.watched.calls.clear()
    report = night.run(again=False)
    assert (report.created, report.ok, report.exit_code) == (3, 3, 0)
    first, again = first_and_again(night, "Vermeer")
    others = [at for at, call in enumerate(night.watched.calls) if call[1] != mailbox_of("Vermeer")]
    assert first < max(others) < again


def test_a_rest_longer_than_a_request_waits_for_is_waited_for_once_all_others_are_done(
    night: Night,
) -> None:
    booked_everywhere(night)
    fault = Fault("throttled", mailbox_of("Vermeer"), times=1, seconds=30)
    night.watched.active.append(fault)
    report, rests, done = passed_with(night, pauses=1)
    assert (report.created, report.ok, report.exit_code) == (3, 3, 0)
    assert [round(rest) for rest in rests] == [30]
    assert done == [2]


def test_a_mailbox_that_never_stops_asking_for_rest_is_inconclusive_alone(night: Night) -> None:
    booked_everywhere(night)
    night.watched.active.append(Fault("throttled", mailbox_of("Vermeer"), seconds=30))
    report, rests, _ = passed_with(night, pauses=3)
    assert (report.ok, report.inconclusive) == (2, 1)
    assert [(p.room, p.code) for p in report.problems] == [(mailbox_of("Vermeer"), "throttled")]
    assert [round(rest) for rest in rests] == [30, 30, 30]


@pytest.mark.parametrize("seconds", [61, 120])
def test_a_rest_of_more_than_a_minute_is_left_to_the_next_run(night: Night, seconds: int) -> None:
    booked_everywhere(night)
    night.watched.active.append(Fault("throttled", mailbox_of("Vermeer"), seconds=seconds))
    report, rests, _ = passed_with(night, pauses=0)
    assert (report.ok, report.inconclusive, rests) == (2, 1, [])


def passed_with(night: Night, *, pauses: int) -> tuple[RunReport, list[float], list[int]]:
    """A pass whose clock is put forward in its pauses; with how many rooms were done at each."""
    report = RunReport("r", night.company.now)
    rests: list[float] = []
    done: list[int] = []

    async def forward(seconds: float) -> None:
        rests.append(seconds)
        done.append(report.ok)
        loop = asyncio.get_running_loop()
        now = loop.time
        loop.time = lambda: now() + seconds

    async def over(gateway: Gateway) -> None:
        await Pass(night.company, gateway, report, PassOptions(), pause=forward).over(night.rooms)

    fresh, usual = TenantServer(night.server), night.tenant_server
    try:
        night.tenant_server = fresh
        night.ask(over)
    finally:
        night.tenant_server = usual
        fresh.close()
    assert len(rests) == pauses
    return report, rests, done


def expire_at(night: Night, request: int) -> None:
    """From the n-th request on, Graph takes another token only."""
    left = request

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            night.server.service.token = "fresh"

    night.watched.on_call = count


@pytest.mark.parametrize("request_number", range(1, 32, 6))
def test_a_token_that_expires_in_mid_run_ends_it_and_a_good_one_completes_the_night(
    night: Night,
    tmp_path: Path,
    killed_processes: KilledProcesses,
    undisturbed: dict[str, Any],
    request_number: int,
) -> None:
    prepare(night)
    home, now = tmp_path / "home", night.company.now
    expire_at(night, request_number)
    end = killed_processes.run(home, now, *RUN)
    assert (end.code, end.out) == (4, "")
    assert end.err.startswith("error: Graph does not accept the credential: ")
    assert night.log()[-1] == "sync.failed"
    assert killed_processes.run(home, now, *RUN, token="fresh").code == 0
    night.server.service.token = None
    found = state(night)
    trouble = ("push.failed", "push.unchecked")
    assert found | {"log": [one for one in found["log"] if one not in trouble]} == undisturbed
    assert night.run().changes == 0


def test_a_credential_that_is_refused_is_tried_on_no_further_write(night: Night) -> None:
    made = [
        night.make(name, "Interview", "16 09:00", "16 10:00", push=False)[0].number
        for name in NAMES
    ]
    night.server.service.token = "fresh"
    (result,) = night.push(*made)
    assert (result.reservation, type(result.error)) == (made[0], CredentialRefused)
    assert night.log().count("push.failed") == 1
    night.server.service.token = None
    assert night.run().pushed == len(made)


def test_what_ends_a_run_ends_it_for_every_room(night: Night) -> None:
    """A room whose answer comes late is not done behind the back of a run that has ended."""
    for name in NAMES:
        night.book(name, "Known", "09:00", "10:00")
    slow = [Fault("slow", mailbox_of(name), seconds=0.1) for name in ("Vermeer", "Hals")]
    night.watched.active.extend(slow)
    night.fail("unauthorized", "Rembrandt")
    with pytest.raises(NotAuthorised):
        night.run()
    for _ in range(6):
        night.events("Vermeer")
    assert night.log() == ["sync.started", "sync.failed"]
    night.recover()
    assert night.run().created == 3


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
@pytest.mark.parametrize(
    ("faults", "code", "condition"),
    [
        pytest.param({None: "unavailable"}, "graph-unavailable", "partial-read", id="503"),
        pytest.param({None: "throttled"}, "throttled", "throttled", id="429"),
        pytest.param(
            {"Rembrandt": "gateway-timeout", "Vermeer": "server-error", "Hals": "mailbox-moving"},
            "graph-unavailable",
            "partial-read",
            id="each another",
        ),
    ],
)
def test_a_graph_that_puts_every_room_off_is_something_to_try_later(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses, faults: dict[str | None, str],
    code: str, condition: str, full: bool,
) -> None:  # fmt: skip
    booked_everywhere(night)
    for room, kind in faults.items():
        night.fail(kind, room)
    words = (*RUN, *["--full"] * full, "-o", "json")
    end = killed_processes.run(tmp_path / "home", night.company.now, *words)
    assert (end.code, end.out) == (5, "")
    error = json.loads(end.err)["error"]
    assert (error["code"], list(error)) == (
        code,
        ["code", "message", "hint", "graph", "client_request_id"],
    )
    assert error["message"].startswith("none of 3 rooms could be read: Graph ")
    assert {(room.verdict, room.condition) for room in night.rooms} == {
        (Verdict.INCONCLUSIVE, condition)
    }
    assert night.log()[-4:] == ["room.inconclusive"] * 3 + ["sync.failed"]
    (record,) = load_runs(night.store, limit=1)
    assert (record.exit_code, record.report["rooms"]["inconclusive"]) == (5, 3)
    assert [item["code"] for item in record.report["problems"]] == [condition] * 3
    assert len(night.reservations()) == 3
    night.recover()
    assert night.run().created == 3


def test_delta_links_lost_by_a_graph_that_can_read_nothing_are_something_to_try_later(
    night: Night,
) -> None:
    booked_everywhere(night)
    night.fail("token-expired")
    night.fail("unavailable", route="calendarView")
    with pytest.raises(GraphUnavailable):
        night.run()
    assert {room.condition for room in night.rooms} == {"delta-token-expired"}


def test_a_graph_that_puts_off_the_only_room_of_a_run_says_nothing_of_the_others(
    night: Night,
) -> None:
    booked_everywhere(night)
    night.fail("unavailable")
    report = night.run("Vermeer")
    assert (report.inconclusive, report.exit_code) == (1, 8)


@pytest.mark.parametrize(
    ("kinds", "inconclusive"),
    [
        pytest.param(("unavailable", "throttled", None), 2, id="one read"),
        pytest.param(("unavailable", "throttled", "forbidden"), 3, id="one forbidden"),
        pytest.param(("unavailable", "throttled", "mailbox-gone"), 3, id="one gone"),
        pytest.param(("unavailable", "throttled", "cut"), 3, id="one cut short"),
    ],
)
def test_one_room_that_was_not_put_off_makes_it_the_rooms_own_trouble(
    night: Night, kinds: tuple[str | None, ...], inconclusive: int
) -> None:
    booked_everywhere(night)
    for name, kind in zip(NAMES, kinds, strict=True):
        if kind is not None:
            night.fail(kind, name)
    report = night.run()
    assert (report.inconclusive, report.exit_code) == (inconclusive, 8)


def test_a_room_that_was_read_before_graph_gave_up_counts_as_read(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.cater(night.all()[0].number)
    night.delete("Rembrandt", meeting)
    for name in ("Vermeer", "Hals"):
        night.fail("unavailable", name)
    report = night.run()
    assert (report.inconclusive, report.exit_code) == (2, 8)
