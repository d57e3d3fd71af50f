"""No reservation because there should be none yet: too old, too far, too new."""

from __future__ import annotations

from confusion.acts import (
    book,
    change,
    direct,
    drain,
    import_existing,
    leaves,
    move_mailbox,
    night,
    rules,
    run,
    subscribe,
    weekly,
)
from confusion.shapes import EVERY, SERIES
from confusion.story import NOTHING, Setting, at, story
from obctl.domain.settings import SeriesPolicy

# -- older than the room's connection ----------------------------------------------------------


def older(title: str, *more, shape=None, code: str = "created-before-activation", **options):
    """Booked before the room was mapped, and a night has passed."""
    options.setdefault("activated", "0 20:00")
    return story(code, title, at("0 15:00", book(**(shape or {}))), night(1), *more, **options)


OLDER = [
    *(older(f"{name} that was there before", shape=shape) for name, shape in EVERY.items()),
    older("in two rooms", shape={"rooms": "A B"}, count=2),
    older("moved since by its organiser", at("1 10:00", change(start="3 14:00", end="3 15:00"))),
    older("renamed since", at("1 10:00", change(subject="Budget 2"))),
    older("one date of a series moved since",
          at("1 10:00", change(day=10, start="10 14:00", end="10 15:00")),
          shape={"repeats": weekly()}, count=4),
    older("no pass has been made yet", look="0 22:00"),
    older("mapped a minute after it was booked", activated="0 15:01"),
    older("its organiser has left since", at("1 10:00", leaves())),
    story("created-before-activation", "written into the room's calendar before",
          at("0 15:00", direct()), night(1), activated="0 20:00"),
    story("created-before-activation", "another meeting is newer, and in step",
          at("0 15:00", book()), at("0 21:00", book("4 09:00", "4 10:00", "Newer", name="new")),
          night(1), activated="0 20:00", count=1),
    older("the ids changed when the mailbox was moved", at("1 10:00", move_mailbox())),
    older("what was there before is imported, and a night has passed",
          at("1 09:00", import_existing()), night(2), look="2 15:00", code=NOTHING),
    older("imported, and the next run is to come", at("1 09:00", import_existing()),
          code="awaiting-next-pass"),
    story("awaiting-next-pass", "an old meeting invites the room later",
          at("0 15:00", book(rooms="B")), night(1), at("1 08:01", import_existing("B")),
          at("1 08:30", run("B")), at("1 10:00", change(rooms="A B")),
          activated="1 08:00", count=1),
    story("awaiting-next-pass", "booked after the room was mapped", night(1),
          at("1 10:00", book()), activated="0 20:00"),
    story(NOTHING, "booked a minute after the room was mapped", at("0 20:01", book()), night(1),
          activated="0 20:00"),
]  # fmt: skip

# -- beyond the days in the configuration ------------------------------------------------------

_FAR: dict[str, dict] = {
    "a meeting": {"start": "45 09:00", "end": "45 10:00"},
    "a meeting on the first day beyond": {"start": "32 09:00", "end": "32 10:00"},
    "an all-day meeting": {"start": "45 00:00", "end": "46 00:00", "all_day": True},
    "three days on end": {"start": "45 00:00", "end": "48 00:00", "all_day": True},
    "a meeting over midnight": {"start": "45 22:00", "end": "46 02:00"},
    "a private meeting": {"start": "45 09:00", "end": "45 10:00", "sensitivity": "private"},
    "a meeting shown as free": {"start": "45 09:00", "end": "45 10:00", "show_as": "free"},
    "a meeting in New York": {"start": "45 09:00", "end": "45 10:00", "zone": "America/New_York"},
    "a weekly series": {"start": "45 09:00", "end": "45 10:00", "repeats": weekly(2)},
    "a daily series": {"start": "45 09:00", "end": "45 10:00",
                       "repeats": weekly(4) | {"type": "daily"}},
    "a meeting next year": {"start": "210 09:00", "end": "210 10:00"},
    "two rooms": {"start": "45 09:00", "end": "45 10:00", "rooms": "A B"},
}  # fmt: skip


def far(title: str, *more, shape=None, span=(32, 60), **options):
    return story(
        "outside-sync-window", title, at("0 15:00", book(**(shape or _FAR["a meeting"]))),
        night(1), *more, span=span, **options,
    )  # fmt: skip


