"""Look-alikes that only the organiser's copy, or the next minutes, tell apart; and risks."""

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


def cut(title: str, *more, days: int = 20, known: bool = True, code: str = HORIZON, shape=None):
    window = {"BookingWindowInDays": days, "EnforceSchedulingHorizon": False}
    given = {"repeats": weekly(20)} if shape is None else shape
    return story(
        code, title, at("0 15:00", rules(known=known, **window), book(**given)), night(1), *more
    )


CUT = [
    cut("the organiser may not be read", at("1 09:00", fails("forbidden", "anna"))),
    cut("neither rules nor organiser are known", at("1 09:00", fails("forbidden", "anna")),
        known=False, code=NOTHING),
    cut("a series that ends within the window by itself", shape={"repeats": weekly(3)},
        code=NOTHING, days=25),
    cut("a meeting alone", shape={}, code=NOTHING),
]  # fmt: skip
# -- half typed ---------------------------------------------------------------------------------

_DELEGATES = rules(AutomateProcessing="AutoUpdate")


def typed(
    title: str,
    *more,
    code: str = "event-still-settling",
    sent: str = "1 14:50",
    subject: str = "New event",
    **shape,
):
    """Sent before it had a name, to a room that waits for a person."""
    return story(
        code, title, at("0 14:30", _DELEGATES), night(1), at(sent, book(subject=subject, **shape)),
        *more,
    )  # fmt: skip


TYPED = [
    typed("ten minutes ago"),
    typed("ten minutes ago, a series", repeats=weekly()),
    typed("ten minutes ago, an all-day meeting", start="3 00:00", end="4 00:00", all_day=True),
    typed("an hour ago, and an hour of it changed a moment ago",
          at("1 14:55", change(end="3 11:00")), sent="1 14:00"),
    typed("left alone for an hour", code="tentative-not-accepted", sent="1 14:00"),
    typed("named, ten minutes ago", code="tentative-not-accepted", subject="Budget"),
    typed("named since", at("1 14:55", change(subject="Budget")), code="tentative-not-accepted"),
    typed("answered", at("1 14:55", respond("accepted")), code="awaiting-next-pass"),
    story("awaiting-next-pass", "a room that answers by itself took it without a name", night(1),
          at("1 14:50", book(subject="New event"))),
]  # fmt: skip
STORIES = [*DATES, *CUT, *TYPED]
