"""How often each cause comes over some days: which setting is to be mended first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from obctl.domain.difference import Cause
from obctl.domain.room import Room
from obctl.domain.time_span import local_day


class Kind(StrEnum):
    """What a cause was found for."""

    DIFFERENCE = "difference"
    REQUEST = "request"
    """A cancellation request, open or decided."""
    RISK = "risk"
    """A meeting on which both sides agree, and with which something is wrong all the same."""


class Grouping(StrEnum):
    """By what the causes are counted."""

    CAUSE = "cause"
    ROOM = "room"
    LOCATION = "location"
    WEEK = "week"
    """The ISO week of the meeting's start in its room's zone: `2026-W43`."""


@dataclass(frozen=True, slots=True)
class Found:
    """One cause, and the meeting it was found for."""

    kind: Kind
    cause: Cause | None
    room: Room
    start: datetime
    subject: str
    reservation: int | None
    event_id: str | None
    missed_because: Cause | None = None
    """Why nobody was told of the change when it was made."""

    @property
    def code(self) -> str:
        """The cause's code; of a request from before causes were kept nobody knows it."""
        return self.cause.code if self.cause else "unexplained"


@dataclass(frozen=True, slots=True)
class CauseCount:
    """What was found for one cause, room, location or week."""

    key: str
    numbers: Mapping[Kind, int]
    by_cause: Mapping[str, int]
    """Most frequent first."""
    missed_because: Mapping[str, int]
    rooms: int
    example: Found
    """The first by start."""

    @property
    def total(self) -> int:
        """All that was found here."""
        return sum(self.numbers.values())


def count_causes(found: Iterable[Found], by: Grouping) -> tuple[CauseCount, ...]:
    """The counts, the largest first; weeks in their order."""
    groups: dict[str, list[Found]] = {}
    for item in sorted(found, key=lambda item: item.start):
        groups.setdefault(_key(item, by), []).append(item)
    counts = [_count(key, items) for key, items in groups.items()]
    if by is Grouping.WEEK:
        return tuple(sorted(counts, key=lambda count: count.key))
    return tuple(sorted(counts, key=lambda count: (-count.total, count.key)))


def _key(item: Found, by: Grouping) -> str:
    match by:
        case Grouping.CAUSE:
            return item.code
        case Grouping.ROOM:
            return item.room.mailbox
        case Grouping.LOCATION:
            return item.room.location or ""
        case Grouping.WEEK:
            year, week, _ = local_day(item.start, item.room.zone).isocalendar()
            return f"{year}-W{week:02}"
        case _:
            assert_never(by)


def _count(key: str, items: list[Found]) -> CauseCount:
    missed = (item.missed_because.code for item in items if item.missed_because)
    return CauseCount(
        key,
        Counter(item.kind for item in items),
        most_frequent(Counter(item.code for item in items)),
        most_frequent(Counter(missed)),
        len({item.room.id for item in items}),
        items[0],
    )


def most_frequent(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts, the largest first, those that are alike by name."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
