"""What rooms have to do with each other's differences, as far as a comparison found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from obctl.domain.event import Event, EventId, SeriesKey
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room
from obctl.domain.series.same_date import is_same_date
from obctl.domain.sync.situation import Destination


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What rooms have to do with each other's differences, on whatever day.

    `goes_on` tells where a lost meeting is now, as the next pass would move it, `came_from` what
    such an event stood for. `copies` are the events that other rooms have of lost meetings,
    cancelled ones included. The rooms `not_asked` may have more.
    """

    goes_on: Mapping[ReservationNumber, Destination] = field(default_factory=dict)
    came_from: Mapping[EventId, tuple[Room, Reservation]] = field(default_factory=dict)
    copies: Mapping[SeriesKey, Sequence[tuple[Room, Event]]] = field(default_factory=dict)
    not_asked: tuple[Room, ...] = ()

    def copies_of(self, shown: Event | Reservation, room: Room) -> list[tuple[Room, Event]]:
        """The same meeting, and of a series the same date, in other rooms than `room`."""
        if shown.series_key is None:
            return []
        return [
            (other, event)
            for other, event in self.copies.get(shown.series_key, ())
            if other.id != room.id and is_same_date(shown, event, other.zone)
        ]
