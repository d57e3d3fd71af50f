"""The room did not accept the meeting, or not all of it."""

from __future__ import annotations

from confusion.acts import (
    book,
    cancel,
    cater,
    change,
    daily,
    direct,
    fails,
    forget_push,
    night,
    reserve,
    respond,
    rules,
    weekly,
)
from confusion.shapes import EVERY
from confusion.story import NOTHING, at, story

_DELEGATES = rules(AutomateProcessing="AutoUpdate")
_DELEGATES_KNOWN = rules(known=True, AutomateProcessing="AutoUpdate")
_APPROVAL = rules(AllBookInPolicy=False, AllRequestInPolicy=True)
EVE = "eve@fabrikam.example"

# -- waits for a person ------------------------------------------------------------------------


def pending(title: str, *more, shape=None, put=_DELEGATES, **options):
    """Sent since the last pass to a room that does not answer by itself."""
    return story(
        "tentative-not-accepted", title, at("0 14:30", put), night(1),
        at("1 10:00", book(**(shape or {}))), *more, **options,
    )  # fmt: skip


PENDING = [
    *(pending(name, shape=shape) for name, shape in EVERY.items()),
    pending("Exchange's rules are known", put=_DELEGATES_KNOWN),
    pending("requests in policy need approval", put=_APPROVAL),
    pending("answered tentatively by the delegate", at("1 11:00", respond("tentativelyAccepted"))),
    pending("two nights were missed", look="3 02:00", shape={"start": "5 09:00", "end": "5 10:00"}),
    story("tentative-not-accepted", "accepted once, then updated and not answered again",
          at("0 15:00", book()), night(1), at("1 09:00", respond("tentativelyAccepted"))),
    story("tentative-not-accepted", "an outsider, and the room does take those",
          at("0 14:30", rules(known=True, AutomateProcessing="AutoUpdate",
                              ProcessExternalMeetingMessages=True)),
          night(1), at("1 10:00", book(by=EVE))),
    story(NOTHING, "taken over as pending by the night", at("0 14:30", _DELEGATES),
          at("0 15:00", book()), night(1)),
    story(NOTHING, "the delegate accepted before the night", at("0 14:30", _DELEGATES),
          at("0 15:00", book()), at("0 16:00", respond("accepted")), night(1)),
]  # fmt: skip

# -- declined ----------------------------------------------------------------------------------


def declined(title: str, *more, shape=None, put=_DELEGATES, **options):
    """Taken over as pending by the first night; then the delegate says no."""
    return story(
        "room-declined", title, at("0 14:30", put), at("0 15:00", book(**(shape or {}))),
        night(1), *(more or [at("1 10:00", respond("declined"))]), **options,
    )  # fmt: skip


_NO = at("1 10:00", respond("declined"))
_BOARD = at("0 16:00", book("4 14:00", "4 15:00", "Board", by="bram", name="board"))
DECLINED = [
    *(declined(name, shape=shape) for name, shape in EVERY.items()),
    declined("lunch was ordered", at("1 09:00", cater()), _NO),
    declined("its organiser may not be read", at("1 09:00", fails("forbidden", "anna")), _NO),
    declined("after it had been accepted", at("1 09:00", respond("accepted")), _NO),
    declined("approval was needed", put=_APPROVAL),
    declined("two nights were missed", _NO, look="3 02:00",
             shape={"start": "5 09:00", "end": "5 10:00"}),
    declined("an outsider", put=rules(AutomateProcessing="AutoUpdate",
                                      ProcessExternalMeetingMessages=True), shape={"by": EVE}),
    story("room-declined", "accepted, and moved to an hour that another meeting has",
          at("0 15:00", book()), _BOARD, night(1), at("1 10:00", change(start="4 14:00",
          end="4 15:00"))),
    story("room-declined", "accepted, and moved beyond what the room takes",
          at("0 14:30", rules(BookingWindowInDays=20)), at("0 15:00", book()), night(1),
          at("1 10:00", change(start="25 14:00", end="25 15:00"))),
    story("room-declined", "accepted, and made longer than the room takes",
          at("0 14:30", rules(MaximumDurationInMinutes=240)), at("0 15:00", book()), night(1),
          at("1 10:00", change(end="3 16:00"))),
    story("room-declined", "a series moved to hours that another series has",
          at("0 15:00", book(repeats=weekly())),
          at("0 16:00", book("3 14:00", "3 15:00", "Board", by="bram", name="board",
                             repeats=weekly())),
          night(1), at("1 10:00", change(start="3 14:00", end="3 15:00"))),
    story(NOTHING, "declined at once", at("0 15:00", book("3 09:00", "3 10:00", "Board",
          by="bram", name="board")), at("0 16:00", book()), night(1)),
]  # fmt: skip

