"""Cancelled by the organiser: kept on the calendar, one date of a series, or awaiting approval."""

from __future__ import annotations

from confusion.acts import book, cancel, cater, daily, night, weekly
from confusion.story import at, story

_SHAPES = {
    "a single meeting": {},
    "a weekly series": {"repeats": weekly()},
    "a daily series": {"repeats": daily()},
    "an all-day meeting": {"start": "3 00:00", "end": "4 00:00", "all_day": True},
    "a meeting over midnight": {"start": "3 22:00", "end": "4 02:00"},
}
STORIES = [
    *(
        story(
            "cancelled-but-kept-on-calendar", f"{name} cancelled",
            at("0 15:00", book(**shape)), night(1), at("1 10:00", cancel()),
        )
        for name, shape in _SHAPES.items()
    ),
    *(
        story(
            "cancel-awaiting-approval", f"{name} with lunch cancelled",
            at("0 15:00", book(**shape)), night(1),
            at("1 09:00", cater()), at("1 10:00", cancel()), night(2), look="2 15:00",
        )
        for name, shape in _SHAPES.items()
    ),
    *(
        story(
            "occurrence-cancelled-silently", f"one date of {name} cancelled",
            at("0 15:00", book(repeats=repeats)), night(1), at("1 10:00", cancel(day=day)),
            count=1,
        )
        for name, repeats, day in (("a weekly series", weekly(), 10), ("a daily", daily(), 4))
    ),
]  # fmt: skip
