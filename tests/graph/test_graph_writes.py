from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from asking import Ask
from builders import ANNA, make_event, make_room, moment
from recorded_graph import Answer, RecordedGraph, refusal

from obctl.domain.event import EventId, Person
from obctl.domain.event_changes import EventChanges, EventTime
from obctl.domain.outbox import EventDraft
from obctl.domain.rrule import parse_rrule
from obctl.domain.values import replace
from obctl.errors import EventChanged, GraphRefused, PartialRead

ROOM = make_room("Atrium")
ZONE = "Europe/Amsterdam"
EVENTS = "/users/object-atrium/calendar/events"
EVENT = "/users/object-atrium/events/e1"
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=200'
MADE = {
    "id": "e1",
    "type": "singleInstance",
    "subject": "Board",
    "start": {"dateTime": "2026-09-15T09:00:00.0000000", "timeZone": "UTC"},
    "end": {"dateTime": "2026-09-15T10:00:00.0000000", "timeZone": "UTC"},
    "transactionId": "obctl-7-1-abc",
}
DRAFT = EventDraft(
    subject="Board",
    start=moment("09:00"),
    end=moment("10:00"),
    all_day=False,
    time_zone="Europe/Amsterdam",
    transaction_id="obctl-7-1-abc",
    body="Reservation 7",
    location="Atrium",
)


def sent(graph: RecordedGraph, ask: Ask, draft: EventDraft) -> dict[str, Any]:
    graph.on(EVENTS, Answer(MADE, 201), method="POST")
    ask(lambda gateway: gateway.create_event(ROOM, draft))
    body: dict[str, Any] = graph.seen[-1].body
    return body


def test_a_new_event_is_written_at_the_wall_clock_of_its_zone(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(EVENTS, Answer(MADE, 201), method="POST")
    event = ask(lambda gateway: gateway.create_event(ROOM, DRAFT))
    assert (event.id, event.transaction_id) == ("e1", "obctl-7-1-abc")
    assert graph.seen[0].headers["prefer"] == PREFER
    assert graph.seen[0].body == {
        "subject": "Board",
        "body": {"contentType": "text", "content": "Reservation 7"},
        "start": {"dateTime": "2026-09-15T11:00:00", "timeZone": "W. Europe Standard Time"},
        "end": {"dateTime": "2026-09-15T12:00:00", "timeZone": "W. Europe Standard Time"},
        "isAllDay": False,
        "location": {"displayName": "Atrium", "locationEmailAddress": "atrium@contoso.example"},
        "showAs": "busy",
        "transactionId": "obctl-7-1-abc",
    }


def test_a_tentative_event_shows_as_tentative(graph: RecordedGraph, ask: Ask) -> None:
    assert sent(graph, ask, replace(DRAFT, tentative=True))["showAs"] == "tentative"


def test_days_are_written_as_midnights_of_the_room(graph: RecordedGraph, ask: Ask) -> None:
    draft = replace(
        DRAFT, all_day=True, start=moment("2026-10-24 22:00"), end=moment("2026-10-25 23:00")
    )
    body = sent(graph, ask, draft)
    assert body["isAllDay"] is True
    assert body["start"]["dateTime"] == "2026-10-25T00:00:00"
    assert body["end"]["dateTime"] == "2026-10-26T00:00:00"
    assert body["start"]["timeZone"] == body["end"]["timeZone"]


def test_a_series_keeps_its_wall_clock_and_names_its_zone(graph: RecordedGraph, ask: Ask) -> None:
    rule = parse_rrule("FREQ=WEEKLY;BYDAY=TU;COUNT=10", datetime(2026, 9, 15, 9, tzinfo=UTC))
    body = sent(graph, ask, replace(DRAFT, recurrence=rule))
    assert body["start"] == {
        "dateTime": "2026-09-15T11:00:00",
        "timeZone": "W. Europe Standard Time",
    }
    assert body["recurrence"] == {
        "pattern": {
            "type": "weekly",
            "interval": 1,
            "daysOfWeek": ["tuesday"],
            "firstDayOfWeek": "monday",
        },
        "range": {
            "type": "numbered",
            "startDate": "2026-09-15",
            "numberOfOccurrences": 10,
            "recurrenceTimeZone": "W. Europe Standard Time",
        },
    }


@pytest.mark.parametrize("start", ["2026-10-25 00:30", "2026-10-25 01:30"])
def test_the_hour_that_comes_twice_is_written_in_utc(
    graph: RecordedGraph, ask: Ask, start: str
) -> None:
    draft = replace(DRAFT, start=moment(start), end=moment("2026-10-25 03:00"))
    body = sent(graph, ask, draft)
    assert body["start"] == {"dateTime": start.replace(" ", "T") + ":00", "timeZone": "UTC"}


def test_nobody_is_invited_unasked(graph: RecordedGraph, ask: Ask) -> None:
    assert "attendees" not in sent(graph, ask, DRAFT)
    assert "attendees" not in sent(graph, ask, replace(DRAFT, invite=Person("Anna", None)))
    assert sent(graph, ask, replace(DRAFT, invite=ANNA))["attendees"] == [
        {
            "emailAddress": {"address": "anna@contoso.example", "name": "Anna de Vries"},
            "type": "required",
        }
    ]


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        pytest.param(EventChanges(subject="New"), {"subject": "New"}, id="the subject alone"),
        pytest.param(
            EventChanges(time=EventTime(moment("09:00"), moment("11:00"), False, ZONE)),
            {
                "start": {"dateTime": "2026-09-15T11:00:00", "timeZone": "W. Europe Standard Time"},
                "end": {"dateTime": "2026-09-15T13:00:00", "timeZone": "W. Europe Standard Time"},
                "isAllDay": False,
            },
            id="the time",
        ),
        pytest.param(
            EventChanges(
                time=EventTime(moment("2026-09-14 22:00"), moment("2026-09-15 22:00"), True, ZONE)
            ),
            {
                "start": {"dateTime": "2026-09-15T00:00:00", "timeZone": "W. Europe Standard Time"},
                "end": {"dateTime": "2026-09-16T00:00:00", "timeZone": "W. Europe Standard Time"},
                "isAllDay": True,
            },
            id="to a whole day",
        ),
        pytest.param(EventChanges(), {}, id="nothing"),
    ],
)
def test_a_change_holds_only_what_changes(
    graph: RecordedGraph, ask: Ask, changes: EventChanges, body: dict[str, Any]
) -> None:
    graph.on(EVENT, MADE, method="PATCH")
    ask(lambda gateway: gateway.change_event(ROOM, make_event("e1"), changes))
    assert graph.seen[0].body == body


