"""The versions of one event as the company log kept them, and what changed between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from obctl.domain.company_log import LogEntry
from obctl.domain.foreign_text import read_json

# They move with every write and say nothing about the meeting.
_STAMPS = frozenset({"changeKey", "lastModifiedDateTime"})


@dataclass(frozen=True, slots=True)
class Step:
    """One property before and after; `None` where it was not there."""

    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Version:
    """One logged state of the event, with what differs from the state logged before it."""

    at: datetime
    entry: int
    action: str
    changed: Mapping[str, Step] = field(default_factory=dict)


def versions(entries: Iterable[LogEntry]) -> list[Version]:
    """The versions among entries about one event, given oldest first.

    An entry without an original, such as a deletion, is a version in which nothing is known to
    have changed. What a notification carries is no state of the event and is passed over.
    """
    found: list[Version] = []
    before: dict[str, Any] | None = None
    for entry in entries:
        after = _state(entry.payload)
        if after is None and not entry.action.startswith("event."):
            continue
        changed = changes(before, after) if before is not None and after is not None else {}
        found.append(Version(entry.at, entry.id or 0, entry.action, changed))
        before = after if after is not None else before
    return found


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Step]:
    """What differs between two states, by property; nested ones are dotted (`start.dateTime`)."""
    names = dict.fromkeys([*before, *after])
    return {
        name: Step(before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }


def _state(payload: bytes | None) -> dict[str, Any] | None:
    if payload is None:
        return None
    try:
        content = read_json(payload)
    except ValueError:
        return None
    if not isinstance(content, dict) or "subscriptionId" in content or "value" in content:
        return None
    return _flat(content)


def _flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in content.items():
        if name.startswith("@") or name in _STAMPS:
            continue
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
