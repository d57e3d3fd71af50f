"""The shapes that meetings have, as what `book` is given: most stories are told of several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from confusion.acts import daily, weekly

Shape = Mapping[str, Any]

ALL_DAY: Shape = {"start": "3 00:00", "end": "4 00:00", "all_day": True}
THREE_DAYS: Shape = {"start": "3 00:00", "end": "6 00:00", "all_day": True}
OVER_MIDNIGHT: Shape = {"start": "3 22:00", "end": "4 02:00"}

SINGLES: dict[str, Shape] = {
    "a meeting": {},
    "a quarter of an hour": {"start": "3 11:00", "end": "3 11:15"},
    "a whole working day": {"start": "3 08:00", "end": "3 18:00"},
    "a meeting over midnight": OVER_MIDNIGHT,
    "an all-day meeting": ALL_DAY,
    "three days on end": THREE_DAYS,
    "the night in which the clocks may change": {"start": "12 23:00", "end": "13 05:00"},
    "a Sunday on which the clocks may change": {"start": "13 10:00", "end": "13 12:00"},
    "a meeting written in New York": {
        "start": "3 05:00", "end": "3 06:00", "zone": "America/New_York"},
    "a private meeting": {"sensitivity": "private"},
    "a meeting in four weeks": {"start": "27 16:00", "end": "27 17:00"},
    "a meeting shown as free": {"show_as": "free"},
    "a meeting with others": {"attendees": ("bram",)},
}  # fmt: skip
SERIES: dict[str, Shape] = {
    "a weekly series": {"repeats": weekly(4)},
    "a daily series": {"repeats": daily(5)},
    "a weekly series without end": {"repeats": weekly(None)},
    "a weekly series until a day": {"repeats": weekly(until=24)},
    "a fortnightly series": {"repeats": weekly(3, interval=2)},
    "a series on two days a week": {
        "start": "2 09:00", "end": "2 10:00",
        "repeats": weekly(8, daysOfWeek=["wednesday", "friday"])},
    "a weekly series over midnight": OVER_MIDNIGHT | {"repeats": weekly(4)},
    "a weekly all-day series": ALL_DAY | {"repeats": weekly(4)},
    "a weekly series written in London": {"repeats": weekly(4), "zone": "Europe/London"},
}  # fmt: skip
EVERY = SINGLES | SERIES


def some(shapes: Mapping[str, Shape], *names: str) -> Iterator[tuple[str, Shape]]:
    """The shapes of these names, whichever words they stand among."""
    return ((name, shapes[name]) for name in names)


def without(shapes: Mapping[str, Shape], *names: str) -> Iterator[tuple[str, Shape]]:
    return ((name, shape) for name, shape in shapes.items() if name not in names)


def first_day(shape: Shape) -> int:
    """The day on which the shape begins."""
    return int(str(shape.get("start", "3 09:00")).partition(" ")[0])
