"""Writes owed to Outlook."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from obctl.domain.event import EventId, Person
from obctl.domain.reservation import ReservationNumber
from obctl.domain.room import RoomId
from obctl.domain.series import Recurrence


class PushAction(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class EventDraft:
    """What a new event on the room's own calendar shall be; times are UTC instants."""

    subject: str
    start: datetime
    end: datetime
    all_day: bool
    time_zone: str
    """IANA; a series keeps its wall clock here."""
    transaction_id: str
    body: str
    location: str
    tentative: bool = False
    recurrence: Recurrence | None = None
    invite: Person | None = None


@dataclass(frozen=True, slots=True)
class EventChanges:
    """The fields of an event to change; `None` leaves a field as it is."""

    subject: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    all_day: bool = False
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One write that is owed, with what became of it so far."""

    id: int
    reservation: ReservationNumber
    room: RoomId
    """The room whose calendar is written: not the reservation's any more after a move."""
    action: PushAction
    transaction_id: str
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    failed: bool = False
    error_code: str | None = None
    error: str | None = None
    request_id: str | None = None
    event_id: EventId | None = None
    """The event to change or cancel; none yet for a create."""
    repeat: str | None = None
    """RFC 5545 rule of a series that is created as one Graph series."""
    note: str | None = None
    silent: bool = False
    """Decline without telling the organiser."""


def transaction_id(company: str, reservation: ReservationNumber, version: int) -> str:
    """Graph's `transactionId` for one version of a reservation: the same on every retry."""
    digest = hashlib.sha256(f"{company}/{reservation}/{version}".encode()).hexdigest()
    return f"obctl-{reservation}-{version}-{digest[:16]}"
