"""Why a change was not seen: the next pass, an expired or dropped subscription, a lost notice."""

from __future__ import annotations

from confusion.acts import (
    book,
    change,
    daily,
    drain,
    end_subscriptions,
    fails,
    lose_notifications,
    night,
    recovers,
    respond,
    rules,
    run,
    subscribe,
    weekly,
)
from confusion.shapes import ALL_DAY, EVERY, without
from confusion.story import NOTHING, Setting, at, story

MOVES = {
    "an hour later": {"start": "3 10:00", "end": "3 11:00"},
    "to the afternoon": {"start": "3 14:00", "end": "3 15:00"},
    "to another day": {"start": "4 09:00", "end": "4 10:00"},
    "to the other side of a clock change": {"start": "20 09:00", "end": "20 10:00"},
    "to end later": {"end": "3 11:30"},
    "to end earlier": {"end": "3 09:30"},
    "to begin earlier": {"start": "3 08:30"},
    "and renamed": {"start": "3 14:00", "end": "3 15:00", "subject": "Budget 2"},
}
_RENAMED = {"subject": "Budget, the second"}


def known(title: str, *more, code: str = "awaiting-next-pass", shape=None, **options):
    """A meeting known since the first night."""
    return story(code, title, at("0 15:00", book(**(shape or {}))), night(1), *more, **options)


AWAITING = [
    *(known(f"a meeting moved {how}", at("1 10:00", change(**move)))
      for how, move in MOVES.items()),
    *(story("awaiting-next-pass", f"{name} booked since", night(1), at("1 10:00", book(**shape)))
      for name, shape in without(EVERY, "a private meeting")),
    known("renamed", at("1 10:00", change(**_RENAMED))),
    known('renamed "Canceled: Budget", and it takes place',
          at("1 10:00", change(subject="Canceled: Budget"))),
    known("one date of a series moved", at("1 10:00", change(day=10, start="10 14:00",
          end="10 15:00")), shape={"repeats": weekly()}, count=1),
    known("a whole series moved to the afternoon", at("1 10:00", change(start="3 14:00",
          end="3 15:00")), shape={"repeats": weekly()}, count=4),
    known("a whole series renamed", at("1 10:00", change(**_RENAMED)),
          shape={"repeats": daily()}, count=4),
    known("a series goes on longer", at("1 10:00", change(repeats=weekly(4))),
          shape={"repeats": weekly(2)}, count=2),
    known("an all-day meeting moved by three days", at("1 10:00", change(start="6 00:00",
          end="7 00:00")), shape=ALL_DAY),
    known("an all-day meeting goes on for a week", at("1 10:00", change(end="10 00:00")),
          shape=ALL_DAY),
    known("a second room is invited", at("1 10:00", change(rooms="A B"))),
    story("awaiting-next-pass", "booked before two nights that were missed", night(1),
          at("1 10:00", book("5 09:00", "5 10:00")), look="3 15:00"),
    story("awaiting-next-pass", "no pass was ever made", at("0 15:00", book()), look="0 18:00"),
    story("awaiting-next-pass", "the night could not read the room", night(1),
          at("1 10:00", book()), at("2 02:00", fails("unavailable")), night(2),
          at("2 05:00", recovers()), look="2 15:00", setting=Setting(group="a bad night")),
    story("awaiting-next-pass", "a pending request is accepted since",
          at("0 14:30", rules(AutomateProcessing="AutoUpdate")), at("0 15:00", book()), night(1),
          at("1 10:00", respond("accepted"))),
    known("moved by the organiser while it runs: not a release",
          at("3 09:20", change(end="3 09:30")), look="3 09:50"),
]  # fmt: skip

LIVE = Setting(group="a listener")
"""Subscribed rooms: a run renews all, so these have none after the first evening."""


def watched(code: str, title: str, *more, look="1 15:00", shape=None, booked=True, **options):
    """A room in step on the first evening, and subscribed from then on."""
    first = at("0 15:00", book(**(shape or {}))) if booked else []
    options.setdefault("setting", LIVE)
    return story(
        code, title, first, at("0 15:30", run()), at("0 16:00", subscribe()), *more, look=look,
        **options,
    )  # fmt: skip


