"""One thing about one answer of Graph is changed: a pure function of the answer, a kind and a seed.

Nothing here asks Graph or obctl. A kind that an answer offers no place for gives `None`: a body
without a list has no item to double.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal

Path = tuple[str | int, ...]
Framing = Literal["length", "chunked", "broken-chunks", "until-close"]

UNREAD = frozenset(
    {"@odata.context", "webLink", "bodyPreview", "body", "location", "locations", "onlineMeeting"}
)
"""Fields that obctl reads in no answer: a change there says little."""
HUGE_TEXT = 2_000_000
MANY = 10_000
_RAW = "\x00raw:%d\x00"


@dataclass(frozen=True)
class Answer:
    """An answer as bytes on a wire, its framing included."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    body: bytes = b""
    framing: Framing = "length"
    promised: int | None = None
    """The Content-Length, where it is not the body's."""

    def with_header(self, name: str, *values: str) -> Answer:
        """The answer with this header in place of any such: `values` are one line each."""
        kept = tuple(one for one in self.headers if one[0].lower() != name.lower())
        return replace(self, headers=kept + tuple((name, value) for value in values))


@dataclass(frozen=True)
class Mutated:
    """The answer as it goes out, and in words what is wrong with it."""

    answer: Answer
    what: str
    name: str = ""
    """The last name on the way to the place that was changed, if it is one place."""


Kind = Callable[[Answer, Random], Mutated | None]


def mutate(answer: Answer, kind: str, seed: str) -> Mutated | None:
    """The same answer, kind and seed always give the same."""
    return KINDS[kind](answer, Random(seed))


