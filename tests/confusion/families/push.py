"""What Officebooking wrote and Outlook lacks, and what others write into the room by themselves."""

from __future__ import annotations

from confusion.acts import (
    book,
    call_off,
    cater,
    delete,
    direct,
    edit,
    fails,
    forget_push,
    night,
    recovers,
    reserve,
    run,
    stored,
    weekly,
)
from confusion.shapes import ALL_DAY, OVER_MIDNIGHT, SERIES, SINGLES
from confusion.story import NOTHING, at, story
from obctl.domain.reservation import Status

_WEEKLY = {"repeat": "FREQ=WEEKLY;COUNT=4"}
_DAILY = {"repeat": "FREQ=DAILY;COUNT=4"}
HERE = {
    "an hour": {}, "a quarter of an hour": {"end": "3 09:15"},
    "a whole working day": {"start": "3 08:00", "end": "3 18:00"},
    "over midnight": OVER_MIDNIGHT, "all day": {"start": "3 00:00", "end": "4 00:00"},
    "on the Sunday of a clock change": {"start": "13 10:00", "end": "13 12:00"},
    "a weekly series": _WEEKLY, "a daily series": _DAILY,
}  # fmt: skip
FAULTS = ("forbidden", "unavailable", "server-error", "gateway-timeout", "bad-request",
          "mailbox-moving")  # fmt: skip

# -- written here and not there ----------------------------------------------------------------


def unwritten(title: str, *more, kind="forbidden", shape=None, **options):
    """Reserved here while Graph refuses what is written to the room."""
    return story(
        "push-failed", title, at("1 09:00", fails(kind, method="POST")),
        at("1 10:00", reserve(**(shape or {}))), at("1 10:30", recovers()), *more, **options,
    )  # fmt: skip


def reserved(code: str, title: str, *more, **options):
    """Reserved here, and in step since the first night."""
    return story(code, title, at("0 15:00", reserve()), night(1), *more, **options)


UNWRITTEN = [
    *(unwritten(f"reserved here, {name}", shape=shape) for name, shape in HERE.items()),
    *(unwritten(f"reserved here, and Graph answered {kind}", kind=kind) for kind in FAULTS),
    unwritten("with lunch", at("1 10:10", cater())),
    story("push-failed", "reserved here, and never sent", at("1 10:00", reserve(push=False))),
    story("push-failed", "a series reserved here, and never sent",
          at("1 10:00", reserve(push=False, **_WEEKLY))),
    story("push-failed", "reserved here, and struck out before it was sent",
          at("1 10:00", reserve(push=False), forget_push())),
    *(reserved("push-failed", f"moved here, and Graph answered {kind}",
               at("1 09:00", fails(kind, method="PATCH")),
               at("1 10:00", edit(start="3 14:00", end="3 15:00")), at("1 10:30", recovers()))
      for kind in FAULTS),
    *(reserved("push-failed", f"cancelled here, and Graph answered {kind}",
               at("1 09:00", fails(kind, method=method), fails(kind, method="POST")),
               at("1 10:00", call_off()), at("1 10:30", recovers()))
      for kind, method in (("forbidden", "DELETE"), ("server-error", "DELETE"))),
    reserved("push-failed", "renamed here, and not sent yet",
             at("1 10:00", edit(title="Budget 2", push=False))),
    story(NOTHING, "refused at first, and sent by the night", at("0 15:00",
          fails("forbidden", method="POST")), at("0 15:30", reserve()), at("0 16:00", recovers()),
          night(1), night(2), look="2 15:00"),
]  # fmt: skip

# -- somebody else's meeting -------------------------------------------------------------------


def theirs(title: str, *more, shape=None, **options):
    """Anna's meeting, known since the first night; Officebooking itself changes or cancels it."""
    return story(
        "push-not-organizer", title, at("0 15:00", book(**(shape or {}))), night(1), *more,
        **options,
    )  # fmt: skip


_CANCELLED = stored(status=Status.CANCELLED, version=2)
THEIRS = [
    *(theirs(f"{name} cancelled in Officebooking's own screens", at("1 10:00", _CANCELLED),
             shape=shape)
      for name, shape in (SINGLES | SERIES).items()),
    *(theirs(f"moved by {minutes} minutes in Officebooking's own screens",
             at("1 10:00", stored(shift=minutes, version=2))) for minutes in (25, 60, 300)),
    theirs("renamed in Officebooking's own screens",
           at("1 10:00", stored(subject="Budget", version=2, end="3 12:00"))),
    theirs("cancelled there, with lunch", at("1 09:00", cater()), at("1 10:00", _CANCELLED)),
    story(NOTHING, "cancelled here: the room declines it", at("0 15:00", book()), night(1),
          at("1 10:00", call_off())),
]  # fmt: skip

