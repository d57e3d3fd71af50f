"""What is known of one room: both sides as they stood."""

from __future__ import annotations

from dataclasses import dataclass

from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing


@dataclass(frozen=True, slots=True)
class RoomThen:
    """What a store knows of a room; without a calendar it does not know that side."""

    room: Room
    read: TimeSpan | None
    """What was read of Outlook at all."""
    calendar: Listing | None
    condition: str | None
    why: str | None
    """Why the calendar is not known."""
    reservations: tuple[Reservation, ...]
