"""What is said of events that cannot be read, and of the reservations left alone for them."""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.company_log import Action, Entry
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.sync.matching import Matching
from obctl.domain.sync.run_report import Problem
from obctl.domain.unreadable_event import EVENT_UNREADABLE, UnreadableEvent

_NAMED = 5


def problems_of(room: Room, matching: Matching) -> list[Problem]:
    """What a run says of each such event of a room."""
    return [
        Problem(
            room.mailbox,
            EVENT_UNREADABLE,
            _told(matching, event),
            _look_at(room, event),
        )
        for event in matching.sides.reading.unreadable
    ]


def unreadable_entry(room: Room, matching: Matching, event: UnreadableEvent) -> Entry:
    """What the company log says when an event is first seen so, or has changed since."""
    held = _withheld(matching, event)
    return Entry(
        Action.EVENT_UNREADABLE,
        _told(matching, event),
        room=room.id,
        subject=event.subject,
        reservation=held[0].number if len(held) == 1 else None,
        event_id=event.id,
        payload=event.payload or None,
    )


def readable_entry(room: Room, event: UnreadableEvent) -> Entry:
    """What the company log says once it can be read, or is gone."""
    return Entry(
        Action.EVENT_READABLE,
        f"{event.named} is no longer one that cannot be read",
        room=room.id,
        subject=event.subject,
        event_id=event.id,
    )


def _withheld(matching: Matching, event: UnreadableEvent) -> list[Reservation]:
    """The reservations left alone for an event, however much of it this read or another tells."""
    return [item for item, hidden in matching.withheld if hidden.handle == event.handle]


def _told(matching: Matching, event: UnreadableEvent) -> str:
    left = _left_alone(_withheld(matching, event))
    return f"{event.named} cannot be read: {event.wrong}; {left}"


def _left_alone(held: Sequence[Reservation]) -> str:
    numbers = [str(item.number) for item in held]
    if not numbers:
        return "it gets no reservation"
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    which = ", ".join(numbers[:_NAMED]) + more
    if len(numbers) == 1:
        return f"reservation {which} is left alone"
    return f"reservations {which} are left alone"


def _look_at(room: Room, event: UnreadableEvent) -> str:
    if event.id is None:
        return f"obctl log search --room {room.mailbox} --action event.unreadable"
    return f"obctl explain {event.id}"
