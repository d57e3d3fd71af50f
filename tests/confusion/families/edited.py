"""Edited more than once, or while ids were replaced; and what only looks like another cause."""

from __future__ import annotations

from confusion.acts import (
    book,
    cancel,
    cater,
    change,
    daily,
    fails,
    invite_to_one,
    move_mailbox,
    night,
    rewrite,
    rules,
    split,
    weekly,
)
from confusion.shapes import ALL_DAY
from confusion.story import Setting, at, story

_WEEKS = {"repeats": weekly()}
_DAYS = (3, 10, 17, 24)
_GOES = rules(RemoveCanceledMeetings=True)
_ANEW = (change(rooms=""), change(rooms="A"))
_NEW_IDS = {"its mailbox moved": (move_mailbox(),), "the room invited anew": _ANEW}


def known(code: str, title: str, *more, shape=None, **options):
    """A series, or a meeting of that shape, known since the first night."""
    return story(
        code, title, at("0 14:30", _GOES), at("0 15:00", book(**(_WEEKS if shape is None else shape))),
        night(1), *more, **options,
    )  # fmt: skip


def others(cause: str, *but: int) -> dict[str, str]:
    return {f"day {day}": cause for day in _DAYS if day not in but}


# -- a series, edited more than once -----------------------------------------------------------


def alone(title: str, *more, to="11 13:00", end="11 14:00", **options):
    """A date had been moved by itself; then the whole series is given another hour."""
    return known(
        "series-edit-wiped-exceptions", title, at("1 08:00", change(day=10, start=to, end=end)),
        night(2), at("2 10:00", change(start="3 15:00", end="3 16:00")), *more, look="2 15:00",
        besides=others("awaiting-next-pass", *((10,) if to.startswith("10") else ())), **options,
    )  # fmt: skip


SERIES_EDITED = [
    *(alone(f"a date moved, then its series, {name}", at("2 11:00", *new))
      for name, new in _NEW_IDS.items()),
    *(alone(f"a date moved within its day, then its series, {name}", at("2 11:00", *new),
            to="10 13:00", end="10 14:00") for name, new in _NEW_IDS.items()),
    known("series-edit-wiped-exceptions", "a date was off, and is on with the series at its new hour",
          at("1 08:00", cancel(day=10)), night(2),
          at("2 10:00", change(start="3 15:00", end="3 16:00")), look="2 15:00",
          besides=others("awaiting-next-pass", 10)),
    known("awaiting-next-pass", "a date was off, and its organiser puts it on again",
          at("1 08:00", cancel(day=10)), night(2),
          at("2 10:00", change(day=10, start="10 15:00", end="10 16:00")), look="2 15:00", count=1),
    known("awaiting-next-pass", "the room was taken off a meeting, and is invited again", at("1 08:00",
          change(rooms="")), night(2), at("2 10:00", change(rooms="A")), look="2 15:00", shape={}),
    *(known("awaiting-next-pass", f"a series from {old} to {new}: {name}",
            at("1 10:00", change(start=f"3 {new}:00", end=f"3 {int(new) + 1:02}:00")),
            at("1 11:00", *ids),
            shape={"repeats": weekly(), "start": f"3 {old}:00", "end": f"3 {int(old) + 1:02}:00"})
      for old, new in (("08", "21"), ("21", "08"), ("09", "11"))
      for name, ids in (("its ids stay", ()), *_NEW_IDS.items())),
    known("occurrence-cancelled-silently", "a series ended, and its mailbox moved",
          at("1 10:00", change(repeats=weekly(2))), at("1 11:00", move_mailbox()),
          besides={"day 3": "id-changed-after-mailbox-move",
                   "day 10": "id-changed-after-mailbox-move"}),
    known("occurrence-cancelled-silently", "a series ended before a date that had been moved",
          at("1 08:00", change(day=24, start="25 13:00", end="25 14:00")), night(2),
          at("2 10:00", change(repeats=weekly(2))), look="2 15:00"),
    story("awaiting-next-pass", "the room had one date alone, and gets the whole series",
          at("0 15:00", book(rooms="", attendees=("bram",), **_WEEKS)),
          at("0 16:00", invite_to_one(10)), night(1), at("1 10:00", change(rooms="A"))),
]  # fmt: skip

# -- this and all future, elsewhere in the week or the house -----------------------------------


def goes_on(title: str, start: str, *more, rooms="A", count=2, **options):
    """The organiser ends the series himself, and books what follows as another one."""
    day, hour = start.split()
    end = f"{day} {int(hour[:2]) + 1}:00"
    return known(
        "series-split", title, at("1 09:00", cater(day=17)),
        at("1 10:00", change(repeats=weekly(2)),
           book(start, end, name="rest", rooms=rooms, repeats=weekly(count))), *more, **options,
    )  # fmt: skip


SPLIT = [
    *(goes_on(f"by hand, {name}", start) for name, start in (
        ("at its hour", "17 09:00"), ("at another hour", "17 14:00"), ("a day later", "18 09:00"),
        ("a day earlier", "16 11:00"),
    )),
    *(goes_on(f"by hand, {name} in another room", start, rooms="B") for name, start in (
        ("at its hour", "17 09:00"), ("at another hour", "17 14:00"), ("a day later", "18 09:00"),
    )),
    goes_on("by hand, and the mailbox moved", "17 14:00", at("1 11:00", move_mailbox()), besides={
            "day 3": "id-changed-after-mailbox-move", "day 10": "id-changed-after-mailbox-move"}),
    known("series-split", "twice", at("1 10:00", split(10, start="10 11:00")),
          at("1 11:00", split(17, meeting="rest", name="last", start="17 14:00"))),
    known("occurrence-cancelled-silently", "ended, and somebody else's series begins",
          at("1 10:00", change(repeats=weekly(2)),
             book("17 09:00", "17 10:00", "Choir", by="bram", name="other", repeats=weekly(2))),
          besides={"Choir": "awaiting-next-pass"}),
]  # fmt: skip

