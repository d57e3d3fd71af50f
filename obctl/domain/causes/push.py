"""Push: what is to be written to Outlook, and what others write into the room by themselves."""

from __future__ import annotations

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import CERTAIN, LIKELY, POSSIBLE, Value, found, sync
from obctl.domain.causes.predicates import (
    changed,
    come_back,
    is_past,
    others,
    sync_over,
    unreserved,
    unwithdrawn,
    yet_to_create,
)
from obctl.domain.company_log import Action
from obctl.domain.compare.comparison import is_busy
from obctl.domain.difference import Cause, Confidence, DifferenceKind
from obctl.domain.event import Event
from obctl.domain.outbox import pushed_for
from obctl.domain.reservation import WRITE_PENDING, ExternalState, Reservation
from obctl.domain.time_span import instant_text

_NEVER_THERE = (ExternalState.NOT_ON_OUTLOOK, *WRITE_PENDING)
_REFUSED = "errorinvalidrequest"
"""Graph's code for what only an organiser may do; other errors say nothing about that."""


def changed_here(facts: Facts) -> bool:
    """Whether Officebooking changed the reservation and Outlook has yet to hear of it."""
    reservation, agreed = facts.reservation, facts.agreed
    if reservation is None:
        return False
    if facts.outbox is not None or reservation.external_state in WRITE_PENDING:
        return True
    return agreed is not None and reservation.version > agreed.version


def not_organizer(facts: Facts) -> Cause | None:
    """Officebooking changed or cancelled somebody else's meeting; a room may only decline it."""
    both = unwithdrawn(facts) or (changed(facts) if changed_here(facts) else None)
    if both is None or both[1].is_organizer or come_back(facts):
        return None
    reservation, event = both
    said = _error(facts)
    if facts.outbox is not None and (not said and not facts.outbox.attempts):
        return None
    refused = "organizer" in said or "organiser" in said
    if said and not refused and _REFUSED not in said:
        return None
    return found(
        "push-not-organizer",
        CERTAIN if refused else LIKELY,
        {
            "event.is_organizer": event.is_organizer,
            "event.organizer": event.organizer.email,
            "reservation.status": reservation.status,
            **_pending_write(facts),
        },
        refuted_by="the room is organiser of its copy (isOrganizer is true)",
        remedy=(
            f"ask {event.organizer.email or 'the organiser'} to change or cancel the meeting,"
            f" or let the room decline it: obctl reservations cancel {reservation.number}"
        ),
    )


def push_failed(facts: Facts) -> Cause | None:
    """What Officebooking wrote down has not reached Outlook."""
    return _unsent(facts) or _left_behind(facts)


def _unsent(facts: Facts) -> Cause | None:
    reservation, item = facts.reservation, facts.outbox
    if reservation is None or not (_unborn(facts, reservation) or _unchanged(facts)):
        return None
    failed = reservation.external_state is ExternalState.PUSH_FAILED
    confidence: Confidence = LIKELY
    if failed or (item is not None and (item.failed or item.error_code is not None)):
        confidence = CERTAIN
    elif item is None and (reservation.event_id or reservation.external_state in WRITE_PENDING):
        # it was in Outlook once, or waits with the rest of its series: no failure is on record
        confidence = POSSIBLE
    elif item is not None and not item.attempts:
        confidence = POSSIBLE
    return found(
        "push-failed",
        confidence,
        {
            "reservation.external_state": int(reservation.external_state),
            "reservation.event_id": reservation.event_id or "none",
            "event.is_organizer": facts.event.is_organizer if facts.event else None,
            **_pending_write(facts),
        },
        refuted_by="Outlook has an event with the transaction id of this reservation",
        remedy=_send_again(facts, reservation),
    )


def _unborn(facts: Facts, reservation: Reservation) -> bool:
    """Whether Outlook never had the event, or not since it was to be written again."""
    if facts.difference.kind is not DifferenceKind.MISSING_IN_OUTLOOK:
        return False
    never = reservation.event_id is None or reservation.external_state in _NEVER_THERE
    return yet_to_create(facts) or (facts.event is None and never)


def _unchanged(facts: Facts) -> bool:
    """Whether Outlook still has what Officebooking changed or cancelled."""
    if unwithdrawn(facts):
        return come_back(facts) is None
    return changed(facts) is not None and changed_here(facts)


