"""Two things happened: the more specific, or the identity, comes first; and what fits no cause."""

from __future__ import annotations

from confusion.acts import (
    book,
    call_off,
    cancel,
    cater,
    change,
    daily,
    delete,
    direct,
    drain,
    edit,
    fails,
    leaves,
    move_mailbox,
    night,
    recovers,
    recreate,
    reserve,
    rewrite,
    rules,
    run,
    stored,
    subscribe,
    weekly,
)
from confusion.doings import OURS
from confusion.shapes import ALL_DAY
from confusion.story import NOTHING, Setting, at, story

LIVE = Setting(group="a listener")
_PENDING = at("0 14:30", rules(AutomateProcessing="AutoUpdate"))
_BOARD = {"start": "3 09:00", "end": "3 10:00", "subject": "Board", "by": "bram", "name": "board"}


def known(code: str, title: str, *more, shape=None, **options):
    return story(code, title, at("0 15:00", book(**(shape or {}))), night(1), *more, **options)


def ours(code: str, title: str, *more, **options):
    """Reserved here, written to Outlook, and in step since the first night."""
    return story(code, title, at("0 15:00", reserve()), night(1), *more, **options)


IDENTITY_FIRST = [
    known("id-changed-after-mailbox-move", "new ids, and an hour later",
          at("1 10:00", move_mailbox()), at("1 11:00", change(start="3 10:00", end="3 11:00"))),
    known("id-changed-after-mailbox-move", "new ids, and renamed", at("1 10:00", move_mailbox()),
          at("1 11:00", change(subject="Budget 2"))),
    known("room-remapped", "cancelled, and the mailbox was made anew", at("1 09:00", cancel()),
          at("1 10:00", recreate())),
    known("room-remapped", "a request waits, and the mailbox was made anew",
          at("1 09:00", cater()), at("1 09:30", cancel()), night(2), at("2 10:00", recreate()),
          look="2 15:00"),
    known("duplicate-import", "sent twice, and the organiser has left",
          at("0 14:30", rules(AllowConflicts=True)), at("1 10:00", book(name="again")),
          at("1 11:00", leaves())),
]  # fmt: skip
NOT_DUE_FIRST = [
    story("created-before-activation", "pending, and older than the room's connection", _PENDING,
          at("0 15:00", book()), night(1), activated="0 20:00"),
    story("created-before-activation", "written over another one before the connection",
          at("0 15:00", book(), direct("3 09:30", "3 10:30")), night(1), activated="0 20:00"),
    story("outside-sync-window", "pending, and far ahead", _PENDING,
          at("0 15:00", book("45 09:00", "45 10:00")), night(1), span=(32, 60)),
    story("outside-sync-window", "written into the room's calendar, and far ahead",
          at("0 15:00", direct("45 09:00", "45 10:00")), night(1), span=(32, 60)),
    story("event-still-settling", "an outsider's, a minute old",
          at("0 14:30", rules(AutomateProcessing="AutoUpdate",
                              ProcessExternalMeetingMessages=True)), night(1),
          at("1 10:00", book(by="eve@fabrikam.example")), look="1 10:01"),
    story("booked-directly-in-room-mailbox", "a series written there, of which a notice brought one",
          at("0 15:30", run()), at("0 16:00", subscribe()),
          at("1 10:00", direct(repeats=weekly())), at("1 10:30", drain()), setting=LIVE),
    story("organizer-left-orphan", "a series of which a notice brought one; its organiser left",
          at("0 15:30", run()), at("0 16:00", subscribe()), at("1 10:00", book(repeats=weekly())),
          at("1 10:30", drain()), at("1 11:00", leaves()), setting=LIVE),
]  # fmt: skip
CANCELLED_FIRST = [
    known("cancelled-but-kept-on-calendar", "moved by an hour in London, and cancelled",
          at("1 09:00", change(start="3 10:00", end="3 11:00")), at("1 10:00", cancel()),
          shape={"zone": "Europe/London"}),
    known("cancelled-but-kept-on-calendar", "written anew in London, and cancelled",
          at("1 09:00", rewrite(zone="Europe/London", end_zone="Europe/London")),
          at("1 10:00", cancel())),
    known("cancelled-but-kept-on-calendar", "an exception, and then the series is cancelled",
          at("1 09:00", change(day=10, start="10 14:00", end="10 15:00")),
          at("1 10:00", cancel()), shape={"repeats": weekly()}),
    known("occurrence-cancelled-silently", "one date off, and the series given another hour",
          at("1 09:00", cancel(day=10)), at("1 09:30", run()),
          at("1 10:00", change(day=17, start="17 14:00", end="17 15:00")), count=1,
          shape={"repeats": weekly()}, besides={"day 17": "awaiting-next-pass"}),
    known("hard-deleted-by-delegate", "a date moved, and the whole series deleted",
          at("1 09:00", change(day=10, start="10 14:00", end="10 15:00")), at("1 10:00", delete()),
          shape={"repeats": weekly()}),
    known("hard-deleted-by-delegate", "deleted, and somebody writes over the hour",
          at("1 10:00", delete()), at("1 11:00", direct()),
          besides={"Panel": "double-booked-by-direct-write"}),
    known("moved-to-other-room", "to another room, where somebody had written over the hour",
          at("0 16:00", direct("3 09:30", "3 10:30", "Panel", room="C", name="c")),
          at("1 10:00", change(rooms="B"))),
    story("awaiting-next-pass", "one date alone, moved since",
          at("0 15:00", book(rooms="", attendees=("bram",), repeats=weekly())),
          at("0 16:00", change(day=10, rooms="A")), night(1),
          at("1 10:00", change(day=10, start="10 14:00", end="10 15:00"))),
    story("cancelled-but-kept-on-calendar", "one date alone, cancelled since",
          at("0 15:00", book(rooms="", attendees=("bram",), repeats=weekly())),
          at("0 16:00", change(day=10, rooms="A")), night(1), at("1 10:00", cancel(day=10))),
    story("cancelled-but-kept-on-calendar", "one date alone, and its series is cancelled",
          at("0 15:00", book(rooms="", attendees=("bram",), repeats=weekly())),
          at("0 16:00", change(day=10, rooms="A")), night(1), at("1 10:00", cancel())),
]  # fmt: skip
OURS_CHANGED = [
    ours("hard-deleted-by-delegate", "what was written here was deleted there",
         at("1 10:00", delete(meeting=OURS))),
    ours("awaiting-next-pass", "what was written here was moved there",
         at("1 10:00", rewrite(meeting=OURS, start="3 14:00", end="3 15:00"))),
    ours("awaiting-next-pass", "what was written here was renamed there",
         at("1 10:00", rewrite(meeting=OURS, subject="Budget 2"))),
    ours(NOTHING, "moved here, and Outlook has it", at("1 10:00", edit(start="3 14:00",
         end="3 15:00"))),
    ours(NOTHING, "cancelled here, and Outlook has it", at("1 10:00", call_off())),
    ours("push-failed", "moved to another room here, and not sent yet",
         at("1 10:00", edit(to="B", push=False))),
    ours("push-failed", "moved to another room here, which refuses it",
         at("1 09:00", fails("forbidden", "B", method="POST")), at("1 10:00", edit(to="B")),
         at("1 10:30", recovers("B"))),
    ours("push-failed", "moved here, refused, and its organiser has left",
         at("1 09:00", fails("forbidden", method="PATCH")),
         at("1 10:00", edit(start="3 14:00", end="3 15:00")), at("1 10:30", recovers()),
         at("1 11:00", leaves())),
    ours("double-booked-by-direct-write", "somebody writes over what was written here",
         at("1 10:00", direct("3 09:30", "3 10:30"))),
]  # fmt: skip

