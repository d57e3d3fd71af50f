"""Histories of several steps and nights, told by somebody who had not read the rules."""

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
    end_subscriptions,
    fails,
    import_existing,
    leaves,
    move_mailbox,
    night,
    reserve,
    respond,
    restore,
    rewrite,
    rules,
    run,
    split,
    stored,
    subscribe,
    weekly,
)
from confusion.doings import OURS
from confusion.story import NOTHING, Setting, at, story
from obctl.domain.reservation import Status

_WEEKS = {"repeats": weekly()}
_GOES = rules(RemoveCanceledMeetings=True)
_NAMELESS = {"DeleteSubject": True, "AddOrganizerToSubject": True}


def known(code: str, title: str, *more, shape=None, **options):
    """A meeting known since the first night."""
    return story(code, title, at("0 15:00", book(**(shape or {}))), night(1), *more, **options)


def series(code: str, title: str, *more, shape=None, **options):
    """The same of a series: weekly on days 3, 10, 17 and 24 if not told."""
    return known(code, title, *more, shape=_WEEKS | (shape or {}), **options)


def after(code: str, title: str, *more, **options):
    """Looked at in the afternoon after the second night."""
    return known(code, title, *more, look="2 15:00", **options)


def series_after(code: str, title: str, *more, **options):
    return series(code, title, *more, look="2 15:00", **options)


_AWAIT = "awaiting-next-pass"
_KEPT = "cancelled-but-kept-on-calendar"
_MOVED = "moved-to-other-room"
_GONE = "hard-deleted-by-delegate"
_DATE = "occurrence-cancelled-silently"
_IDS = "id-changed-after-mailbox-move"

# -- rooms, in several steps --------------------------------------------------------------------

ROOMS = [
    known(NOTHING, "an hour later, and back", at("1 09:00", change(start="3 10:00", end="3 11:00")),
          at("1 10:00", change(start="3 09:00", end="3 10:00"))),
    after(_MOVED, "to another room, a night, and back", at("1 10:00", change(rooms="B")), night(2),
          at("2 10:00", change(rooms="A"))),
    after(_MOVED, "to another room with lunch, a night, and back", at("1 09:00", cater()),
          at("1 10:00", change(rooms="B")), night(2), at("2 10:00", change(rooms="A"))),
    after(_KEPT, "a second room, a night, and the first is taken off",
          at("1 10:00", change(rooms="A B")), night(2), at("2 10:00", change(rooms="B")), count=1),
    after(_MOVED, "a second room, a night, and a third for the first",
          at("1 10:00", change(rooms="A B")), night(2), at("2 10:00", change(rooms="B C"))),
    after(_MOVED, "of two rooms one goes, a night, and the other is changed for a third",
          at("1 10:00", change(rooms="B")), night(2), at("2 10:00", change(rooms="C")),
          shape={"rooms": "A B"}),
    known(_MOVED, "deleted in its room, and its organiser takes another one",
          at("1 10:00", delete()), at("1 11:00", change(rooms="B"))),
    known(_MOVED, "the mailbox was moved, and its organiser takes another room",
          at("1 10:00", move_mailbox()), at("1 11:00", change(rooms="B"))),
    series_after(_MOVED, "one date to another room, a night, and back",
                 at("1 10:00", change(day=10, rooms="B")), night(2),
                 at("2 10:00", change(day=10, rooms="A"))),
    series_after(_KEPT, "one date to another room, a night, and that date is cancelled",
                 at("1 10:00", change(day=10, rooms="B")), night(2),
                 at("2 10:00", cancel(day=10)), count=1),
    series_after(_AWAIT, "one date to another room, a night, and to the afternoon there",
                 at("1 10:00", change(day=10, rooms="B")), night(2),
                 at("2 10:00", change(day=10, start="10 14:00", end="10 15:00")), count=1),
    series_after(_DATE, "a second room on one date, a night, and the first is taken off that date",
                 at("1 10:00", change(day=10, rooms="A B")), night(2),
                 at("2 10:00", change(day=10, rooms="B")), count=1),
    series(_MOVED, "two rooms, and on one date a third for the first",
           at("1 10:00", change(day=10, rooms="B C")), shape={"rooms": "A B"}),
    series_after(_MOVED, "a series to another room, a night, and one date back",
                 at("1 10:00", change(rooms="B")), night(2),
                 at("2 10:00", change(day=10, rooms="A"))),
    series_after(_DATE, "a series to another room, a night, and one date off there",
                 at("1 10:00", change(rooms="B")), night(2), at("2 10:00", cancel(day=10)),
                 count=1),
    story(_AWAIT, "older than the connection, and then to another room", at("0 15:00", book()),
          night(1, "A", "B"), at("1 10:00", change(rooms="B")), activated="0 20:00", count=1),
]  # fmt: skip

