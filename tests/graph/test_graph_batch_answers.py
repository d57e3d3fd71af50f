"""Answers inside a `$batch` that are none, or are to something else: one room's trouble each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from asking import Ask
from builders import NOW, make_room
from recorded_graph import Answer, RecordedGraph, Seen, refusal

from obctl.domain.directory import DirectoryEntry
from obctl.domain.time_span import TimeSpan
from obctl.errors import ObctlError
from obctl.graph.gateway import GraphGateway

ROOMS = [make_room(f"R{number}") for number in range(4)]
SPAN = TimeSpan(NOW, NOW.replace(hour=23))
BAD = 1
CUT_SHORT = "Graph's answer was cut short or is not what was asked for"
MARKUP = "<html><title>Sign in</title></html>"

Answers = list[dict[str, Any]]
Spoil = Callable[[Answers], list[Any]]


def view_of(room: int) -> str:
    return f"/users/object-r{room}/calendar/calendarView"


def event_of(room: int) -> dict[str, Any]:
    """One event; its id says whose it is."""
    start, end = ({"dateTime": f"{NOW:%Y-%m-%d}T{hour}:00:00", "timeZone": "UTC"} for hour in (
        "12", "13"))  # fmt: skip
    return {"value": [{"id": f"event-{room}", "start": start, "end": end}]}


async def views(gateway: GraphGateway) -> list[str]:
    """What each room shows: its events' ids, or what went wrong, and where."""
    found = await gateway.fetch_views(ROOMS, SPAN)
    return [
        f"{type(one).__name__}: {one.message}"
        if isinstance(one, ObctlError)
        else " ".join(event.id for event in one)
        for one in found.values()
    ]


def spoilt(graph: RecordedGraph, spoil: Spoil) -> Callable[[Seen], Answer]:
    """A batch as it should be, but for what `spoil` makes of its answers (by number)."""

    def answer(seen: Seen) -> Answer:
        good = sorted(graph._batch(seen).body["responses"], key=lambda one: one["id"])
        return Answer({"responses": spoil(good)})

    return answer


def changed(**fields: Any) -> Spoil:
    def spoil(answers: Answers) -> list[Any]:
        answers[BAD] |= fields
        return answers

    return spoil


def without(field: str) -> Spoil:
    def spoil(answers: Answers) -> list[Any]:
        del answers[BAD][field]
        return answers

    return spoil


def replaced(by: Any) -> Spoil:
    return lambda answers: [*answers[:BAD], by, *answers[BAD + 1 :]]


ONE_BAD: dict[str, Spoil] = {
    "markup for the answer": replaced(MARKUP),
    "null for the answer": replaced(None),
    "a list for the answer": replaced([]),
    "nothing for the answer": lambda answers: [*answers[:BAD], *answers[BAD + 1 :]],
    "markup for the body": changed(body=MARKUP),
    "null for the body": changed(body=None),
    "a list for the body": changed(body=[]),
    "no body": without("body"),
    "a status in words": changed(status="200"),
    "a status that is a list": changed(status=[200]),
    "a status that is null": changed(status=None),
    "no status": without("status"),
    "headers that are a list": changed(headers=["Retry-After"]),
    "an id that is null": changed(id=None),
    "an id that is a number": changed(id=BAD),
    "an id that is a list": changed(id=[str(BAD)]),
    "no id": without("id"),
    "an id with a zero before it": changed(id=f"0{BAD}"),
    "an id with a blank": changed(id=f" {BAD}"),
    "an id in other digits": changed(id="١"),
    "an id of nobody": changed(id="9"),
}


@pytest.mark.parametrize("spoil", ONE_BAD.values(), ids=ONE_BAD)
def test_what_is_no_answer_is_asked_again_by_itself_and_nothing_else_is(
    graph: RecordedGraph, ask: Ask, spoil: Spoil
) -> None:
    graph.on("/$batch", spoilt(graph, spoil), method="POST")
    for room in range(4):
        graph.on(view_of(room), event_of(room))
    assert ask(views) == ["event-0", "event-1", "event-2", "event-3"]
    alone = [seen.path for seen in graph.seen if not seen.batched]
    assert alone == ["/$batch", view_of(BAD)]


@pytest.mark.parametrize("spoil", ONE_BAD.values(), ids=ONE_BAD)
def test_who_answers_badly_when_asked_alone_too_suffers_alone_and_is_named(
    graph: RecordedGraph, ask: Ask, spoil: Spoil
) -> None:
    graph.on("/$batch", spoilt(graph, spoil), method="POST")
    for room in range(4):
        page = Answer(MARKUP.encode(), headers={"Content-Type": "text/html"})
        graph.on(view_of(room), event_of(room), *[page] * (room == BAD))
    assert ask(views) == [
        "event-0",
        f"PartialRead: {CUT_SHORT}: the calendar of r1@contoso.example",
        "event-2",
        "event-3",
    ]


