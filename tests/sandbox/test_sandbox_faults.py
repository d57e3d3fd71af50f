"""Bad days: faults on demand, throttling, the clock, and the control API."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox_client import ANNA, OTHER_ROOM, ROOM, WINDOW, Graph, error_of, event

from obctl.sandbox.server import SandboxServer

VIEW = f"/users/{ROOM}/calendarView?{WINDOW}"
DELTA = f"/users/{ROOM}/calendarView/delta?{WINDOW}"


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("throttled", 429, "ApplicationThrottled"),
        ("unavailable", 503, "serviceNotAvailable"),
        ("gateway-timeout", 504, "UnknownError"),
        ("server-error", 500, "ErrorInternalServerError"),
        ("forbidden", 403, "ErrorAccessDenied"),
        ("mailbox-gone", 404, "MailboxNotEnabledForRESTAPI"),
        ("mailbox-moving", 503, "ErrorMailboxMoveInProgress"),
        ("mailbox-stale", 503, "MailboxInfoStale"),
        ("unauthorized", 401, "InvalidAuthenticationToken"),
    ],
)
def test_a_fault_befalls_one_room_as_often_as_told(
    graph: Graph, kind: str, status: int, code: str
) -> None:
    fault = {"kind": kind, "room": ROOM, "times": 2, "seconds": 3}
    assert len(graph.control("POST", "faults", fault)["faults"]) == 1
    assert graph.send("GET", f"/users/{OTHER_ROOM}/calendarView?{WINDOW}").status_code == 200
    refused = graph.send("GET", VIEW)
    assert error_of(refused) == (status, code)
    assert refused.headers.get("Retry-After", "3") == "3"
    assert graph.send("GET", VIEW).status_code == status
    assert graph.send("GET", VIEW).status_code == 200


def test_a_fault_may_let_some_requests_go_well_first(graph: Graph) -> None:
    fault = {"kind": "unauthorized", "room": ROOM, "spare": 2, "times": 1}
    (shown,) = graph.control("POST", "faults", fault)["faults"]
    assert (shown["spare"], shown["times"]) == (2, 1)
    assert graph.send("GET", f"/users/{OTHER_ROOM}/calendarView?{WINDOW}").status_code == 200
    assert [graph.send("GET", VIEW).status_code for _ in range(4)] == [200, 200, 401, 200]


def test_throttled_says_when_to_come_back(graph: Graph) -> None:
    graph.control("POST", "faults", {"kind": "throttled", "times": 1, "seconds": 7})
    assert graph.send("GET", VIEW).headers["Retry-After"] == "7"


def test_an_expired_token_is_410_only_for_delta(graph: Graph) -> None:
    graph.control("POST", "faults", {"kind": "token-expired", "room": ROOM})
    assert graph.send("GET", VIEW).status_code == 200
    assert error_of(graph.send("GET", DELTA)) == (410, "SyncStateNotFound")
    graph.http.request("DELETE", graph.url.replace("v1.0", "sandbox/faults"))
    assert graph.send("GET", DELTA).status_code == 200


def test_reads_can_be_empty_partial_or_cut(graph: Graph) -> None:
    for hour in (9, 10, 11, 12):
        times = (f"2026-10-19T{hour:02}:00:00", f"2026-10-19T{hour:02}:30:00")
        graph.post(f"/users/{ROOM}/events", event(*times, rooms=()))
    for kind, left in (("empty", 0), ("partial", 2)):
        graph.control("POST", "faults", {"kind": kind, "room": ROOM, "times": 1})
        assert len(graph.view()) == left
    graph.control("POST", "faults", {"kind": "cut", "room": ROOM, "times": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        graph.view()
    assert len(graph.view()) == 4


def test_a_cut_inside_a_batch_cuts_the_batch(graph: Graph) -> None:
    urls = [VIEW, VIEW.replace(ROOM, OTHER_ROOM)]
    requests = [{"id": url, "method": "GET", "url": url} for url in urls]
    graph.control("POST", "faults", {"kind": "cut", "room": ROOM, "times": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        graph.post("/$batch", {"requests": requests})
    answers = graph.post("/$batch", {"requests": requests})["responses"]
    assert [one["status"] for one in answers] == [200, 200]


def test_a_slow_answer_takes_its_time(graph: Graph) -> None:
    graph.control("POST", "faults", {"kind": "slow", "seconds": 0.2, "times": 1})
    answer = graph.send("GET", VIEW)
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.2


def test_a_share_of_the_requests_fails_by_seed(graph: Graph) -> None:
    def run() -> list[int]:
        fault = {"kind": "unavailable", "share": 0.3, "seed": 5, "route": "calendarview*"}
        graph.control("POST", "faults", fault)
        found = [graph.send("GET", VIEW).status_code for _ in range(50)]
        graph.control("DELETE", "faults")
        return found

    first = run()
    assert 5 <= first.count(503) <= 25
    assert run() == first


@pytest.fixture
def slow_sandbox(tenant_file: Path) -> Iterator[SandboxServer]:
    with SandboxServer(tenant_file, frozen=True, latency=0.2) as server:
        yield server


def test_a_fifth_request_in_flight_for_a_mailbox_is_throttled(slow_sandbox: SandboxServer) -> None:
    async def ask(count: int, room: str) -> list[httpx.Response]:
        headers = {"Authorization": "Bearer any"}
        async with httpx.AsyncClient(base_url=slow_sandbox.url, headers=headers) as client:
            path = f"/users/{room}/calendarView?{WINDOW}"
            return await asyncio.gather(*(client.get(path) for _ in range(count)))

    answers = asyncio.run(ask(6, ROOM))
    assert sorted(one.status_code for one in answers) == [200] * 4 + [429] * 2
    refused = next(one for one in answers if one.status_code == 429)
    assert error_of(refused) == (429, "ApplicationThrottled")
    assert refused.headers["Retry-After"] == "1"


def test_a_batch_runs_four_at_a_time_and_answers_each_by_itself(
    slow_sandbox: SandboxServer,
) -> None:
    requests: list[dict[str, Any]] = [
        {"id": str(number), "method": "GET", "url": VIEW} for number in range(8)
    ]
    requests.append({"id": "none", "method": "GET", "url": f"/users/{ROOM}/events/zzz"})
    requests.append({"id": "child", "method": "GET", "url": VIEW, "dependsOn": ["none"]})
    with Graph(slow_sandbox.url) as graph:
        answers = graph.post("/$batch", {"requests": requests})["responses"]
    statuses = {one["id"]: one["status"] for one in answers}
    assert [statuses[str(number)] for number in range(8)] == [200] * 8
    assert (statuses["none"], statuses["child"]) == (400, 424)
    assert all("request-id" in one["headers"] for one in answers if one["id"] != "child")


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [{"id": "1", "method": "GET", "url": "/users"}] * 2,
        [{"id": str(n), "method": "GET", "url": "/users"} for n in range(21)],
        [{"id": "1", "method": "GET"}],
        [{"id": "1", "method": "GET", "url": "/users", "dependsOn": ["2"]}],
    ],
    ids=["empty", "same-id", "too-many", "no-url", "unknown-parent"],
)
def test_a_batch_that_makes_no_sense_is_refused(graph: Graph, requests: list[Any]) -> None:
    assert graph.send("POST", "/$batch", {"requests": requests}).status_code == 400


def test_ten_thousand_requests_in_ten_minutes_are_enough(
    graph: Graph, sandbox: SandboxServer
) -> None:
    for _ in range(10_000):
        with sandbox.service.throttle.entry(ROOM, sandbox.tenant.now()):
            pass
    refused = graph.send("GET", VIEW)
    assert error_of(refused) == (429, "TooManyRequests")
    assert int(refused.headers["Retry-After"]) <= 600
    sandbox.tenant.advance(minutes=10)
    assert graph.send("GET", VIEW).status_code == 200


def test_the_clock_is_moved_frozen_and_set_by_the_control_api(graph: Graph) -> None:
    graph.post(f"/users/{ANNA}/events", event())
    assert graph.view()[0]["showAs"] == "tentative"
    assert graph.control("POST", "clock", {"advance": "8h"})["now"] == "2026-10-19T13:30:00Z"
    assert graph.view()[0]["showAs"] == "busy"
    assert graph.view()[0]["responseStatus"]["time"] == "2026-10-19T05:30:02Z"
    moved = graph.control("POST", "clock", {"set": "2026-10-20T06:00:00+02:00"})
    assert moved == {"now": "2026-10-20T04:00:00Z", "frozen": True}
    assert graph.control("POST", "clock", {"run": True})["frozen"] is False


@pytest.mark.parametrize(
    ("event_name", "seen"),
    [
        ("created", ["Triggered meeting"]),
        ("updated", ["Target (updated)"]),
        ("cancelled", ["Canceled: Target"]),
        ("deleted", []),
    ],
)
def test_a_trigger_makes_something_happen_in_a_room(
    graph: Graph, sandbox: SandboxServer, event_name: str, seen: list[str]
) -> None:
    if event_name != "created":
        sandbox.tenant.book(ANNA, [ROOM], "Target", "2026-10-19T09:00", "2026-10-19T10:00")
    told = graph.control("POST", "trigger", {"event": event_name, "room": ROOM})
    assert told["event_id"]
    assert [one["subject"] for one in graph.view()] == seen


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"kind": "sunspots"}),
        ("faults", {"kind": "slow", "room": "attic@contoso.example"}),
        ("clock", {"advance": "soon"}),
        ("trigger", {"event": "updated", "room": ROOM}),
        ("act", {"do": "cancel", "meeting": "unknown"}),
        ("act", {"do": "dance"}),
        ("nothing", {}),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(
    graph: Graph, path: str, body: dict[str, Any]
) -> None:
    answer = graph.http.request("POST", graph.url.replace("v1.0", f"sandbox/{path}"), json=body)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["message"]
