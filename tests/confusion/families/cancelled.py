"""Cancelled by the organiser: kept on the calendar, one date of a series, or awaiting approval."""

from __future__ import annotations

from confusion.acts import (
    approve,
    book,
    cancel,
    cater,
    change,
    daily,
    delete,
    fails,
    night,
    reject,
    rules,
    run,
    weekly,
)
from confusion.shapes import EVERY, SERIES, first_day
from confusion.story import NOTHING, Setting, Story, at, story

IGNORE = Setting(ignore=True)
"""Cancellations are followed without asking."""


def kept(title: str, *more, look: str = "1 15:00", shape=None, **options) -> Story:
    """A meeting known since the first night."""
    return story(
        "cancelled-but-kept-on-calendar", title,
        at("0 15:00", book(**(shape or {}))), night(1), *more, look=look, **options,
    )  # fmt: skip


KEPT = [
    *(
        kept(f"{name} is cancelled", at("1 10:00", cancel()), shape=shape)
        for name, shape in EVERY.items()
    ),
    kept("lunch was ordered", at("1 09:00", cater()), at("1 10:00", cancel())),
    kept("the night after was missed", at("1 10:00", cancel()), look="3 15:00",
         shape={"start": "5 09:00", "end": "5 10:00"}),
    kept("cancelled a minute ago", at("1 14:59", cancel())),
    kept("the meeting is today", at("3 08:00", cancel()), look="3 08:30"),
    kept("the meeting has begun", at("3 09:20", cancel()), look="3 09:40"),
    kept("the meeting is over", at("3 09:20", cancel()), look="3 11:00"),
    kept("moved, and then cancelled", at("1 09:00", change(start="4 14:00", end="4 15:00")),
         at("1 10:00", cancel())),
    kept("renamed, and then cancelled", at("1 09:00", change(subject="Budget 2")),
         at("1 10:00", cancel())),
    kept("two rooms", at("1 10:00", cancel()), shape={"rooms": "A B"}),
    kept("the room is taken off the invitation", at("1 10:00", change(rooms=""))),
    kept("the room is taken off, and its name stays as text",
         at("1 10:00", change(rooms="", location="{A}, 1st floor"))),
    kept("one of two rooms is taken off", at("1 10:00", change(rooms="B")),
         shape={"rooms": "A B"}),
    kept("Exchange is known to keep what is cancelled",
         at("0 16:00", rules(known=True, RemoveCanceledMeetings=False)), at("1 10:00", cancel())),
    kept("followed at once where nobody is asked, but not passed over yet",
         at("1 10:00", cancel()), setting=IGNORE),
    kept("the request is rejected: kept on purpose", at("1 09:00", cater()),
         at("1 10:00", cancel()), night(2), at("2 09:00", reject()), look="2 15:00"),
    kept("an exception was made before", at("1 08:00", change(day=10, start="11 14:00",
         end="11 15:00")), at("1 09:00", run()), at("1 10:00", cancel()),
         shape={"repeats": weekly()}),
    kept("all rooms' organiser may not be read", at("1 10:00", cancel()),
         at("1 11:00", fails("forbidden", "anna"))),
]  # fmt: skip


def waits(title: str, *more, look: str = "2 15:00", shape=None, **options) -> Story:
    """A meeting with lunch whose cancellation waits for a person after the second night."""
    return story(
        "cancel-awaiting-approval", title,
        at("0 15:00", book(**(shape or {}))), night(1), at("1 09:00", cater()), *more, night(2),
        look=look, **options,
    )  # fmt: skip


