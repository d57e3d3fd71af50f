"""The agreed state: what both sides were when they last agreed; the third leg of every decision."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from obctl.domain.event import Event, EventId, Person
from obctl.domain.event_changes import EventChanges
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.values import replace


class AgreedState(Struct, frozen=True):
    """What reservation and event were when last in step.

    `event_subject` is what Outlook showed; it may differ from `subject` because the booking
    attendant rewrites it. `version` is the reservation's at that time. `tried` has been written
    onto the event since, as far as anybody knows: the answer may have been lost.
    """

    reservation: ReservationNumber
    event_id: EventId
    start: datetime
    end: datetime
    all_day: bool
    subject: str
    event_subject: str
    organizer: Person
    version: int
    change_key: str | None
    agreed_at: datetime
    tried: tuple[EventChanges, ...] = ()


def agree(reservation: Reservation, event: Event, now: datetime) -> AgreedState:
    """The agreed state once both sides are equal."""
    return AgreedState(
        reservation=reservation.number,
        event_id=event.id,
        start=event.start,
        end=event.end,
        all_day=event.all_day,
        subject=reservation.subject,
        event_subject=event.subject,
        organizer=event.organizer,
        version=reservation.version,
        change_key=event.change_key,
        agreed_at=now,
    )


def agree_again(
    agreed: AgreedState | None, reservation: Reservation, event: Event, now: datetime
) -> AgreedState:
    """The agreed state after Outlook was read once more, `agreed` being the one before.

    What was changed here and Outlook does not show yet is still a change. Nothing is `tried` any
    more: what came of that has been read.
    """
    state = agree(reservation, event, now)
    if agreed is not None:
        agreed = with_own_writes(agreed, event)
    if agreed is None or _shows(event, reservation, agreed):
        return state
    subject = reservation.subject if reservation.subject == event.subject else agreed.subject
    return replace(state, subject=subject, version=agreed.version)


def with_own_writes(agreed: AgreedState, event: Event) -> AgreedState:
    """`agreed`, with what writes of ours made of the event as agreed: nobody else changed that."""
    for tried in agreed.tried:
        time, there = tried.time, (event.start, event.end, event.all_day)
        if time is not None and (time.start, time.end, time.all_day) == there:
            agreed = replace(agreed, start=time.start, end=time.end, all_day=time.all_day)
        if tried.subject == event.subject:
            agreed = replace(agreed, subject=event.subject, event_subject=event.subject)
    return agreed


def _shows(event: Event, reservation: Reservation, agreed: AgreedState) -> bool:
    there = (event.start, event.end, event.all_day)
    here = (reservation.start, reservation.end, reservation.all_day)
    return there == here and reservation.subject in (event.subject, agreed.subject)
