"""Subscriptions: handshake, the pattern of notifications, delivery, lifecycle, limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from notification_sink import Sink
from sandbox_client import ANNA, IMMUTABLE, ROOM, Graph, error_of, event, weekly

from obctl.sandbox.endpoints import Patience
from obctl.sandbox.server import SandboxServer


@pytest.fixture
def subscribed(graph: Graph, sandbox: SandboxServer, sink: Sink) -> dict[str, Any]:
    body = sink.subscription(ROOM, sandbox)
    return dict(graph.post("/subscriptions", body, prefer=IMMUTABLE))


def test_both_urls_have_to_answer_the_handshake(
    graph: Graph, sandbox: SandboxServer, sink: Sink
) -> None:
    graph.post("/subscriptions", sink.subscription(ROOM, sandbox))
    assert sink.validations == 2
    sink.validate = False
    refused = graph.send("POST", "/subscriptions", sink.subscription(ANNA, sandbox))
    assert error_of(refused) == (400, "InvalidRequest")
    unreachable = sink.subscription(ANNA, sandbox, notificationUrl="http://127.0.0.1:9/")
    assert error_of(graph.send("POST", "/subscriptions", unreachable)) == (400, "InvalidRequest")


def test_a_booking_is_one_created_and_three_updated(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    graph.post(f"/users/{ANNA}/events", event())
    sandbox.tenant.advance(seconds=5)
    sink.wait_for(4)
    assert sorted(sink.changes()) == ["created", "updated", "updated", "updated"]
    copy = graph.get(f"/users/{ROOM}/events", prefer=IMMUTABLE)["value"][0]
    first = sink.items[0]
    assert first["clientState"] == "secret"
    assert first["subscriptionId"] == subscribed["id"]
    assert first["tenantId"] == "7d6f2c1e-4b0a-4c58-9e3d-52a1f0b7c914"
    assert {one["resourceData"]["id"] for one in sink.items} == {copy["id"]}
    assert sink.items[-1]["resourceData"]["@odata.etag"] == copy["@odata.etag"]


def test_an_edit_is_three_updated_and_a_deletion_one_deleted_and_two_updated(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    created = graph.post(f"/users/{ANNA}/events", event())
    sandbox.tenant.advance(seconds=5)
    sink.wait_for(4)
    graph.send("PATCH", f"/users/{ANNA}/events/{created['id']}", {"subject": "Other"})
    sandbox.tenant.advance(seconds=5)
    sink.wait_for(7)
    assert sink.changes()[4:] == ["updated"] * 3
    copy = graph.get(f"/users/{ROOM}/events")["value"][0]
    graph.send("DELETE", f"/users/{ROOM}/events/{copy['id']}")
    sink.wait_for(10)
    assert sink.changes()[7:] == ["deleted", "updated", "updated"]


def test_a_removed_occurrence_is_only_an_update_of_the_master(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    graph.post(f"/users/{ANNA}/events", event(recurrence=weekly()))
    sandbox.tenant.advance(seconds=5)
    sink.wait_for(4)
    graph.post(f"/users/{ANNA}/events/{graph.view(ANNA)[1]['id']}/cancel", {})
    sink.wait_for(5)
    master = graph.get(f"/users/{ROOM}/events", prefer=IMMUTABLE)["value"][0]
    assert sink.changes()[4:] == ["updated"]
    assert sink.items[4]["resourceData"]["id"] == master["id"]


def test_a_failed_delivery_is_tried_again_with_growing_pauses(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    sink.answer = lambda _: 503
    sandbox.tenant.delete(ROOM, sandbox.tenant.book_directly(ROOM, "x", *_NINE))
    sink.wait_for(5)
    _until(lambda: graph.control("GET", "status")["undelivered"] == 5)
    sandbox.tenant.advance(seconds=11)
    sink.wait_for(10)
    _until(lambda: graph.control("GET", "status")["undelivered"] == 5)
    sink.answer = lambda _: 202
    sandbox.tenant.advance(seconds=25)
    sink.wait_for(15)
    _until(lambda: graph.control("GET", "status")["undelivered"] == 0)


def test_what_could_not_be_delivered_in_four_hours_is_missed(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    sink.answer = lambda data: 202 if "lifecycleEvent" in data["value"][0] else 500
    sandbox.tenant.book_directly(ROOM, "x", *_NINE)
    for expected in range(2, 100, 2):
        sink.wait_for(expected)
        _until(lambda: _waits_or_gave_up(graph, sink))
        if "missed" in sink.changes():
            break
        sandbox.tenant.advance(minutes=31)
    assert sink.changes()[-1] == "missed"
    assert sink.paths[-1] == "/lifecycle"


def test_a_duplicate_is_refused_with_409(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    again = graph.send("POST", "/subscriptions", sink.subscription(ROOM, sandbox))
    assert error_of(again) == (409, "Conflict")
    assert subscribed["id"] in again.json()["error"]["message"]
    other = sink.subscription(ROOM, sandbox, changeType="deleted")
    assert graph.send("POST", "/subscriptions", other).status_code == 201


def test_the_expiry_has_limits_and_can_be_moved(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    path = f"/subscriptions/{subscribed['id']}"
    far = {"expirationDateTime": "2026-11-19T00:00:00Z"}
    assert error_of(graph.send("PATCH", path, far)) == (400, "InvalidRequest")
    near = {"expirationDateTime": "2026-10-19T05:31:00Z"}
    assert graph.send("PATCH", path, near).json()["expirationDateTime"] == "2026-10-19T06:15:00Z"
    sandbox.tenant.advance(hours=1)
    assert error_of(graph.send("GET", path)) == (404, "ResourceNotFound")
    assert error_of(graph.send("PATCH", path, near)) == (404, "ResourceNotFound")


def test_an_hour_before_the_end_reauthorisation_is_asked_for_until_it_comes(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    sandbox.tenant.advance(hours=47, minutes=16)
    sink.wait_for(2)
    assert sink.changes() == ["reauthorizationRequired"] * 2
    answer = graph.send("POST", f"/subscriptions/{subscribed['id']}/reauthorize")
    assert answer.status_code == 204
    sandbox.tenant.advance(minutes=20)
    assert graph.control("GET", "status")["undelivered"] == 0
    assert len(sink.items) == 2


def test_a_subscription_can_be_removed_by_graph(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    graph.control("POST", "trigger", {"event": "subscriptionRemoved", "room": ROOM})
    sink.wait_for(1)
    assert sink.changes() == ["subscriptionRemoved"]
    assert graph.get("/subscriptions")["value"] == []


def test_more_than_a_thousand_subscriptions_of_a_mailbox_are_refused(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    only = next(iter(sandbox.service.subscriptions.active.values()))
    for number in range(999):
        sandbox.service.subscriptions.active[f"copy {number}"] = only
    body = sink.subscription(ROOM, sandbox, changeType="created")
    assert error_of(graph.send("POST", "/subscriptions", body)) == (403, "Forbidden")


def test_a_subscription_without_the_header_gets_ordinary_ids(
    graph: Graph, sandbox: SandboxServer, sink: Sink
) -> None:
    graph.post("/subscriptions", sink.subscription(ROOM, sandbox))
    graph.post(f"/users/{ANNA}/events", event())
    sink.wait_for(2)
    ordinary = graph.get(f"/users/{ROOM}/events")["value"][0]["id"]
    assert sink.items[0]["resourceData"]["id"] == ordinary


@pytest.fixture
def hasty(tenant_file: Path) -> Iterator[SandboxServer]:
    patience = Patience(answer=0.4, slow=0.0, enough=4, penalty=timedelta(minutes=10))
    with SandboxServer(tenant_file, frozen=True, patience=patience) as server:
        yield server


def test_a_slow_endpoint_is_served_ten_minutes_late(hasty: SandboxServer, sink: Sink) -> None:
    with Graph(hasty.url) as graph:
        graph.post("/subscriptions", sink.subscription(ROOM, hasty))
        for _ in range(2):
            hasty.tenant.book_directly(ROOM, "x", *_NINE)
        sink.wait_for(4)
        _until(lambda: bool(hasty.service.endpoints.until(sink.url)))
        hasty.tenant.book_directly(ROOM, "x", *_NINE)
        _until(lambda: graph.control("GET", "status")["undelivered"] == 2)
        assert len(sink.items) == 4
        hasty.tenant.advance(minutes=11)
        sink.wait_for(6)


def test_an_endpoint_that_times_out_loses_notifications_and_hears_missed(
    hasty: SandboxServer, sink: Sink
) -> None:
    with Graph(hasty.url) as graph:
        graph.post("/subscriptions", sink.subscription(ROOM, hasty))
        dead = "http://127.0.0.1:9/"
        for _ in range(4):
            hasty.service.endpoints.note(sink.url, hasty.tenant.now(), 5.0)
            hasty.service.endpoints.note(dead, hasty.tenant.now(), 0.0)
        hasty.tenant.book_directly(ROOM, "lost", *_NINE)
        _until(lambda: graph.control("GET", "status")["due"] > 1)
        hasty.tenant.advance(minutes=11)
        sink.wait_for(1)
        assert sink.changes() == ["missed"]


def test_lost_notifications_never_come(
    graph: Graph, sandbox: SandboxServer, sink: Sink, subscribed: dict[str, Any]
) -> None:
    graph.control("POST", "act", {"do": "lose-notifications", "room": ROOM, "times": 2})
    sandbox.tenant.book_directly(ROOM, "lost", *_NINE)
    later = sandbox.tenant.book_directly(ROOM, "told", "2026-10-19T11:00", "2026-10-19T12:00")
    sink.wait_for(2)
    told = sandbox.tenant.event_id(ROOM, later)
    assert {one["resourceData"]["id"] for one in sink.items} == {told}


_NINE = ("2026-10-19T09:00", "2026-10-19T10:00")


def _waits_or_gave_up(graph: Graph, sink: Sink) -> bool:
    waiting = graph.control("GET", "status")["undelivered"]
    return waiting == 2 or "missed" in sink.changes()


def _until(holds: Any) -> None:
    import time

    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
