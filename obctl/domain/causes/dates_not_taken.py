"""Dates not taken: the room accepted a series, but not all of its dates."""

from __future__ import annotations

from datetime import datetime

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import LIKELY, POSSIBLE, found
from obctl.domain.causes.not_taken import find_another
from obctl.domain.causes.predicates import bereft, is_declined, others
from obctl.domain.compare.comparison import is_busy
from obctl.domain.difference import Cause
from obctl.domain.event import Event
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import Reservation
from obctl.domain.series.excluded_dates import is_listed, is_outside, series_days
from obctl.domain.time_span import utc


def partially_declined(facts: Facts) -> Cause | None:
    """The room took the series but for the dates on which it was already busy."""
    reservation = _missing_date(facts)
    if reservation is None:
        return None
    processing = facts.room.processing
    allowed = (processing.conflict_percentage_allowed, processing.maximum_conflict_instances)
    blocker = _in_the_way(facts, reservation)
    # with both limits at zero Exchange declines the whole series or nothing
    if blocker is None or allowed == (0, 0):
        return None
    goes_on = any(event.start > reservation.start for event in facts.same_series)
    copy = facts.organizer_copy
    return found(
        "conflict-partially-declined-series",
        LIKELY if goes_on or is_declined(facts) else POSSIBLE,
        {
            "reservation.start": reservation.start,
            "busy_with": blocker.id,
            "busy_with.start": blocker.start,
            "busy_with.end": blocker.end,
            "busy_with.created_at": blocker.created_at,
            "series_goes_on": goes_on,
            "event.response": facts.event.response if facts.event else None,
            "organizer_copy.room_response": copy.room_response if copy else None,
            "room.ConflictPercentageAllowed": allowed[0],
            "room.MaximumConflictInstances": allowed[1],
        },
        refuted_by="nothing else is busy at that date, or the date was there before",
        remedy=(
            f"{find_another(reservation)} for this date;"
            f" then obctl reservations cancel {reservation.number}"
        ),
    )


def _missing_date(facts: Facts) -> Reservation | None:
    """The reservation of a date that a living series has by its pattern, and the room has not.

    The room declined it, or may have: a decline leaves the pattern as it is.
    """
    reservation, master = bereft(facts), facts.master
    if reservation is None or reservation.original_start is None:
        return None
    if facts.master_missing or facts.outbox is not None:
        return None
    if facts.event is not None and (facts.event.is_cancelled or not is_declined(facts)):
        return None
    if facts.organizer_says in (OrganizerSays.CANCELLED, OrganizerSays.GONE):
        return None
    if master is not None and (
        master.is_single
        or master.event.is_cancelled
        or is_outside(master, reservation, facts.room.zone)
    ):
        return None
    return reservation


def _in_the_way(facts: Facts, reservation: Reservation) -> Event | None:
    """Another meeting that had the room when it answered for this date."""
    start, end = _asked_for(facts, reservation)
    known, declined = facts.last_known, is_declined(facts)
    had_it = known is not None and not known.is_tentative and not declined
    for event in (*others(facts), *facts.same_day):
        if not is_busy(event) or event.series_key == reservation.series_key:
            continue
        if not (event.start < end and start < event.end):
            continue
        if known and had_it and event.start < known.end and known.start < event.end:
            # the room had accepted the date just there: what is there now came later
            continue
        if not _came_later(facts, reservation, event):
            return event
    return None


def _came_later(facts: Facts, reservation: Reservation, event: Event) -> bool:
    """Whether a meeting was made when the date was off already."""
    answered = None
    if facts.organizer_copy and is_declined(facts):
        answered = facts.organizer_copy.event.modified_at
    elif facts.master and is_listed(facts.master, reservation, facts.room.zone):
        answered = facts.master.event.modified_at
    return bool(answered and event.created_at and event.created_at > answered)


def _asked_for(facts: Facts, reservation: Reservation) -> tuple[datetime, datetime]:
    """When the date is to take place by its organiser's copy, or as its series meets now."""
    zone = facts.room.zone
    if seen := facts.organizer_copy.event if facts.organizer_copy else facts.event:
        return seen.start, seen.end
    if facts.master is None or facts.master.event.all_day:
        return reservation.start, reservation.end
    days = series_days(facts.master, reservation, zone)
    if len(days) != 1:
        return reservation.start, reservation.end
    first = facts.master.event
    start = utc(datetime.combine(days[0], first.start.astimezone(zone).time(), zone))
    return start, start + (first.end - first.start)