# -- places in the JSON --------------------------------------------------------------------------


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place below the root, with what stands there."""
    match value:
        case dict():
            for key, inner in value.items():
                if key not in UNREAD:
                    yield (*path, key), inner
                    yield from places(inner, (*path, key))
        case list():
            for at, inner in enumerate(value):
                yield (*path, at), inner
                yield from places(inner, (*path, at))


def spelled(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path) or "."


def name_of(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _pick(
    answer: Answer, random: Random, wanted: Callable[[Any], bool] = lambda _: True
) -> tuple[Any, Path, Any] | None:
    """The document and one place in it: first a name, then one of the places of that name.

    So `value[3].id` is met as often as `@odata.deltaLink`, however many items there are.
    """
    try:
        document = json.loads(answer.body)
    except ValueError:
        return None
    named: dict[Path, list[tuple[Path, Any]]] = {}
    for path, value in places(document):
        if wanted(value):
            name = tuple("*" if isinstance(step, int) else step for step in path)
            named.setdefault(name, []).append((path, value))
    if not named:
        return None
    path, value = random.choice(named[random.choice(sorted(named, key=str))])
    return document, path, value


def _put(document: Any, path: Path, value: Any) -> None:
    _holder(document, path)[path[-1]] = value


def _holder(document: Any, path: Path) -> Any:
    for step in path[:-1]:
        document = document[step]
    return document


def _dumped(document: Any, *raw: bytes) -> bytes:
    """JSON, with `raw` where `_RAW % number` stands."""
    text = json.dumps(document).encode()
    for number, piece in enumerate(raw):
        text = text.replace(json.dumps(_RAW % number).encode(), piece)
    return text


def _replaced(
    kind: str, wanted: Callable[[Any], bool], value: Callable[[Any, Random], Any]
) -> Kind:
    """A kind that puts another value in one place; bytes stand there as they are."""

    def kind_(answer: Answer, random: Random) -> Mutated | None:
        found = _pick(answer, random, wanted)
        if found is None:
            return None
        document, path, old = found
        new = value(old, random)
        if isinstance(new, bytes):
            _put(document, path, _RAW % 0)
            body = _dumped(document, new)
        else:
            _put(document, path, new)
            body = _dumped(document)
        what = f"{kind} {spelled(path)}: {_short(new)}"
        return Mutated(replace(answer, body=body), what, name_of(path))

    return kind_


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _anything(value: Any) -> bool:
    return True


# -- kinds that change one value -----------------------------------------------------------------


def _drop(answer: Answer, random: Random) -> Mutated | None:
    found = _pick(answer, random)
    if found is None:
        return None
    document, path, _ = found
    del _holder(document, path)[path[-1]]
    changed = replace(answer, body=_dumped(document))
    return Mutated(changed, f"drop {spelled(path)}", name_of(path))


def _other_type(old: Any, random: Random) -> Any:
    others = ["text", 7, -1, 0.5, True, False, [], ["text"], [None], {}, {"a": 1}]
    return random.choice([one for one in others if type(one) is not type(old)])


def _odd_text(old: str, random: Random) -> str:
    return random.choice(
        [
            "", " ", "banana", old.swapcase(), f"{old} ", old[: len(old) // 2], old * 2,
            "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "2026-13-45T25:61:00",
            "2026-09-15T09:00:00+99:99", "Customized Time Zone", "tzone://Microsoft/Custom",
            "\x00", "\x1b[2J", "\u202e", "../..", "%00", "http://", "=1+1", "-", "nul\n\nl",
        ]
    )  # fmt: skip


def _huge_number(old: Any, random: Random) -> bytes:
    return random.choice([b"1e400", b"-1e400", b"9" * 5000, b"1e-400", b"18446744073709551616"])


def _other_number(old: float, random: Random) -> Any:
    return random.choice([-old - 1, old + 0.5, 0, -1, 2**31, 2**63, str(old)])


def _within(old: str, piece: bytes, random: Random) -> bytes:
    at = random.randint(0, len(old))
    before, after = (json.dumps(part).encode() for part in (old[:at], old[at:]))
    return before[:-1] + piece + after[1:]


def _surrogate(old: str, random: Random) -> bytes:
    return _within(old, random.choice([b"\\ud800", b"\\udfff", b"\\udc00\\ud800"]), random)


def _no_utf8(old: str, random: Random) -> bytes:
    return _within(old, random.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xe9"]), random)


def _bad_escape(old: str, random: Random) -> bytes:
    return _within(old, random.choice([b"\\x41", b"\\u12", b"\n", b"\x00"]), random)


def _many(old: list[Any], random: Random) -> list[Any]:
    return (old or [None]) * (MANY // max(len(old), 1))


def _deep(old: Any, random: Random) -> bytes:
    depth = random.choice([100, 500, 900, MANY])
    return b"[" * depth + b"]" * depth


def _double_item(old: list[Any], random: Random) -> list[Any]:
    at = random.randrange(len(old))
    return [*old[: at + 1], old[at], *old[at + 1 :]]


def _double_key(*, wrong_one_first: bool | None) -> Kind:
    """A key twice in one object: twice the same, or once with nothing in it."""

    def kind(answer: Answer, random: Random) -> Mutated | None:
        found = _pick(answer, random, lambda value: isinstance(value, dict) and bool(value))
        if found is None:
            return None
        document, path, old = found
        key = random.choice(sorted(old))
        pairs = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in old.items() if k != key]
        right, wrong = f"{json.dumps(key)}: {json.dumps(old[key])}", f"{json.dumps(key)}: null"
        if wrong_one_first is None:
            pairs += [right, right]
        else:
            pairs += [wrong, right] if wrong_one_first else [right, wrong]
        _put(document, path, _RAW % 0)
        body = _dumped(document, ("{" + ", ".join(pairs) + "}").encode())
        return Mutated(replace(answer, body=body), f"key twice: {spelled((*path, key))}", key)

    return kind


def _unknown_key(old: dict[str, Any], random: Random) -> dict[str, Any]:
    return old | {"newInTheNextVersion": random.choice([None, 1, "text", {"a": []}])}


# -- kinds that change the body as a whole --------------------------------------------------------


def _body(what: str, changed: Callable[[bytes, Random], bytes]) -> Kind:
    def kind(answer: Answer, random: Random) -> Mutated | None:
        if not answer.body:
            return None
        return Mutated(replace(answer, body=changed(answer.body, random)), what)

    return kind


def _truncated(body: bytes, random: Random) -> bytes:
    return body[: random.randrange(1, max(len(body), 2))]


def _no_json(body: bytes, random: Random) -> bytes:
    return random.choice(
        [
            b"<html><body>Sign in to the network</body></html>", b"null", b"[]", b"{}", b"true",
            b"0", b'""', b"NaN", b"Infinity", b"[[]]", b'{"value": {}}', b'{"value": null}',
            b'{"error": {}}', b'{"error": "x"}', b'{"error": null}', b"\x00", b" ",
        ]
    )  # fmt: skip


# -- kinds that change the status line and the headers ---------------------------------------------


def _error_body(status: int, random: Random) -> bytes:
    code = random.choice(["UnknownError", "banana", "", None, 7, "ErrorItemNotFound"])
    inner: Any = random.choice([{"request-id": "r"}, None, "x", {"innerError": {"code": 1}}, []])
    whole = {"error": {"code": code, "message": "Not like this.", "innerError": inner}}
    html = b"<html>%d</html>" % status
    return random.choice([json.dumps(whole).encode(), html, b"", b"[]", b'{"error":"x"}'])


def _status(status: int) -> Kind:
    def kind(answer: Answer, random: Random) -> Mutated | None:
        if answer.status == status:
            return None
        if status < 300:
            body = b"" if status in (204, 205) else random.choice([answer.body, b""])
            return Mutated(replace(answer, status=status, body=body), f"status {status}")
        changed = replace(answer, status=status, body=_error_body(status, random))
        what = f"status {status} {_short(changed.body)}"
        if status in (429, 503):
            return _resting(changed, what, random)
        if 300 <= status < 400 and status != 304:
            place = random.choice(_PLACES)
            return Mutated(changed.with_header("Location", place), f"{what} to {place!r}")
        return Mutated(changed, what)

    return kind


_PLACES = [
    "http://127.0.0.2:9/v1.0/users", "https://login.example/", "/v1.0/users", "", "::", "http://[",
    "//other.example/x", "users", "javascript:alert(1)",
]  # fmt: skip
RESTS = [
    "soon", "-1", "0", "9999999", "1.5", "", "1e3", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 400,
    "1", "Thu, 99 Foo 2026 99:99:99 GMT", "1, 2", "\xb2", "Wed, 21 Oct 9999 07:28:00 GMT",
]  # fmt: skip


def _resting(answer: Answer, what: str, random: Random) -> Mutated:
    rest = random.choice([None, *RESTS])
    if rest is None:
        return Mutated(answer, what)
    return Mutated(answer.with_header("Retry-After", rest), f"{what} Retry-After {_short(rest)}")


def _needless_rest(answer: Answer, random: Random) -> Mutated:
    rest = random.choice(RESTS)
    return Mutated(answer.with_header("Retry-After", rest), f"Retry-After {_short(rest)}, unasked")


def _content_type(answer: Answer, random: Random) -> Mutated | None:
    values = [
        (), ("",), ("text/html",), ("application/json; charset=utf-16",), ("garbage",), (";;==",),
        ("application/json", "text/plain"), ("application/octet-stream",),
        ("application/json;odata.metadata=minimal;charset=\xe9",), ("x" * 5000,),
    ]  # fmt: skip
    chosen = random.choice(values)
    return Mutated(answer.with_header("Content-Type", *chosen), f"Content-Type {_short(chosen)}")


def _header(what: str, name: str, *values: str) -> Kind:
    return lambda answer, _: Mutated(answer.with_header(name, *values), what)


def _zipped(answer: Answer, random: Random) -> Mutated | None:
    if not answer.body:
        return None
    zipped = replace(answer, body=gzip.compress(answer.body, mtime=0))
    return Mutated(zipped.with_header("Content-Encoding", "gzip"), "gzip, unasked")


def _framed(what: str, framing: Framing) -> Kind:
    return lambda answer, _: Mutated(replace(answer, framing=framing), what)


def _promising(what: str, more: int) -> Kind:
    def kind(answer: Answer, _: Random) -> Mutated | None:
        if len(answer.body) + more < 1:
            return None
        return Mutated(replace(answer, promised=len(answer.body) + more), what)

    return kind


HARMLESS: dict[str, Kind] = {
    "keys-reordered": _replaced(
        "keys reordered", lambda v: isinstance(v, dict) and len(v) > 1,
        lambda old, _: dict(reversed(old.items())),
    ),
    "list-reordered": _replaced(
        "reordered", lambda v: isinstance(v, list) and len(v) > 1, lambda old, _: old[::-1]
    ),
    "item-twice": _replaced("twice", lambda v: isinstance(v, list) and bool(v), _double_item),
    "key-twice": _double_key(wrong_one_first=None),
    "unknown-key": _replaced("unknown key", lambda v: isinstance(v, dict), _unknown_key),
    "blanks": _body("blanks around", lambda body, _: b" \r\n\t" + body + b"\n" * 3),
    "chunked": _framed("chunked", "chunked"),
    "until-close": _framed("no length, ends with the connection", "until-close"),
    "gzip": _zipped,
    "unknown-header": _header("an unknown header", "X-New", "x" * 4000),
}  # fmt: skip
"""Answers that say the same in another way: nobody may make anything else of them."""

CHANGED: dict[str, Kind] = {
    "drop": _drop,
    "null": _replaced("null", lambda v: v is not None, lambda *_: None),
    "other-type": _replaced("other type", _anything, _other_type),
    "empty": _replaced(
        "empty", lambda v: isinstance(v, str | list | dict) and bool(v), lambda v, _: type(v)()
    ),
    "odd-text": _replaced("odd text", _is_text, _odd_text),
    "huge-text": _replaced("huge text", _is_text, lambda *_: "x" * HUGE_TEXT),
    "huge-number": _replaced("huge number", _anything, _huge_number),
    "other-number": _replaced(
        "other number", lambda v: isinstance(v, int | float) and not isinstance(v, bool),
        _other_number,
    ),
    "turned": _replaced("turned", lambda v: isinstance(v, bool), lambda old, _: not old),
    "many-items": _replaced("10,000 items", lambda v: isinstance(v, list), _many),
    "deep": _replaced("nested deeply", _anything, _deep),
    "surrogate": _replaced("lone surrogate", _is_text, _surrogate),
    "no-utf8": _replaced("no UTF-8", _is_text, _no_utf8),
    "bad-escape": _replaced("bad escape", _is_text, _bad_escape),
    "key-null-first": _double_key(wrong_one_first=True),
    "key-null-last": _double_key(wrong_one_first=False),
    "truncated": _body("truncated", _truncated),
    "nothing": _body("empty body", lambda *_: b""),
    "no-json": _body("no such JSON", _no_json),
    "bom": _body("BOM in front", lambda body, _: b"\xef\xbb\xbf" + body),
    "utf-16": _body("UTF-16", lambda body, _: body.decode("utf-8", "replace").encode("utf-16")),
    "trailing": _body("more after it", lambda body, r: body + r.choice([b"}", b"x", body])),
    "content-type": _content_type,
    "needless-rest": _needless_rest,
    "not-gzip": _header("claims gzip", "Content-Encoding", "gzip"),
    "unknown-coding": _header("claims an unknown coding", "Content-Encoding", "banana"),
    "huge-header": _header("a header of 100 kB", "X-New", "x" * 100_000),
    "broken-chunks": _framed("broken chunks", "broken-chunks"),
    "too-long": _promising("Content-Length too long, then closed", 100),
    "too-short": _promising("Content-Length too short", -1),
    "two-lengths": _header("two lengths", "Content-Length", "1", "2"),
    "no-length": _header("length is no number", "Content-Length", "many"),
    **{
        f"status-{status}": _status(status)
        for status in (
            200, 202, 204, 206, 301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 410, 412, 418,
            429, 500, 501, 503, 504, 509, 599,
        )
    },
}  # fmt: skip
"""Answers that say something else, or nothing."""

KINDS = HARMLESS | CHANGED
WIRE_ONLY = frozenset(
    {
        "chunked", "until-close", "gzip", "unknown-header", "content-type", "not-gzip", "bom",
        "unknown-coding", "huge-header", "broken-chunks", "too-long", "too-short",
        "two-lengths", "no-length", "blanks", "utf-16",
    }
)  # fmt: skip
"""Kinds that one answer inside a `$batch` cannot have: it has no connection of its own."""