# -- hours -------------------------------------------------------------------------------------

_NOW = {"start": "1 09:00", "end": "1 10:00"}
_DATE = _NOW | {"repeats": weekly()}


def ends(code: str, title: str, when: str, do, *more, shape=_NOW, **options):
    return known(code, title, at(when, do), *more, shape=shape, count=1, **options)


CUT = [
    *(ends("no-show-released", f"written at {when}, {name}", f"1 {when}",
           rewrite(end="1 09:15", **more), shape=shape)
      for when in ("09:15", "09:31", "11:00")
      for name, shape, more in (("a meeting", _NOW, {}), ("a date", _DATE, {"day": 1}))),
    ends("no-show-released", "written late, and its organiser may not be read", "1 09:31",
         rewrite(end="1 09:15"), at("1 09:40", fails("forbidden", "anna"))),
    *(ends("awaiting-next-pass", f"its organiser changes the end to {end} at {when}", f"1 {when}",
           change(end=f"1 {end}"))
      for when, end in (("08:30", "09:15"), ("09:05", "09:45"), ("09:14", "09:15"),
                        ("09:31", "09:15"), ("09:31", "11:00"))),
    ends("awaiting-next-pass", "its organiser cuts it short, and renames it later", "1 08:30",
         change(end="1 09:15"), at("1 09:40", change(subject="Budget, short")),
         at("1 09:50", fails("forbidden", "anna"))),
]  # fmt: skip

_LONDON = {"zone": "Europe/London", "start": "3 08:00", "end": "3 09:00"}
AUTUMN = Setting("autumn")
SHIFTED = [
    known("awaiting-next-pass", "moved by an hour in London, and its organiser may not be read",
          at("1 10:00", change(start="3 09:00", end="3 10:00")),
          at("1 11:00", fails("forbidden", "anna")), shape=_LONDON),
    known("awaiting-next-pass", "a date of a London series moved by an hour",
          at("1 10:00", change(day=10, start="10 09:00", end="10 10:00")),
          shape=_LONDON | _WEEKS, count=1),
    *(known("awaiting-next-pass", f"day {day} moved by an hour, beside a clock change",
            at("1 10:00", change(day=day, start=f"{day} 10:00", end=f"{day} 11:00")),
            setting=AUTUMN, count=1) for day in _DAYS),
    known("timezone-shift", "a date written anew in London", at("1 10:00", rewrite(day=10,
          zone="Europe/London", end_zone="Europe/London")), count=1),
    known("timezone-shift", "written anew in London, and its organiser may not be read",
          at("1 10:00", rewrite(zone="Europe/London", end_zone="Europe/London")),
          at("1 11:00", fails("forbidden", "anna")), shape={}),
    known("awaiting-next-pass", "an all-day meeting lasts a day longer",
          at("1 10:00", change(end="5 00:00")), shape=ALL_DAY),
    known("awaiting-next-pass", "an hour becomes the whole day",
          at("1 10:00", change(start="3 00:00", end="4 00:00", all_day=True)), shape={}),
    known("awaiting-next-pass", "an all-day series, one date of it moved by a day",
          at("1 10:00", change(day=10, start="11 00:00", end="12 00:00")),
          shape=ALL_DAY | _WEEKS, count=1),
]  # fmt: skip

# -- the window, and subjects ------------------------------------------------------------------

_BEYOND = {f"day {day}": "outside-sync-window" for day in range(36, 60)}
_DEFAULTS = rules(DeleteSubject=True, AddOrganizerToSubject=True)
REST = [
    *(known("awaiting-next-pass", f"reached by the window after missed nights: {name}",
            look="5 15:00", span=(-1, 45), shape=shape, besides=_BEYOND)
      for name, shape in (
          ("a meeting", {"start": "33 09:00", "end": "33 10:00"}),
          ("a daily series", {"repeats": daily(60)}),
          ("a fortnightly series", {"repeats": weekly(6, interval=2), "start": "5 09:00",
                                    "end": "5 10:00"}),
          ("an all-day meeting", ALL_DAY | {"start": "34 00:00", "end": "35 00:00"}),
      )),
    known("subject-rewritten", "one date of a series", at("1 09:00", _DEFAULTS),
          at("1 10:00", change(day=3, body="Agenda follows."))),
    known("subject-rewritten", "one date of a series, the old subject behind the name",
          at("1 09:00", rules(AddOrganizerToSubject=True)),
          at("1 10:00", change(day=3, body="Agenda follows."))),
    known("subject-rewritten", "one date of a series, and a night has passed over it",
          at("1 09:00", _DEFAULTS), at("1 10:00", change(day=3, body="Agenda follows.")), night(2),
          look="2 15:00"),
    known("awaiting-next-pass", "one date rewritten, and moved too", at("1 09:00", _DEFAULTS),
          at("1 10:00", change(day=10, start="10 14:00", end="10 15:00")), count=1),
]  # fmt: skip
STORIES = [*SERIES_EDITED, *SPLIT, *CUT, *SHIFTED, *REST]
