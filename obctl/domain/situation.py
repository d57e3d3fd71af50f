"""Everything one room's plan is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from obctl.domain.agreed_state import AgreedState
from obctl.domain.cancellation import CancellationRequest
from obctl.domain.difference import Cause
from obctl.domain.event import Event, EventId
from obctl.domain.reading import Reading
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room
from obctl.domain.settings import SyncSettings
from obctl.domain.time_span import TimeSpan


@dataclass(frozen=True, slots=True)
class Situation:
    """The three legs of every decision, with policy and time."""

    room: Room
    reservations: tuple[Reservation, ...]
    agreed: Mapping[ReservationNumber, AgreedState]
    reading: Reading
    settings: SyncSettings
    window: TimeSpan
    now: datetime
    first_instances_only: bool = False
    """A live notification of a new series creates its first instance; the night the others."""
    requests: Mapping[int, CancellationRequest] = field(default_factory=dict)
    """The newest cancellation request of each reservation."""
    moved: Mapping[int, tuple[Room, Event]] = field(default_factory=dict)
    """Reservations of this room whose meeting turned up, unclaimed, in another mapped room."""
    claimed: frozenset[EventId] = frozenset()
    """Events that are no news: another room's reservation moves there, or a push removes them."""
    owned: frozenset[str] = frozenset()
    """Transaction ids of our own pushes: their events are no news."""
    causes: Mapping[int, Cause] = field(default_factory=dict)
    """Why each vanished event went, where that is known."""
