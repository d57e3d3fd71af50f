"""The outbox: writes that Outlook is still to get."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from obctl.domain.agreed_state import AgreedState, with_own_writes
from obctl.domain.backoff import Backoff
from obctl.domain.event import Event, EventId, Person
from obctl.domain.event_changes import EventChanges, EventTime
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan, instant_text

if TYPE_CHECKING:
    from obctl.domain.recurrence import Recurrence

OWN = "obctl-"
"""How our `transactionId`s begin."""
_BACKOFF = Backoff(timedelta(minutes=1), timedelta(hours=6))
# once a night, however late the last night's attempt was
_FINAL_WAIT = timedelta(hours=20)


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


def changes_of(
    reservation: Reservation, agreed: AgreedState | None, there: Event, time_zone: str
) -> EventChanges:
    """What Outlook shall show otherwise than it does, because it was changed here.

    A subject that Exchange rewrote stays as Exchange shows it. Without an agreed state all that
    differs counts as changed here.
    """
    if agreed is not None:
        agreed = with_own_writes(agreed, there)
    subject, time = None, None
    if reservation.subject not in (there.subject, agreed.subject if agreed else None):
        subject = reservation.subject
    if (reservation.start, reservation.end, reservation.all_day) != (
        there.start,
        there.end,
        there.all_day,
    ):
        time = EventTime(reservation.start, reservation.end, reservation.all_day, time_zone)
    return EventChanges(subject, time)


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One pending write, with what became of it so far."""

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
    """The event to change or cancel; of a create, what Graph answered that it made."""
    written_at: datetime | None = None
    """When Graph answered that it made the event, which it may not show for some minutes."""
    repeat: str | None = None
    """RFC 5545 rule of a series that is created as one Graph series."""
    note: str | None = None
    silent: bool = False
    """Decline without telling the organiser."""
    tried: TimeSpan | None = None
    """When the event may be that an attempt left behind whose answer was lost."""
    agreed: AgreedState | None = None
    """What was agreed about an event that is to leave: what counts again should it stay."""


def transaction_id(
    company: str, reservation: ReservationNumber, version: int, enqueued_at: datetime
) -> str:
    """Graph's `transactionId` for one version of a reservation: the same on every retry.

    The moment it was enqueued keeps a store that was begun anew, or put back from a backup, from
    meeting the events of the reservations that had these numbers before.
    """
    what = f"{company}/{reservation}/{version}/{instant_text(enqueued_at)}"
    digest = hashlib.sha256(what.encode()).hexdigest()
    return f"{OWN}{reservation}-{version}-{digest[:16]}"


def pushed_for(event: Event) -> ReservationNumber | None:
    """The reservation for which obctl itself wrote this event, `None` if it did not."""
    if event.transaction_id is None or not event.transaction_id.startswith(OWN):
        return None
    number = event.transaction_id.removeprefix(OWN).partition("-")[0]
    return ReservationNumber(int(number)) if number.isdecimal() else None


def wait_after(attempts: int, *, final: bool) -> timedelta:
    """How long a failed write waits: doubling from a minute on, or a day where no waiting helps.

    A person may mend in Outlook what Outlook refused for good, so it is tried again all the same.
    """
    if final:
        return _FINAL_WAIT
    return _BACKOFF.wait(attempts)
