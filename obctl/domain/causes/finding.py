"""A finding: how a rule words the cause it found, and the commands it may name as remedy."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum

from obctl.domain.difference import Cause, Confidence, Evidence
from obctl.domain.room import Room
from obctl.domain.time_span import instant_text

CERTAIN = Confidence.CERTAIN
LIKELY = Confidence.LIKELY
POSSIBLE = Confidence.POSSIBLE

Value = str | int | bool | date | Enum | None


def found(
    code: str,
    confidence: Confidence,
    evidence: Mapping[str, Value],
    *,
    refuted_by: str,
    remedy: str,
) -> Cause:
    """A cause with its evidence as plain JSON; what is not known is no evidence and left out."""
    return Cause(code, confidence, observed(evidence), refuted_by, remedy)


def observed(evidence: Mapping[str, Value]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(fact, _plain(value)) for fact, value in evidence.items() if value is not None
    )


def sync(*rooms: Room) -> str:
    """The command that passes over just these rooms."""
    return "obctl sync run" + "".join(f" --room {name(room)}" for room in rooms)


def name(room: Room) -> str:
    return shlex.quote(room.mailbox)


def _plain(value: Value) -> str | int | bool | None:
    match value:
        case Enum():
            return str(value.value)
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case _:
            return value
