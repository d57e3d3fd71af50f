"""Look-alikes that only the organiser's copy, or the next minutes, tell apart; and risks."""

from __future__ import annotations

from confusion.acts import (
    book,
    cancel,
    cater,
    change,
    daily,
    delete,
    fails,
    leaves,
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
# -- several things at once ------------------------------------------------------------------------

_BOARD = {"subject": "Board", "by": "bram", "name": "board"}
_REMOVES = rules(known=True, RemoveCanceledMeetings=True)
_REST = {"day 3": "awaiting-next-pass", "day 10": "awaiting-next-pass"}


def first(code: str, title: str, before, *more, shape=None, **options):
    """What holds `before` the meeting is booked, and a night after it."""
    return story(
        code, title, at("0 14:30", *before), at("0 15:00", book(**(shape or {}))), night(1), *more,
        **options,
    )  # fmt: skip


def answers_late(title: str, *, known: bool):
    """Taken over whole while a person had to answer; the room then answers by itself, and cuts."""
    waits = rules(
        known=known, AutomateProcessing="AutoUpdate", BookingWindowInDays=15,
        EnforceSchedulingHorizon=False,
    )  # fmt: skip
    return first(
        HORIZON, title, [waits], at("1 09:00", rules(AutomateProcessing="AutoAccept")),
        at("1 10:00", change(body="Agenda")), shape={"repeats": weekly(4)}, besides=_REST,
    )  # fmt: skip


AT_ONCE = [
    first(CONFLICT, "another series is in the way of two dates",
          [rules(**TOLERANT), book("10 14:00", "10 15:00", repeats=weekly(2), **_BOARD)],
          at("1 10:00", change(start="3 14:00", end="3 15:00")), shape={"repeats": weekly()},
          besides={"day 3": "awaiting-next-pass", "day 24": "awaiting-next-pass"}, count=4),
    first(CONFLICT, "an all-day date moved onto another all-day meeting",
          [rules(**TOLERANT), book("11 00:00", "12 00:00", all_day=True, **_BOARD)],
          at("1 10:00", change(day=10, start="11 00:00", end="12 00:00")),
          shape={"start": "3 00:00", "end": "4 00:00", "all_day": True, "repeats": weekly()},
          count=1),
    first("cancel-awaiting-approval", "a declined date had lunch, and a night has passed",
          [rules(**TOLERANT), book("10 14:00", "10 15:00", **_BOARD)],
          at("1 08:00", cater(day=10)), at("1 10:00", change(start="3 14:00", end="3 15:00")),
          night(2), look="2 15:00", shape={"repeats": weekly()}),
    first("room-declined", "one date of three declined by hand in a strict room",
          [rules(MaximumDurationInMinutes=120)], at("1 10:00", respond("declined", day=17)),
          shape={"repeats": weekly()}, count=1),
    first("hard-deleted-by-delegate", "the room takes cancelled meetings off, nobody may ask",
          [_REMOVES], at("1 09:00", fails("forbidden", "anna")), at("1 10:00", delete())),
    *(first("cancelled-but-kept-on-calendar", f"taken off when it was cancelled: {name}",
            [_REMOVES, rules("B", RemoveCanceledMeetings=True)], at("1 10:00", cancel()),
            shape=shape)
      for name, shape in (("a meeting", {}), ("a series", {"repeats": weekly()}),
                          ("in two rooms", {"rooms": "A B"}))),
    first("moved-to-other-room", "taken off the room that it left", [_REMOVES],
          at("1 10:00", change(rooms="B"))),
    first("organizer-left-orphan", "nobody has answered for the room",
          [rules(AutomateProcessing="AutoUpdate")], at("1 10:00", leaves())),
    first("organizer-left-orphan", "the series is cut as well",
          [rules(known=True, BookingWindowInDays=20, EnforceSchedulingHorizon=False)],
          at("1 10:00", leaves()), shape={"repeats": weekly(None)}),
    first("organizer-left-orphan", "disabled, and a night has passed", [_REMOVES],
          at("1 10:00", leaves(deleted=False)), night(2), look="2 15:00"),
    first("awaiting-next-pass", "moved by somebody who then left", [_REMOVES],
          at("1 09:00", change(start="3 11:00", end="3 12:00")), at("1 10:00", leaves())),
    first(HORIZON, "made longer by its organiser than the room takes",
          [rules(known=True, BookingWindowInDays=25, EnforceSchedulingHorizon=False)],
          at("1 10:00", change(repeats=weekly(20))), night(2), look="2 15:00",
          shape={"repeats": weekly(2)}),
    answers_late("seen whole while pending, cut when the room answered", known=True),
    answers_late("the same, and nobody told obctl the rules", known=False),
    first("occurrence-cancelled-silently", "shortened by its organiser, within the window",
          [rules(known=True, BookingWindowInDays=60, EnforceSchedulingHorizon=False)],
          at("1 10:00", change(repeats=weekly(2))), shape={"repeats": weekly(4)}),
    first("occurrence-cancelled-silently", "shortened, and nobody may ask",
          [rules(known=True, BookingWindowInDays=60, EnforceSchedulingHorizon=False)],
          at("1 09:00", fails("forbidden", "anna")), at("1 10:00", change(repeats=weekly(2))),
          shape={"repeats": weekly(4)}),
]  # fmt: skip
STORIES = [*DATES, *CUT, *TYPED, *AT_ONCE]
