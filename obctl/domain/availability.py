"""Free rooms, from busy spans and capacity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan, instant_text


@dataclass(frozen=True, slots=True)
class BusySpan:
    """A span in which a room is taken, as Graph's `getSchedule` or the store shows it.

    `status` is Graph's free/busy word in lower case; `free` and `workingelsewhere` never get here.
    """

    start: datetime
    end: datetime
    status: str = "busy"


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is known of a room in a span: when it is taken, and of which times nothing is said.

    Only what is in neither is free.
    """

    busy: tuple[BusySpan, ...] = ()
    unknown: tuple[TimeSpan, ...] = ()

    def __add__(self, other: Schedule) -> Schedule:
        return Schedule(self.busy + other.busy, self.unknown + other.unknown)

    def knows(self, span: TimeSpan) -> bool:
        """Whether it can be told if the room is free for all of `span`: taken once is taken."""
        return not is_free(span, self.busy) or not any(
            span.overlaps(gap.start, gap.end) for gap in self.unknown
        )


@dataclass(frozen=True, slots=True)
class FreeRoom:
    """A room that is free for a whole span, or for some of several.

    `busy_until` is the end of an item that ends just where the first span starts, else `None`.
    """

    room: Room
    fits: str
    busy_until: datetime | None
    dates: int = 1
    taken: tuple[TimeSpan, ...] = ()
    """Of the `dates` that were asked for, those on which it is not free."""


def is_free(span: TimeSpan, busy: Iterable[BusySpan]) -> bool:
    """Whether nothing in `busy` overlaps `span`."""
    return not any(span.overlaps(taken.start, taken.end) for taken in busy)


def rank(
    rooms: Iterable[Room],
    busy: Mapping[str, Iterable[BusySpan]],
    spans: Sequence[TimeSpan],
    capacity: int | None = None,
) -> list[FreeRoom]:
    """The rooms that are free for all of a span and hold `capacity`.

    Those free for all `spans` come first, then those that miss the fewest; the tightest fit first.
    `busy` is keyed by mailbox; a room it does not name is unknown and left out, as is one of
    unknown capacity where a capacity is asked for.
    """
    free = []
    for room in rooms:
        if room.mailbox not in busy:
            continue
        if capacity is not None and (room.capacity is None or room.capacity < capacity):
            continue
        around = list(busy[room.mailbox])
        taken = tuple(span for span in spans if not is_free(span, around))
        if len(taken) == len(spans):
            continue
        start = spans[0].start
        until = start if any(item.end == start for item in around) else None
        fits = "exact" if capacity in (None, room.capacity) else "larger"
        free.append(FreeRoom(room, fits, until, len(spans), taken))
    return sorted(free, key=_tightest)


def _tightest(free: FreeRoom) -> tuple[int, bool, int, str, str]:
    capacity = free.room.capacity
    return len(free.taken), capacity is None, capacity or 0, free.room.name, free.room.mailbox


def free_rooms_hint(slot: TimeSpan) -> str:
    """What finds another room for a slot that is taken in this one."""
    start, end = instant_text(slot.start), instant_text(slot.end)
    return f"obctl rooms free --from {start} --to {end} shows what is free"
