"""Both sides agree and something is about to part them; and dates that a room never took."""

from __future__ import annotations

from confusion.acts import (
    book,
    cancel,
    change,
    daily,
    delete,
    fails,
    night,
    respond,
    rules,
    weekly,
)
from confusion.story import NOTHING, at, story

CONFLICT = "conflict-partially-declined-series"
HORIZON = "recurrence-horizon"

# -- a date of a series that another meeting fills ------------------------------------------------

TOLERANT = {"MaximumConflictInstances": 2}
_TAKEN = book("10 09:00", "10 10:00", "Board", by="bram", name="board")
"""What stands there first: on the second Thursday."""


def edited(title: str, *more, code: str = CONFLICT, taken=_TAKEN, series=None, **options):
    """A series in step, until a change of its organiser meets another meeting."""
    return story(
        code, title, at("0 15:00", rules(**TOLERANT), taken),
        at("0 16:00", book(**(series or {"repeats": weekly(4), "start": "3 14:00",
                                         "end": "3 15:00"}))),
        night(1), *more, **options,
    )  # fmt: skip


_TO_NINE = change(start="3 09:00", end="3 10:00")
_OTHERS_MOVED = {f"day {day}": "awaiting-next-pass" for day in (3, 17, 24)}
DATES = [
    edited("moved as a whole onto another meeting", at("1 10:00", _TO_NINE),
           besides=_OTHERS_MOVED, count=4),
    edited("moved as a whole, half over another meeting",
           at("1 10:00", change(start="3 08:30", end="3 09:30")), besides=_OTHERS_MOVED, count=4),
    edited("moved as a whole onto a long meeting", at("1 10:00", _TO_NINE),
           taken=book("10 08:00", "10 12:00", "Board", by="bram", name="board"),
           besides=_OTHERS_MOVED, count=4),
    edited("one date moved onto another meeting",
           at("1 10:00", change(day=10, start="10 09:00", end="10 10:00")), count=1),
    edited("one date moved onto another, the organiser not to be read",
           at("1 09:00", fails("forbidden", "anna")),
           at("1 10:00", change(day=10, start="10 09:00", end="10 10:00")), count=1,
           code="occurrence-cancelled-silently"),
    edited("a daily series moved as a whole", at("1 10:00", change(start="8 09:00", end="8 10:00")),
           series={"repeats": daily(4), "start": "8 14:00", "end": "8 15:00"},
           besides={f"day {day}": "awaiting-next-pass" for day in (8, 9, 11)}, count=4),
    edited("moved as a whole, the organiser not to be read", at("1 09:00", fails("forbidden",
           "anna")), at("1 10:00", _TO_NINE), besides=_OTHERS_MOVED, count=4),
    edited("moved as a whole, and lunch was ordered", at("1 10:00", _TO_NINE),
           besides=_OTHERS_MOVED, count=4),
    edited("moved as a whole; what was in the way is off since", at("1 10:00", _TO_NINE),
           at("1 11:00", cancel(meeting="board")), code="room-declined",
           besides=_OTHERS_MOVED | {"Board": "cancelled-but-kept-on-calendar"}),
    edited("one date declined by hand", at("1 10:00", respond("declined", day=10)),
           code="room-declined", count=1),
    edited("one date cancelled, and another meeting took its place",
           at("1 10:00", cancel(day=10)),
           at("1 11:00", book("10 14:00", "10 15:00", "Late", by="bram", name="late")),
           code="occurrence-cancelled-silently", besides={"Late": "awaiting-next-pass"}),
    edited("one date cancelled, and another meeting took its place; the organiser not to be read",
           at("1 09:00", fails("forbidden", "anna")), at("1 10:00", cancel(day=10)),
           at("1 11:00", book("10 14:00", "10 15:00", "Late", by="bram", name="late")),
           code="occurrence-cancelled-silently", besides={"Late": "awaiting-next-pass"}),
    edited("one date deleted in the room, and another meeting took its place",
           at("1 10:00", delete(day=10)),
           at("1 11:00", book("10 14:00", "10 15:00", "Late", by="bram", name="late")),
           code="occurrence-cancelled-silently", besides={"Late": "awaiting-next-pass"}),
    edited("one date cancelled beside another meeting", at("1 10:00", cancel(day=10)),
           taken=book("10 13:00", "10 14:00", "Board", by="bram", name="board"),
           code="occurrence-cancelled-silently", count=1),
]  # fmt: skip

# -- the room's copy of a series ends at its booking window ---------------------------------------


def cut(
    title: str,
    *more,
    days: int = 20,
    known: bool = True,
    code: str = HORIZON,
    series=None,
    **options,
):
    window = {"BookingWindowInDays": days, "EnforceSchedulingHorizon": False}
    return story(
        code, title, at("0 15:00", rules(known=known, **window), book(**({"repeats": weekly(20)} if series is None else series))), night(1), *more, **options,
    )  # fmt: skip


CUT = [
    *(cut(f"a {name} series cut, in step until then", series={"repeats": repeats})
      for name, repeats in (("weekly", weekly(20)), ("daily", daily(60)),
                            ("fortnightly", weekly(12, interval=2)))),
    *(cut(f"a weekly series without end cut after {days} days", days=days,
          series={"repeats": weekly(None)}) for days in (10, 14, 17, 20, 25)),
    cut("the organiser may not be read", at("1 09:00", fails("forbidden", "anna"))),
    cut("neither rules nor organiser are known", at("1 09:00", fails("forbidden", "anna")),
        known=False, code=NOTHING),
    cut("a series that ends within the window by itself", series={"repeats": weekly(3)},
        code=NOTHING, days=25),
    cut("a meeting alone", series={}, code=NOTHING),
]  # fmt: skip
STORIES = [*DATES, *CUT]