# -- what nothing explains: another system wrote into Officebooking -----------------------------

_ODD = (5, 10, 20, 25, 35, 40, 50, 55, 70, 80, 100, -10, -25, -40)
ODD = [
    *(known("unexplained", f"stored {minutes} minutes off", at("1 10:00", stored(shift=minutes)))
      for minutes in _ODD),
    *(known("unexplained", f"every date stored {minutes} minutes off",
            at("1 10:00", stored(shift=minutes)), shape={"repeats": weekly()})
      for minutes in (25, -40)),
    known("unexplained", "stored to end later", at("1 10:00", stored(end="3 11:00"))),
    known("unexplained", "stored to end earlier", at("1 10:00", stored(end="3 09:30"))),
    known("unexplained", "stored three days later", at("1 10:00", stored(shift=3 * 1440))),
    known("unexplained", "an all-day meeting stored three days later",
          at("1 10:00", stored(shift=3 * 1440)), shape=ALL_DAY),
    known("unexplained", "stored to last a day longer, of an hour",
          at("1 10:00", stored(end="4 10:00"))),
]  # fmt: skip

# -- patterns that booking systems fear: obctl takes them date by date ---------------------------

_PATTERNS = {
    "the last Friday of every month": weekly(2, type="relativeMonthly", daysOfWeek=["friday"],
                                             index="last"),
    "the third Thursday of every other month": weekly(2, type="relativeMonthly", interval=2,
                                                      daysOfWeek=["thursday"], index="third"),
    "every month on the 17th": weekly(2, type="absoluteMonthly", dayOfMonth=17),
    "every third week": weekly(2, interval=3),
    "every fifth day": daily(4, interval=5),
    "on all five days of the week": weekly(12, daysOfWeek=[
        "monday", "tuesday", "wednesday", "thursday", "friday"]),
    "every year": weekly(2, type="absoluteYearly", dayOfMonth=17, month=9),
}  # fmt: skip
PATTERNS = [
    *(story(NOTHING, f"{name}, taken by the night", at("0 15:00", book(repeats=pattern)), night(1))
      for name, pattern in _PATTERNS.items()),
    *(story("awaiting-next-pass", f"{name}, booked since", night(1),
            at("1 10:00", book(repeats=pattern)))
      for name, pattern in _PATTERNS.items() if "year" not in name and "17th" not in name),
]  # fmt: skip
STORIES = [
    *IDENTITY_FIRST, *NOT_DUE_FIRST, *CANCELLED_FIRST, *OURS_CHANGED, *ODD, *PATTERNS,
]  # fmt: skip
