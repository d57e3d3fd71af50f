"""Cancelled: Outlook itself says that the meeting, or this date of it, is off."""

from __future__ import annotations

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import CERTAIN, LIKELY, Value, found, name
from obctl.domain.causes.predicates import (
    bereft,
    cancellation_seen,
    goes_on_upstairs,
    is_past,
    remedy_for,
    since_last_pass,
    vanished,
)
from obctl.domain.causes.series import continuation
from obctl.domain.difference import Cause
from obctl.domain.event import Event
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import ExternalState
from obctl.domain.series.excluded_dates import is_listed, series_days
from obctl.domain.series.meets_now import has_moved
from obctl.domain.sync.cancellation import RequestStatus


def awaiting_approval(facts: Facts) -> Cause | None:
    """The cancellation came through, and waits for a person."""
    reservation = bereft(facts)
    if reservation is None:
        return None
    request = facts.request
    waiting = request is not None and request.status is RequestStatus.OPEN
    if not waiting and reservation.external_state is not ExternalState.CANCELLATION_REQUEST:
        return None
    evidence: dict[str, Value] = {"reservation.external_state": int(reservation.external_state)}
    remedy = f"obctl cancellations list --room {name(facts.room)}"
    if request is not None and waiting:
        evidence |= {
            "request.id": request.id,
            "request.reason": request.reason,
            "request.requested_at": request.requested_at,
            "request.cause": request.cause.code if request.cause else None,
            "services": len(reservation.ordered_services),
        }
        remedy = (
            f"obctl cancellations approve {request.id},"
            f" or obctl cancellations reject {request.id} --push-back"
        )
    evidence |= _event_now(facts, facts.event)
    return found(
        "cancel-awaiting-approval",
        CERTAIN if waiting else LIKELY,
        evidence,
        refuted_by="there is no open cancellation request for the reservation",
        remedy=remedy,
    )


def but_kept(facts: Facts) -> Cause | None:
    """The organiser cancelled; the room keeps the cancelled item, as rooms do by default."""
    reservation = bereft(facts)
    if reservation is None:
        return None
    event = facts.event or _cancelled_anew(facts)
    # what had been split off before goes on elsewhere, it is not off with the rest
    split_off = continuation(facts) is not None
    series_off = facts.master is not None and facts.master.event.is_cancelled and not split_off
    kept = (event is not None and event.is_cancelled) or (event is None and series_off)
    gone_since = event is None and reservation.event_id is not None and cancellation_seen(facts)
    if not (kept or gone_since or _called_off(facts)):
        return None
    return found(
        "cancelled-but-kept-on-calendar",
        CERTAIN if kept else LIKELY,
        {
            **_event_now(facts, event),
            "request.status": facts.request.status if facts.request else None,
            "master.is_cancelled": series_off or None,
            "last_known.is_cancelled": (facts.last_known.is_cancelled or None)
            if facts.last_known
            else None,
            "room.RemoveCanceledMeetings": facts.room.processing.remove_canceled_meetings,
            **since_last_pass(facts, event.modified_at if event else None),
        },
        refuted_by="asked by id, the event answers without isCancelled, or with 404 and no"
        " cancellation on record",
        remedy=remedy_for(facts, reservation),
    )


def _called_off(facts: Facts) -> bool:
    """Whether a meeting that is gone is off in its organiser's calendar as well."""
    reservation = vanished(facts)
    if reservation is None or is_past(facts, reservation) or facts.put_back:
        return False
    return facts.organizer_says in (OrganizerSays.CANCELLED, OrganizerSays.GONE)


def occurrence_silently(facts: Facts) -> Cause | None:
    """One date was taken out of a living series; Graph leaves no tombstone for it."""
    reservation = bereft(facts)
    if reservation is None or facts.event is not None or facts.master is None:
        return None
    master, recurrence = facts.master, facts.master.recurrence
    days = series_days(master, reservation, facts.room.zone)
    if not days:
        return None
    covered = any(map(recurrence.covers, days)) if recurrence else None
    cancelled, listed = master.cancelled_dates, is_listed(master, reservation, facts.room.zone)
    # clouds without the list: the series lives on around a date its pattern still has
    hole = cancelled is None and covered is True and bool(facts.same_series)
    # the whole series was shortened or made one meeting, without a successor
    outside = covered is False and not has_moved(master, reservation, facts.room.zone)
    outside = (outside or master.is_single) and not (continuation(facts) or goes_on_upstairs(facts))
    if not (listed or hole or outside):
        return None
    return found(
        "occurrence-cancelled-silently",
        # a date that the room declined, or somebody deleted there, is listed just as well
        CERTAIN if listed and facts.organizer_says is OrganizerSays.CANCELLED else LIKELY,
        {
            "reservation.original_start": reservation.original_start,
            "series.date": days[0] if len(days) == 1 else None,
            "master.id": master.event.id,
            "master.cancelled_dates": listed if cancelled is not None else None,
            "master.pattern_has_date": covered,
            "master.type": master.event.type if master.is_single else None,
            "series.end_date": recurrence.last_date if recurrence else None,
            "instances_read": len(facts.same_series) or None,
            "request.status": facts.request.status if facts.request else None,
            **since_last_pass(facts, master.event.modified_at),
        },
        refuted_by="the master's instances still include the date, or another busy event fills it",
        remedy=remedy_for(facts, reservation),
    )


def _cancelled_anew(facts: Facts) -> Event | None:
    """The cancelled meeting under the id that it got when its mailbox was moved."""
    return facts.rekeyed if facts.rekeyed is not None and facts.rekeyed.is_cancelled else None


def _event_now(facts: Facts, event: Event | None) -> dict[str, Value]:
    if event is None:
        return {"answer.by_id": 404 if facts.event_missing else None}
    return {
        "event.id": event.id,
        "event.is_cancelled": event.is_cancelled,
        "event.subject": event.subject,
        "event.show_as": event.show_as,
    }
