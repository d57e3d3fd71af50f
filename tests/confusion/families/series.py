"""The shape of a recurring meeting changed, or does not fit."""

from __future__ import annotations

from confusion.acts import (
    book,
    cater,
    change,
    daily,
    fails,
    invite_to_one,
    night,
    split,
    weekly,
)
from confusion.shapes import SERIES
from confusion.story import NOTHING, at, story

_WEEKS = {"repeats": weekly()}


def known(code: str, title: str, *more, shape=None, **options):
    """A series known since the first night: weekly on days 3, 10, 17 and 24 if not told."""
    return story(code, title, at("0 15:00", book(**(shape or _WEEKS))), night(1), *more, **options)


# -- one date alone ----------------------------------------------------------------------------


def alone(title: str, day: int, *more, shape=None, **options):
    """Somebody's series; the room is invited to one date of it."""
    return story(
        "exception-detached", title,
        at("0 15:00", book(**({"rooms": "", "attendees": ("bram",)} | (shape or _WEEKS)))),
        night(1), at("1 10:00", invite_to_one(day)), *more, **options,
    )  # fmt: skip


def invited(title: str, day: int, *more, shape=None, **options):
    """The organiser adds the room to one date of a series."""
    return story(
        "exception-detached", title,
        at("0 15:00", book(**({"rooms": "", "attendees": ("bram",)} | (shape or _WEEKS)))),
        night(1), at("1 10:00", change(day=day, rooms="A")), *more, **options,
    )  # fmt: skip


_DATES = {
    "a weekly series": 10, "a daily series": 4, "a weekly series without end": 17,
    "a weekly series until a day": 10, "a fortnightly series": 17,
    "a series on two days a week": 4, "a weekly series over midnight": 10,
    "a weekly all-day series": 10, "a weekly series written in London": 10,
}  # fmt: skip
ALONE = [
    *(alone(f"one date of {name}", day, shape=SERIES[name]) for name, day in _DATES.items()),
    *(invited(f"the organiser invites it to one date of {name}", day, shape=SERIES[name])
      for name, day in _DATES.items()),
    *(alone(f"day {day}", day) for day in (3, 17, 24)),
    story(NOTHING, "one date alone, and a night has taken it", at("0 15:00",
          book(rooms="", attendees=("bram",), **_WEEKS)),
          at("0 16:00", change(day=10, rooms="A")), night(1)),
]  # fmt: skip

# -- exceptions undone -------------------------------------------------------------------------

_OTHERS = {f"day {day}": "awaiting-next-pass" for day in range(29)}


def wiped(title: str, *more, day=10, to="11 13:00", end="11 14:00", edit=None, shape=None,
          code="series-edit-wiped-exceptions", **options):  # fmt: skip
    """One date was moved by itself; then the whole series is given another hour."""
    given = edit or {"start": "3 15:00", "end": "3 16:00"}
    others = {key: cause for key, cause in _OTHERS.items()
              if key not in (f"day {day}", f"day {to.split()[0]}")}  # fmt: skip
    options.setdefault("besides", others)
    return story(
        code, title, at("0 15:00", book(**(shape or _WEEKS))),
        at("0 15:10", change(day=day, start=to, end=end)), night(1), *more,
        at("1 10:00", change(**given)), **options,
    )  # fmt: skip


def other_days(title: str, *more, shape=None, edit=None, **options):
    """The series meets on other days from now on; the old dates are no more."""
    return known(
        "series-edit-wiped-exceptions", title, *more, at("1 10:00", change(**(edit or {}))),
        shape=shape, **options,
    )  # fmt: skip


