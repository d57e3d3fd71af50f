"""One room's answer to getSchedule: its items and its merged view, held against each other.

The view is a digit for each slot from the start asked for (scheduleInformation in the Graph
documentation). An application that may see no more than free and busy gets it without items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from obctl.domain.availability import BusySpan, Schedule
from obctl.domain.time_span import TimeSpan
from obctl.graph.times import read_wall
from obctl.graph.wire import ScheduleItem, ScheduleWire

_FREE = "0"  # working elsewhere too
_WORDS = {"1": "tentative", "2": "busy", "3": "oof"}
_RANKS = {"free": 0, "workingelsewhere": 0, "tentative": 1, "busy": 2}
_HIGHEST = 3


def read_schedule(wire: ScheduleWire, span: TimeSpan, slot: timedelta) -> Schedule:
    """What `wire` says of `span`, of which it was asked in slots of that length.

    Busy wins where items and view disagree; a time of which neither speaks is unknown. Raises
    `ValueError` for times that cannot be read.
    """
    items = [_item(item) for item in wire.schedule_items or ()]
    view = (wire.availability_view or "").strip()
    busy = [item for item in items if _rank(item) > 0]
    beside = tuple(_beside(view, busy, span, slot))
    covered = TimeSpan(span.start, min(span.start + len(view) * slot, span.end))
    spoken = [covered, *(TimeSpan(item.start, item.end) for item in items)]
    return Schedule((*busy, *beside), tuple(_gaps(span, spoken)))


def _item(item: ScheduleItem) -> BusySpan:
    start, end = read_wall(item.start), read_wall(item.end)
    if end < start:
        raise ValueError("an item ends before it starts")
    return BusySpan(start, end, (item.status or "busy").lower())


def _rank(item: BusySpan) -> int:
    return _RANKS.get(item.status, _HIGHEST)


def _beside(
    view: str, items: Sequence[BusySpan], span: TimeSpan, slot: timedelta
) -> Iterator[BusySpan]:
    """What the view shows as taken and no item accounts for, slot by slot.

    An item knows its minutes, a slot only that something is in it: a slot with such an item in it
    is no more taken than the item says.
    """
    for number, digit in enumerate(view):
        start = span.start + number * slot
        if digit == "0" or start >= span.end:
            continue
        inside = TimeSpan(start, start + slot)
        least = int(digit) if digit in _WORDS else 1
        if not any(
            _rank(item) >= least and inside.overlaps(item.start, item.end) for item in items
        ):
            yield BusySpan(inside.start, inside.end, _WORDS.get(digit, "unknown"))


def _gaps(span: TimeSpan, spoken: Iterable[TimeSpan]) -> Iterator[TimeSpan]:
    """The parts of `span` that lie in none of `spoken`."""
    at = span.start
    for one in sorted(spoken):
        if one.start >= span.end:
            break
        if one.start > at:
            yield TimeSpan(at, one.start)
        at = max(at, one.end)
    if at < span.end:
        yield TimeSpan(at, span.end)
