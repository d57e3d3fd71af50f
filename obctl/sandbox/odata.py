"""OData's query options, as far as the calendar routes take them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest

Found = TypeVar("Found")
# Always there, whatever $select says.
_ALWAYS = ("@odata.etag", "@odata.type", "id")
_COMPARISON = re.compile(
    r"\s*([\w/]+)\s+(eq|ne|ge|gt|le|lt)\s+('(?:[^']|'')*'|true|false|[\w:.+-]+)\s*", re.IGNORECASE
)
_STARTS = re.compile(r"\s*startswith\(\s*([\w/]+)\s*,\s*'((?:[^']|'')*)'\s*\)\s*", re.IGNORECASE)
_LITERAL = r"'(?:[^']|'')*'|true|false|[\w:.+-]+"
_LISTED = re.compile(
    rf"\s*([\w/]+)\s+in\s*\(\s*((?:{_LITERAL})(?:\s*,\s*(?:{_LITERAL}))*)\s*\)\s*", re.IGNORECASE
)
_ANY = re.compile(r"\s*(\w+)/any\(\s*(\w+)\s*:\s*\2\s+eq\s+'((?:[^']|'')*)'\s*\)\s*", re.IGNORECASE)
_MOST_CLAUSES = 15
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "ge": lambda a, b: a is not None and a >= b,
    "gt": lambda a, b: a is not None and a > b,
    "le": lambda a, b: a is not None and a <= b,
    "lt": lambda a, b: a is not None and a < b,
}


def selected(item: dict[str, Any], names: Sequence[str], known: Sequence[str]) -> dict[str, Any]:
    """The properties of `item` that $select names; `known` are those it may name."""
    if not names:
        return item
    for name in names:
        if name not in known and name not in item:
            raise Refusal(
                400,
                "RequestBroker--ParseUri",
                f"Could not find a property named '{name}' on type 'Microsoft.OutlookServices."
                f"Event'.",
            )
    return {key: value for key, value in item.items() if key in _ALWAYS or key in names}


def matching(
    items: Sequence[dict[str, Any]], filter_: str, value_of: Callable[[dict[str, Any], str], Any]
) -> list[dict[str, Any]]:
    """The items for which a conjunction of simple comparisons holds."""
    tests = [_test(part) for part in re.split(r"\s+and\s+", filter_) if part.strip()]
    return [item for item in items if all(holds(value_of(item, name)) for name, holds in tests)]


def page_of(
    request: GraphRequest, items: Sequence[dict[str, Any]], size: int, context: str
) -> dict[str, Any]:
    """One page of a collection, with a next link where more follows."""
    skip = request.number("$skip", 0, 0, 1_000_000)
    page: dict[str, Any] = {"@odata.context": f"{request.base}/$metadata#{context}"}
    if request.query.get("$count", "").lower() == "true":
        page["@odata.count"] = len(items)
    page["value"] = list(items[skip : skip + size])
    if len(items) > skip + size:
        page["@odata.nextLink"] = link(request, {**request.query, "$skip": str(skip + size)})
    return page


def written_page(
    request: GraphRequest,
    found: Sequence[Found],
    write: Callable[[Found], dict[str, Any]],
    size: int,
    context: str,
) -> dict[str, Any]:
    """One page of what is only written where it shows."""
    skip = request.number("$skip", 0, 0, 1_000_000)
    events: list[dict[str, Any]] = [{}] * len(found)
    for position in range(skip, min(skip + size, len(found))):
        events[position] = write(found[position])
    return page_of(request, events, size, context)


def link(request: GraphRequest, query: dict[str, str]) -> str:
    """The request's own URL with another query."""
    return (
        f"{request.base}/{request.path.strip('/')}?{urlencode(query, safe='$:', quote_via=quote)}"
    )


def literal(text: str) -> Any:
    """The value of an OData literal."""
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    return int(text) if text.lstrip("-").isdigit() else text


def _test(part: str) -> tuple[str, Callable[[Any], bool]]:
    starts = _STARTS.fullmatch(part)
    if starts is not None:
        prefix = starts.group(2).replace("''", "'")
        return starts.group(1), lambda value: str(value or "").startswith(prefix)
    among = _ANY.fullmatch(part)
    if among is not None:
        one = among.group(3).replace("''", "'").lower()
        return among.group(1), lambda value: one in (each.lower() for each in value or ())
    listed = _LISTED.fullmatch(part)
    if listed is not None:
        return listed.group(1), _among(listed.group(2))
    found = _COMPARISON.fullmatch(part.strip("() "))
    if found is None:
        raise Refusal(400, "ErrorInvalidUrlQueryFilter", f"Invalid filter clause: {part.strip()}")
    name, operator, text = found.groups()
    wanted, compare = literal(text), _OPERATORS[operator.lower()]
    return name, lambda value: _compared(compare, value, wanted)


def _among(listed: str) -> Callable[[Any], bool]:
    wanted = [literal(text) for text in re.findall(_LITERAL, listed, re.IGNORECASE)]
    if len(wanted) > _MOST_CLAUSES:
        raise Refusal(
            400,
            "Request_UnsupportedQuery",
            "Too many child clauses specified in search filter expression containing 'OR'"
            f" operators: {len(wanted)}. Max allowed: {_MOST_CLAUSES}.",
        )
    return lambda value: value in wanted


def _compared(compare: Callable[[Any, Any], bool], value: Any, wanted: Any) -> bool:
    try:
        return compare(value, wanted)
    except TypeError:
        return False
