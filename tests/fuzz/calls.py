"""What was asked of Graph, in words that are the same in every run: routes and places, no ids."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from mutate import Answer

_LIVELY = ("$filter", "$expand", "$skiptoken", "$skip", "$deltatoken")
"""Query options that make another question of a route."""


@dataclass(frozen=True, order=True)
class Call:
    """One question: which route, about which mailbox, the how manieth such."""

    route: str
    target: str
    """The path as it was sent: no query, whose tokens and times nobody can foresee."""
    mailbox: str | None
    nth: int
    batched: bool = False

    def is_at(self, other: Call, *, lasting: bool) -> bool:
        """Whether this is that call, or, if `lasting`, one of those after it.

        A question inside a batch may come again by itself.
        """
        same = (self.route, self.target) == (other.route, other.target)
        return same and (self.nth >= other.nth if lasting else self.nth == other.nth)


@dataclass(frozen=True)
class Seen:
    """A call and the true answer to it."""

    call: Call
    answer: Answer


def route_of(method: str, target: str) -> str:
    """`GET users/*/events/*` of a path below the version, with the query options that matter."""
    path, _, query = target.partition("?")
    steps = [unquote(step) for step in path.strip("/").split("/")]
    fixed = ["*" if _is_name(steps, at) else step for at, step in enumerate(steps)]
    if steps[0] == "users" and len(steps) > 3 and steps[2] == "calendar":
        fixed = ["users", "*", *steps[3:]]
    options = dict(parse_qsl(query, keep_blank_values=True))
    marks = sorted(name for name in _LIVELY if name in options)
    if "cancelledOccurrences" in options.get("$select", ""):
        marks.append("cancelledOccurrences")
    return f"{method} {'/'.join(fixed)}" + (f"?{','.join(marks)}" if marks else "")


def _is_name(steps: list[str], at: int) -> bool:
    """Whether a step of a path is somebody's or something's id."""
    match steps[0]:
        case "users":
            return at == 1 or (at == 3 and steps[2] == "events")
        case "places":
            return "@" in steps[at]
        case _:
            return at == 1


class Counter:
    """Numbers the calls of one command."""

    def __init__(self, mailboxes: Mapping[str, str]) -> None:
        self._mailboxes = mailboxes
        self._count: dict[tuple[str, str], int] = {}

    def call(self, method: str, target: str, *, batched: bool = False) -> Call:
        route, path = route_of(method, target), target.partition("?")[0].strip("/")
        nth = self._count[route, path] = self._count.get((route, path), -1) + 1
        steps = path.split("/")
        asked = unquote(steps[1]).lower() if steps[0] == "users" and len(steps) > 1 else ""
        return Call(route, path, self._mailboxes.get(asked), nth, batched)


def inner_answers(body: bytes) -> list[tuple[str, Answer]]:
    """The answers inside a `$batch`, by their ids."""
    return [
        (
            one["id"],
            Answer(
                one["status"],
                tuple(one.get("headers", {}).items()),
                json.dumps(one["body"]).encode() if "body" in one else b"",
            ),
        )
        for one in json.loads(body)["responses"]
    ]


def with_inner(body: bytes, changed: Mapping[str, Answer]) -> bytes:
    """A `$batch` with these answers inside in place of its own; what is no JSON comes as base64."""
    whole = json.loads(body)
    raw: list[bytes] = []
    for one in whole["responses"]:
        if (answer := changed.get(one["id"])) is None:
            continue
        one["status"] = answer.status
        one["headers"] = dict(answer.headers)
        one.pop("body", None)
        if answer.body:
            one["body"] = f"\x00inner:{len(raw)}\x00"
            raw.append(_inner_body(answer.body))
    text = json.dumps(whole).encode()
    for number, piece in enumerate(raw):
        text = text.replace(json.dumps(f"\x00inner:{number}\x00").encode(), piece)
    return text


def _inner_body(body: bytes) -> bytes:
    import base64

    try:
        json.loads(body)
    except (ValueError, RecursionError):
        if _is_broken_inside(body):
            return body
        return json.dumps(base64.b64encode(body).decode()).encode()
    return body


def _is_broken_inside(body: bytes) -> bool:
    """Whether it is one JSON value from end to end, with something in it that JSON has not."""
    return body[:1] in b"{[" and body[-1:] in b"}]" and not _ends_early(body)


def _ends_early(body: bytes) -> bool:
    return body.count(b"{") != body.count(b"}") or body.count(b"[") != body.count(b"]")


def inner_requests(body: Any) -> dict[str, tuple[str, str]]:
    """Method and address of each request inside a `$batch`, by id."""
    return {one["id"]: (one["method"], one["url"].lstrip("/")) for one in body["requests"]}
