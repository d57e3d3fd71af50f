"""A request to Graph and its answer, whether it came over HTTP or inside a $batch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from obctl.sandbox.refusal import Refusal, invalid_request
from obctl.sandbox.times import known_zone
from obctl.sandbox.wire import Style

_KEYED = re.compile(r"(\w+)\((?:\w+=)?'(.*)'\)")
_PREFERENCE = re.compile(r'([\w.-]+)\s*(?:=\s*(?:"([^"]*)"|([^,;\s]*)))?')


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """One call: what to do, to what, and how to answer."""

    method: str
    path: str
    """As sent, below the version, still percent-encoded."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    base: str
    """`http://127.0.0.1:8080/v1.0`"""

    @property
    def segments(self) -> tuple[str, ...]:
        """The decoded path, with OData's spellings of one thing made one."""
        found: list[str] = []
        for raw in filter(None, self.path.split("/")):
            word = unquote(raw)
            keyed = _KEYED.fullmatch(word)
            if keyed is not None:
                found.extend((keyed.group(1), keyed.group(2)))
            else:
                bare = word.removesuffix("()").replace("microsoft.graph.", "graph.")
                found.append("delta" if bare == "graph.delta" else bare)
        return tuple(found)

    def json(self) -> Any:
        """The body, decoded."""
        try:
            return msgspec.json.decode(self.body or b"{}")
        except msgspec.DecodeError as error:
            raise Refusal(400, "BadRequest", "Unable to read JSON request payload.") from error

    def fields(self) -> dict[str, Any]:
        """The body, which has to be an object."""
        data = self.json()
        if not isinstance(data, dict):
            raise invalid_request("The request body must be a JSON object.")
        return data

    def parameters(self) -> dict[str, Any]:
        """The body of an action: parameter names are taken in either case, as OData does."""
        return {name[:1].lower() + name[1:]: value for name, value in self.fields().items()}

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number among the query options."""
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isdigit() or not low <= int(text) <= high:
            raise invalid_request(
                f"Invalid value '{text}' for {name} query option found. "
                f"The {name} query option requires an integer between {low} and {high}."
            )
        return int(text)

    def select(self) -> tuple[str, ...]:
        """The properties asked for; empty for all."""
        return tuple(
            name.strip() for name in self.query.get("$select", "").split(",") if name.strip()
        )

    def expand(self) -> tuple[str, ...]:
        """The navigation properties asked for."""
        names = self.query.get("$expand", "").split(",")
        return tuple(name.partition("(")[0].strip() for name in names if name.strip())

    def preferences(self) -> dict[str, str]:
        """What the Prefer header asks for, by lower-case name."""
        found = _PREFERENCE.findall(self.headers.get("prefer", ""))
        return {name.lower(): quoted or bare for name, quoted, bare in found}

    def style(self) -> Style:
        """How events have to look in the answer."""
        wishes = self.preferences()
        zone = known_zone(wishes.get("outlook.timezone") or "UTC")
        return Style(
            immutable=wishes.get("idtype", "").lower() == "immutableid",
            zone=zone,
            text_body=wishes.get("outlook.body-content-type", "").lower() == "text",
        )


@dataclass(frozen=True, slots=True)
class GraphResponse:
    """The answer to a `GraphRequest`."""

    status: int = HTTPStatus.OK
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    """Break the connection halfway through the body."""


def split_url(url: str) -> tuple[str, dict[str, str]]:
    """A relative URL's path and its query options.

    Inside `$batch` an option whose `$` is written as %24 is no option.
    """
    path, _, query = url.partition("?")
    query = "&".join(one for one in query.split("&") if not one.startswith("%24"))
    return path, dict(parse_qsl(query, keep_blank_values=True))


def answer_json(data: object, status: int = HTTPStatus.OK, **headers: str) -> GraphResponse:
    """An answer with a JSON body."""
    return GraphResponse(status, msgspec.json.encode(data), headers)


def no_content(status: int = HTTPStatus.NO_CONTENT) -> GraphResponse:
    """An answer without a body."""
    return GraphResponse(status)