# -- cancelled or gone, and booked anew ---------------------------------------------------------

_BRAM = book("3 09:00", "3 10:00", "Budget of Bram", by="bram", name="new")
ANEW = [
    known(_KEPT, "cancelled, and a colleague takes the hour", at("1 10:00", cancel()),
          at("1 10:30", _BRAM), besides={"Budget of Bram": _AWAIT}, count=2),
    story(_KEPT, "cancelled and taken off, and a colleague takes the hour", at("0 14:30", _GOES),
          at("0 15:00", book()), night(1), at("1 10:00", cancel()), at("1 10:30", _BRAM),
          besides={"Budget of Bram": _AWAIT}, count=2),
    known(_KEPT, "cancelled, and its organiser books the same on the next day",
          at("1 10:00", cancel()), at("1 10:30", book("4 09:00", "4 10:00", name="new")),
          besides={"day 4": _AWAIT}, count=2),
    series(_KEPT, "a series cancelled, and a colleague books the same a day later",
           at("1 10:00", cancel()),
           at("1 10:30", book("4 09:00", "4 10:00", by="bram", name="new", **_WEEKS)),
           besides={f"day {day}": _AWAIT for day in (4, 11, 18, 25)}, count=8),
    known(_GONE, "deleted, and a colleague takes the hour", at("1 10:00", delete()),
          at("1 10:30", _BRAM), besides={"Budget of Bram": _AWAIT}, count=2),
    known(_GONE, "deleted by a delegate, who writes it down on the next day", at("1 10:00", delete()),
          at("1 10:30", direct("4 09:00", "4 10:00", "Budget")),
          besides={"day 4": "booked-directly-in-room-mailbox"}, count=2),
    known(_GONE, "its update was not sent to the room, and a delegate deletes it",
          at("1 09:00", change(silent=True, start="3 14:00", end="3 15:00")),
          at("1 10:00", delete())),
    known(_KEPT, "its update was not sent to the room, and then it is cancelled",
          at("1 09:00", change(silent=True, start="3 14:00", end="3 15:00")),
          at("1 10:00", cancel())),
    after(_AWAIT, "deleted, followed, and its organiser moves it to the afternoon",
          at("1 10:00", delete()), night(2),
          at("2 10:00", change(start="3 14:00", end="3 15:00")), setting=Setting(ignore=True)),
    known("organizer-left-orphan", "its update was not sent, and its organiser left",
          at("1 09:00", change(silent=True, start="3 14:00", end="3 15:00")),
          at("1 10:00", leaves())),
    series(_DATE, "its organiser left, and a delegate deletes one date", at("1 10:00", leaves()),
           at("1 11:00", delete(day=10)), count=1),
    series(_GONE, "its organiser left, and a delegate deletes the series", at("1 10:00", leaves()),
           at("1 11:00", delete()), count=4),
    series(_AWAIT, "its organiser left, and a delegate moves one date", at("1 10:00", leaves()),
           at("1 11:00", rewrite(day=10, start="10 14:00", end="10 15:00")), count=1),
    after(NOTHING, "deleted, followed, put back, and cancelled by its organiser",
          at("1 10:00", delete()), night(2), at("2 10:00", restore()), at("2 11:00", cancel()),
          setting=Setting(ignore=True)),
    after("cancel-awaiting-approval", "a request waits, and the mailbox is moved",
          at("1 09:00", cater()), at("1 10:00", cancel()), night(2), at("2 10:00", move_mailbox())),
    known("room-declined", "accepted, a night, and a delegate declines after all",
          at("1 10:00", respond("declined"))),
    known(NOTHING, "cancelled in Officebooking's screens and by its organiser, too",
          at("1 10:00", stored(status=Status.CANCELLED, version=2)), at("1 11:00", cancel())),
    known(_AWAIT, "declined from here, and its organiser invites the room to another hour",
          at("1 09:00", call_off()), at("1 10:00", change(start="3 14:00", end="3 15:00"))),
    known(_AWAIT, "a delegate writes Canceled before the subject, and it stands",
          at("1 10:00", rewrite(subject="Canceled: Budget"))),
]  # fmt: skip

