"""Not taken: the room did not accept the meeting."""

from __future__ import annotations

from datetime import datetime, timedelta

from obctl.domain.causes.facts import Facts, OrganizerAnswer
from obctl.domain.causes.finding import CERTAIN, LIKELY, POSSIBLE, found, name, sync
from obctl.domain.causes.predicates import (
    at_check_in,
    bereft,
    changed,
    date_dropped,
    is_declined,
    is_external,
    unreserved,
    unwithdrawn,
    vanished,
)
from obctl.domain.company_log import Action
from obctl.domain.difference import Cause, Confidence
from obctl.domain.event import Event, Response
from obctl.domain.reservation import Reservation, Status
from obctl.domain.time_span import instant_text

_REFUSED_AT_ONCE = timedelta(minutes=15)


def external_organizer(facts: Facts) -> Cause | None:
    """A sender from outside, whom the booking attendant leaves without an answer."""
    event = _unanswered(facts)
    allowed = facts.room.processing.process_external_meeting_messages
    if event is None or allowed is True:
        return None
    external = is_external(facts, event)
    if not external and not event.foreign_origin:
        return None
    confidence: Confidence = LIKELY if external else POSSIBLE
    asked = facts.organizer is not OrganizerAnswer.UNKNOWN
    if external and allowed is False and facts.organizer is OrganizerAnswer.NOT_FOUND:
        confidence = CERTAIN
    return found(
        "external-organizer-ignored",
        confidence,
        {
            "event.organizer": event.organizer.email,
            "company.domains": ", ".join(sorted(facts.domains)) or None,
            "directory.answer": facts.organizer if external and asked else None,
            "event.foreign_origin": event.foreign_origin or None,
            "event.response": event.response,
            "room.ProcessExternalMeetingMessages": allowed,
        },
        refuted_by="the organiser is internal, or the room does process outside senders",
        remedy=(
            "book the room on the organiser's behalf, or let it answer outside senders: Exchange,"
            f" Set-CalendarProcessing {name(facts.room)} -ProcessExternalMeetingMessages $true"
        ),
    )


def tentative(facts: Facts) -> Cause | None:
    """The request waits in the room's calendar for somebody to accept it."""
    event = _unanswered(facts)
    if event is None:
        return None
    return found(
        "tentative-not-accepted",
        CERTAIN if changed(facts) else LIKELY,
        {
            "event.response": event.response,
            "event.show_as": event.show_as,
            "event.created_at": event.created_at,
            "now": facts.now,
            "room.AutomateProcessing": facts.room.processing.automate_processing,
        },
        refuted_by="the room's own answer is accepted, or the meeting is younger than five minutes",
        remedy=(
            "the room's delegate answers the request; to have the room answer itself: Exchange,"
            f" Set-CalendarProcessing {name(facts.room)} -AutomateProcessing AutoAccept"
        ),
    )


def _unanswered(facts: Facts) -> Event | None:
    event = unreserved(facts)
    if (both := changed(facts)) and both[0].status is Status.CONFIRMED:
        event = both[1] if facts.difference.fields.keys() == {"status"} else None
    return event if event is not None and event.is_tentative else None


def declined(facts: Facts) -> Cause | None:
    """The room answered no."""
    reservation = bereft(facts)
    if reservation is None:
        return None
    confidence: Confidence | None = None
    event, copy = facts.event, facts.organizer_copy
    if event is not None and event.response is Response.DECLINED and not event.is_cancelled:
        # a room that declines a running meeting released it: nobody checked in
        moment = event.modified_at
        confidence = None if moment and at_check_in(reservation, moment) else CERTAIN
    elif date_dropped(facts) and is_declined(facts):
        # of one date alone: what was in the way then may have gone since
        confidence = LIKELY
    elif vanished(facts):
        known = facts.last_known
        if is_declined(facts):
            confidence = LIKELY if reservation.original_start else CERTAIN
        elif known is not None and known.is_tentative:
            confidence = LIKELY
        elif known is None and reservation.status is Status.TENTATIVE:
            confidence = POSSIBLE
    if confidence is None:
        return None
    return found(
        "room-declined",
        confidence,
        {
            "event.response": event.response if event else None,
            "answer.by_id": 404 if facts.event_missing else None,
            "last_known.response": facts.last_known.response if facts.last_known else None,
            "organizer_copy.room_response": copy.room_response if copy else None,
            "reservation.status": reservation.status,
        },
        refuted_by="the room had accepted the meeting before it went",
        remedy=f"{find_another(reservation)}; then obctl reservations cancel {reservation.number}",
    )


def find_another(reservation: Reservation) -> str:
    start, end = instant_text(reservation.start), instant_text(reservation.end)
    return f"obctl rooms free --from {start} --to {end} finds another room"


def policy_mismatch(facts: Facts) -> Cause | None:
    """The room accepted what Officebooking's own rules refused minutes later."""
    both = unwithdrawn(facts)
    if both is None:
        return None
    made = _logged(facts, Action.EVENT_CREATED, by_run=False)
    refused = _logged(facts, Action.RESERVATION_CANCELLED, by_run=True)
    if made is None or refused is None or not timedelta(0) <= refused - made <= _REFUSED_AT_ONCE:
        return None
    return found(
        "policy-mismatch-rejected",
        POSSIBLE,
        {
            "event.created logged": made,
            "reservation.cancelled logged": refused,
            "event.response": both[1].response,
        },
        refuted_by="a person cancelled the reservation, or no local rule forbids the slot",
        remedy=(
            "compare opening hours, quota, buffer and forward limit of both sides"
            " (obctl rooms policy lint) and make them equal"
        ),
    )


def _logged(facts: Facts, action: Action, *, by_run: bool) -> datetime | None:
    entries = (e for e in facts.history if e.action == action and (e.run or not by_run))
    return next((entry.at for entry in entries), None)


def location_text_only(facts: Facts) -> Cause | None:
    """The organiser wrote the room's name into the meeting and did not invite the room."""
    copy = facts.organizer_copy
    if bereft(facts) is None or facts.event is not None or copy is None:
        return None
    # a room that is invited may stand there under another of its addresses
    if copy.room_response is not None or copy.resources or not copy.names(facts.room):
        return None
    return found(
        "location-text-only",
        LIKELY,
        {"organizer_copy.location": copy.location, "organizer_copy.room_invited": False},
        refuted_by="the room stands among the attendees of the organiser's copy",
        remedy=f"the organiser adds the room as attendee; then {sync(facts.room)}",
    )
