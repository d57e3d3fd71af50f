"""Checks JSON against the msgraph-sdk models, which are generated from Graph's own metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any

from kiota_abstractions.serialization import Parsable
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory


def problems(data: dict[str, Any], model: type[Parsable]) -> list[str]:
    """Everything in `data` that the model does not know, or that does not fit its type."""
    text = json.dumps(data).encode()
    node = JsonParseNodeFactory().get_root_parse_node("application/json", text)
    parsed = node.get_object_value(model)  # type: ignore[type-var]
    return list(_compare(data, parsed, model.__name__))


def _compare(data: dict[str, Any], parsed: Any, path: str) -> Iterator[str]:
    known = parsed.get_field_deserializers()
    for name, value in data.items():
        if name.startswith("@") or "@odata." in name:
            continue
        here = f"{path}.{name}"
        if name not in known:
            yield f"{here} is unknown to Graph"
        elif value is not None:
            yield from _compare_value(value, getattr(parsed, _snake(name)), here)


def _compare_value(value: Any, parsed: Any, path: str) -> Iterator[str]:
    match value:
        case dict() if isinstance(parsed, Parsable):
            yield from _compare(value, parsed, path)
        case list() if isinstance(parsed, list) and len(parsed) == len(value):
            for position, (one, other) in enumerate(zip(value, parsed, strict=True)):
                yield from _compare_value(one, other, f"{path}[{position}]")
        case str() if isinstance(parsed, Enum):
            if parsed.value != value:
                yield f"{path}: {value!r} became {parsed!r}"
        case str() if isinstance(parsed, datetime | date) or type(parsed).__name__ in _PARSED:
            pass
        case bool() | int() | float() | str():
            if parsed != value or type(parsed) is not type(value):
                yield f"{path}: {value!r} does not fit, it became {parsed!r}"
        case _:
            yield f"{path}: {value!r} does not fit, it became {parsed!r}"


_PARSED = ("time", "timedelta", "UUID")


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower().replace("-", "_")
