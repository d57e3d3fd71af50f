"""What is written onto an event that is in Outlook already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EventTime:
    """When an event shall be; start, end and whether these are days mean nothing apart."""

    start: datetime
    end: datetime
    all_day: bool
    time_zone: str
    """IANA; the wall clock that is written."""


@dataclass(frozen=True, slots=True)
class EventChanges:
    """The fields of an event to change; `None` leaves a field as it is."""

    subject: str | None = None
    time: EventTime | None = None

    def __bool__(self) -> bool:
        return self != EventChanges()
