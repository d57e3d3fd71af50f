"""A changed answer differs in one thing, and is the same for the same seed."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from calls import Counter, inner_answers, route_of, with_inner
from graph_proxy import on_the_wire
from mutate import CHANGED, HARMLESS, KINDS, Answer, mutate, places, spelled

EVENT = {
    "id": "E1", "subject": "Budget", "isCancelled": False, "attendees": [{"type": "required"}],
    "start": {"dateTime": "2026-09-15T09:00:00.0000000", "timeZone": "UTC"}, "size": 7,
}  # fmt: skip
PAGE = {"value": [EVENT, EVENT | {"id": "E2"}], "@odata.deltaLink": "https://graph/delta?t=1"}
ANSWER = Answer(body=json.dumps(PAGE).encode())


def changed(kind: str, seed: str = "1", answer: Answer = ANSWER) -> Answer:
    found = mutate(answer, kind, seed)
    assert found is not None, kind
    return found.answer


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "status-200"])
def test_every_kind_changes_a_page_the_same_way_for_the_same_seed(kind: str) -> None:
    assert changed(kind) != ANSWER
    assert changed(kind) == changed(kind)


def test_another_seed_finds_another_place() -> None:
    assert len({changed("drop", str(seed)).body for seed in range(30)}) > 5


@pytest.mark.parametrize("seed", "0123456789")
@pytest.mark.parametrize("kind", [kind for kind in HARMLESS if kind != "gzip"])
def test_a_harmless_answer_says_the_same(kind: str, seed: str) -> None:
    found = changed(kind, seed)
    body = json.loads(found.body)
    assert found.status == 200
    if kind == "unknown-key":
        assert _without(body, "newInTheNextVersion") == PAGE
    elif kind in ("list-reordered", "item-twice"):
        assert {one["id"] for one in body["value"]} == {"E1", "E2"}
    else:
        assert body == PAGE


def test_an_answer_that_is_packed_holds_the_same() -> None:
    found = changed("gzip")
    assert json.loads(gzip.decompress(found.body)) == PAGE
    assert ("Content-Encoding", "gzip") in found.headers


def _without(value: Any, key: str) -> Any:
    match value:
        case dict():
            return {name: _without(inner, key) for name, inner in value.items() if name != key}
        case list():
            return [_without(inner, key) for inner in value]
        case _:
            return value


@pytest.mark.parametrize("seed", "0123456789")
@pytest.mark.parametrize("kind", ["drop", "null", "other-type", "odd-text", "turned"])
def test_one_place_is_changed_and_every_other_is_as_it_was(kind: str, seed: str) -> None:
    before, after = dict(_flat(PAGE)), dict(_flat(json.loads(changed(kind, seed).body)))
    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert touched
    roots = [path for path in touched if not any(path[:-1] == other for other in touched)]
    named = {_named(path) for path in roots}
    # What follows an item that was taken out of a list moves up.
    assert len(named) == 1 or kind == "drop"


def _flat(value: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(path, json.dumps(found)) for path, found in places(value)]


def _named(path: tuple[str | int, ...]) -> str:
    return spelled(path).split(".")[1]


def test_an_answer_that_offers_no_place_is_left_alone() -> None:
    assert mutate(Answer(body=b"{}"), "item-twice", "1") is None
    assert mutate(Answer(204), "truncated", "1") is None
    assert mutate(Answer(body=b"no JSON"), "drop", "1") is None


@pytest.mark.parametrize(
    ("kind", "holds"),
    [("surrogate", rb"\u"), ("bom", b"\xef\xbb\xbf"), ("deep", b"[" * 100)],
)
def test_what_json_libraries_do_not_write_is_in_the_bytes(kind: str, holds: bytes) -> None:
    assert holds in changed(kind).body


def test_of_bytes_that_are_no_utf8_nothing_can_be_read() -> None:
    with pytest.raises(UnicodeDecodeError):
        changed("no-utf8").body.decode()


@pytest.mark.parametrize(
    ("answer", "wire"),
    [
        (Answer(200, (), b"{}"), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        (Answer(204, ()), b"HTTP/1.1 204 No Content\r\n\r\n"),
        (Answer(200, (), b"{}", promised=9), b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"),
        (
            Answer(200, (), b"{}", framing="chunked"),
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        ),
        (
            Answer(200, (), b"{}", framing="until-close"),
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}",
        ),
    ],
    ids=["plain", "empty", "too long", "chunked", "until it closes"],
)
def test_an_answer_goes_out_as_it_is_framed(answer: Answer, wire: bytes) -> None:
    assert on_the_wire(answer) == wire


@pytest.mark.parametrize(
    ("target", "route"),
    [
        ("users/a%40b/events/AAk-1", "GET users/*/events/*"),
        ("users/1/calendar/calendarView?$top=3&$skip=3", "GET users/*/calendarView?$skip"),
        ("users/1/calendarView/delta?$deltatoken=x", "GET users/*/calendarView/delta?$deltatoken"),
        ("users/1/events/AA/instances", "GET users/*/events/*/instances"),
        (
            "users/1/events/AA?$select=cancelledOccurrences",
            "GET users/*/events/*?cancelledOccurrences",
        ),
        ("places/a%40b/graph.roomList/rooms", "GET places/*/graph.roomList/rooms"),
        ("places/graph.room", "GET places/graph.room"),
        ("subscriptions/1", "GET subscriptions/*"),
    ],
)  # fmt: skip
def test_a_route_holds_no_names(target: str, route: str) -> None:
    assert route_of("GET", target) == route


def test_questions_are_counted_by_place_whatever_their_times_and_tokens() -> None:
    counter = Counter({"1": "hals@contoso.example"})
    first = counter.call("GET", "users/1/calendarView?startDateTime=a")
    again = counter.call("GET", "users/1/calendarView?startDateTime=b")
    other = counter.call("GET", "users/2/calendarView", batched=True)
    assert (first.nth, again.nth, other.nth) == (0, 1, 0)
    assert (first.mailbox, other.mailbox) == ("hals@contoso.example", None)
    assert again.is_at(first, lasting=True)
    assert not again.is_at(first, lasting=False)
    assert not other.is_at(first, lasting=True)


BATCH = json.dumps(
    {"responses": [{"id": "0", "status": 200, "headers": {"A": "b"}, "body": {"value": []}},
                   {"id": "1", "status": 404, "headers": {}, "body": {"error": {}}}]}
).encode()  # fmt: skip


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"value": [1]}', b'"body": {"value": [1]}'),
        (b'{"value": "\xff"}', b'"body": {"value": "\xff"}'),
        (b'{"value": [', b'"body": "eyJ2YWx1ZSI6IFs="'),
        (b"<html>", b'"body": "PGh0bWw+"'),
    ],
    ids=["JSON", "broken inside", "ends early", "a page"],
)
def test_a_changed_answer_goes_back_into_its_batch(body: bytes, shown: bytes) -> None:
    (first, answer), (_, other) = inner_answers(BATCH)
    assert (first, answer.status, answer.body, other.status) == ("0", 200, b'{"value": []}', 404)
    whole = with_inner(BATCH, {"0": Answer(503, (("Retry-After", "1"),), body)})
    assert shown in whole
    assert b'"status": 503, "headers": {"Retry-After": "1"}' in whole
    assert b'"status": 404' in whole


def test_harmless_and_other_kinds_are_told_apart() -> None:
    assert not HARMLESS.keys() & CHANGED.keys()
