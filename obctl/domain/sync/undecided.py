"""What is said of reservations whose meetings may be in a room that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.company_log import Action, Entry
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room, RoomId
from obctl.domain.sync.plan import Plan
from obctl.domain.sync.run_report import Problem

ROOMS_UNREAD = "rooms-unread"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Undecided:
    """A reservation of `room` that waits; `unread` says for which rooms, the last time it did."""

    reservation: ReservationNumber
    room: RoomId
    since: datetime
    unread: str


def unread_text(rooms: Sequence[Room]) -> str:
    """The rooms by address: a few of them, where they are many."""
    return _listed([room.mailbox for room in rooms])


def problem_of(plan: Plan, unread: Sequence[Room]) -> Problem:
    """What a run says of all that waits in one room."""
    numbers = [str(reservation.number) for reservation in plan.undecided]
    which = f"{len(numbers)} reservations wait" if len(numbers) > 1 else "a reservation waits"
    return Problem(
        plan.room.mailbox,
        ROOMS_UNREAD,
        f"{which}: {_listed(numbers)}; gone from the room, the meeting may have moved to one that"
        f" could not be read: {unread_text(unread)}",
        f"if it is really gone: obctl sync run --room {plan.room.mailbox} --allow-cancellations",
    )


def postponed_entry(reservation: Reservation, unread: Sequence[Room]) -> Entry:
    """What the company log says when a reservation begins to wait."""
    message = (
        "no longer in Outlook, and nothing says why; it may have moved to a room that could not be"
        f" read: {unread_text(unread)}"
    )
    return Entry.about(reservation, Action.CANCELLATION_POSTPONED, message)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
