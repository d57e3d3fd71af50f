"""Foreign text is no reason to distrust a read: half an emoji, bytes that are not UTF-8."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from asking import Ask
from builders import make_room
from recorded_graph import Answer, RecordedGraph, Seen

from obctl.domain.event import DeltaLink, Event, EventId
from obctl.domain.time_span import TimeSpan
from obctl.errors import NotAuthorised, ObctlError
from obctl.graph.gateway import GraphGateway

ROOM = make_room("Atrium")
USER = "/users/object-atrium"
DELTA = f"{USER}/calendarView/delta()"
SPAN = TimeSpan(datetime(2026, 9, 15, tzinfo=UTC), datetime(2026, 9, 16, tzinfo=UTC))
HALF = rb"Lunch \ud83c"
NO_UTF8 = b"Lunch \xed\xa0\xbc"
TIMES = (
    b'"start":{"dateTime":"2026-09-15T09:00:00","timeZone":"UTC"},'
    b'"end":{"dateTime":"2026-09-15T10:00:00","timeZone":"UTC"}'
)

texts = pytest.mark.parametrize(
    ("text", "read"), [(HALF, "Lunch �"), (NO_UTF8, "Lunch ���")], ids=["half", "bytes"]
)


def event(text: bytes) -> bytes:
    return (
        b'{"id":"e1", "bodyPreview":"' + text + b'", "subject":"' + text + b'",' + TIMES
        + b',"organizer":{"emailAddress":{"name":"' + text + b'","address":"anna@x"}}}'
    )  # fmt: skip


def page(text: bytes, item: bytes) -> bytes:
    return b'{"@odata.context":"' + text + b'","value":[' + item + b"]}"


def batched(graph: RecordedGraph, body: bytes) -> None:
    """Answer the one question of a batch with a body as it is written."""

    def answer(seen: Seen) -> Answer:
        (inner,) = seen.body["requests"]
        graph.seen.append(Seen("GET", inner["url"], "", {}, {}, None, batched=True))
        return Answer(b'{"responses":[{"id":"0","status":200,"body":' + body + b"}]}")

    graph.on("/$batch", answer, method="POST")


def only(outcome: Any) -> Event:
    if isinstance(outcome, ObctlError):
        raise outcome
    (found,) = outcome if isinstance(outcome, tuple) else (outcome,)
    assert isinstance(found, Event)
    return found


async def _views(gateway: GraphGateway) -> Event:
    return only((await gateway.fetch_views([ROOM], SPAN))[ROOM.mailbox])


async def _events(gateway: GraphGateway) -> Event:
    return only((await gateway.fetch_events([(ROOM, EventId("e1"))]))[ROOM.mailbox, "e1"])


async def _master(gateway: GraphGateway) -> Event:
    return (await gateway.fetch_master(ROOM, EventId("e1"))).event


Read = Callable[[GraphGateway], Awaitable[Any]]
READS: dict[str, tuple[str | None, bool, Read]] = {
    "view": (f"{USER}/calendar/calendarView", True, lambda g: g.fetch_view(ROOM, SPAN)),
    "views": (None, True, _views),
    "event": (f"{USER}/events/e1", False, lambda g: g.fetch_event(ROOM, EventId("e1"))),
    "events": (None, False, _events),
    "master": (f"{USER}/events/e1", False, _master),
    "instances": (
        f"{USER}/events/e1/instances", True,
        lambda g: g.fetch_instances(ROOM, EventId("e1"), SPAN),
    ),
    "by key": (f"{USER}/events", True, lambda g: g.find_by_ical_uid(ROOM, "u")),
}  # fmt: skip


@texts
@pytest.mark.parametrize(("path", "paged", "ask_for"), READS.values(), ids=READS)
def test_an_event_with_foreign_text_is_an_event_and_its_bytes_stay(
    graph: RecordedGraph, ask: Ask, path: str | None, paged: bool, ask_for: Read, text: bytes,
    read: str,
) -> None:  # fmt: skip
    sent = event(text)
    body = page(text, sent) if paged else sent
    if path is None:
        batched(graph, body)
    else:
        graph.on(path, Answer(body))
    found = only(ask(ask_for))
    assert (found.subject, found.organizer.name) == (read, read)
    assert found.payload == sent
    assert [seen.path for seen in graph.seen if not seen.batched] == [path or "/$batch"]


@texts
@pytest.mark.parametrize("in_batch", [True, False], ids=["batched", "next page"])
def test_a_round_with_foreign_text_is_a_round(
    graph: RecordedGraph, ask: Ask, in_batch: bool, text: bytes, read: str
) -> None:
    link = f"{graph.url}{DELTA}?$deltatoken=1"
    item = b'{"id":"e1","@odata.etag":"' + text + b'","bodyPreview":"' + text + b'"}'
    last = b'{"value":[' + item + b'],"@odata.deltaLink":"' + link.encode() + b'"}'
    first = b'{"value":[],"@odata.nextLink":"' + f"{graph.url}{DELTA}?$skip=1".encode() + b'"}'
    batched(graph, last if in_batch else first)
    graph.on(DELTA, Answer(last))
    found = ask(lambda gateway: gateway.follow_delta([(ROOM, DeltaLink(link))]))[ROOM.mailbox]
    assert [item.id for item in found.items] == ["e1"]
    assert found.link == link


@texts
def test_a_directory_entry_has_a_name_whatever_is_in_it(
    graph: RecordedGraph, ask: Ask, text: bytes, read: str
) -> None:
    body = b'{"id":"1","mail":"a@x","displayName":"' + text + b'","jobTitle":"' + text + b'"}'
    graph.on("/users/a@x", Answer(body))
    batched(graph, body)
    assert ask(lambda gateway: gateway.look_up("a@x")).display_name == read
    assert ask(lambda gateway: gateway.look_up_all(["a@x"]))["a@x"].display_name == read


@texts
def test_places_have_names_whatever_is_in_them(
    graph: RecordedGraph, ask: Ask, text: bytes, read: str
) -> None:
    place = b'{"id":"1","emailAddress":"a@x","displayName":"' + text + b'"}'
    for path in (
        "/places/graph.roomList",
        "/places/a@x/graph.roomList/rooms",
        "/places/graph.room",
    ):
        graph.on(path, Answer(page(text, place)))
    (found,) = ask(lambda gateway: gateway.fetch_places())
    assert (found.name, found.location) == (read, read)


@texts
def test_busy_times_are_read_whatever_the_subject(
    graph: RecordedGraph, ask: Ask, text: bytes, read: str
) -> None:
    item = b'{"status":"busy","subject":"' + text + b'","location":"' + text + b'",' + TIMES + b"}"
    schedule = b'{"scheduleId":"' + ROOM.mailbox.encode() + b'","scheduleItems":[' + item + b"]}"
    path = f"{USER}/calendar/getSchedule"
    graph.on(path, Answer(page(text, schedule)), method="POST")
    (found,) = ask(lambda gateway: gateway.fetch_schedules([ROOM], SPAN))[ROOM.mailbox].busy
    assert found.start == datetime(2026, 9, 15, 9, tzinfo=UTC)


@texts
def test_subscriptions_are_read_whatever_is_in_them(
    graph: RecordedGraph, ask: Ask, text: bytes, read: str
) -> None:
    item = b'{"id":"s","expirationDateTime":"2026-09-15T09:00:00Z","changeType":"' + text + b'"}'
    graph.on("/subscriptions", Answer(page(text, item)))
    (found,) = ask(lambda gateway: gateway.fetch_subscriptions())
    assert (found.id, found.change_type) == ("s", read)


@texts
@pytest.mark.parametrize("in_batch", [True, False], ids=["batched", "alone"])
def test_a_refusal_is_told_in_words_that_can_be_written(
    graph: RecordedGraph, ask: Ask, in_batch: bool, text: bytes, read: str
) -> None:
    error = b'{"error":{"code":"Err","message":"' + text + b'"}}'
    path = f"{USER}/calendar/calendarView"
    if in_batch:
        answer = b'{"responses":[{"id":"0","status":400,"body":' + error + b"}]}"
        graph.on("/$batch", Answer(answer), method="POST")
    else:
        graph.on(path, Answer(error, 400))

    async def refused(gateway: GraphGateway) -> ObctlError:
        if in_batch:
            outcome = (await gateway.fetch_views([ROOM], SPAN))[ROOM.mailbox]
            assert isinstance(outcome, ObctlError)
            return outcome
        with pytest.raises(ObctlError) as raised:
            await gateway.fetch_view(ROOM, SPAN)
        return raised.value

    found = ask(refused)
    assert found.graph is not None
    assert found.graph.status == 400
    assert found.message.encode().decode().startswith("Graph refuses the calendar of")


def test_a_refusal_whose_words_are_no_json_is_told_by_its_status(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(f"{USER}/calendar/calendarView", Answer(b'{"error":\xff', 403))
    with pytest.raises(NotAuthorised):
        ask(lambda gateway: gateway.fetch_view(ROOM, SPAN))
