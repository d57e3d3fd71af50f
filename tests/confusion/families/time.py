"""Both sides mean the same meeting and write its hours differently."""

from __future__ import annotations

from confusion.acts import (
    book,
    cater,
    change,
    daily,
    fails,
    night,
    rewrite,
    stored,
    weekly,
)
from confusion.shapes import ALL_DAY, SINGLES, some
from confusion.story import NOTHING, Setting, at, story

_WEEKS = {"repeats": weekly()}
ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata", "UTC", "Europe/Helsinki",
         "Asia/Tokyo", "America/Los_Angeles", "Australia/Adelaide")  # fmt: skip


def known(code: str, title: str, *more, shape=None, **options):
    """A meeting known since the first night."""
    return story(code, title, at("0 15:00", book(**(shape or {}))), night(1), *more, **options)


# -- another zone ------------------------------------------------------------------------------


def shifted(title: str, zone: str, *more, shape=None, **options):
    """A client writes the room's copy in another zone: the same clock, another instant."""
    return known(
        "timezone-shift", title, at("1 10:00", rewrite(zone=zone, end_zone=zone)), *more,
        shape=shape, **options,
    )  # fmt: skip


SUMMER, AUTUMN, SPRING = (Setting(season) for season in ("summer", "autumn", "spring"))
SHIFTED = [
    *(shifted(f"written anew in {zone}", zone) for zone in ZONES),
    *(shifted(f"a weekly series written anew in {zone}", zone, shape=_WEEKS)
      for zone in ("Europe/London", "America/New_York", "Asia/Kolkata")),
    *(shifted(f"{name} written anew in London", "Europe/London", shape=shape)
      for name, shape in some(SINGLES, "a quarter of an hour", "a meeting over midnight",
                              "a whole working day", "a private meeting", "a meeting with others",
                              "a Sunday on which the clocks may change")),
    shifted("with lunch ordered", "Europe/London", at("1 11:00", cater())),
    shifted("two nights were missed", "Europe/London", look="2 20:00"),
    # another system stored what it read in London
    *(known("timezone-shift", f"stored an hour off, {name}", at("1 10:00", stored(shift=60)),
            shape=shape | {"zone": "Europe/London"})
      for name, shape in (("a meeting", {}), ("a weekly series", _WEEKS))),
    *(known("timezone-shift", f"stored an hour off on one side of the clock change only: {side}",
            at("1 10:00", *(stored(shift=shift, day=day) for day in days)),
            shape=_WEEKS, setting=setting)
      for side, shift, days, setting in (
          ("after it, in autumn", 60, (17, 24), AUTUMN), ("before it, in autumn", 60, (3, 10), AUTUMN),
          ("after it, in spring", -60, (17, 24), SPRING), ("before it, in spring", 60, (3, 10), SPRING),
      )),
    known("awaiting-next-pass", "moved by an hour by somebody in Amsterdam",
          at("1 10:00", change(start="3 10:00", end="3 11:00"))),
    known("awaiting-next-pass", "a series moved by an hour across a clock change",
          at("1 10:00", change(start="3 10:00", end="3 11:00")), shape=_WEEKS, setting=AUTUMN),
    known("awaiting-next-pass", "moved by an hour by somebody in London",
          at("1 10:00", change(start="3 10:00", end="3 11:00")), shape={"zone": "Europe/London"}),
    known("awaiting-next-pass", "moved by an hour and a half by somebody in London",
          at("1 10:00", change(start="3 10:30", end="3 11:30")), shape={"zone": "Europe/London"}),
    known("awaiting-next-pass", "moved by the organiser, who now writes in London, to other hours",
          at("1 10:00", change(start="3 15:30", end="3 16:30", zone="Europe/London"))),
]  # fmt: skip

# -- midnight as an instant --------------------------------------------------------------------

_DAYS = {"all_day": True}
_MONTHLY = {"repeats": {"type": "absoluteMonthly", "count": 2, "until": None, "dayOfMonth": 17}}


def midnight(title: str, *more, shape=None, **options):
    return known("all-day-boundary", title, *more, shape=ALL_DAY | (shape or {}), **options)


