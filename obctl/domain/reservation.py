"""A reservation: Officebooking's claim on a room and a time, with its services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from obctl.domain.enums import ExternalState as ExternalState
from obctl.domain.enums import ServiceKind as ServiceKind
from obctl.domain.enums import Status as Status
from obctl.domain.event import EventId, EventKey, Person, SeriesKey
from obctl.domain.room import RoomId
from obctl.domain.values import replace

ReservationNumber = NewType("ReservationNumber", int)
WRITE_PENDING = (ExternalState.PUSH_PENDING, ExternalState.PUSH_FAILED)
"""The states in which Outlook has yet to get what is reserved here."""


class Source(StrEnum):
    """The side where the reservation was made; it leads on the subject."""

    OUTLOOK = "outlook"
    OFFICEBOOKING = "officebooking"


class CancelledWith(StrEnum):
    """What a service was cancelled with; only what no person decided comes back."""

    NOTHING_ELSE = "nothing-else"
    """A person cancelled just this service."""
    RESERVATION = "reservation"
    """A person cancelled the reservation, or approved that it goes."""
    MEETING = "meeting"
    """Outlook lost the meeting, and nobody was asked."""


@dataclass(frozen=True, slots=True)
class Ending:
    """When, by whom and with what a service was cancelled."""

    at: datetime
    by: str
    cancelled_with: CancelledWith


@dataclass(frozen=True, slots=True)
class Service:
    """Catering, a visitor registration or something else that depends on the reservation."""

    id: int
    reservation: ReservationNumber
    kind: ServiceKind
    description: str
    quantity: int
    cancelled: bool = False
    locked_from: datetime | None = None
    ending: Ending | None = None
    """Of a cancelled one, unless a version of obctl did it that kept no record."""

    def is_locked(self, now: datetime) -> bool:
        """Whether it cannot be undone any more: a visitor from registration on."""
        if self.kind is ServiceKind.VISITOR:
            return True
        return self.locked_from is not None and self.locked_from <= now

    def holds_reservation(self, now: datetime) -> bool:
        """Whether a person must decide before the reservation may go."""
        if self.cancelled:
            return False
        return self.kind is not ServiceKind.OTHER or self.is_locked(now)

    def went_with(self, what: CancelledWith) -> bool:
        """Whether it was cancelled, and with just that."""
        return self.cancelled and self.ending is not None and self.ending.cancelled_with is what


class Reservation(Struct, frozen=True):
    """One date of one room; each occurrence of a series is a reservation of its own.

    `version` counts what people changed in Officebooking of what Outlook shows: not what a sync
    pass wrote, nor notes and the number of people.
    """

    number: ReservationNumber
    room: RoomId
    subject: str
    organizer: Person
    start: datetime
    end: datetime
    time_zone: str
    all_day: bool
    status: Status
    external_state: ExternalState
    source: Source
    created_at: datetime
    updated_at: datetime
    event_id: EventId | None = None
    ical_uid: str | None = None
    series_key: SeriesKey | None = None
    series_master_id: EventId | None = None
    original_start: datetime | None = None
    attendees: int | None = None
    notes: str | None = None
    version: int = 1
    services: tuple[Service, ...] = ()

    @property
    def key(self) -> EventKey | None:
        if self.series_key is None:
            return None
        return EventKey(self.series_key, self.original_start)

    @property
    def is_active(self) -> bool:
        return self.status is not Status.CANCELLED

    @property
    def is_kept(self) -> bool:
        """Whether Outlook lost its event, and a person kept it without writing it there again."""
        return self.external_state is ExternalState.NOT_ON_OUTLOOK and self.event_id is not None

    @property
    def ordered_services(self) -> tuple[Service, ...]:
        return tuple(service for service in self.services if not service.cancelled)


def joined_notes(one: Reservation, other: Reservation) -> str | None:
    """What was noted for two reservations that turned out to be one."""
    return "\n".join(filter(None, (one.notes, other.notes))) or None


def unlinked(reservation: Reservation) -> Reservation:
    """The reservation without the event, and the series, that it belonged to."""
    return replace(
        reservation,
        event_id=None,
        ical_uid=None,
        series_key=None,
        series_master_id=None,
        original_start=None,
    )
