"""When a room answered an invitation, as its copy says (Graph's `responseStatus.time`).

The answer keeps its time where the copy is made anew, as when a mailbox is moved or restored; the
copy's own `createdDateTime` does not.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from obctl.domain.event import Event
from obctl.domain.foreign_text import decode

_NEVER = 1601
"""Graph writes `0001-01-01` for an answer that was not given."""


class _Status(msgspec.Struct):
    time: str | None = None


class _Copy(msgspec.Struct, rename="camel"):
    response_status: _Status | None = None


_COPY = msgspec.json.Decoder(_Copy)


def answered_at(event: Event) -> datetime | None:
    """When the room answered; `None` where it did not, or the copy does not say."""
    try:
        status = decode(_COPY, event.payload).response_status
        moment = datetime.fromisoformat(status.time) if status and status.time else None
    except (msgspec.DecodeError, ValueError):
        return None
    if moment is None or moment.year <= _NEVER:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def in_room_since(event: Event) -> datetime | None:
    """Since when the room has had the meeting, as far as its copy tells.

    `createdDateTime` of a copy made anew is too late; the room's answer came before it then. Only
    where neither is told, the birth inside `iCalUId` counts: an old meeting may invite a room late.
    """
    known = [moment for moment in (event.created_at, answered_at(event)) if moment]
    return min(known, default=event.born_at)
