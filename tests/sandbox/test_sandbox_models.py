"""Every answer of every route holds only what Graph's metadata knows, in types that fit."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from graph_models import problems
from notification_sink import Sink
from sandbox_client import ANNA, BOB, ROOM, WINDOW, Graph, event, weekly

from obctl.sandbox.identity import guid
from obctl.sandbox.router import ROUTES
from obctl.sandbox.server import SandboxServer


def _model(name: str) -> Any:
    module = import_module(f"msgraph.generated.{name}")
    class_name = "".join(word.capitalize() for word in name.rpartition(".")[2].split("_"))
    return getattr(module, class_name)


@pytest.fixture
def calendar(graph: Graph, sandbox: SandboxServer) -> dict[str, str]:
    """A calendar with something of every kind on it; the ids of one each."""
    plain = graph.post(
        f"/users/{ANNA}/events",
        event(
            "2026-10-20T09:00:00",
            "2026-10-20T10:00:00",
            isOnlineMeeting=True,
            onlineMeetingProvider="teamsForBusiness",
            transactionId="7e1c",
            categories=["Blue category"],
            location={"displayName": "Rembrandt", "locationEmailAddress": ROOM},
        ),
    )
    series = graph.post(f"/users/{ANNA}/events", event(recurrence=weekly()))
    graph.post(
        f"/users/{ROOM}/events",
        event("2026-10-21T00:00:00", "2026-10-22T00:00:00", rooms=(), isAllDay=True),
    )
    sandbox.tenant.advance(seconds=5)
    second, third = (one["id"] for one in graph.view(ANNA)[2:4])
    graph.send("PATCH", f"/users/{ANNA}/events/{second}", {"subject": "Moved"})
    graph.send("DELETE", f"/users/{ANNA}/events/{third}")
    sandbox.tenant.advance(seconds=5)
    return {"plain": plain["id"], "series": series["id"], "occurrence": second}


# The SDK has no model of what Graph posts: these are the properties of changeNotification.
NOTIFICATION = {
    "id",
    "subscriptionId",
    "subscriptionExpirationDateTime",
    "changeType",
    "clientState",
    "tenantId",
    "resource",
    "resourceData",
    "lifecycleEvent",
}
BUILDING = guid(7, "building", "Headquarters")
READS = [
    ("users", "models.user_collection_response"),
    (f"users/{ANNA}", "models.user"),
    (f"users/{ANNA}?$select=id,accountEnabled,mail", "models.user"),
    (f"users/{ROOM}/mailboxSettings", "models.mailbox_settings"),
    (f"users/{ROOM}/calendar", "models.calendar"),
    (f"users/{ROOM}/calendars", "models.calendar_collection_response"),
    (
        f"users/{ROOM}/outlook/supportedTimeZones",
        "users.item.outlook.supported_time_zones.supported_time_zones_get_response",
    ),
    (f"users/{ANNA}/events?$top=50", "models.event_collection_response"),
    (f"users/{ROOM}/events?$top=50", "models.event_collection_response"),
    (f"users/{ROOM}/calendarView?{WINDOW}&$top=50", "models.event_collection_response"),
    (
        f"users/{ROOM}/calendarView/delta?{WINDOW}",
        "users.item.calendar_view.delta.delta_get_response",
    ),
    ("places/graph.room", "models.room_collection_response"),
    ("places/graph.building", "models.building_collection_response"),
    ("places/graph.floor", "models.floor_collection_response"),
    (f"places/{BUILDING}/descendants/graph.room", "models.room_collection_response"),
    ("places/graph.roomList", "models.room_list_collection_response"),
    (f"places/{ROOM}", "models.room"),
    (f"places/{ROOM}/graph.room", "models.room"),
    ("places/amsterdam@contoso.example/graph.roomList/rooms", "models.room_collection_response"),
    ("organization", "models.organization_collection_response"),
    ("subscriptions", "models.subscription_collection_response"),
]


@pytest.mark.parametrize(("path", "model"), READS, ids=[path for path, _ in READS])
def test_a_read_fits_the_model(
    graph: Graph, calendar: dict[str, str], path: str, model: str
) -> None:
    assert problems(graph.get(f"/{path}"), _model(model)) == []


@pytest.mark.parametrize("kind", ["plain", "series", "occurrence"])
def test_an_event_by_id_fits_the_model(graph: Graph, calendar: dict[str, str], kind: str) -> None:
    path = f"/users/{ANNA}/events/{calendar[kind]}"
    assert problems(graph.get(path), _model("models.event")) == []


def test_a_master_with_its_cancelled_and_changed_occurrences_fits_the_model(
    graph: Graph, calendar: dict[str, str]
) -> None:
    found = graph.get(
        f"/users/{ANNA}/events/{calendar['series']}"
        "?$select=id,subject,cancelledOccurrences,exceptionOccurrences&$expand=exceptionOccurrences"
    )
    assert len(found["cancelledOccurrences"]) == 1
    assert [one["subject"] for one in found["exceptionOccurrences"]] == ["Moved"]
    assert problems(found, _model("models.event")) == []
    alone = graph.get(f"/users/{ANNA}/events/{calendar['series']}/exceptionOccurrences")
    assert problems(alone, _model("models.event_collection_response")) == []


def test_the_instances_of_a_series_fit_the_model(graph: Graph, calendar: dict[str, str]) -> None:
    found = graph.get(f"/users/{ANNA}/events/{calendar['series']}/instances?{WINDOW}")
    assert len(found["value"]) == 4
    assert problems(found, _model("models.event_collection_response")) == []


def test_free_busy_and_translated_ids_fit_the_model(graph: Graph, calendar: dict[str, str]) -> None:
    moments = {
        name: {"dateTime": f"2026-10-{day}T00:00:00", "timeZone": "UTC"}
        for name, day in (("startTime", 19), ("endTime", 23))
    }
    found = graph.post(
        f"/users/{ANNA}/calendar/getSchedule",
        {"schedules": [ROOM, "nobody@contoso.example"]} | moments,
    )
    name = "users.item.calendar.get_schedule.get_schedule_post_response"
    assert problems(found, _model(name)) == []
    found = graph.post(
        f"/users/{ANNA}/translateExchangeIds",
        {
            "inputIds": [calendar["plain"]],
            "sourceIdType": "restId",
            "targetIdType": "restImmutableEntryId",
        },
    )
    name = "users.item.translate_exchange_ids.translate_exchange_ids_post_response"
    assert problems(found, _model(name)) == []


def test_subscriptions_and_their_notifications_fit_the_model(
    graph: Graph, sandbox: SandboxServer, sink: Sink
) -> None:
    body = sink.subscription(ROOM, sandbox)
    found = graph.post("/subscriptions", body)
    assert problems(found, _model("models.subscription")) == []
    assert problems(graph.get(f"/subscriptions/{found['id']}"), _model("models.subscription")) == []
    renewed = graph.send(
        "PATCH",
        f"/subscriptions/{found['id']}",
        {"expirationDateTime": "2026-10-22T00:00:00Z"},
    )
    assert problems(renewed.json(), _model("models.subscription")) == []
    graph.post(f"/users/{BOB}/events", event())
    graph.control("POST", "trigger", {"event": "missed", "room": ROOM})
    sink.wait_for(3)
    assert all(set(one) <= NOTIFICATION for one in sink.items)


def test_what_a_write_answers_fits_the_model(graph: Graph, calendar: dict[str, str]) -> None:
    model = _model("models.event")
    made = graph.post(f"/users/{ANNA}/events", event(body={"contentType": "text", "content": "x"}))
    assert problems(made, model) == []
    for kind in ("series", "occurrence"):
        changed = graph.send(
            "PATCH", f"/users/{ANNA}/events/{calendar[kind]}", {"sensitivity": "personal"}
        )
        assert problems(changed.json(), model) == []


def test_a_later_delta_round_fits_the_model(graph: Graph, calendar: dict[str, str]) -> None:
    _, link = graph.delta()
    graph.send("DELETE", f"/users/{ROOM}/events/{graph.view()[0]['id']}")
    graph.post(f"/users/{ANNA}/events/{calendar['occurrence']}/cancel", {})
    found = graph.get(link)
    name = "users.item.calendar_view.delta.delta_get_response"
    assert {"@removed" in one for one in found["value"]} == {True, False}
    assert problems(found, _model(name)) == []


def test_an_error_fits_the_model(graph: Graph) -> None:
    found = graph.send("GET", f"/users/{ROOM}/events/none").json()
    model = import_module("msgraph.generated.models.o_data_errors.o_data_error").ODataError
    assert problems(found, model) == []


def _read_routes() -> Iterator[str]:
    for method, path, _ in ROUTES:
        if method == "GET":
            yield path


def test_every_route_that_reads_is_checked_above() -> None:
    by_id = {
        "users/*/events/*",
        "users/*/events/*/instances",
        "users/*/events/*/exceptionOccurrences",
        "subscriptions/*",
    }
    checked = {path.partition("?")[0].lower() for path, _ in READS}
    for route in set(_read_routes()) - by_id:
        parts = route.lower().split("/")
        assert any(
            len(parts) == len(path.split("/"))
            and all(a in ("*", b) for a, b in zip(parts, path.split("/"), strict=True))
            for path in checked
        ), route
