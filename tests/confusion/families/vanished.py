"""The event went, came back or stayed without its organiser, and nobody said why."""

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
    leaves,
    night,
    purge,
    restore,
    rewrite,
    run,
    weekly,
)
from confusion.shapes import EVERY, SERIES
from confusion.story import NOTHING, Setting, at, story

IGNORE = Setting(ignore=True)


def known(code: str, title: str, *more, shape=None, **options):
    """A meeting known since the first night."""
    return story(code, title, at("0 15:00", book(**(shape or {}))), night(1), *more, **options)


# -- deleted in the room -----------------------------------------------------------------------


def deleted(title: str, *more, **options):
    return known("hard-deleted-by-delegate", title, *more, **options)


_GONE = at("1 10:00", delete())
DELETED = [
    *(deleted(f"{name} deleted by a delegate", _GONE, shape=shape)
      for name, shape in EVERY.items()),
    deleted("lunch was ordered", at("1 09:00", cater()), _GONE),
    deleted("its organiser may not be read", at("1 09:00", fails("forbidden", "anna")), _GONE),
    deleted("one of two rooms", _GONE, shape={"rooms": "A B"}, count=1),
    deleted("two nights were missed", _GONE, look="3 02:00",
            shape={"start": "5 09:00", "end": "5 10:00"}),
    deleted("a minute ago", at("1 14:59", delete())),
    deleted("moved by its organiser before",
            at("1 09:00", change(start="4 14:00", end="4 15:00")), _GONE),
    deleted("a date of the series had been moved",
            at("0 16:00", change(day=10, start="10 14:00", end="10 15:00")), _GONE,
            shape={"repeats": weekly()}),
    deleted("another meeting stands in its place", _GONE,
            at("1 11:00", book("3 09:00", "3 10:00", "Board", by="bram", name="board")),
            besides={"Board": "awaiting-next-pass"}),
    deleted("the organiser cancelled another one",
            at("0 16:00", book("4 09:00", "4 10:00", "Other", name="other")), _GONE,
            at("1 10:00", cancel(meeting="other")),
            besides={"Other": "cancelled-but-kept-on-calendar"}),
    deleted("where nobody is to be asked, and no night has passed", _GONE, setting=IGNORE),
    known("cancel-awaiting-approval", "deleted by a delegate, and a night has passed", _GONE,
          night(2), look="2 15:00"),
]  # fmt: skip

# -- put back ----------------------------------------------------------------------------------


def restored(title: str, *more, shape=None, **options):
    """Deleted, followed at night, and the next day calendar repair puts it back."""
    options.setdefault("setting", IGNORE)
    return known(
        "restored-by-calendar-repair", title, at("1 10:00", delete()), night(2),
        at("2 10:00", restore()), *more, look="2 15:00", shape=shape, **options,
    )  # fmt: skip


RESTORED = [
    *(restored(f"{name}, put back", shape=shape) for name, shape in EVERY.items()),
    restored("the organiser may not be read", at("2 11:00", fails("forbidden", "anna"))),
    known("restored-by-calendar-repair", "a person had approved that it goes",
          at("1 10:00", delete()), night(2), at("2 09:00", approve()),
          at("2 10:00", restore()), look="2 15:00"),
    known("restored-by-calendar-repair", "put back, gone again: the second time nobody can tell",
          at("1 10:00", delete()), night(2), at("2 10:00", restore()), night(3),
          at("3 10:00", delete()), look="3 15:00", setting=IGNORE,
          shape={"start": "5 09:00", "end": "5 10:00"}),
    known("id-changed-after-mailbox-move", "put back before a night had missed it",
          at("1 10:00", delete()), at("1 11:00", restore())),
    known(NOTHING, "put back, and a night has taken it up again", at("1 10:00", delete()),
          night(2), at("2 10:00", restore()), night(3), look="3 15:00", setting=IGNORE,
          shape={"start": "5 09:00", "end": "5 10:00"}),
]  # fmt: skip

# -- its organiser has left --------------------------------------------------------------------


def left(title: str, *more, shape=None, goes=None, **options):
    return known(
        "organizer-left-orphan", title, at("1 10:00", goes or leaves()), *more, shape=shape,
        **options,
    )  # fmt: skip


def left_since(title: str, **shape):
    """Booked since the last pass by somebody who then left."""
    return story(
        "organizer-left-orphan", f"{title}, booked since and not taken yet", night(1),
        at("1 09:00", book(**shape)), at("1 10:00", leaves()),
    )  # fmt: skip


