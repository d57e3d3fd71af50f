"""Free rooms, from busy spans and capacity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan


@dataclass(frozen=True, slots=True)
class BusySpan:
    """A span in which a room is taken, as Graph's `getSchedule` or the store shows it.

    `status` is Graph's free/busy word in lower case; `free` and `workingelsewhere` never get here.
    """

    start: datetime
    end: datetime
    status: str = "busy"


@dataclass(frozen=True, slots=True)
class FreeRoom:
    """A room that is free for a whole span.

    `busy_until` is the end of an item that ends just where the span starts, else `None`.
    """

    room: Room
    fits: str
    busy_until: datetime | None


def is_free(span: TimeSpan, busy: Iterable[BusySpan]) -> bool:
    """Whether nothing in `busy` overlaps `span`."""
    return not any(span.overlaps(taken.start, taken.end) for taken in busy)
