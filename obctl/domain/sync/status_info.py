"""The answer to *Get Status Info* on a cancellation request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room


class InOutlook(StrEnum):
    """What Outlook has now for a request's meeting."""

    PRESENT = "present"
    CANCELLED = "cancelled"
    MOVED = "moved"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SeriesNow:
    """A series that goes on, on other days: its pattern in words, and its reservations.

    `next` is its first date ahead, `nearest` the one closest to the date that it no longer has;
    `None` where it has none.
    """

    meets: str
    next: Reservation | None
    nearest: Reservation | None


@dataclass(frozen=True, slots=True)
class LivingSeries:
    """A series that goes on without the date a request is about, as its room has it now.

    `next` is its first date ahead, `nearest` the one closest to the date it no longer has.
    """

    meets: str
    next: datetime
    nearest: datetime | None
    on_other_days: bool
    """Whether its pattern has other days now, or it lacks just this date."""


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
    series: LivingSeries | None = None
