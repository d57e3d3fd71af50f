"""Answers nested so deeply that no reader follows: one more way in which an answer is no answer."""

from __future__ import annotations

import pytest
from asking import Ask
from builders import NOW, make_room
from recorded_graph import Answer, RecordedGraph

from obctl.domain.event import DeltaLink, EventId
from obctl.domain.time_span import TimeSpan
from obctl.errors import GraphRefused, GraphUnavailable, ObctlError, PartialRead
from obctl.graph.gateway import GraphGateway

DEEP = b"[" * 10_000 + b"]" * 10_000
PAGE = b'{"value": [], "newInTheNextVersion": %b}' % DEEP
ITEM = b'{"value": [{"id": "E1", "newInTheNextVersion": %b}]}' % DEEP
ROOM, OTHER = make_room("Atrium"), make_room("Bistro")
SPAN = TimeSpan(NOW, NOW.replace(hour=23))
VIEW = "/users/object-atrium/calendar/calendarView"


@pytest.mark.parametrize("body", [DEEP, PAGE, ITEM], ids=["all of it", "a page", "an item"])
def test_a_view_nested_without_end_is_a_partial_read(
    graph: RecordedGraph, ask: Ask, body: bytes
) -> None:
    graph.on(VIEW, Answer(body))
    with pytest.raises(PartialRead):
        ask(lambda gateway: gateway.fetch_view(ROOM, SPAN))


@pytest.mark.parametrize("body", [DEEP, PAGE], ids=["all of it", "a field of it"])
def test_one_room_that_answers_so_in_a_batch_leaves_the_other_alone(
    graph: RecordedGraph, ask: Ask, body: bytes
) -> None:
    answer = b'{"responses": [{"id": "0", "status": 200, "body": %b}' % body
    graph.on("/$batch", Answer(answer + b', {"id": "1", "status": 200, "body": {"value": []}}]}'),
             method="POST")  # fmt: skip
    graph.on(VIEW, Answer(body))
    graph.on("/users/object-bistro/calendar/calendarView", {"value": []})
    found = ask(lambda gateway: gateway.fetch_views([ROOM, OTHER], SPAN))
    assert isinstance(found[ROOM.mailbox], PartialRead)
    assert found[OTHER.mailbox] == ()


def test_a_change_nested_without_end_is_a_partial_read(graph: RecordedGraph, ask: Ask) -> None:
    link = DeltaLink(f"{graph.url}/users/object-atrium/calendarView/delta?$deltatoken=1")
    answer = b'{"responses": [{"id": "0", "status": 200, "body": %b}]}' % ITEM
    graph.on("/$batch", Answer(answer), method="POST")
    graph.on("/users/object-atrium/calendarView/delta", Answer(ITEM))
    found = ask(lambda gateway: gateway.follow_delta([(ROOM, link)]))
    assert isinstance(found[ROOM.mailbox], PartialRead)


@pytest.mark.parametrize(
    ("path", "method", "question"),
    [
        pytest.param(
            "/users/object-atrium/events/E1", "GET",
            lambda gateway: gateway.fetch_event(ROOM, EventId("E1")), id="an event",
        ),
        pytest.param(
            "/users/object-atrium/events/M", "GET",
            lambda gateway: gateway.fetch_master(ROOM, EventId("M")), id="a series",
        ),
        pytest.param(
            "/users/a@contoso.example", "GET",
            lambda gateway: gateway.look_up("a@contoso.example"), id="a user",
        ),
        pytest.param(
            "/places/graph.roomList", "GET",
            lambda gateway: gateway.fetch_places(), id="places",
        ),
        pytest.param(
            "/subscriptions", "GET",
            lambda gateway: gateway.fetch_subscriptions(), id="subscriptions",
        ),
    ],
)  # fmt: skip
def test_whatever_is_asked_the_answer_is_one_that_cannot_be_read(
    graph: RecordedGraph, ask: Ask, path: str, method: str, question: object
) -> None:
    graph.on(path, Answer(b'{"id": "E1", "value": [], "more": %b}' % DEEP), method=method)
    with pytest.raises(PartialRead):
        ask(question)  # type: ignore[arg-type]


def test_free_busy_nested_without_end_is_a_partial_read(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(
        "/users/object-atrium/calendar/getSchedule", Answer(b'{"value": %b}' % DEEP), method="POST"
    )
    found = ask(lambda gateway: gateway.fetch_schedules([ROOM], SPAN))
    assert isinstance(found[ROOM.mailbox], PartialRead)


@pytest.mark.parametrize(
    ("status", "error"), [(400, GraphRefused), (500, GraphUnavailable), (200, PartialRead)]
)
@pytest.mark.parametrize(
    "batched",
    [pytest.param(False, id="alone"), pytest.param(True, id="in a batch")],
)
def test_of_a_refusal_nested_without_end_the_status_alone_counts(
    graph: RecordedGraph, ask: Ask, status: int, error: type[ObctlError], batched: bool
) -> None:
    body = b'{"error": {"code": "x", "innerError": %b}}' % DEEP
    graph.on(VIEW, Answer(body, status))
    whole = b'{"responses": [{"id": "0", "status": %d, "body": %b}]}' % (status, body)
    graph.on("/$batch", Answer(whole), method="POST")

    async def read(gateway: GraphGateway) -> object:
        if batched:
            return (await gateway.fetch_views([ROOM], SPAN))[ROOM.mailbox]
        try:
            return await gateway.fetch_view(ROOM, SPAN)
        except ObctlError as refused:
            return refused

    assert isinstance(ask(read), error)