# -- series with exceptions, over several nights ------------------------------------------------

_TUESDAY = {"start": "11 14:00", "end": "11 15:00"}
EXCEPTIONS = [
    series_after(_DATE, "one date moved, a night; it is off, and another one is moved",
                 at("1 09:00", change(day=10, **_TUESDAY)), night(2),
                 at("2 09:00", cancel(day=10)),
                 at("2 10:00", change(day=17, start="17 14:00", end="17 15:00")),
                 besides={"day 17": _AWAIT}, count=2),
    series_after(_AWAIT, "one date moved, a night, and back",
                 at("1 09:00", change(day=10, **_TUESDAY)), night(2),
                 at("2 09:00", change(day=10, start="10 09:00", end="10 10:00")), count=1),
    series_after(_KEPT, "one date off, a night, and the whole series off",
                 at("1 09:00", cancel(day=10)), night(2), at("2 09:00", cancel()), count=3),
    series_after(_KEPT, "the rest at another hour, a night, and the rest is cancelled",
                 at("1 09:00", split(17, start="17 14:00")), night(2),
                 at("2 09:00", cancel(meeting="rest")), count=2),
    series_after(_MOVED, "the rest at another hour, a night, and the rest in another room",
                 at("1 09:00", split(17, start="17 14:00")), night(2),
                 at("2 09:00", change(meeting="rest", rooms="B"))),
    series_after(_KEPT, "the rest at another hour, a night, and what came before is cancelled",
                 at("1 09:00", split(17, start="17 14:00")), night(2), at("2 09:00", cancel()),
                 count=2),
    series_after(_DATE, "the rest at another hour, a night, and one date of it off",
                 at("1 09:00", split(17, start="17 14:00")), night(2),
                 at("2 09:00", cancel(meeting="rest", day=24)), count=1),
    series_after("series-split", "one date moved, a night, and the rest at another hour",
                 at("1 09:00", change(day=10, **_TUESDAY)), night(2),
                 at("2 09:00", split(17, start="17 14:00"))),
    series_after("series-split", "one date off, a night, and the rest at another hour",
                 at("1 09:00", cancel(day=10)), night(2),
                 at("2 09:00", split(17, start="17 14:00"))),
    series_after(_AWAIT, "the mailbox moved, a night, and the series to another hour",
                 at("1 09:00", move_mailbox()), night(2),
                 at("2 09:00", change(start="3 14:00", end="3 15:00"))),
    series_after(_DATE, "the mailbox moved, a night, and one date off",
                 at("1 09:00", move_mailbox()), night(2), at("2 09:00", cancel(day=10)), count=1),
    series(_IDS, "the mailbox moved, and one date off", at("1 09:00", move_mailbox()),
           at("1 10:00", cancel(day=10)), besides={"day 10": _DATE}),
    series(_IDS, "the mailbox moved, and one date to the afternoon", at("1 09:00", move_mailbox()),
           at("1 10:00", change(day=10, start="10 14:00", end="10 15:00"))),
    after(_AWAIT, "the mailbox moved, a night, and renamed", at("1 09:00", move_mailbox()), night(2),
          at("2 09:00", change(subject="Budget 2"))),
    after(_GONE, "the mailbox moved, a night, and deleted", at("1 09:00", move_mailbox()), night(2),
          at("2 09:00", delete())),
    after(_IDS, "moved, a night, and the mailbox moved",
          at("1 09:00", change(start="3 14:00", end="3 15:00")), night(2),
          at("2 09:00", move_mailbox())),
    after(_IDS, "the mailbox moved twice, with a night between", at("1 09:00", move_mailbox()),
          night(2), at("2 09:00", move_mailbox())),
    known(_IDS, "the mailbox moved twice in a morning", at("1 09:00", move_mailbox()),
          at("1 10:00", move_mailbox())),
]  # fmt: skip

# -- months ------------------------------------------------------------------------------------