WAITS = [
    *(waits(f"{name} is cancelled", at("1 10:00", cancel()), shape=shape)
      for name, shape in EVERY.items()),
    waits("deleted by a delegate", at("1 10:00", delete())),
    waits("one date of a series", at("1 10:00", cancel(day=10)), shape={"repeats": weekly()}),
    waits("a series deleted by a delegate", at("1 10:00", delete()), shape={"repeats": daily()}),
    waits("a night later it still waits", at("1 10:00", cancel()), look="3 15:00",
          shape={"start": "5 09:00", "end": "5 10:00"}),
    waits("the cancelled copy is deleted, too", at("1 10:00", cancel()), at("2 10:00", delete())),
    waits("both rooms of a meeting", at("1 10:00", cancel()), shape={"rooms": "A B"}),
    waits("the organiser may not be read", at("1 10:00", cancel()),
          at("1 10:00", fails("forbidden", "anna"))),
    story("cancel-awaiting-approval", "nothing is ordered, and somebody is asked all the same",
          at("0 15:00", book()), night(1), at("1 10:00", delete()), night(2), look="2 15:00"),
    story(NOTHING, "a cancellation was approved", at("0 15:00", book()), night(1),
          at("1 09:00", cater()), at("1 10:00", cancel()), night(2), at("2 09:00", approve()),
          look="2 15:00"),
    story(NOTHING, "cancelled with lunch, and nobody is to be asked", at("0 15:00", book()),
          night(1), at("1 09:00", cater()), at("1 10:00", cancel()), night(2), look="2 15:00",
          setting=IGNORE),
    story(NOTHING, "cancelled, nothing is ordered, and a night has passed", at("0 15:00", book()),
          night(1), at("1 10:00", cancel()), night(2), look="2 15:00"),
    story(NOTHING, "cancelled, and nobody is to be asked", at("0 15:00", book()), night(1),
          at("1 10:00", cancel()), night(2), look="2 15:00", setting=IGNORE),
]  # fmt: skip


def dates(title: str, *more, shape=None, look: str = "1 15:00", **options) -> Story:
    """A series known since the first night; a weekly one of four dates if not told."""
    return story(
        "occurrence-cancelled-silently", title,
        at("0 15:00", book(**(shape or {"repeats": weekly()}))), night(1), *more, look=look,
        **options,
    )  # fmt: skip


_SECOND = {
    "a weekly series": 10, "a daily series": 4, "a weekly series without end": 10,
    "a weekly series until a day": 10, "a fortnightly series": 17,
    "a series on two days a week": 4, "a weekly series over midnight": 10,
    "a weekly all-day series": 10, "a weekly series written in London": 10,
}  # fmt: skip
DATES = [
    *(dates(f"the first date of {name}", at("1 10:00", cancel(day=first_day(shape))),
            shape=shape, count=1) for name, shape in SERIES.items()),
    *(dates(f"the second date of {name}", at("1 10:00", cancel(day=_SECOND[name])),
            shape=shape, count=1) for name, shape in SERIES.items()),
    dates("the last date", at("1 10:00", cancel(day=24)), count=1),
    dates("two dates", at("1 10:00", cancel(day=10), cancel(day=17)), count=2),
    dates("all but one", at("1 10:00", cancel(day=3), cancel(day=10), cancel(day=17)), count=3),
    dates("with lunch", at("1 09:00", cater(day=10)), at("1 10:00", cancel(day=10)), count=1),
    dates("a date that had been moved", at("1 08:00", change(day=10, start="11 14:00",
          end="11 15:00")), at("1 09:00", run()), at("1 10:00", cancel(day=10)), count=1),
    dates("another date was moved", at("1 08:00", change(day=17, start="18 14:00",
          end="18 15:00")), at("1 09:00", run()), at("1 10:00", cancel(day=10)), count=1),
    dates("the series ends two weeks earlier", at("1 10:00", change(repeats=weekly(2))), count=2),
    dates("a series without end is given one", at("1 10:00", change(repeats=weekly(until=12))),
          shape={"repeats": weekly(None)}, count=2),
    dates("two nights were missed", at("1 10:00", cancel(day=10)), look="3 15:00", count=1),
    dates("where nobody is to be asked", at("1 10:00", cancel(day=10)), setting=IGNORE, count=1),
    dates("in two rooms", at("1 10:00", cancel(day=10)), count=2,
          shape={"repeats": weekly(), "rooms": "A B"}),
    dates("the room is taken off one date", at("1 10:00", change(day=10, rooms="")), count=1),
]  # fmt: skip
STORIES = [*KEPT, *WAITS, *DATES]