@pytest.mark.parametrize("etag", ['W/"DwAAABYAAAC"', None], ids=["as-read", "unknown"])
def test_a_change_names_the_state_it_was_made_for(
    graph: RecordedGraph, ask: Ask, etag: str | None
) -> None:
    graph.on(EVENT, MADE if etag is None else MADE | {"@odata.etag": etag})
    graph.on(EVENT, MADE, method="PATCH")
    event = ask(lambda gateway: gateway.fetch_event(ROOM, EventId("e1")))
    ask(lambda gateway: gateway.change_event(ROOM, event, EventChanges(subject="New")))
    assert graph.seen[-1].headers.get("if-match") == etag


def test_an_event_that_changed_meanwhile_is_not_written_over(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(EVENT, refusal(412, "ErrorIrresolvableConflict"), method="PATCH")
    with pytest.raises(EventChanged):
        ask(lambda gateway: gateway.change_event(ROOM, make_event("e1"), EventChanges("x")))


def test_a_cancellation_carries_its_comment(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(EVENT + "/cancel", Answer(None, 202), method="POST")
    ask(lambda gateway: gateway.cancel_event(ROOM, EventId("e1"), "The room is closed"))
    assert graph.seen[0].body == {"comment": "The room is closed"}


@pytest.mark.parametrize(
    ("comment", "send", "body"),
    [
        ("", True, {"sendResponse": True}),
        ("closed", True, {"sendResponse": True, "comment": "closed"}),
        ("", False, {"sendResponse": False}),
        ("closed", False, {"sendResponse": False}),
    ],
)
def test_a_decline_tells_the_organiser_only_when_asked(
    graph: RecordedGraph, ask: Ask, comment: str, send: bool, body: dict[str, object]
) -> None:
    graph.on(EVENT + "/decline", Answer(None, 202), method="POST")
    ask(lambda gateway: gateway.decline_event(ROOM, EventId("e1"), comment, send=send))
    assert graph.seen[0].body == body


def test_only_the_organiser_may_cancel(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(EVENT + "/cancel", refusal(400, "ErrorInvalidRequest"), method="POST")
    with pytest.raises(GraphRefused, match="ErrorInvalidRequest"):
        ask(lambda gateway: gateway.cancel_event(ROOM, EventId("e1"), ""))


@pytest.mark.parametrize("status", [200, 202, 204])
@pytest.mark.parametrize(
    ("body", "done"),
    [
        (b"", True),
        (b"\r\n", True),
        (b"{}", True),
        (b'{"@odata.context":"x"}', True),
        (b"<html>Sign in to the network</html>", False),
        (b'{"@odata', False),
        (b"null", False),
        (b"[]", False),
        (b"\xff", False),
    ],
)
@pytest.mark.parametrize(
    ("path", "method", "write"),
    [
        ("events/e1/cancel", "POST", lambda g: g.cancel_event(ROOM, EventId("e1"), "")),
        (
            "events/e1/decline",
            "POST",
            lambda g: g.decline_event(ROOM, EventId("e1"), "", send=False),
        ),
        ("/subscriptions/s1", "DELETE", lambda g: g.delete_subscription("s1")),
        ("/subscriptions/s1/reauthorize", "POST", lambda g: g.reauthorize_subscription("s1")),
    ],
    ids=["cancel", "decline", "delete", "reauthorize"],
)
def test_what_is_answered_by_somebody_else_is_not_done(
    graph: RecordedGraph, ask: Ask, path: str, method: str, write: Any, status: int, body: bytes,
    done: bool,
) -> None:  # fmt: skip
    if status == 204 and body:
        return  # HTTP knows no such answer
    where = path if path.startswith("/") else f"/users/object-atrium/{path}"
    graph.on(where, Answer(body, status), method=method)
    if done:
        ask(write)
    else:
        with pytest.raises(PartialRead):
            ask(write)
