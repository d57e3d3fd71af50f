"""The verbs of a story: what people, Exchange and the engineer do, as data.

What each of them does stands in `stage`. A meeting is "it" where it has no other name.
"""

from __future__ import annotations

from typing import Any

from confusion.story import Act, Do, at

# -- people in Outlook -------------------------------------------------------------------------


def book(start: str = "3 09:00", end: str = "3 10:00", subject: str = "Budget", **more: Any) -> Do:
    """Somebody invites rooms; `repeats` is a recurrence of `weekly`, `daily` or `monthly`."""
    return Do("book", {"start": start, "end": end, "subject": subject} | more)


def direct(start: str = "3 09:00", end: str = "3 10:00", subject: str = "Panel", **more: Any) -> Do:
    """Somebody writes into the room's own calendar."""
    return Do("direct", {"start": start, "end": end, "subject": subject} | more)


def change(**more: Any) -> Do:
    """The organiser changes a meeting, or its date `day`; `silent` sends nothing."""
    return Do("change", more)


def cancel(**more: Any) -> Do:
    return Do("cancel", more)


def respond(response: str, **more: Any) -> Do:
    """The room's delegate answers."""
    return Do("respond", {"response": response} | more)


def delete(**more: Any) -> Do:
    """The room's copy is deleted; nobody is told."""
    return Do("delete", more)


def rewrite(**fields: Any) -> Do:
    """The room's copy is edited there: by a delegate, a panel or a broken client."""
    return Do("rewrite", fields)


def split(day: int, **more: Any) -> Do:
    """`This and following`."""
    return Do("split", {"day": day} | more)


def forward(room: str = "A", **more: Any) -> Do:
    return Do("forward", {"room": room} | more)


def invite_to_one(day: int, **more: Any) -> Do:
    return Do("invite_to_one", {"day": day} | more)


# -- Exchange ----------------------------------------------------------------------------------


def restore(**more: Any) -> Do:
    """Calendar repair puts the room's copy back."""
    return Do("restore", more)


def move_mailbox(room: str = "A") -> Do:
    return Do("move_mailbox", {"room": room})


def recreate(room: str = "A", **more: Any) -> Do:
    return Do("recreate", {"room": room} | more)


def purge(before: str, room: str = "A") -> Do:
    return Do("purge", {"room": room, "before": before})


def refile(**more: Any) -> Do:
    """The ordinary id of the room's copy changes; the immutable one stays."""
    return Do("refile", more)


def rules(room: str = "A", *, known: bool = False, **settings: Any) -> Do:
    """Set-CalendarProcessing; `known` where obctl was given them too."""
    return Do("rules", {"room": room, "known": known} | settings)


def leaves(person: str = "anna", *, deleted: bool = True) -> Do:
    return Do("leaves", {"person": person, "deleted": deleted})


def fails(kind: str, mailbox: str = "A", **more: Any) -> Do:
    """Graph has a bad day with one mailbox."""
    return Do("fails", {"kind": kind, "mailbox": mailbox} | more)


def recovers(mailbox: str = "A") -> Do:
    return Do("recovers", {"mailbox": mailbox})


def expire_tokens(room: str = "A") -> Do:
    return Do("expire_tokens", {"room": room})


# -- Officebooking -----------------------------------------------------------------------------


def reserve(
    start: str = "3 09:00", end: str = "3 10:00", subject: str = "Budget", **more: Any
) -> Do:
    """Somebody reserves here; pushed unless `push` is false."""
    return Do("reserve", {"start": start, "end": end, "subject": subject} | more)


def edit(subject: str = "Budget", **more: Any) -> Do:
    """A reservation is changed here; of a series, that of `day`."""
    return Do("edit", {"subject": subject} | more)


def call_off(subject: str = "Budget", **more: Any) -> Do:
    return Do("call_off", {"subject": subject} | more)


def cater(subject: str = "Budget", **more: Any) -> Do:
    """Lunch is ordered for the meeting, or for that of `day`."""
    return Do("cater", {"subject": subject} | more)


def approve(subject: str = "Budget") -> Do:
    return Do("approve", {"subject": subject})


def reject(subject: str = "Budget", *, push_back: bool = False) -> Do:
    return Do("reject", {"subject": subject, "push_back": push_back})


def import_existing(room: str = "A") -> Do:
    return Do("import_existing", {"room": room})


def forget_push(subject: str = "Budget") -> Do:
    """What was to be written to Outlook is struck out."""
    return Do("forget_push", {"subject": subject})


def stored(subject: str = "Budget", **fields: Any) -> Do:
    """Another system wrote into Officebooking: a reservation has these `fields`."""
    return Do("stored", {"subject": subject} | fields)


# -- the engineer ------------------------------------------------------------------------------


def run(*rooms: str, **options: Any) -> Do:
    """A run over the story's rooms, or these."""
    return Do("run", {"rooms": rooms} | options)


def night(day: int, *rooms: str) -> list[Act]:
    """The nightly run."""
    return at(f"{day} 03:00", run(*rooms))


def subscribe(room: str = "A", **more: Any) -> Do:
    """The room is subscribed, and somebody listens."""
    return Do("subscribe", {"room": room} | more)


def drain() -> Do:
    """The listener's worker works off what waits for the story's rooms."""
    return Do("drain")


def lose_notifications(room: str = "A", times: int = 1_000_000) -> Do:
    return Do("lose_notifications", {"room": room, "times": times})


def end_subscriptions(room: str = "A", *, tell: bool = False) -> Do:
    return Do("end_subscriptions", {"room": room, "tell": tell})


# -- shapes ------------------------------------------------------------------------------------


def weekly(count: int | None = 4, *, until: int | None = None, **pattern: Any) -> dict[str, Any]:
    """A series on the weekday of its start; `until` a day's number; neither: without end."""
    return {"type": "weekly", "count": count if until is None else None, "until": until} | pattern


def daily(count: int | None = 4, *, until: int | None = None, **pattern: Any) -> dict[str, Any]:
    return weekly(count, until=until, **pattern) | {"type": "daily"}