# -- written into the room's calendar ----------------------------------------------------------


def panel(title: str, *more, shape=None, **options):
    return story(
        "booked-directly-in-room-mailbox", title, night(1), at("1 10:00", direct(**(shape or {}))),
        *more, **options,
    )  # fmt: skip


DIRECT = [
    *(panel(name, shape=shape) for name, shape in (SINGLES | SERIES).items()),
    panel("by an app with a transaction id of its own", shape={"transaction_id": "panel-7"}),
    panel("with a person invited", shape={"attendees": ("anna",)}),
    panel("a minute ago", look="1 10:20"),
    panel("two nights were missed", look="3 02:00", shape={"start": "5 09:00", "end": "5 10:00"}),
    panel("beside another meeting, back to back",
          at("0 15:00", book("3 08:00", "3 09:00")), shape={}),
    story(NOTHING, "adopted by the night", at("0 15:00", direct()), night(1)),
    story(NOTHING, "written there by obctl itself", at("0 15:00", reserve()), night(1)),
]  # fmt: skip

# -- on top of another meeting -----------------------------------------------------------------


def on_top(title: str, *more, first=None, second=None, **options):
    """Anna's meeting was accepted; then somebody writes another one over it."""
    return story(
        "double-booked-by-direct-write", title, at("0 15:00", book(**(first or {}))), night(1),
        at("1 10:00", direct(**(second or {}))), *more, **options,
    )  # fmt: skip


ON_TOP = [
    *(on_top(f"over {name}", first=shape, second={"start": start, "end": end})
      for name, shape, start, end in (
          ("the first half", {}, "3 08:30", "3 09:30"), ("the second half", {}, "3 09:30", "3 10:30"),
          ("the same hour", {}, "3 09:00", "3 10:00"), ("all of it", {}, "3 08:00", "3 12:00"),
          ("a quarter in its midst", {}, "3 09:20", "3 09:35"),
          ("a whole working day", SINGLES["a whole working day"], "3 12:00", "3 13:00"),
          ("a meeting over midnight", OVER_MIDNIGHT, "4 01:00", "4 03:00"),
          ("a meeting with others", SINGLES["a meeting with others"], "3 09:30", "3 10:30"),
          ("a private meeting", SINGLES["a private meeting"], "3 09:30", "3 10:30"),
          ("an all-day meeting", ALL_DAY, "3 12:00", "3 13:00"),
          ("a meeting written in New York", SINGLES["a meeting written in New York"], "3 10:30", "3 11:30"),
          ("a Sunday on which the clocks may change", SINGLES["a Sunday on which the clocks may change"],
           "13 11:00", "13 13:00"),
      )),
    *(on_top(f"over a date of {name}", first=SERIES[name], second={"start": start, "end": end})
      for name, start, end in (
          ("a weekly series", "10 09:30", "10 10:30"), ("a daily series", "4 09:30", "4 10:30"),
          ("a weekly series without end", "17 09:30", "17 10:30"),
          ("a weekly all-day series", "10 12:00", "10 13:00"))),
    on_top("a day written over an hour", second=ALL_DAY),
    on_top("a weekly series written over a meeting", second={"repeats": weekly(), "start": "3 09:30",
           "end": "3 10:30"}, besides={f"day {day}": "booked-directly-in-room-mailbox"
                                       for day in (10, 17, 24)}),
    on_top("two nights were missed", second={"start": "3 09:30", "end": "3 10:30"},
           look="3 02:00"),
    on_top("lunch was ordered for the first", at("1 11:00", cater())),
    story("double-booked-by-direct-write", "over what was reserved here", at("0 15:00", reserve()),
          night(1), at("1 10:00", direct("3 09:30", "3 10:30"))),
    story("double-booked-by-direct-write", "both were there on the first night", at("0 15:00",
          book()), at("0 16:00", direct("3 09:30", "3 10:30")), night(1)),
    story("booked-directly-in-room-mailbox", "where a cancelled meeting was", at("0 15:00", book()),
          night(1), at("1 09:00", delete()), at("1 09:30", run()),
          at("1 10:00", direct("3 12:30", "3 13:30")), besides={"Budget": "cancel-awaiting-approval"}),
]  # fmt: skip
STORIES = [*UNWRITTEN, *THEIRS, *DIRECT, *ON_TOP]
