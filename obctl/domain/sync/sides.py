"""What both sides have of one room, and what they agreed on: the three legs of every decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from obctl.domain.agreed_state import AgreedState
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room
from obctl.domain.sync.reading import Reading


@dataclass(frozen=True, slots=True)
class Sides:
    """A room's reservations and its calendar as it was read."""

    room: Room
    reservations: tuple[Reservation, ...]
    agreed: Mapping[ReservationNumber, AgreedState]
    reading: Reading