_LONG = weekly(None)
FAR = [
    *(far(f"{name}, far ahead", shape=shape, span=(32, 220)) for name, shape in _FAR.items()),
    far("a series without end: what lies beyond", shape={"repeats": _LONG}, span=(34, 60)),
    far("a weekly series: its last dates", shape={"repeats": weekly(8)}, span=(34, 60)),
    far("a series on two days a week: its last dates", span=(34, 60),
        shape={"repeats": weekly(14, daysOfWeek=["thursday", "friday"])}),
    far("moved far ahead, and no reservation yet",
        at("1 10:00", change(start="50 09:00", end="50 10:00"))),
    far("renamed since", at("1 10:00", change(subject="Budget 2"))),
    far("booked since the last pass", at("1 10:00", book("50 09:00", "50 10:00", name="new"))),
    far("a year is kept in step, and it is two years ahead", span=(700, 720),
        shape={"start": "710 09:00", "end": "710 10:00"},
        setting=Setting(future_days=365, group="a year")),
    far("a week is kept in step", span=(9, 28), shape={"start": "14 09:00", "end": "14 10:00"},
        setting=Setting(future_days=7, group="a week")),
    far("a week is kept in step: a series", span=(10, 28), shape={"repeats": weekly(4)},
        setting=Setting(future_days=7, group="a week")),
    far("long over when the room was first read", span=(-6, -3),
        shape={"start": "-4 09:00", "end": "-4 10:00"}),
    far("its organiser has left", at("1 10:00", leaves())),
    story("created-before-activation", "far ahead, and older than the room's connection",
              at("0 15:00", book("45 09:00", "45 10:00")), night(1), activated="0 20:00",
              span=(32, 60)),
    story(NOTHING, "on the last day that is kept in step", at("0 15:00", book("30 09:00",
          "30 10:00")), night(1), span=(25, 31)),
    story("awaiting-next-pass", "the window has rolled on over a date in a missed night",
          at("0 15:00", book(repeats=_LONG)), night(1), span=(34, 38), look="8 15:00"),
    story(NOTHING, "the window rolls on over a date every night", at("0 15:00",
          book(repeats=_LONG)), night(1), night(4), night(7), night(8), span=(34, 38),
          look="8 15:00"),
    story("awaiting-next-pass", "the window has rolled on over a meeting in a missed night",
          at("0 15:00", book("33 09:00", "33 10:00")), night(1), span=(29, 33), look="4 15:00"),
]  # fmt: skip

# -- minutes old -------------------------------------------------------------------------------

_NEW = "1 10:00"


def settling(title: str, *more, shape=None, look: str = _NEW, **options):
    return story(
        "event-still-settling", title, night(1), at(_NEW, book(**(shape or {}))), *more,
        look=look, **options,
    )  # fmt: skip


_PENDING = at("0 14:30", rules(AutomateProcessing="AutoUpdate"))
SETTLING = [
    *(settling(f"{name} sent this moment", shape=shape) for name, shape in EVERY.items()),
    story("event-still-settling", "pending for two minutes", _PENDING, night(1),
          at(_NEW, book()), look="1 10:02"),
    story("event-still-settling", "a series pending for four minutes", _PENDING, night(1),
          at(_NEW, book(repeats=weekly())), look="1 10:04"),
    story("event-still-settling", "still called New Event", night(1),
          at(_NEW, direct(subject="New Event")), look="1 10:03"),
    story("tentative-not-accepted", "pending for twenty minutes", _PENDING, night(1),
          at(_NEW, book()), look="1 10:20"),
    story("awaiting-next-pass", "answered, and three minutes old", night(1), at(_NEW, book()),
          look="1 10:03"),
]  # fmt: skip

# -- a series that waits for the night ---------------------------------------------------------

LIVE = Setting(group="a listener")
AT_ONCE = Setting(group="a listener", series=SeriesPolicy.IMMEDIATE)


def begun(title: str, *more, shape=None, code: str = "series-not-yet-expanded", **options):
    """A series booked while somebody listens; its notification is worked off at once."""
    options.setdefault("setting", LIVE)
    return story(
        code, title, at("0 15:30", run()), at("0 16:00", subscribe()),
        at("1 10:00", book(**({"repeats": weekly()} | (shape or {})))), at("1 10:30", drain()),
        *more, **options,
    )  # fmt: skip


BEGUN = [
    *(begun(name, shape=shape) for name, shape in SERIES.items()),
    *(begun(f"{name}, and looked at a little later", look="1 12:00", shape=shape)
      for name, shape in SERIES.items()),
    begun("of two dates", shape={"repeats": weekly(2)}, count=1),
    begun("of ten days", shape={"repeats": weekly(10) | {"type": "daily"}}, count=9),
    begun("private", shape={"sensitivity": "private", "repeats": weekly(3)}, count=2),
    begun("shown as free", shape={"show_as": "free", "repeats": weekly(3)}, count=2),
    begun("every third week", shape={"repeats": weekly(2, interval=3)}, count=1),
    begun("every series at once, by the company's setting", setting=AT_ONCE, code=NOTHING),
]  # fmt: skip
STORIES = [*OLDER, *FAR, *SETTLING, *BEGUN]
