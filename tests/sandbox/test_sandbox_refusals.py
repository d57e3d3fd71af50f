"""What Graph refuses though it looks harmless, and what differs from tenant to tenant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sandbox_client import ANNA, IMMUTABLE, ROOM, WINDOW, Graph, error_of, event, weekly

from obctl.sandbox.server import SandboxServer

TOMORROW = "2026-10-20T05:30:00Z"


def invited(graph: Graph, **more: Any) -> str:
    """The id of the room's copy of a meeting that Anna sends it."""
    graph.post(f"/users/{ANNA}/events", event(**more))
    graph.control("POST", "clock", {"advance": "5m"})
    return graph.view()[0]["id"]


def answer(graph: Graph, event_id: str, **body: Any) -> tuple[int, str] | int:
    found = graph.send("POST", f"/users/{ROOM}/events/{event_id}/decline", body)
    return found.status_code if found.is_success else error_of(found)


@pytest.mark.parametrize("comment", ["", "The room is closed"])
def test_a_comment_in_an_answer_that_is_not_sent_is_refused(graph: Graph, comment: str) -> None:
    found = invited(graph)
    refused = (400, "ErrorInvalidParameter")
    assert answer(graph, found, comment=comment, sendResponse=False) == refused
    assert answer(graph, found, Comment=comment, SendResponse=False) == refused
    assert answer(graph, found, sendResponse=False) == 202


def test_an_organiser_who_asked_for_no_answers_gets_none(graph: Graph) -> None:
    found = invited(graph, responseRequested=False)
    assert answer(graph, found) == (400, "ErrorInvalidRequest")
    assert answer(graph, found, sendResponse=False) == 202


def test_an_empty_post_may_not_call_itself_a_stream_of_bytes(graph: Graph) -> None:
    octets = {"Content_Type": "application/octet-stream"}
    sent = graph.send("POST", "/subscriptions/any/reauthorize", **octets)
    assert sent.status_code == 400
    assert graph.send("POST", "/subscriptions/any/reauthorize").status_code == 404


def test_inside_a_batch_an_encoded_dollar_is_no_option(graph: Graph) -> None:
    for hour in (10, 11):
        times = f"2026-10-19T{hour}:00:00", f"2026-10-19T{hour}:30:00"
        graph.post(f"/users/{ROOM}/events", event(*times, rooms=()))
    url = f"/users/{ROOM}/calendarView?{WINDOW}&{{}}top=1"
    requests = [{"id": mark, "method": "GET", "url": url.format(mark)} for mark in ("$", "%24")]
    answers = graph.post("/$batch", {"requests": requests})["responses"]
    assert {one["id"]: len(one["body"]["value"]) for one in answers} == {"$": 1, "%24": 2}


def test_the_exceptions_of_a_series_want_select_and_expand_and_come_in_pages(
    graph: Graph,
) -> None:
    made = graph.post(
        f"/users/{ROOM}/events", event(rooms=(), recurrence=weekly(count=23)), prefer=IMMUTABLE
    )
    series = f"/users/{ROOM}/events/{made['id']}"
    span = "startDateTime=2026-10-01T00:00:00Z&endDateTime=2027-10-01T00:00:00Z&$top=100"
    dates = graph.get(f"{series}/instances?{span}", prefer=IMMUTABLE)["value"]
    for date in dates:
        path = f"/users/{ROOM}/events/{date['id']}"
        assert graph.send("PATCH", path, {"subject": "Other"}).status_code == 200
    for options in ("$expand=exceptionOccurrences", "$select=id,exceptionOccurrences"):
        assert "exceptionOccurrences" not in graph.get(f"{series}?{options}")
    both = "$select=id,exceptionOccurrences&$expand=exceptionOccurrences"
    first = graph.get(f"{series}?{both}")
    rest = graph.get(first["exceptionOccurrences@odata.nextLink"])
    assert (len(first["exceptionOccurrences"]), len(rest["value"])) == (20, 3)
    assert "@odata.nextLink" not in rest


def test_only_a_series_master_has_a_recurrence(graph: Graph) -> None:
    made = graph.post(f"/users/{ROOM}/events", event(rooms=(), recurrence=weekly(count=2)))
    first, second = graph.view()
    graph.send("PATCH", f"/users/{ROOM}/events/{second['id']}", {"subject": "Other"})
    assert [one["recurrence"] for one in graph.view()] == [None, None]
    assert graph.get(f"/users/{ROOM}/events/{first['id']}")["recurrence"] is None
    assert graph.get(f"/users/{ROOM}/events/{made['id']}")["recurrence"]["pattern"]


def test_notifications_go_over_https_but_to_this_machine(graph: Graph) -> None:
    body = {
        "changeType": "updated",
        "resource": f"users/{ROOM}/events",
        "notificationUrl": "http://hooks.example/notifications",
        "expirationDateTime": TOMORROW,
    }
    assert error_of(graph.send("POST", "/subscriptions", body)) == (400, "InvalidRequest")


def test_events_come_in_either_order(graph: Graph) -> None:
    for day in (19, 21, 20):
        times = f"2026-10-{day}T10:00:00", f"2026-10-{day}T10:30:00"
        graph.post(f"/users/{ROOM}/events", event(*times, rooms=()))
    path = f"/users/{ROOM}/events?$orderby=start/dateTime%20"
    for direction, days in (("asc", "19 20 21"), ("desc", "21 20 19")):
        found = graph.get(path + direction)["value"]
        assert " ".join(one["start"]["dateTime"][8:10] for one in found) == days


# -- what differs from tenant to tenant ---------------------------------------------------------


@pytest.fixture
def odd(tenant_file: Path) -> Any:
    """A sandbox with every switch turned."""
    quirks = """
[quirks]
cancel_without_attendees = false
longest_subscription_minutes = 4230
repeated_transaction = "conflict"
rewritten_link = "bad-request"
"""
    tenant_file.write_text(tenant_file.read_text("utf-8") + quirks, "utf-8")
    with SandboxServer(tenant_file, frozen=True) as server, Graph(server.url) as client:
        yield client


def cancelled(graph: Graph) -> int:
    made = graph.post(f"/users/{ROOM}/events", event(rooms=()))
    return graph.send("POST", f"/users/{ROOM}/events/{made['id']}/cancel", {}).status_code


def repeated(graph: Graph) -> int:
    body = event(rooms=(), transactionId="once")
    graph.post(f"/users/{ROOM}/events", body)
    return graph.send("POST", f"/users/{ROOM}/events", body).status_code


def rewritten(graph: Graph) -> int:
    _, link = graph.delta()
    return graph.send("GET", link.partition("=")[0] + "=garbage").status_code


def long_lived(graph: Graph) -> str:
    body = {
        "changeType": "updated",
        "resource": f"users/{ROOM}/events",
        "notificationUrl": "https://127.0.0.1:9/nobody",
        "expirationDateTime": "2026-10-23T05:30:00Z",
    }
    return graph.send("POST", "/subscriptions", body).json()["error"]["message"]


@pytest.mark.parametrize(
    ("ask", "usual", "otherwise"),
    [(cancelled, 202, 400), (repeated, 201, 409), (rewritten, 410, 400)],
)
def test_where_tenants_differ_a_switch_decides(
    graph: Graph, odd: Graph, ask: Any, usual: int, otherwise: int
) -> None:
    assert (ask(graph), ask(odd)) == (usual, otherwise)


def test_how_long_a_subscription_may_last_is_a_setting(graph: Graph, odd: Graph) -> None:
    assert "4230 minutes" in long_lived(odd)
    assert "minutes" not in long_lived(graph)