def test_of_two_answers_with_one_id_neither_is_believed(graph: RecordedGraph, ask: Ask) -> None:
    def spoil(answers: Answers) -> Answers:
        answers[3]["id"] = answers[BAD]["id"]
        return answers

    graph.on("/$batch", spoilt(graph, spoil), method="POST")
    for room in range(4):
        graph.on(view_of(room), event_of(room))
    assert ask(views) == ["event-0", "event-1", "event-2", "event-3"]
    alone = [seen.path for seen in graph.seen if not seen.batched]
    assert sorted(alone) == ["/$batch", view_of(BAD), view_of(3)]


def test_an_answer_to_nobody_makes_no_mailbox_another(graph: RecordedGraph, ask: Ask) -> None:
    """The identity in an answer with the id "01" is not that of question "1"."""

    def spoil(answers: Answers) -> Answers:
        answers[0]["id"], answers[1]["id"] = "01", "00"
        return answers

    graph.on("/$batch", spoilt(graph, spoil), method="POST")
    names = ["a@x", "b@x"]
    for name in names:
        graph.on(f"/users/{name}", {"id": f"id-of-{name}", "mail": name})
    found = ask(lambda gateway: gateway.look_up_all(names))
    assert found == {name: DirectoryEntry(f"id-of-{name}", name, None, None) for name in names}


UNREADABLE = {
    "markup": MARKUP.encode(),
    "markup inside": b'{"responses":[{"id":"0","status":200,"body":<html></html>}]}',
    "cut": b'{"responses":[{"id":"0"',
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "an object of something else": b"{}",
    "responses that are null": b'{"responses":null}',
    "no responses": b'{"responses":[]}',
    "answers to something else": b'{"responses":[{"id":"9","status":200,"body":{}}]}',
    "too deep": b'{"responses":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "no text": b'{"responses":[{"id":"\xff","status":200,"body":{}}]}',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_batch_that_cannot_be_read_is_asked_again_and_then_room_by_room(
    graph: RecordedGraph, ask: Ask, body: bytes
) -> None:
    graph.on("/$batch", Answer(body), method="POST")
    for room in range(4):
        graph.on(view_of(room), Answer(body) if room == BAD else event_of(room))
    outcomes = ask(views)
    assert [outcomes[0], *outcomes[2:]] == ["event-0", "event-2", "event-3"]
    assert outcomes[BAD].startswith("PartialRead: ")
    assert [seen.path for seen in graph.seen][:2] == ["/$batch", "/$batch"]
    assert sorted(graph.paths()) == [view_of(room) for room in range(4)]


def test_a_batch_that_can_be_read_the_second_time_is_enough(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/$batch", Answer(MARKUP.encode()), method="POST")
    graph.serve_batch()
    for room in range(4):
        graph.on(view_of(room), event_of(room))
    assert ask(views) == ["event-0", "event-1", "event-2", "event-3"]
    assert [seen.path for seen in graph.seen if not seen.batched] == ["/$batch"] * 2


def test_a_body_nested_without_end_is_one_rooms_trouble(graph: RecordedGraph, ask: Ask) -> None:
    deep = b"[" * 10_000 + b"]" * 10_000

    def answer(seen: Seen) -> Answer:
        good = json.dumps(graph._batch(seen).body).encode()
        return Answer(good.replace(b'"event-1"', deep))

    graph.on("/$batch", answer, method="POST")
    for room in range(4):
        graph.on(view_of(room), event_of(room))
    assert ask(views) == ["event-0", "event-1", "event-2", "event-3"]


def test_an_error_that_is_nested_without_end_is_one_rooms_trouble(
    graph: RecordedGraph, ask: Ask
) -> None:
    error: dict[str, Any] = {"code": "x"}
    for _ in range(300):
        error = {"code": "x", "innerError": error}
    graph.serve_batch()
    for room in range(4):
        bad = Answer({"error": error}, 403)
        graph.on(view_of(room), bad if room == BAD else event_of(room))
    found = ask(views)
    assert [found[0], *found[2:]] == ["event-0", "event-2", "event-3"]
    assert found[BAD].startswith("MailboxPermissionLost: ")


def test_a_refusal_with_markup_is_told_by_its_status(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/$batch", spoilt(graph, changed(status=403, body=MARKUP)), method="POST")
    for room in range(4):
        graph.on(view_of(room), refusal(403, "x") if room == BAD else event_of(room))
    found = ask(views)
    assert [found[0], *found[2:]] == ["event-0", "event-2", "event-3"]
    assert found[BAD].startswith("MailboxPermissionLost: ")
    assert [seen.path for seen in graph.seen if not seen.batched] == ["/$batch"]
