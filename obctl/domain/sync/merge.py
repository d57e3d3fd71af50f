"""Three-way merge of one reservation with its event, field by field.

Outlook leads on time and organiser, Officebooking on services and notes, the side where the
reservation was made on the subject. What Exchange rewrites on its own is no change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from obctl.domain.agreed_state import AgreedState, with_own_writes
from obctl.domain.event import Event, same_address
from obctl.domain.reservation import Reservation, Source, Status
from obctl.domain.sync.change import Conflict
from obctl.domain.time_span import instant_text
from obctl.domain.values import replace

_PRIVATE = ("private", "confidential")


@dataclass(frozen=True, slots=True)
class Merged:
    """The reservation as it shall be, and the fields both sides had changed."""

    reservation: Reservation
    conflicts: tuple[Conflict, ...] = ()


def merge(reservation: Reservation, agreed: AgreedState, event: Event) -> Merged:
    """Bring what changed in Outlook since `agreed` into `reservation`."""
    conflicts: list[Conflict] = []
    agreed = with_own_writes(agreed, event)
    merged = _merge_time(reservation, agreed, event, conflicts)
    merged = _merge_subject(merged, agreed, event, conflicts)
    theirs = event.organizer
    named = theirs.email or theirs.name  # who is not shown at all has not changed
    if not event.is_organizer and named and not same_address(theirs.email, agreed.organizer.email):
        merged = replace(merged, organizer=theirs)
    if reservation.source is Source.OUTLOOK:
        merged = replace(merged, status=status_of(event))
    return Merged(merged, tuple(conflicts))


def status_of(event: Event) -> Status:
    """An event the room has not accepted yet is a tentative reservation."""
    return Status.TENTATIVE if event.is_tentative else Status.CONFIRMED


def is_rewritten(event: Event, subject: str) -> bool:
    """Whether the booking attendant replaced or prefixed `subject` with the organiser's name."""
    name = event.organizer.name
    if not name:
        return False
    shown = event.subject.strip()
    return shown in {name, f"{name} {subject}".strip(), ""}


def _merge_time(
    reservation: Reservation, agreed: AgreedState, event: Event, conflicts: list[Conflict]
) -> Reservation:
    before = (agreed.start, agreed.end, agreed.all_day)
    there = (event.start, event.end, event.all_day)
    here = (reservation.start, reservation.end, reservation.all_day)
    if there in (before, here):
        return reservation
    if here != before:
        # moved on both sides to different times: people go where their own calendar says
        conflicts.append(
            Conflict(
                field="time",
                officebooking=_span(reservation.start, reservation.end),
                outlook=_span(event.start, event.end),
                agreed=_span(agreed.start, agreed.end),
                kept="outlook",
            )
        )
    return replace(reservation, start=event.start, end=event.end, all_day=event.all_day)


def _merge_subject(
    reservation: Reservation, agreed: AgreedState, event: Event, conflicts: list[Conflict]
) -> Reservation:
    if (
        event.subject in (agreed.event_subject, reservation.subject)
        or is_rewritten(event, agreed.subject)
        or is_rewritten(event, agreed.event_subject)
        or event.sensitivity in _PRIVATE
    ):
        return reservation
    if reservation.subject == agreed.subject:
        return replace(reservation, subject=event.subject)
    leads = reservation.source
    conflicts.append(
        Conflict(
            field="subject",
            officebooking=reservation.subject,
            outlook=event.subject,
            agreed=agreed.subject,
            kept=leads.value,
        )
    )
    if leads is Source.OUTLOOK:
        return replace(reservation, subject=event.subject)
    return reservation


def _span(start: datetime, end: datetime) -> str:
    return f"{instant_text(start)}/{instant_text(end)}"