_LATE = {"start": "12 09:00", "end": "12 10:00"}
_LATE_MOVES = {
    "an hour later": {"start": "12 10:00", "end": "12 11:00"},
    "to the afternoon": {"start": "12 14:00", "end": "12 15:00"},
    "to another day": {"start": "13 09:00", "end": "13 10:00"},
    "to end later": {"end": "12 11:30"},
    "to begin earlier": {"start": "12 08:30"},
    "and renamed": {"start": "12 14:00", "end": "12 15:00", "subject": "Budget 2"},
}
_NEW = {
    "a meeting": {}, "an all-day meeting": {"start": "12 00:00", "end": "13 00:00",
                                            "all_day": True},
    "a meeting over midnight": {"start": "12 22:00", "end": "13 02:00"},
    "a weekly series": {"repeats": weekly(2)}, "a daily series": {"repeats": daily(3)},
    "a fortnightly series": {"repeats": weekly(2, interval=2)},
    "a meeting shown as free": {"show_as": "free"},
}  # fmt: skip
LATE = Setting(season="autumn", group="a listener for a week")
LATE_ENDED = Setting(season="summer", group="subscriptions that end")
_AFTER = "9 15:00"


def expired(title: str, *more, shape=None, booked=True, **options):
    return watched(
        "subscription-expired", title, *more, look=_AFTER, shape=_LATE | (shape or {}),
        booked=booked, setting=LATE, **options,
    )  # fmt: skip


EXPIRED = [
    *(expired(f"a meeting moved {how}", at("9 10:00", change(**move)))
      for how, move in _LATE_MOVES.items()),
    *(expired(f"{name} booked", at("9 10:00", book(**_LATE | shape)), booked=False)
      for name, shape in _NEW.items()),
    expired("renamed", at("9 10:00", change(**_RENAMED))),
    expired("one date of a series moved", at("9 10:00", change(day=19, start="19 14:00",
            end="19 15:00")), shape={"repeats": weekly(3)}, count=1),
    expired("a whole series moved", at("9 10:00", change(start="12 14:00", end="12 15:00")),
            shape={"repeats": weekly(3)}, count=3),
    expired("a series goes on longer", at("9 10:00", change(repeats=weekly(3))),
            shape={"repeats": weekly(2)}, count=1),
    expired("changed twice, before and after", at("9 08:00", change(subject="Budget 2")),
            at("9 10:00", change(start="12 14:00", end="12 15:00"))),
    expired("an all-day meeting goes on for a week", at("9 10:00", change(end="19 00:00")),
            shape={"start": "12 00:00", "end": "13 00:00", "all_day": True}),
    expired("the room's clock zone does not matter: written in London",
            at("9 10:00", change(end="12 13:00")), shape={"zone": "Europe/London"}),
]  # fmt: skip
REMOVED = [
    *(watched("subscription-removed", f"a meeting moved {how}", at("0 20:00", end_subscriptions()),
              at("1 10:00", change(**move)), setting=LATE_ENDED)
      for how, move in MOVES.items()),
    *(watched("subscription-removed", f"{name} booked", at("0 20:00", end_subscriptions()),
              at("1 10:00", book(**shape)), booked=False, setting=LATE_ENDED)
      for name, shape in without(EVERY, "a private meeting")),
    watched("subscription-removed", "one date of a series moved",
            at("0 20:00", end_subscriptions()),
            at("1 10:00", change(day=10, start="10 14:00", end="10 15:00")),
            shape={"repeats": weekly()}, setting=LATE_ENDED, count=1),
    watched("subscription-removed", "Graph told so, and nobody has looked yet",
            at("0 20:00", end_subscriptions(tell=True)),
            at("1 10:00", change(start="3 14:00", end="3 15:00")), setting=LATE_ENDED),
]  # fmt: skip
LOST = [
    *(watched("missed-notification", f"a meeting moved {how}", at("0 20:00", lose_notifications()),
              at("1 10:00", change(**move)))
      for how, move in MOVES.items()),
    *(watched("missed-notification", f"{name} booked", at("0 20:00", lose_notifications()),
              at("1 10:00", book(**shape)), booked=False)
      for name, shape in without(EVERY, "a private meeting")),
    watched("missed-notification", "one date of a series moved",
            at("0 20:00", lose_notifications()), at("1 10:00", change(day=10, start="10 14:00", end="10 15:00")),
            shape={"repeats": weekly()}, count=1),
]  # fmt: skip
NEAR = [
    watched("awaiting-next-pass", "its notification waits in the inbox",
            at("1 10:00", change(start="3 14:00", end="3 15:00"))),
    watched("awaiting-next-pass", "a new meeting's notification waits in the inbox",
            at("1 10:00", book()), booked=False),
    watched(NOTHING, "the notification was worked off",
            at("1 10:00", change(start="3 14:00", end="3 15:00")), at("1 10:30", drain())),
    watched(NOTHING, "a new meeting's notification was worked off", at("1 10:00", book()),
            at("1 10:30", drain()), booked=False),
]  # fmt: skip
STORIES = [*AWAITING, *EXPIRED, *REMOVED, *LOST, *NEAR]
