"""Dates not taken: the room accepted a series, but not all of its dates."""

from __future__ import annotations

from datetime import timedelta

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import LIKELY, POSSIBLE, found, name
from obctl.domain.causes.not_taken import find_another
from obctl.domain.causes.predicates import bereft, date_dropped, others
from obctl.domain.causes.series import continuation
from obctl.domain.compare.comparison import is_busy
from obctl.domain.difference import Cause
from obctl.domain.reservation import Reservation
from obctl.domain.series.excluded_dates import is_listed
from obctl.domain.time_span import later

BOOKING_WINDOW = 180
"""Days ahead a room accepts, where nobody changed Exchange's default."""


_NO_LIMIT = 365_000


def recurrence_horizon(facts: Facts) -> Cause | None:
    """The series runs further ahead than the room accepts; the rest was cut off."""
    reservation = _never_seen_date(facts)
    if reservation is None or continuation(facts) is not None:
        return None
    window = facts.room.processing.booking_window_in_days
    made = (facts.master.event.created_at if facts.master else None) or reservation.created_at
    days = BOOKING_WINDOW if window is None else min(window, _NO_LIMIT)
    limit = later(made, timedelta(days=days))
    goes_on = any(event.start > reservation.start for event in facts.same_series)
    if reservation.start <= limit or goes_on:
        return None
    seen = [event.start for event in facts.same_series]
    return found(
        "recurrence-horizon",
        LIKELY if window is not None and seen else POSSIBLE,
        {
            "reservation.start": reservation.start,
            "series.created_at": made,
            "room.BookingWindowInDays": window,
            "room.EnforceSchedulingHorizon": facts.room.processing.enforce_scheduling_horizon,
            "series.last_instance": max(seen) if seen else None,
        },
        refuted_by="the room has a later date of the series",
        remedy=(
            "book the remaining dates when they come within reach, or widen the room: Exchange,"
            f" Set-CalendarProcessing {name(facts.room)} -BookingWindowInDays"
        ),
    )


def partially_declined(facts: Facts) -> Cause | None:
    """The room took the series but for the dates on which it was already busy."""
    reservation = _never_seen_date(facts)
    # a decline leaves the pattern as it is
    if reservation is None or date_dropped(facts):
        return None
    processing = facts.room.processing
    allowed = (processing.conflict_percentage_allowed, processing.maximum_conflict_instances)
    blockers = (
        event
        for event in others(facts)
        if is_busy(event)
        and event.series_key != reservation.series_key
        and event.start < reservation.end
        and reservation.start < event.end
    )
    blocker = next(blockers, None)
    # with both limits at zero Exchange declines the whole series or nothing
    if blocker is None or allowed == (0, 0):
        return None
    goes_on = any(event.start > reservation.start for event in facts.same_series)
    return found(
        "conflict-partially-declined-series",
        LIKELY if goes_on else POSSIBLE,
        {
            "reservation.start": reservation.start,
            "busy_with": blocker.id,
            "busy_with.start": blocker.start,
            "busy_with.end": blocker.end,
            "series_goes_on": goes_on,
            "room.ConflictPercentageAllowed": allowed[0],
            "room.MaximumConflictInstances": allowed[1],
        },
        refuted_by="nothing else is busy at that date, or the date was there before",
        remedy=(
            f"{find_another(reservation)} for this date;"
            f" then obctl reservations cancel {reservation.number}"
        ),
    )


def _never_seen_date(facts: Facts) -> Reservation | None:
    """The reservation of a date of a living series that was never seen in the room."""
    reservation = bereft(facts)
    if reservation is None or reservation.original_start is None or facts.event is not None:
        return None
    if facts.master_missing or facts.outbox is not None:
        return None
    if facts.last_known is not None and not facts.last_known.is_tentative:
        return None
    if facts.master and is_listed(facts.master, reservation, facts.room.zone):
        return None
    return reservation
