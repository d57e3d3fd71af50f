"""The answer to *Get Status Info* on a cancellation request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from obctl.domain.event import Event
from obctl.domain.room import Room


class InOutlook(StrEnum):
    """What Outlook has now for a request's meeting."""

    PRESENT = "present"
    CANCELLED = "cancelled"
    MOVED = "moved"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """*Get Status Info*: Outlook asked now, beside the last known original.

    `last_known` and the event's payload are the bytes Graph sent.
    """

    request: int
    asked_at: datetime
    outlook: InOutlook
    event: Event | None
    room: Room | None
    last_known: bytes | None
