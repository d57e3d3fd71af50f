"""Everything one room's plan is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from obctl.domain.agreed_state import AgreedState
from obctl.domain.difference import Cause
from obctl.domain.event import Event, EventId
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room
from obctl.domain.settings import SyncSettings
from obctl.domain.sync.cancellation import CancellationRequest
from obctl.domain.sync.matching import Matching, match
from obctl.domain.sync.reading import Reading
from obctl.domain.sync.sides import Sides
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a meeting that left its room is now.

    `interim` is the reservation it got there while the room it left could not be read.
    """

    room: Room
    event: Event
    interim: Reservation | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the other rooms say about the meetings of one."""

    moved: Mapping[ReservationNumber, Destination] = field(default_factory=dict)
    """By reservation of this room: where its meeting turned up."""
    called_off: Mapping[ReservationNumber, Sequence[tuple[Room, Event]]] = field(
        default_factory=dict
    )
    """By lost reservation: the cancelled copies of its meeting that other rooms keep."""
    undecided: frozenset[int] = frozenset()
    """Reservations whose meeting may have moved to a room that cannot be read."""
    unread: tuple[Room, ...] = ()
    """The rooms that cannot be read."""
    claimed: Mapping[EventId, Reservation] = field(default_factory=dict)
    """Events of this room, and the reservations of other rooms that move to them."""
    ambiguous: Mapping[EventId, Reservation] = field(default_factory=dict)
    """Events of this room that may be what a room that cannot be read has lost."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Both sides and what of them belongs together, with policy and time."""

    matching: Matching
    settings: SyncSettings
    window: TimeSpan
    now: datetime
    first_instances_only: bool = False
    """A live notification of a new series creates its first instance; the night the others."""
    requests: Mapping[int, CancellationRequest] = field(default_factory=dict)
    """The newest cancellation request of each reservation."""
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    leaving: frozenset[EventId] = frozenset()
    """Events that are no news: a push is about to remove them."""
    owned: frozenset[EventId] = frozenset()
    """Events of our own pushes: they are no news."""
    went_elsewhere: Mapping[EventId, Reservation] = field(default_factory=dict)
    """New events, and the cancelled reservations of other rooms whose services return with them."""
    causes: Mapping[int, Cause] = field(default_factory=dict)
    """Why each vanished event went, where that is known."""
    cancellations_allowed: bool = False
    """A person said that what is gone is gone: nothing waits for a room that cannot be read."""

    @property
    def sides(self) -> Sides:
        return self.matching.sides

    @property
    def room(self) -> Room:
        return self.sides.room

    @property
    def reservations(self) -> tuple[Reservation, ...]:
        return self.sides.reservations

    @property
    def agreed(self) -> Mapping[ReservationNumber, AgreedState]:
        return self.sides.agreed

    @property
    def reading(self) -> Reading:
        return self.sides.reading

    def reread(self, reading: Reading) -> Situation:
        """The same once more is known of Outlook: matched anew."""
        return replace(self, matching=match(replace(self.sides, reading=reading)))
