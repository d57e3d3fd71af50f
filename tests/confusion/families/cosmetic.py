"""What looks different and is not: both sides agree, and `explain` tells how they are alike."""

from __future__ import annotations

from confusion.acts import book, change, direct, night, rewrite, rules
from confusion.shapes import EVERY, SERIES, SINGLES, some, without
from confusion.story import NOTHING, at, story

_DEFAULTS = rules(DeleteSubject=True, AddOrganizerToSubject=True)
_DEFAULTS_KNOWN = rules(known=True, DeleteSubject=True, AddOrganizerToSubject=True)


def rewritten(title: str, *more, shape=None, put=_DEFAULTS, **options):
    """Exchange's defaults are put back, and at the next update the subject is a person's name."""
    return story(
        "subject-rewritten", title, at("0 15:00", book(**(shape or {}))), night(1),
        at("1 09:00", put), at("1 10:00", change(body="Agenda follows.")), *more, **options,
    )  # fmt: skip


REWRITTEN = [
    *(rewritten(name, shape=shape) for name, shape in EVERY.items()
      if name not in ("a private meeting", "a meeting shown as free")),
    rewritten("the rules are known", put=_DEFAULTS_KNOWN),
    rewritten("the old subject stays behind the name", put=rules(AddOrganizerToSubject=True)),
    rewritten("a night has passed over it", night(2), look="2 15:00"),
    rewritten("both rooms of a meeting",
              at("1 09:00", rules("B", DeleteSubject=True, AddOrganizerToSubject=True)),
              shape={"rooms": "A B"}, asks=2),
    story(NOTHING, "the room had Exchange's defaults from the start", at("0 14:30", _DEFAULTS),
          at("0 15:00", book()), night(1)),
    story("awaiting-next-pass", "the subject was rewritten, and the hour moved, too",
          at("0 15:00", book()), night(1), at("1 09:00", _DEFAULTS),
          at("1 10:00", change(start="3 14:00", end="3 15:00"))),
]  # fmt: skip

_KEPT = rules(RemovePrivateProperty=False)


def private(title: str, *more, shape=None, changes=None, **options):
    """A private meeting whose subject is another since; what it is called is not compared."""
    return story(
        "private-flag", title, at("0 14:30", _KEPT),
        at("0 15:00", book(**({"sensitivity": "private"} | (shape or {})))), night(1),
        at("1 10:00", change(**(changes or {"subject": "Budget (secret)"}))), *more, **options,
    )  # fmt: skip


PRIVATE = [
    *(private(name, shape=shape) for name, shape in without(EVERY, "a private meeting")),
    private("confidential", shape={"sensitivity": "confidential"}),
    private("a night has passed over it", night(2), look="2 15:00"),
    story("private-flag", "it became private since, and is called otherwise", at("0 14:30", _KEPT),
          at("0 15:00", book()), night(1),
          at("1 10:00", change(sensitivity="private", subject="Secret"))),
    story("awaiting-next-pass", "a private meeting moved", at("0 14:30", _KEPT),
          at("0 15:00", book(sensitivity="private")), night(1),
          at("1 10:00", change(start="3 14:00", end="3 15:00"))),
    story("awaiting-next-pass", "the room strips the private flag, and a new subject is one",
          at("0 15:00", book(sensitivity="private")), night(1),
          at("1 10:00", change(subject="Secret"))),
]  # fmt: skip


def free(title: str, *more, shape=None, **options):
    """A client writes into the room's copy that the time is free; that is no difference."""
    return story(
        "show-as-free", title, at("0 15:00", book(**(shape or {}))), night(1),
        at("1 10:00", rewrite(show_as="free")), *more, **options,
    )  # fmt: skip


def written(title: str, **shape):
    """Written into the room's own calendar, as free, before the first night."""
    return story(
        "show-as-free", title, at("0 15:00", direct(**({"show_as": "free"} | shape))), night(1)
    )


FREE = [
    *(free(name, shape=shape) for name, shape in without(SINGLES, "a meeting shown as free")),
    written("an hour in the room's calendar"),
    written("a day in the room's calendar", start="3 00:00", end="4 00:00", all_day=True),
    written("a week in the room's calendar", start="3 00:00", end="10 00:00", all_day=True),
    written("over midnight in the room's calendar", start="3 22:00", end="4 02:00"),
    written("elsewhere at work, in the room's calendar", show_as="workingElsewhere"),
    *(written(f"{name} in the room's calendar", **shape) for name, shape in some(
        SERIES, "a weekly series", "a daily series", "a weekly all-day series")),
    free("a night has passed over it", night(2), look="2 15:00"),
    story(NOTHING, "a meeting that people show as free: the room's copy is busy",
          at("0 15:00", book(show_as="free")), night(1)),
    story("booked-directly-in-room-mailbox", "a free hour written there since", night(1),
          at("1 10:00", direct(show_as="free"))),
    story("awaiting-next-pass", "shown as free, and booked since", night(1),
          at("1 10:00", book(show_as="workingElsewhere"))),
]  # fmt: skip
STORIES = [*REWRITTEN, *PRIVATE, *FREE]