MIDNIGHT = [
    *(midnight(f"the room's copy turns into {start} to {end}",
               at("1 10:00", rewrite(start=start, end=end, **more)))
      for start, end, more in (
          ("3 02:00", "4 02:00", {"all_day": False}), ("3 01:00", "4 01:00", {"all_day": False}),
          ("2 22:00", "3 22:00", {"all_day": False}), ("3 06:00", "4 06:00", {"all_day": False}),
          ("2 23:00", "3 23:00", {"all_day": False}), ("2 15:00", "3 15:00", {"all_day": False}),
      )),
    *(midnight(f"the room's copy slips to day {start}",
               at("1 10:00", rewrite(start=f"{start} 00:00", end=f"{start + 1} 00:00")))
      for start in (2, 4)),
    *(midnight(f"stored {minutes} minutes off", at("1 10:00", stored(shift=minutes)))
      for minutes in (60, 120, -60, -120, 360, -300, 540, -480)),
    *(midnight(f"stored {minutes} minutes off, every date of a series",
               at("1 10:00", stored(shift=minutes)), shape={"repeats": weekly()})
      for minutes in (120, -60)),
    midnight("stored a day late", at("1 10:00", stored(shift=1440))),
    midnight("stored a day early", at("1 10:00", stored(shift=-1440))),
    midnight("three days stored two hours off", at("1 10:00", stored(shift=120)),
             shape={"end": "6 00:00"}),
    midnight("the last day lost: the end taken for inclusive",
             at("1 10:00", stored(end="5 00:00")), shape={"end": "6 00:00"}),
    midnight("a day too many: the end taken for inclusive",
             at("1 10:00", stored(end="5 00:00"))),
    midnight("in the week of the clock change", at("1 10:00", stored(shift=120)),
             shape={"start": "13 00:00", "end": "14 00:00"}),
    known("awaiting-next-pass", "an all-day meeting moved by two days",
          at("1 10:00", change(start="5 00:00", end="6 00:00")), shape=ALL_DAY),
    known("awaiting-next-pass", "an all-day meeting moved by a week",
          at("1 10:00", change(start="10 00:00", end="11 00:00")), shape=ALL_DAY),
    known("awaiting-next-pass", "an all-day meeting put off to the next day by its organiser",
          at("1 10:00", change(start="4 00:00", end="5 00:00")), shape=ALL_DAY),
    known("awaiting-next-pass", "an all-day meeting given hours",
          at("1 10:00", change(start="3 09:00", end="3 12:00", all_day=False)), shape=ALL_DAY),
    known(NOTHING, "an all-day meeting over the clock change", shape={
          "start": "12 00:00", "end": "14 00:00", "all_day": True}),
]  # fmt: skip

# -- the room was not told ---------------------------------------------------------------------


def stale(title: str, *more, shape=None, **changes):
    """The organiser changes the meeting, and no update is sent; both sides still agree."""
    return known(
        "stale-room-copy", title, at("1 10:00", change(silent=True, **changes)), *more, shape=shape,
        asks=4,
    )  # fmt: skip


STALE = [
    *(stale(f"moved {how}", **move) for how, move in (
        ("an hour later", {"start": "3 10:00", "end": "3 11:00"}),
        ("to the afternoon", {"start": "3 14:00", "end": "3 15:00"}),
        ("to another day", {"start": "4 09:00", "end": "4 10:00"}),
        ("to another week", {"start": "11 09:00", "end": "11 10:00"}),
        ("to end later", {"end": "3 12:00"}), ("to end earlier", {"end": "3 09:30"}),
        ("to begin earlier", {"start": "3 08:00"}),
        ("and renamed", {"start": "3 14:00", "end": "3 15:00", "subject": "Budget 2"}),
    )),
    *(stale(f"{name} moved to begin an hour earlier", shape=shape,
            start=begin) for name, shape, begin in (
        ("a quarter of an hour", SINGLES["a quarter of an hour"], "3 10:00"),
        ("a whole working day", SINGLES["a whole working day"], "3 07:00"),
        ("a meeting over midnight", SINGLES["a meeting over midnight"], "3 21:00"),
        ("a private meeting", SINGLES["a private meeting"], "3 08:00"),
        ("a meeting with others", SINGLES["a meeting with others"], "3 08:00"),
        ("a meeting in four weeks", SINGLES["a meeting in four weeks"], "27 15:00"),
        ("a Sunday on which the clocks may change",
         SINGLES["a Sunday on which the clocks may change"], "13 09:00"),
        ("the night in which the clocks may change",
         SINGLES["the night in which the clocks may change"], "12 22:00"),
        ("a meeting written in New York", SINGLES["a meeting written in New York"], "3 04:00"),
    )),
    stale("an all-day meeting put off a day", shape=ALL_DAY, start="4 00:00", end="5 00:00"),
    stale("two rooms, and neither was told", shape={"rooms": "A B"}, start="3 14:00",
          end="3 15:00"),
    stale("a whole series", shape={"repeats": weekly()}, start="3 14:00", end="3 15:00"),
    stale("a whole daily series", shape={"repeats": daily()}, start="3 14:00", end="3 15:00"),
    known("awaiting-next-pass", "and then told after all",
          at("1 10:00", change(silent=True, start="3 14:00", end="3 15:00")),
          at("1 11:00", change(start="3 15:00", end="3 16:00"))),
    known(NOTHING, "told a moment ago", at("1 14:59", change(silent=True, start="3 14:00",
          end="3 15:00"))),
    known(NOTHING, "its organiser may not be read", at("1 09:00", fails("forbidden", "anna")),
          at("1 10:00", change(silent=True, start="3 14:00", end="3 15:00"))),
]  # fmt: skip
STORIES = [*SHIFTED, *MIDNIGHT, *STALE]