_QUARTER = Setting(future_days=100, group="a quarter of a year")
_THIRD = weekly(3, type="relativeMonthly", daysOfWeek=["thursday"], index="third")
_SEVENTEENTH = weekly(3, type="absoluteMonthly", dayOfMonth=17)


def months(code: str, title: str, *more, pattern=_THIRD, **options):
    """The third Thursdays: days 3, 31 and 66; or the seventeenths: days 3, 33 and 64."""
    return known(code, title, *more, shape={"repeats": pattern}, setting=_QUARTER, span=(-1, 99),
                 **options)  # fmt: skip


MONTHS = [
    months(_DATE, "the third Thursdays: October is off", at("1 10:00", cancel(day=31)), count=1),
    months(_MOVED, "the third Thursdays: October in another room",
           at("1 10:00", change(day=31, rooms="B"))),
    months("series-split", "the third Thursdays: in the afternoon from October on",
           at("1 10:00", split(31, start="31 14:00"))),
    months(_DATE, "the third Thursdays: ends in October", at("1 10:00",
           change(repeats=_THIRD | {"count": 2})), count=1),
    months("series-edit-wiped-exceptions", "the third Thursdays become the third Mondays",
           at("1 10:00", change(start="7 09:00", end="7 10:00",
              repeats=_THIRD | {"daysOfWeek": ["monday"]}))),
    months(_AWAIT, "the third Thursdays at another hour",
           at("1 10:00", change(start="3 14:00", end="3 15:00")), count=3),
    months(_AWAIT, "the seventeenths: one put off to Monday",
           at("1 10:00", change(day=33, start="35 09:00", end="35 10:00")), pattern=_SEVENTEENTH,
           count=1),
    months(_IDS, "the seventeenths, and the mailbox moved", at("1 10:00", move_mailbox()),
           pattern=_SEVENTEENTH),
    months(_KEPT, "the seventeenths, all cancelled", at("1 10:00", cancel()),
           pattern=_SEVENTEENTH, count=3),
]  # fmt: skip

# -- hours -------------------------------------------------------------------------------------

AUTUMN = Setting("autumn")
_NEW_YORK = {"zone": "America/New_York", "start": "3 05:00", "end": "3 06:00"}
_NIGHT = {"start": "12 22:00", "end": "13 06:00"}
HOURS = [
    known("no-show-released", "over midnight, and released", at("3 22:15", rewrite(end="3 22:15")),
          shape={"start": "3 22:00", "end": "4 02:00"}, look="3 22:30"),
    known("no-show-released", "at a quarter past, and released", at("3 09:25",
          rewrite(end="3 09:25")), shape={"start": "3 09:15", "end": "3 10:45"}, look="3 09:40"),
    known("no-show-released", "the night of the clock change, and released", at("12 22:10",
          rewrite(end="12 22:10")), shape=_NIGHT, look="12 22:30"),
    known(NOTHING, "released, and a night has followed", at("3 09:10", rewrite(end="3 09:10")),
          night(4), look="4 10:00"),
    known(_AWAIT, "its organiser ends it after ten minutes", at("3 09:10", change(end="3 09:10")),
          look="3 09:25"),
    known(_AWAIT, "six hours later, by somebody in New York who then left",
          at("1 10:00", change(start="3 11:00", end="3 12:00")), at("1 11:00", leaves()),
          shape=_NEW_YORK),
    known(_AWAIT, "six hours later, by somebody in New York who may not be read",
          at("1 10:00", change(start="3 11:00", end="3 12:00")),
          at("1 11:00", fails("forbidden", "anna")), shape=_NEW_YORK),
    series(_AWAIT, "a New York series, the date between the two clock changes an hour later",
           at("1 10:00", change(day=17, start="17 06:00", end="17 07:00")), shape=_NEW_YORK,
           setting=AUTUMN, count=1),
    series(_AWAIT, "a New York series an hour later, over both clock changes",
           at("1 10:00", change(start="3 06:00", end="3 07:00")), shape=_NEW_YORK, setting=AUTUMN,
           count=4),
    series(_DATE, "a night shift, the one of the clock change off", at("1 10:00", cancel(day=12)),
           shape={"start": "10 22:00", "end": "11 06:00", "repeats": daily(5)}, setting=AUTUMN,
           count=1),
    series(_AWAIT, "a night shift, the one of the clock change an hour longer",
           at("1 10:00", change(day=12, end="13 07:00")),
           shape={"start": "10 22:00", "end": "11 06:00", "repeats": daily(5)}, setting=AUTUMN,
           count=1),
    known(_AWAIT, "an hour later, a minute ago", at("1 14:59", change(start="3 10:00",
          end="3 11:00"))),
    known(_AWAIT, "from beyond the window to next week", at("1 10:00", change(start="10 09:00",
          end="10 10:00")), shape={"start": "45 09:00", "end": "45 10:00"}, count=1),
    known(_AWAIT, "from next week to beyond the window", at("1 10:00", change(start="45 09:00",
          end="45 10:00")), shape={"start": "10 09:00", "end": "10 10:00"}, count=1),
]  # fmt: skip