def _send_again(facts: Facts, reservation: Reservation) -> str:
    if is_past(facts, reservation):
        return "none: the reservation is over"
    if facts.outbox is not None or reservation.external_state in WRITE_PENDING:
        due = facts.outbox.due_at if facts.outbox else facts.now
        when = f", this one from {instant_text(due)} on" if due > facts.now else ""
        return f"{sync(facts.room)} (sends pending writes to Outlook{when})"
    verb = "change" if reservation.is_active else "cancel"
    return f"obctl reservations {verb} {reservation.number} puts it into the outbox again"


def _left_behind(facts: Facts) -> Cause | None:
    """Officebooking moved the reservation to another room; the old room still has the event."""
    event = unreserved(facts)
    if event is None:
        return None
    pending = (
        reservation.number
        for _, reservation in facts.reserved_elsewhere
        if event.key
        and reservation.key == event.key
        and reservation.external_state in WRITE_PENDING
    )
    number = next(pending, None) or pushed_for(event)
    if number is None:
        return None
    return found(
        "push-failed",
        LIKELY,
        {
            "event.id": event.id,
            "event.transaction_id": event.transaction_id,
            "event.is_organizer": event.is_organizer,
            "reservation.number": number,
        },
        refuted_by="the reservation stands in this room",
        remedy=f"{sync(facts.room)} (sends pending writes to Outlook); then obctl explain {number}",
    )


def _error(facts: Facts) -> str:
    if facts.outbox is not None:
        said = f"{facts.outbox.error_code or ''} {facts.outbox.error or ''}"
    else:
        failures = [e for e in facts.history if e.action == Action.PUSH_FAILED]
        said = failures[-1].message if failures else ""
    return said.strip().casefold()


def _pending_write(facts: Facts) -> dict[str, Value]:
    item = facts.outbox
    if item is None:
        return {}
    return {
        "outbox.action": item.action,
        "outbox.attempts": item.attempts,
        "outbox.error_code": item.error_code,
        "outbox.error": item.error,
        "outbox.request_id": item.request_id,
    }


def double_booked(facts: Facts) -> Cause | None:
    """Two meetings at once: one was written past the rules the room applies to invitations."""
    event = unreserved(facts)
    overlap = facts.difference.kind is DifferenceKind.OVERLAP
    if overlap:
        event = facts.event
    if event is None:
        return None
    rivals = [other for other in others(facts) if is_busy(other) and _meet(event, other)]
    taken = [held for held in facts.siblings if held.is_active and _meet(event, held)]
    direct = next((one for one in (event, *rivals) if one.is_organizer), None)
    if not overlap and (direct is None or not (rivals or taken)):
        return None
    made = [other.created_at for other in rivals if other.created_at]
    last_made = event.created_at is not None and made and event.created_at > max(made)
    confidence: Confidence = LIKELY if direct else POSSIBLE
    if overlap and event.is_organizer and last_made:
        confidence = CERTAIN
    return found(
        "double-booked-by-direct-write",
        confidence,
        {
            "event.id": event.id,
            "event.is_organizer": event.is_organizer,
            "event.created_at": event.created_at,
            "written_directly": direct.id if direct else None,
            "overlaps_event": rivals[0].id if rivals else None,
            "overlaps_event.organizer": rivals[0].organizer.email if rivals else None,
            "overlaps_event.created_at": rivals[0].created_at if rivals else None,
            "overlaps_reservation": taken[0].number if taken else None,
            "room.AllowConflicts": facts.room.processing.allow_conflicts,
        },
        refuted_by="both have the same organiser and subject: then it is one meeting twice",
        remedy=(
            "keep the meeting that was accepted first and find the other one a room"
            " (obctl rooms free); stop delegates, panels and apps from writing into the room"
        ),
    )


def _meet(event: Event, other: Event | Reservation) -> bool:
    return event.start < other.end and other.start < event.end


def booked_directly(facts: Facts) -> Cause | None:
    """Somebody opened the room's own calendar and wrote into it."""
    event = unreserved(facts)
    if event is None or not event.is_organizer or pushed_for(event) is not None:
        return None
    owner = (event.organizer.email or "").casefold()
    return found(
        "booked-directly-in-room-mailbox",
        CERTAIN if owner == facts.room.mailbox.casefold() else LIKELY,
        {
            "event.is_organizer": event.is_organizer,
            "event.organizer": event.organizer.email,
            "event.attendees": event.attendees,
            "event.transaction_id": event.transaction_id or "none",
            "event.created_at": event.created_at,
        },
        refuted_by="the event bears the transaction id of one of our reservations",
        remedy=(
            f"{sync_over(facts)} adopts it with the room as owner; stop delegates and panels from"
            " writing into the room's calendar"
        ),
    )
