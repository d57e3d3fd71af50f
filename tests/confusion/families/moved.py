"""The meeting takes place in another mapped room."""

from __future__ import annotations

from confusion.acts import book, cancel, cater, change, daily, delete, night, rules, run, weekly
from confusion.shapes import EVERY
from confusion.story import NOTHING, at, story


def moved(title: str, *more, shape=None, code="moved-to-other-room", rooms="B", **options):
    """Known since the first night; the organiser takes another room instead."""
    options.setdefault("look", "1 15:00")
    return story(
        code, title, at("0 15:00", book(**({"rooms": "A"} | (shape or {})))), night(1),
        at("1 10:00", change(rooms=rooms)), *more, **options,
    )  # fmt: skip


STORIES = [
    *(moved(name, shape=shape) for name, shape in EVERY.items()),
    moved("with lunch ordered", at("1 11:00", cater())),
    moved("what is cancelled is removed there",
          at("0 14:30", rules(RemoveCanceledMeetings=True))),
    moved("a series where what is cancelled is removed", at("0 14:30",
          rules(RemoveCanceledMeetings=True)), shape={"repeats": weekly()}),
    moved("and to the afternoon of that day", at("1 10:10", change(start="3 14:00",
          end="3 15:00"))),
    moved("and to another day of that week", at("1 10:10", change(start="4 09:00",
          end="4 10:00"))),
    moved("and another week", at("1 10:10", change(start="10 09:00", end="10 10:00"))),
    moved("another week first, and then the room", at("1 09:00", change(start="10 09:00",
          end="10 10:00"))),
    moved("and renamed", at("1 10:10", change(subject="Budget 2"))),
    moved("on to a third room", at("1 10:30", change(rooms="C"))),
    moved("one of two rooms", shape={"rooms": "A C"}, rooms="B C"),
    moved("a room and another for it", rooms="B C", besides={}),
    moved("two nights were missed", look="3 02:00", shape={"start": "5 09:00", "end": "5 10:00"}),
    moved("only the room that was left was passed over: the move is known",
          at("1 11:00", run("A")), code=NOTHING),
    moved("there, and cancelled at once", at("1 10:30", cancel())),
    moved("there and another week, and cancelled later", at("1 10:10", change(start="10 09:00",
          end="10 10:00")), at("1 12:00", cancel())),
    moved("a second room, and both cancelled", at("1 12:00", cancel()), rooms="A B",
          code="cancelled-but-kept-on-calendar"),
    moved("there and back", at("1 11:00", change(rooms="A")), code=NOTHING),
    moved("a night has seen the move", night(2), look="2 15:00", code=NOTHING),
    story("moved-to-other-room", "one date of a series", at("0 15:00", book(repeats=weekly())),
          night(1), at("1 10:00", change(day=10, rooms="B"))),
    story("moved-to-other-room", "one date of a daily series", at("0 15:00", book(repeats=daily())),
          night(1), at("1 10:00", change(day=4, rooms="B"))),
    story(NOTHING, "two rooms from the start", at("0 15:00", book(rooms="A B")), night(1)),
    story("hard-deleted-by-delegate", "two rooms, and one copy is deleted", at("0 15:00",
          book(rooms="A B")), night(1), at("1 10:00", delete()), count=1),
    story("cancelled-but-kept-on-calendar", "to a room that nobody mapped", at("0 15:00", book()),
          night(1), at("1 10:00", change(rooms=""))),
]  # fmt: skip