# -- rooms that hide what a meeting is called ---------------------------------------------------


def nameless(code: str, title: str, *more, shape=None, **options):
    """The room writes the organiser's name over every subject."""
    return story(code, title, at("0 14:30", rules(**_NAMELESS)),
                 at("0 15:00", book(**(shape or {}))), night(1), *more, **options)  # fmt: skip


NAMELESS = [
    nameless(_AWAIT, "nameless, and in the afternoon",
             at("1 10:00", change(start="3 14:00", end="3 15:00"))),
    nameless(_KEPT, "nameless, and cancelled", at("1 10:00", cancel())),
    nameless(_MOVED, "nameless, and to a room that names it", at("1 10:00", change(rooms="B"))),
    nameless("series-split", "nameless, and the rest at another hour",
             at("1 10:00", split(17, start="17 14:00")), shape=_WEEKS),
    nameless(_KEPT, "nameless and cancelled, and its organiser books something else",
             at("1 10:00", cancel()), at("1 11:00", book("4 09:00", "4 10:00", "Choir", name="c")),
             besides={"day 4": _AWAIT}),
    nameless(NOTHING, "nameless, and renamed", at("1 10:00", change(subject="Budget 2"))),
    story("series-split", "private, and the rest at another hour",
          at("0 14:30", rules(RemovePrivateProperty=False)),
          at("0 15:00", book(sensitivity="private", **_WEEKS)), night(1),
          at("1 10:00", split(17, start="17 14:00"))),
    story(_KEPT, "private and cancelled, and its organiser has another private one",
          at("0 14:30", rules(RemovePrivateProperty=False)),
          at("0 15:00", book(sensitivity="private")), night(1), at("1 10:00", cancel()),
          at("1 11:00", book("4 09:00", "4 10:00", "Doctor", name="d", sensitivity="private")),
          besides={"day 4": _AWAIT}),
]  # fmt: skip

# -- written into the room, and from here ------------------------------------------------------


def written(code: str, title: str, *more, shape=None, **options):
    """A delegate's own line in the room's calendar, adopted by the first night."""
    return story(code, title, at("0 15:00", direct(**(shape or {}))), night(1), *more, **options)


def ours(code: str, title: str, *more, **options):
    """Reserved here, written to Outlook, and in step since the first night."""
    return story(code, title, at("0 15:00", reserve()), night(1), *more, **options)