# -- nobody from outside -----------------------------------------------------------------------

_STRANGERS = rules(AutomateProcessing="AutoUpdate", ProcessExternalMeetingMessages=True)


def outsider(title: str, *more, shape=None, known=False, when="1 10:00", **options):
    """On the calendar as pending, and the room leaves outside senders without an answer."""
    refuses = rules(known=known, AutomateProcessing="AutoAccept",
                    ProcessExternalMeetingMessages=False)  # fmt: skip
    return story(
        "external-organizer-ignored", title, at("0 14:30", _STRANGERS), night(1),
        at(when, book(**({"by": EVE} | (shape or {})))), at("1 10:10", refuses), *more, **options,
    )  # fmt: skip


OUTSIDERS = [
    *(outsider(name, shape=shape) for name, shape in EVERY.items()),
    outsider("Exchange's rules are known", known=True),
    outsider("a known rule, and a series", known=True, shape={"repeats": weekly()}),
    outsider("twenty minutes ago", look="1 10:25"),
    story(NOTHING, "nothing of it reached the room's calendar", at("0 15:00", book(by=EVE)),
          night(1)),
    story("awaiting-next-pass", "the room takes outsiders, and took this one",
          at("0 14:30", rules(ProcessExternalMeetingMessages=True)), night(1),
          at("1 10:00", book(by=EVE))),
]  # fmt: skip

# -- the room's name as text -------------------------------------------------------------------

_REMOVES = rules(RemoveCanceledMeetings=True)
_PLACES = {
    "the name": "{A}", "name and floor": "{A}, 1st floor", "in words": "Wij zitten in {A}",
    "with the building": "Amsterdam, {A}", "in brackets": "Budget ({A})",
}  # fmt: skip


def text(title: str, *more, shape=None, place="{A}, 1st floor", **options):
    """The organiser takes the room off the invitation and types its name instead."""
    return story(
        "location-text-only", title, at("0 14:30", _REMOVES),
        at("0 15:00", book(**({"attendees": ("bram",)} | (shape or {})))), night(1),
        at("1 10:00", change(rooms="", location=place)), *more, **options,
    )  # fmt: skip


TEXTS = [
    *(text(f"{name} typed", place=place) for name, place in _PLACES.items()),
    *(text(name, shape=shape) for name, shape in EVERY.items()),
    text("lunch was ordered", at("1 11:00", cater())),
    story("location-text-only", "reserved here, never written, and the organiser typed the name",
          at("0 15:00", reserve(push=False), forget_push()),
          at("0 16:00", book(rooms="", location="{A}"))),
    story("cancelled-but-kept-on-calendar", "the room is text now, and the item stays cancelled",
          at("0 15:00", book(attendees=("bram",))), night(1),
          at("1 10:00", change(rooms="", location="{A}"))),
]  # fmt: skip

# -- dates beyond what the room takes ----------------------------------------------------------


def cut(title: str, *more, known=True, window=20, shape=None, **options):
    """A series of which the room takes what lies within its booking window."""
    put = rules(known=known, BookingWindowInDays=window, EnforceSchedulingHorizon=False)
    return story(
        "recurrence-horizon", title, at("0 14:30", put),
        at("0 15:00", book(**({"repeats": weekly(20)} | (shape or {})))), night(1), *more, asks=3,
        **options,
    )  # fmt: skip


_BOOKED_ON = {
    "a weekly series": {"repeats": weekly(20)},
    "a daily series": {"repeats": daily(60)},
    "a weekly series without end": {"repeats": weekly(None)},
    "a weekly series until a day": {"repeats": weekly(until=150)},
    "a fortnightly series": {"repeats": weekly(9, interval=2)},
    "a series on two days a week": {"repeats": weekly(30, daysOfWeek=["thursday", "friday"])},
    "a weekly series over midnight": {"start": "3 22:00", "end": "4 02:00", "repeats": weekly(20)},
    "a weekly all-day series": {"start": "3 00:00", "end": "4 00:00", "all_day": True,
                                "repeats": weekly(20)},
}  # fmt: skip
CUT = [
    *(cut(f"{name}, the room takes twenty days", shape=shape)
      for name, shape in _BOOKED_ON.items()),
    *(cut(f"{name}, and nobody told obctl the rules", known=False, shape=shape)
      for name, shape in _BOOKED_ON.items()),
    *(cut(f"the room takes {days} days", window=days) for days in (10, 15, 25, 28)),
    cut("lunch was ordered", at("1 09:00", cater())),
    story(NOTHING, "the series ends within what the room takes",
          at("0 14:30", rules(known=True, BookingWindowInDays=60, EnforceSchedulingHorizon=False)),
          at("0 15:00", book(repeats=weekly(4))), night(1)),
    story(NOTHING, "the whole series is refused, and never came",
          at("0 14:30", rules(known=True, BookingWindowInDays=20, EnforceSchedulingHorizon=True)),
          at("0 15:00", book(repeats=weekly(20))), night(1)),
]  # fmt: skip

