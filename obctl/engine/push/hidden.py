"""What a write looks for may be there and not to be read: then nobody says that it is not there."""

from __future__ import annotations

from collections.abc import Collection

from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.unreadable_event import EventUnreadable, may_be, unreadable_in


def ensure_not_hidden(room: Room, events: Collection[Event], reservation: Reservation) -> None:
    """Raise `EventUnreadable` where one of a list that cannot be read may be the meeting sought."""
    for event in unreadable_in(events):
        if event.id == reservation.event_id or may_be(event, reservation):
            raise EventUnreadable(room.mailbox, event)