_DIRECT = "booked-directly-in-room-mailbox"
WRITTEN = [
    written(_GONE, "a delegate's line, deleted", at("1 10:00", delete(meeting="panel"))),
    written(_AWAIT, "a delegate's line, in the afternoon",
            at("1 10:00", rewrite(meeting="panel", start="3 14:00", end="3 15:00"))),
    written(_DATE, "a delegate's series, one date deleted",
            at("1 10:00", delete(meeting="panel", day=10)), shape=_WEEKS, count=1),
    written(_AWAIT, "a delegate's series, one date in the afternoon",
            at("1 10:00", rewrite(meeting="panel", day=10, start="10 14:00", end="10 15:00")),
            shape=_WEEKS, count=1),
    written(_GONE, "a delegate's line, deleted and written into another room",
            at("1 10:00", delete(meeting="panel")),
            at("1 10:10", direct(room="B", subject="Panel B", name="b")),
            besides={"Panel B": _DIRECT}, count=2),
    written("double-booked-by-direct-write", "two delegates' lines over each other",
            at("1 10:00", direct("3 09:30", "3 10:30", "Other", name="other"))),
    ours("push-failed", "moved here and not sent, and moved in Outlook to another hour",
         at("1 09:00", edit(start="3 14:00", end="3 15:00", push=False)),
         at("1 10:00", rewrite(meeting=OURS, start="3 16:00", end="3 17:00"))),
    ours("push-failed", "moved here and not sent, and renamed in Outlook",
         at("1 09:00", edit(start="3 14:00", end="3 15:00", push=False)),
         at("1 10:00", rewrite(meeting=OURS, subject="Budget 2"))),
    ours(NOTHING, "cancelled here and not sent, and deleted in Outlook",
         at("1 09:00", call_off(push=False)), at("1 10:00", delete(meeting=OURS))),
    ours("push-failed", "to another room here and not sent, and deleted in Outlook",
         at("1 09:00", edit(to="B", push=False)), at("1 10:00", delete(meeting=OURS))),
    ours(NOTHING, "moved here and not sent, and moved in Outlook to the same hour",
         at("1 09:00", edit(start="3 14:00", end="3 15:00", push=False)),
         at("1 10:00", rewrite(meeting=OURS, start="3 14:00", end="3 15:00"))),
    ours("push-failed", "moved here and not sent, and somebody writes into the new hour",
         at("1 09:00", edit(start="3 14:00", end="3 15:00", push=False)),
         at("1 10:00", direct("3 14:00", "3 15:00")),
         besides={"Panel": "double-booked-by-direct-write"}),
    story(_DATE, "older than the connection, imported, a night, and one date off",
          at("0 15:00", book(**_WEEKS)), night(1), at("1 09:00", import_existing()), night(2),
          at("2 10:00", cancel(day=10)), activated="0 20:00", look="2 15:00", count=1),
    story(NOTHING, "older than the connection, and cancelled since", at("0 15:00", book()), night(1),
          at("1 10:00", cancel()), activated="0 20:00"),
]  # fmt: skip

# -- subscriptions that came back ---------------------------------------------------------------

RENEWED = Setting("summer", group="renewed")
_TWELFTH = {"start": "12 09:00", "end": "12 10:00"}
_LATER = change(start="12 14:00", end="12 15:00")


def heard(code: str, title: str, *more, look="9 15:00", **options):
    """In step on the first evening, and subscribed for seven days."""
    return story(code, title, at("0 15:00", book(**_TWELFTH)), at("0 15:30", run()),
                 at("0 16:00", subscribe()), *more, look=look, setting=RENEWED,
                 **options)  # fmt: skip


LISTENED = [
    heard("subscription-expired", "moved after it expired, and subscribed anew since",
          at("9 10:00", _LATER), at("9 12:00", subscribe())),
    heard(_AWAIT, "subscribed anew after it expired, moved, and its notice waits",
          at("9 10:00", subscribe()), at("9 12:00", _LATER)),
    heard("subscription-removed", "moved after it was removed, and subscribed anew since",
          at("2 10:00", end_subscriptions()), at("3 10:00", _LATER), at("3 12:00", subscribe()),
          look="3 15:00"),
    heard("subscription-removed", "renamed and heard, removed, and moved",
          at("1 10:00", change(subject="Budget 2")), at("1 11:00", drain()),
          at("2 10:00", end_subscriptions()), at("3 10:00", _LATER), look="3 15:00"),
    heard("subscription-expired", "renamed and heard, and moved after it expired",
          at("1 10:00", change(subject="Budget 2")), at("1 11:00", drain()),
          at("9 10:00", _LATER)),
    heard(_KEPT, "heard nothing after it expired, subscribed anew, and then cancelled: it waits",
          at("9 10:00", subscribe()), at("9 12:00", cancel())),
]  # fmt: skip
# -- two meetings, two rooms, two changes -------------------------------------------------------

_BOARD = {"subject": "Board", "name": "board"}


def two(code: str, title: str, *more, room="A", **options):
    """Anna's Budget at nine and her Board at two, both known since the first night."""
    return story(code, title, at("0 14:50", book("3 14:00", "3 15:00", rooms=room, **_BOARD)),
                 at("0 15:00", book()), night(1), *more, **options)  # fmt: skip