WIPED = [
    *(wiped(f"day {day} had been moved", day=day, to=f"{day + 1} 13:00", end=f"{day + 1} 14:00")
      for day in (3, 10, 17, 24)),
    *(wiped(f"moved within its day to {hour}", to=f"10 {hour}:00", end=f"10 {hour + 1}:00")
      for hour in (11, 13, 17)),
    wiped("moved to the week after", to="12 09:00", end="12 10:00"),
    wiped("moved a day earlier", to="9 09:00", end="9 10:00"),
    wiped("made longer by itself", to="10 09:00", end="10 12:00"),
    wiped("the series begins an hour earlier", edit={"start": "3 08:00", "end": "3 09:00"}),
    wiped("the series ends an hour later", edit={"end": "3 11:00"}),
    wiped("with lunch on the date", at("1 09:00", cater(day=11))),
    wiped("its organiser may not be read", at("1 09:00", fails("forbidden", "anna"))),
    wiped("a daily series", day=4, to="4 13:00", end="4 14:00", shape={"repeats": daily()}),
    wiped("a series without end", shape={"repeats": weekly(None)}),
    wiped("two dates had been moved", at("0 15:20", change(day=17, start="18 13:00",
          end="18 14:00")), besides={"day 3": "awaiting-next-pass", "day 24": "awaiting-next-pass"}),
    wiped("two rooms", shape={"repeats": weekly(), "rooms": "A B"}),
    other_days("from Thursdays to Fridays", edit={"start": "4 09:00", "end": "4 10:00",
               "repeats": weekly()}),
    other_days("from Thursdays to Mondays, the last one a week that is new",
               edit={"start": "7 09:00", "end": "7 10:00", "repeats": weekly()},
               besides={"day 28": "awaiting-next-pass"}),
    other_days("with lunch, from Thursdays to Fridays", at("1 09:00", cater()),
               edit={"start": "4 09:00", "end": "4 10:00", "repeats": weekly()}),
    other_days("from every week to every other", edit={"repeats": weekly(4, interval=2)}),
    known("awaiting-next-pass", "no date had been moved", at("1 10:00", change(start="3 15:00",
          end="3 16:00"))),
    known("awaiting-next-pass", "one date moved, and the series left alone",
          at("1 10:00", change(day=10, start="11 13:00", end="11 14:00")), count=1),
    wiped("only the subject of the whole series changed: the date stays moved",
          edit={"subject": "Budget 2"}, code="awaiting-next-pass", besides={}),
]  # fmt: skip

# -- this and all future -----------------------------------------------------------------------


def parted(title: str, *more, day=17, shape=None, **options):
    changes = {name: options.pop(name) for name in ("start", "subject") if name in options}
    return known(
        "series-split", title, *more, at("1 10:00", split(day, **changes)), shape=shape, **options
    )


_SIX = {"repeats": weekly(6)}
PARTED = [
    *(parted(f"{name} from its third date on", day=day, shape=SERIES[name])
      for name, day in (("a weekly series", 17), ("a daily series", 5),
                        ("a weekly series without end", 17), ("a weekly series until a day", 17),
                        ("a fortnightly series", 17), ("a series on two days a week", 9),
                        ("a weekly series over midnight", 17), ("a weekly all-day series", 17),
                        ("a weekly series written in London", 17))),
    *(parted(f"from day {day} on", day=day, shape=_SIX) for day in (10, 24)),
    *(parted(f"half an hour later from day {day} on", day=day, start=f"{day} 09:30", shape=_SIX)
      for day in (10, 17)),
    parted("to the afternoon", start="17 14:00"),
    parted("to begin earlier", start="17 08:00"),
    parted("renamed", subject="Budget 2"),
    parted("with lunch", at("1 09:00", cater())),
    parted("two rooms", shape={"repeats": weekly(), "rooms": "A B"}),
    parted("its organiser may not be read", at("1 09:00", fails("forbidden", "anna"))),
    parted("two nights were missed", look="3 02:00"),
    parted("a date had been moved by itself",
           at("0 16:00", change(day=24, start="24 13:00", end="24 14:00"))),
    known(NOTHING, "split, and a night has followed", at("1 10:00", split(17, start="17 09:30")),
          night(2), look="2 15:00"),
    *(parted(f"from day {day} on in another room", at("1 10:05", change(meeting="rest", rooms="B")),
             day=day, shape=_SIX) for day in (10, 17, 24)),
    parted("from day 17 on in another room, at another hour",
           at("1 10:05", change(meeting="rest", rooms="B")), start="17 14:00", shape=_SIX),
    parted("from day 17 on in another room, with lunch", at("1 09:00", cater()),
           at("1 10:05", change(meeting="rest", rooms="B")), shape=_SIX),
    known(NOTHING, "from day 17 on in another room, and a night has followed",
          at("1 09:00", cater()), at("1 10:00", split(17)),
          at("1 10:05", change(meeting="rest", rooms="B")), night(2), look="2 15:00"),
    known("occurrence-cancelled-silently", "ended, and nobody goes on",
          at("1 10:00", change(repeats=weekly(2))), count=2),
]  # fmt: skip
STORIES = [*ALONE, *WIPED, *PARTED]