LEFT = [
    *(left(f"{name} goes on: the account is gone", shape=shape) for name, shape in EVERY.items()),
    *(left(f"{name} goes on: the account is disabled", shape=shape, goes=leaves(deleted=False))
      for name, shape in SERIES.items()),
    *(left_since(name, **shape) for name, shape in (("a meeting", {}), *SERIES.items())),
    known("cancelled-but-kept-on-calendar", "cancelled by somebody who then left",
          at("1 10:00", cancel()), at("1 11:00", leaves())),
    known("hard-deleted-by-delegate", "the organiser left, and a delegate tidied up",
          at("1 10:00", leaves()), at("1 11:00", delete())),
    known(NOTHING, "a colleague who was invited has left", at("1 10:00", leaves("bram")),
          shape={"attendees": ("bram",)}),
    known(NOTHING, "a long quiet meeting, and its organiser is there", look="1 15:00",
          shape={"repeats": weekly(None)}),
]  # fmt: skip

# -- nobody checked in -------------------------------------------------------------------------


def released(title: str, after: int, *more, shape=None, start="3 09:00", late: int = 0, **options):
    """A panel ends the meeting `after` minutes on the room's own calendar."""
    day, hour = start.split()
    begin = int(hour[:2]) * 60 + int(hour[3:])

    def clock(minutes: int) -> str:
        return f"{day} {minutes // 60:02}:{minutes % 60:02}"

    end = clock(begin + after)
    return known(
        "no-show-released", title, at(clock(begin + after + late), rewrite(end=end)), *more,
        look=clock(begin + after + late + 10), shape=shape, **options,
    )  # fmt: skip


RELEASED = [
    *(released(f"ended after {minutes} minutes", minutes) for minutes in (5, 10, 12, 15, 20, 30)),
    *(released(f"ended {late} minutes late", 10, late=late) for late in (1, 3, 6, 8, 15)),
    released("a meeting of two hours", 15, shape={"end": "3 11:00"}),
    released("a whole working day", 15, start="3 08:00",
             shape={"start": "3 08:00", "end": "3 18:00"}),
    released("a private meeting", 10, shape={"sensitivity": "private"}),
    known("no-show-released", "written in New York", at("3 11:10", rewrite(end="3 05:10")),
          shape={"start": "3 05:00", "end": "3 06:00", "zone": "America/New_York"},
          look="3 11:20", setting=Setting("summer")),
    released("lunch was ordered", 10, at("3 09:12", cater())),
    released("its organiser may not be read", 10, at("3 09:05", fails("forbidden", "anna"))),
    released("a room for two rooms", 10, shape={"rooms": "A B"}, count=1),
    released("the nights between were missed", 10),
    known("no-show-released", "one date of a series", night(10),
          at("10 09:10", rewrite(day=10, end="10 09:10")), look="10 09:20", count=1,
          shape={"repeats": weekly()}),
    known("no-show-released", "one date of a daily series", night(4),
          at("4 09:15", rewrite(day=4, end="4 09:15")), look="4 09:25", count=1,
          shape={"repeats": daily()}),
    known("awaiting-next-pass", "shortened by its organiser as it ran",
          at("3 09:25", change(end="3 09:30")), look="3 09:50"),
    known("awaiting-next-pass", "shortened by its organiser the day before",
          at("2 09:25", change(end="3 09:30")), look="2 09:50"),
]  # fmt: skip

# -- retention ---------------------------------------------------------------------------------

_HOURS = tuple(range(7, 19))


def purged(title: str, *more, hours=_HOURS, when: str = "4 10:00", look="4 15:00", **shape):
    """A dozen meetings of one day, long over when a retention tag takes them all at once."""
    each = [
        book(f"1 {hour:02}:00", f"1 {hour:02}:30", f"Talk {hour}", name=f"talk{hour}", **shape)
        for hour in hours
    ]
    return story(
        "retention-purged", title, at("0 15:00", *each), at("0 16:00", run()), *more,
        at(when, purge("4 00:00")), look=look, span=(0, 8), setting=Setting("summer"),
    )  # fmt: skip


PURGED = [
    *(purged(f"{count} meetings at once", hours=tuple(range(6, 6 + count)))
      for count in range(11, 17)),
    *(purged(f"seen {days} days later", when=f"{days} 10:00", look=f"{days} 15:00")
      for days in range(5, 12)),
    purged("a night has passed since they ended", night(2)),
    purged("many nights have passed since they ended", night(2), night(3), night(4)),
    purged("private ones", sensitivity="private"),
    purged("with others", attendees=("bram",)),
    purged("in two rooms, and one was purged", rooms="A B"),
    purged("written in London", zone="Europe/London"),
    purged("the organiser may not be read", at("3 09:00", fails("forbidden", "anna"))),
    purged("the organiser has left", at("3 09:00", leaves())),
    story("hard-deleted-by-delegate", "one alone that is over was deleted", at("0 15:00",
          book("1 09:00", "1 10:00"), book("1 11:00", "1 12:00", "Stays", name="stays")),
          at("0 16:00", run()), at("2 10:00", delete()), look="2 15:00", span=(0, 8)),
]  # fmt: skip
STORIES = [*DELETED, *RESTORED, *LEFT, *RELEASED, *PURGED]