CROSSED = [
    two(_KEPT, "cancelled, and the organiser's other meeting takes its hour",
        at("1 10:00", cancel()),
        at("1 11:00", change(meeting="board", start="3 09:00", end="3 10:00")),
        besides={"Board": _AWAIT}, count=2),
    two(_GONE, "deleted, and the organiser's other meeting takes its hour",
        at("1 10:00", delete()),
        at("1 11:00", change(meeting="board", start="3 09:00", end="3 10:00")),
        besides={"Board": _AWAIT}, count=2),
    two(_AWAIT, "two meetings change hours", at("1 10:00", change(start="3 16:00", end="3 17:00")),
        at("1 10:10", change(meeting="board", start="3 09:00", end="3 10:00")),
        at("1 10:20", change(start="3 14:00", end="3 15:00")), count=2),
    two(_MOVED, "two meetings change rooms", at("1 10:00", change(rooms="C")),
        at("1 10:10", change(meeting="board", rooms="A")), at("1 10:20", change(rooms="B")),
        room="B"),
    two(_MOVED, "to another room, and the other meeting takes its hour",
        at("1 10:00", change(rooms="B")),
        at("1 11:00", change(meeting="board", start="3 09:00", end="3 10:00")),
        besides={"Board": _AWAIT}),
    known(_MOVED, "to another room, whose mailbox was moved", at("1 10:00", change(rooms="B")),
          at("1 11:00", move_mailbox("B"))),
    known(_GONE, "deleted, and the mailbox was moved", at("1 10:00", delete()),
          at("1 11:00", move_mailbox())),
    series(_GONE, "a series deleted, and the mailbox was moved", at("1 10:00", delete()),
           at("1 11:00", move_mailbox()), count=4),
    series(_IDS, "a date deleted, and the mailbox was moved", at("1 10:00", delete(day=10)),
           at("1 11:00", move_mailbox()), besides={"day 10": _DATE}),
    story(_KEPT, "cancelled and taken off, and the mailbox was moved", at("0 14:30", _GOES),
          at("0 15:00", book()), night(1), at("1 10:00", cancel()), at("1 11:00", move_mailbox())),
    series("series-split", "the rest at another hour, and the mailbox was moved",
           at("1 10:00", split(17, start="17 14:00")), at("1 11:00", move_mailbox()),
           besides={"day 3": _IDS, "day 10": _IDS}),
    series(_KEPT, "the rest at another hour, and what comes before is cancelled",
           at("1 10:00", split(17, start="17 14:00")), at("1 11:00", cancel()),
           besides={"day 17": "series-split", "day 24": "series-split"}),
    series_after("series-split", "the rest at another hour, a night, and its rest at yet another",
                 at("1 10:00", split(10, start="10 14:00")), night(2),
                 at("2 10:00", split(17, meeting="rest", name="last", start="17 11:00"))),
    story("created-before-activation", "a series older than the connection, split since",
          at("0 15:00", book(**_WEEKS)), night(1), at("1 10:00", split(17, start="17 14:00")),
          activated="0 20:00", besides={"day 17": _AWAIT, "day 24": _AWAIT}),
    series(_AWAIT, "a series meets on Fridays, too",
           at("1 10:00", change(repeats=weekly(8, daysOfWeek=["thursday", "friday"]))), count=4),
    series("series-edit-wiped-exceptions", "Thursdays and Fridays become Thursdays alone",
           at("1 10:00", change(repeats=weekly(until=27, daysOfWeek=["thursday"]))),
           shape={"repeats": weekly(until=27, daysOfWeek=["thursday", "friday"])}, count=4),
    known(_AWAIT, "a meeting becomes a series", at("1 10:00", change(repeats=weekly()))),
    series(_AWAIT, "two rooms, and one date at another hour in both",
           at("1 10:00", change(day=10, start="10 14:00", end="10 15:00")),
           shape={"rooms": "A B"}, count=2),
    series(_DATE, "two rooms, a date off, and another one moved",
           at("1 10:00", cancel(day=10)),
           at("1 10:10", change(day=17, start="17 14:00", end="17 15:00")),
           shape={"rooms": "A B"}, besides={"day 17": _AWAIT}, count=4),
    series(_MOVED, "one date to another room at another hour",
           at("1 10:00", change(day=10, rooms="B")),
           at("1 10:10", change(day=10, start="10 14:00", end="10 15:00"))),
    series(_MOVED, "one date to another hour, and then to another room",
           at("1 10:00", change(day=10, start="10 14:00", end="10 15:00")),
           at("1 10:10", change(day=10, rooms="B"))),
    series_after(_MOVED, "one date to another hour, a night, and to another room",
                 at("1 10:00", change(day=10, start="11 14:00", end="11 15:00")), night(2),
                 at("2 10:10", change(day=10, rooms="B"))),
    series_after(_MOVED, "one date to another room, a night, and another one as well",
                 at("1 10:00", change(day=10, rooms="B")), night(2),
                 at("2 10:10", change(day=17, rooms="B"))),
    series_after(_KEPT, "one date to another room, a night, and the whole series is cancelled",
                 at("1 10:00", change(day=10, rooms="B")), night(2), at("2 10:10", cancel()),
                 count=4),
]  # fmt: skip

