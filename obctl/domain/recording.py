"""A recording: what a tenant answered to each kind of request, without its people, rooms and token.

Requests inside a `$batch` stand by themselves. Names, addresses and texts are pseudonyms, the same
one for the same thing throughout; ids of mailboxes and events stay, as answers refer to each other
by them. Of a question asked more than once the last answer counts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from obctl.domain.http_exchange import HttpExchange
from obctl.domain.pseudonyms import Pseudonyms
from obctl.domain.room import Room
from obctl.domain.token_claims import TokenClaims

FORMAT = "obctl-recording-1"
BASE = "{base}"
"""Stands in links for the address of Graph."""
_KEPT_HEADERS = ("retry-after", "preference-applied")
# Of answers that are no events: words of Graph's own.
_WORDS = frozenset({
    "code", "responseCode", "availabilityView", "expirationDateTime", "bookingType", "kind",
    "userType", "latestSupportedTlsVersion", "placeId", "parentId",
})  # fmt: skip
_ADDRESS = re.compile(r"[^\s<>\"'(),;:/=&]+@[^\s<>\"'(),;:/=&]+\.[^\s<>\"'(),;:/=&.]+")
_TOKENS = ("$skiptoken", "$deltatoken")
_LINKS = ("@odata.nextLink", "@odata.deltaLink")


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request, no longer in a batch, and its answer; bodies decoded."""

    method: str
    url: str
    sent: Any
    status: int
    headers: Mapping[str, str]
    body: Any


class Recorder:
    """Makes a recording of exchanges with one company's Graph."""

    def __init__(self, rooms: Iterable[Room]) -> None:
        """`rooms` keep being told from persons."""
        mapped = list(rooms)
        self._pseudonyms = Pseudonyms(
            ((room.mailbox, room.name) for room in mapped), harmless=_WORDS
        )
        self._users = {room.object_id.casefold(): room.mailbox for room in mapped if room.object_id}
        self._rooms = [
            {"address": self._pseudonyms.address(room.mailbox), "id": room.object_id}
            for room in mapped
        ]

    def recording(
        self,
        exchanges: Iterable[HttpExchange],
        *,
        recorded_at: str,
        claims: TokenClaims | None,
        ahead_seconds: float | None,
    ) -> dict[str, Any]:
        """The recording as JSON data; `ahead_seconds` is how far our clock goes before Graph's."""
        found: dict[str, dict[str, Any]] = {}
        for exchange in exchanges:
            for asked in _singly(exchange):
                written = self._written(asked)
                key = json.dumps(
                    [written[name] for name in ("method", "path", "query", "sent")], sort_keys=True
                )
                found[key] = written
        return {
            "format": FORMAT,
            "recorded_at": recorded_at,
            "clock_ahead_seconds": ahead_seconds,
            "roles": list(claims.roles) if claims else None,
            "rooms": self._rooms,
            "exchanges": list(found.values()),
        }

    def _written(self, asked: _Asked) -> dict[str, Any]:
        parts = urlsplit(asked.url)
        path = parts.path.partition("/v1.0/")[2] if "/v1.0/" in parts.path else parts.path
        return {
            "method": asked.method,
            "path": self._path(path.strip("/")),
            "query": {
                name: _sealed(value) if name in _TOKENS else self._masked(value)
                for name, value in parse_qsl(parts.query, keep_blank_values=True)
            },
            "sent": self._document(asked.sent),
            "status": asked.status,
            "headers": {
                name: asked.headers[name] for name in _KEPT_HEADERS if name in asked.headers
            },
            "body": self._document(asked.body),
        }

    def _path(self, path: str) -> str:
        """The path with addresses masked; a mailbox asked for by its id is named by its address."""
        segments = [unquote(one) for one in path.split("/")]
        if len(segments) > 1 and segments[0].lower() == "users":
            segments[1] = self._users.get(segments[1].casefold(), segments[1])
        return "/".join(self._masked(one) for one in segments)

    def _document(self, value: Any) -> Any:
        return self._links(self._pseudonyms.document(value), value)

    def _links(self, masked: Any, original: Any) -> Any:
        """`masked` with the links of `original`, which have to lead on."""
        match masked, original:
            case dict(), dict():
                return {
                    name: self._link(original[name])
                    if name in _LINKS and isinstance(original[name], str)
                    else self._links(item, original[name])
                    for name, item in masked.items()
                }
            case list(), list():
                return [self._links(*pair) for pair in zip(masked, original, strict=True)]
            case _:
                return masked

    def _link(self, link: str) -> str:
        below = link.partition("/v1.0/")[2]
        path, mark, query = below.partition("?")
        options = [
            (name, _sealed(value) if name in _TOKENS else self._masked(value))
            for name, value in parse_qsl(query, keep_blank_values=True)
        ]
        return f"{BASE}/{quote(self._path(path))}{mark}{urlencode(options, safe='$')}"

    def _masked(self, text: str) -> str:
        return _ADDRESS.sub(lambda found: self._pseudonyms.address(found[0]), text)


def _sealed(token: str) -> str:
    """A name for an opaque token, which may hold anything."""
    return f"token-{hashlib.sha256(token.encode()).hexdigest()[:16]}"


def _singly(exchange: HttpExchange) -> Iterator[_Asked]:
    """The exchange, or those inside its batch; one that was not answered is left out."""
    sent, body = _decoded(exchange.sent), _decoded(exchange.body)
    if not urlsplit(exchange.url).path.endswith("/$batch"):
        yield _Asked(exchange.method, exchange.url, sent, exchange.status, exchange.headers, body)
        return
    answers = {}
    if isinstance(body, dict) and isinstance(body.get("responses"), list):
        answers = {str(one.get("id")): one for one in body["responses"] if isinstance(one, dict)}
    for inner in (sent or {}).get("requests", []):
        answer = answers.get(str(inner["id"]))
        if answer is None:
            continue
        headers = {str(k).lower(): str(v) for k, v in (answer.get("headers") or {}).items()}
        yield _Asked(
            inner["method"],
            f"/v1.0/{str(inner['url']).lstrip('/')}",
            inner.get("body"),
            int(answer.get("status", 0)),
            headers,
            answer.get("body"),
        )


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:
        return None
