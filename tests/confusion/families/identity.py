"""Is this the room, the meeting and the organiser it seems to be?"""

from __future__ import annotations

from confusion.acts import (
    book,
    cancel,
    cater,
    change,
    direct,
    expire_tokens,
    forward,
    move_mailbox,
    night,
    recreate,
    refile,
    reserve,
    rules,
    weekly,
)
from confusion.shapes import EVERY, SERIES, SINGLES, without
from confusion.story import NOTHING, at, story

# -- another mailbox under the same address ----------------------------------------------------


def remapped(title: str, *more, shape=None, kept=False, **options):
    return story(
        "room-remapped", title, at("0 15:00", book(**(shape or {}))), night(1),
        at("1 10:00", recreate(kept=kept)), *more, **options,
    )  # fmt: skip


REMAPPED = [
    *(remapped(f"made anew, and it had {name}", shape=shape) for name, shape in SINGLES.items()),
    *(remapped(f"given away, and it had {name}", night(2), look="2 15:00", shape=shape,
               kept=True)
      for name, shape in SERIES.items()),
    remapped("made anew, and a night has seen it", night(2), look="2 15:00"),
    remapped("cancelled just before", at("1 09:00", cancel())),
    remapped("lunch was ordered", at("1 09:00", cater())),
    story(NOTHING, "the delta tokens of the room are forgotten", at("0 15:00", book()), night(1),
          at("1 10:00", expire_tokens()), night(2), look="2 15:00"),
]  # fmt: skip

# -- new ids -----------------------------------------------------------------------------------


def moved_mailbox(title: str, *more, shape=None, **options):
    return story(
        "id-changed-after-mailbox-move", title, at("0 15:00", book(**(shape or {}))), night(1),
        at("1 10:00", move_mailbox()), *more, **options,
    )  # fmt: skip


IDS = [
    *(moved_mailbox(name, shape=shape) for name, shape in EVERY.items()),
    moved_mailbox("lunch was ordered", at("1 11:00", cater())),
    moved_mailbox("two nights were missed", look="3 02:00",
                  shape={"start": "5 09:00", "end": "5 10:00"}),
    moved_mailbox("one of two rooms", shape={"rooms": "A B"}, count=1),
    moved_mailbox("two meetings", at("0 16:00", book("4 09:00", "4 10:00", "Two", name="two")),
                  count=2),
    moved_mailbox("an exception had been made",
                  at("0 16:00", change(day=10, start="10 14:00", end="10 15:00")),
                  shape={"repeats": weekly()}),
    story("id-changed-after-mailbox-move", "what obctl wrote there itself", at("0 15:00",
          reserve()), night(1), at("1 10:00", move_mailbox())),
    story("id-changed-after-mailbox-move", "written into the room's calendar", at("0 15:00",
          direct()), night(1), at("1 10:00", move_mailbox())),
    story(NOTHING, "a night has passed over the new ids", at("0 15:00", book()), night(1),
          at("1 10:00", move_mailbox()), night(2), look="2 15:00"),
    story(NOTHING, "only the ordinary id changed", at("0 15:00", book()), night(1),
          at("1 10:00", refile())),
    story("cancelled-but-kept-on-calendar", "new ids, and then cancelled", at("0 15:00", book()),
          night(1), at("1 10:00", move_mailbox()), at("1 11:00", cancel())),
]  # fmt: skip

# -- one key for two ---------------------------------------------------------------------------


def copied(title: str, *more, first=None, second=None, days=("3", "3"), **options):
    """An integration copies a meeting, and its transaction id with it."""
    given = {"subject": "Intake", "transaction_id": "42"}
    one = {"start": f"{days[0]} 09:00", "end": f"{days[0]} 10:00"} | (first or {})
    two = {"start": f"{days[1]} 14:00", "end": f"{days[1]} 15:00"} | (second or {})
    return story(
        "key-collision", title,
        at("0 15:00", direct(name="one", **given | one)), night(1),
        at("1 10:00", direct(name="two", **given | two)), *more,
        count=1, **options,
    )  # fmt: skip


COPIED = [
    *(copied(f"{hours} hours later",
             second={"start": f"3 {9 + hours}:00", "end": f"3 {10 + hours}:00"})
      for hours in range(1, 9)),
    *(copied(f"on day {day}", days=("3", str(day))) for day in (4, 5, 8, 10, 13, 20, 27)),
    copied("of another subject",
           second={"subject": "Intake 2", "start": "4 14:00", "end": "4 15:00"}),
    copied("the copy is all-day", second={"start": "4 00:00", "end": "5 00:00", "all_day": True}),
    copied("over midnight", second={"start": "4 22:00", "end": "5 02:00"}),
    copied("shown as free", days=("3", "4"), second={"show_as": "free"}),
    copied("two nights were missed", look="2 20:00"),
    story(NOTHING, "a night has taken both", at("0 15:00", direct(name="one", transaction_id="7")),
          at("0 15:10", direct("4 09:00", "4 10:00", name="two", transaction_id="7")), night(1)),
]  # fmt: skip

# -- one meeting twice -------------------------------------------------------------------------


def twice(title: str, *more, shape=None, when="1 10:00", **options):
    """The same organiser, subject and slot, sent again without a transaction id."""
    given = shape or {}
    return story(
        "duplicate-import", title, at("0 14:30", rules(AllowConflicts=True)),
        at("0 15:00", book(**given)), night(1), at(when, book(name="again", **given)), *more,
        **options,
    )  # fmt: skip


TWICE = [
    *(twice(name, shape=shape) for name, shape in EVERY.items()),
    twice("a quarter of an hour ago", when="1 14:45"),
    twice("with lunch ordered", at("1 11:00", cater())),
    twice("in two rooms", at("0 14:31", rules("B", AllowConflicts=True)), shape={"rooms": "A B"}),
    story("duplicate-import", "both were there on the first night", at("0 14:30",
          rules(AllowConflicts=True)), at("0 15:00", book()), at("0 15:10", book(name="again")),
          night(1)),
    story("double-booked-by-direct-write", "the same hour, another organiser and subject",
          at("0 14:30", rules(AllowConflicts=True)), at("0 15:00", book()), night(1),
          at("1 10:00", direct("3 09:00", "3 10:00", "Board"))),
]  # fmt: skip

# -- forwarded ---------------------------------------------------------------------------------


def forwarded(title: str, *more, shape=None, when="0 15:30", **options):
    """A colleague who was invited hands the invitation on to the room."""
    given = {"rooms": "", "attendees": ("bram",)} | (shape or {})
    return story(
        "forwarded", title, at("0 15:00", book(**given)), at(when, forward()), night(1), *more,
        **options,
    )  # fmt: skip


FORWARDED = [
    *(forwarded(name, shape=shape)
      for name, shape in without(EVERY, "a meeting with others", "a private meeting",
                                 "a meeting shown as free")),
    forwarded("the night has seen it twice", night(2), look="2 15:00"),
    story(NOTHING, "the room is invited, and so is a colleague",
          at("0 15:00", book(attendees=("bram",))), night(1)),
]  # fmt: skip
STORIES = [*REMAPPED, *IDS, *COPIED, *TWICE, *FORWARDED]