# -- what a room released, and what was written here --------------------------------------------

_CUT = at("3 09:10", rewrite(end="3 09:10"))
_REPEATED = {"repeat": "FREQ=WEEKLY;COUNT=4"}
RELEASED = [
    known(_KEPT, "released, and then cancelled by its organiser", _CUT, at("3 09:20", cancel()),
          look="3 09:30"),
    known(_AWAIT, "released, and its organiser puts it off to the afternoon", _CUT,
          at("3 09:20", change(start="3 14:00", end="3 15:00")), look="3 09:30"),
    known("no-show-released", "released, and its organiser left long ago", at("1 10:00", leaves()),
          _CUT, look="3 09:30"),
    known("no-show-released", "released, the mailbox having been moved two nights ago",
          at("1 10:00", move_mailbox()), night(2), _CUT, look="3 09:30"),
    known("no-show-released", "put off by its organiser, a night, and released",
          at("1 10:00", change(start="3 11:00", end="3 12:00")), night(2),
          at("3 11:10", rewrite(end="3 11:10")), look="3 11:20"),
    known("no-show-released", "a private meeting in a nameless room, released",
          at("1 10:00", rules(**_NAMELESS)), _CUT, shape={"sensitivity": "private"},
          look="3 09:30"),
    known(_KEPT, "forwarded to the room, and cancelled", at("1 10:00", cancel()),
          shape={"attendees": ("bram",)}),
    story(_DATE, "a series written from here, one date deleted there",
          at("0 15:00", reserve(**_REPEATED)), night(1), at("1 10:00", delete(meeting=OURS, day=10)),
          count=1),
    story("push-failed", "a series written from here, one date called off and not sent",
          at("0 15:00", reserve(**_REPEATED)), night(1), at("1 10:00", call_off(day=10, push=False)),
          count=1),
    story(NOTHING, "a series written from here, one date called off",
          at("0 15:00", reserve(**_REPEATED)), night(1), at("1 10:00", call_off(day=10))),
    story(_IDS, "a series written from here, one date moved, and the mailbox moved",
          at("0 15:00", reserve(**_REPEATED)), night(1),
          at("1 10:00", edit(day=10, start="10 14:00", end="10 15:00")),
          at("1 11:00", move_mailbox())),
    story(_AWAIT, "a series written from here, one date moved there and another one here",
          at("0 15:00", reserve(**_REPEATED)), night(1),
          at("1 10:00", edit(day=10, start="10 14:00", end="10 15:00", push=False)),
          at("1 11:00", rewrite(meeting=OURS, day=17, start="17 14:00", end="17 15:00")),
          besides={"day 10": "push-failed"}, count=2),
    ours(_AWAIT, "moved here, and a delegate moves it back",
         at("1 10:00", edit(start="3 14:00", end="3 15:00")),
         at("1 11:00", rewrite(meeting=OURS, start="3 09:00", end="3 10:00"))),
    heard(NOTHING, "cancelled and heard", at("1 10:00", cancel()), at("1 10:30", drain()),
          look="1 15:00"),
    heard(_AWAIT, "its notice waits, and the mailbox is as it was",
          at("1 10:00", change(subject="Budget 2")), at("1 10:30", drain()),
          at("1 11:00", _LATER), look="1 15:00"),
]  # fmt: skip
STORIES = [
    *ROOMS, *ANEW, *EXCEPTIONS, *MONTHS, *HOURS, *NAMELESS, *WRITTEN, *LISTENED,
    *CROSSED, *RELEASED,
]  # fmt: skip