# -- dates on which the room was busy ----------------------------------------------------------

_TOLERANT = rules(AutomateProcessing="AutoAccept", MaximumConflictInstances=2)
_TOLERANT_KNOWN = rules(known=True, AutomateProcessing="AutoAccept", MaximumConflictInstances=2)


def clash(title: str, *more, day=10, shape=None, known=False, board=None, **options):
    """A series moved to an hour that another meeting has on one date."""
    other = {"start": f"{day} 14:00", "end": f"{day} 15:00"} | (board or {})
    put = rules(known=known, MaximumConflictInstances=2)
    options.setdefault("besides", {f"day {one}": "awaiting-next-pass" for one in range(2, 29)
                                   if one != day})  # fmt: skip
    return story(
        "conflict-partially-declined-series", title, at("0 14:30", put),
        at("0 14:40", book(subject="Board", by="bram", name="board", **other)),
        at("0 15:00", book(**({"repeats": weekly()} | (shape or {})))), night(1), *more,
        at("1 10:00", change(start="3 14:00", end="3 15:00")), **options,
    )  # fmt: skip


def pends(title: str, *more, day=10, shape=None, known=False, **options):
    """A series taken over as pending; accepted but for a date that is taken meanwhile."""
    accepts = rules(known=known, AutomateProcessing="AutoAccept", MaximumConflictInstances=2)
    given = {"start": "3 09:00", "end": "3 10:00", "repeats": weekly()} | (shape or {})
    return story(
        "conflict-partially-declined-series", title, at("0 14:30", _DELEGATES),
        at("0 15:00", book(**given)), night(1),
        at("1 09:00", direct(f"{day} 09:00", f"{day} 10:00", "Board", name="board")),
        at("1 09:30", accepts), *more, at("1 10:00", change(body="Agenda")),
        besides={"Board": "double-booked-by-direct-write"}
        | {f"day {one}": "awaiting-next-pass" for one in range(2, 29) if one != day},
        **options,
    )  # fmt: skip


CLASHES = [
    *(clash(f"moved, and day {day} is taken", day=day) for day in (3, 10, 17, 24)),
    *(clash(f"moved, day {day} is taken, and the rules are known", day=day, known=True)
      for day in (3, 10, 17)),
    clash("moved, and a part of the hour is taken", board={"start": "10 14:30", "end": "10 16:00"}),
    clash("moved, and the day is taken as a whole",
          board={"start": "10 00:00", "end": "11 00:00", "all_day": True}),
    clash("a daily series moved", day=4, shape={"repeats": daily()}),
    clash("a series without end moved", shape={"repeats": weekly(None)}),
    clash("moved, with lunch", at("1 09:00", cater())),
    clash("moved, and its organiser may not be read", at("1 09:00", fails("forbidden", "anna"))),
    *(pends(f"accepted but for day {day}", day=day) for day in (10, 17)),
    *(pends(f"accepted but for day {day}, and the rules are known", day=day, known=True)
      for day in (10, 17)),
    pends("a daily series accepted but for one", day=4, shape={"repeats": daily()}),
    pends("a series on two days a week accepted but for one", day=11,
          shape={"repeats": weekly(8, daysOfWeek=["thursday", "friday"])}),
    story(NOTHING, "taken without the date from the start", at("0 14:30", _TOLERANT),
          at("0 14:40", book("10 09:00", "10 10:00", "Board", by="bram", name="board")),
          at("0 15:00", book(repeats=weekly())), night(1)),
    story("occurrence-cancelled-silently", "cancelled, and another meeting took the date",
          at("0 14:30", _TOLERANT), at("0 15:00", book(repeats=weekly())), night(1),
          at("1 10:00", cancel(day=10)),
          at("1 11:00", book("10 09:00", "10 10:00", "Board", by="bram", name="board")),
          besides={"Board": "awaiting-next-pass"}),
]  # fmt: skip
STORIES = [*PENDING, *DECLINED, *OUTSIDERS, *TEXTS, *CUT, *CLASHES]
