"""Dates not taken: the room accepted a series, but not all of its dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import LIKELY, POSSIBLE, found, name
from obctl.domain.causes.not_taken import find_another
from obctl.domain.causes.predicates import SETTLED, bereft, in_step, is_declined, others
from obctl.domain.causes.series import continuation
from obctl.domain.compare.comparison import is_busy
from obctl.domain.difference import Cause, Confidence
from obctl.domain.event import Event, SeriesMaster
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import Reservation
from obctl.domain.series.excluded_dates import is_listed, is_outside, series_days
from obctl.domain.time_span import later, local_day, utc

BOOKING_WINDOW = 180
"""Days ahead a room accepts, where nobody changed Exchange's default."""


_NO_LIMIT = 365_000


def recurrence_horizon(facts: Facts) -> Cause | None:
    """The series runs further ahead than the room accepts; the rest was cut off."""
    return _cut(facts) or _beyond_reach(facts)


def _cut(facts: Facts) -> Cause | None:
    """The room's copy ends where its booking window does, and the organiser's goes on.

    Told of the dates that both sides have, before the first comes that the room lacks; and of a
    date that the room showed until it answered.
    """
    both = in_step(facts)
    reservation = both[0] if both else _cut_off(facts)
    master, processing = facts.master, facts.room.processing
    if reservation is None or master is None or master.recurrence is None:
        return None
    ends, reach = master.recurrence.last_date, _reach_of(facts, master)
    if ends is None or processing.enforce_scheduling_horizon is True:
        return None
    copy = facts.organizer_copy
    theirs = copy.series if copy else None
    if (confidence := _cut_by_window(facts, master, ends, reach)) is None:
        return None
    return found(
        "recurrence-horizon",
        confidence,
        {
            "series.last_date": ends,
            "series.created_at": master.event.created_at,
            "room.booked_until": reach,
            "room.BookingWindowInDays": processing.booking_window_in_days,
            "room.EnforceSchedulingHorizon": processing.enforce_scheduling_horizon,
            "organizer_copy.last_date": (theirs.last_date or "without end") if theirs else None,
        },
        refuted_by="the organiser's own series ends on the same day, or was made longer since",
        remedy=(
            "the organiser books the remaining dates when they come within reach; to widen the"
            f" room: Exchange, Set-CalendarProcessing {name(facts.room)} -BookingWindowInDays"
        ),
    )


def _cut_by_window(
    facts: Facts, master: SeriesMaster, ends: date, reach: date | None
) -> Confidence | None:
    """How sure it is that the window ended the room's copy; `None`: nothing says so."""
    processing, copy = facts.room.processing, facts.organizer_copy
    window, enforced = processing.booking_window_in_days, processing.enforce_scheduling_horizon
    if copy is None or copy.series is None:
        # a series may end by itself shortly before the room's window does
        if reach is None or (ends != reach and None in (window, enforced)):
            return None
        return POSSIBLE if None in (window, enforced) else LIKELY
    last = copy.series.last_date
    if last is not None and last <= ends:
        return None
    if reach is not None:
        return LIKELY
    ours, changed = master.event.modified_at, copy.event.modified_at
    made_longer = ours is None or changed is None or changed > ours + SETTLED
    return POSSIBLE if window is not None or made_longer else LIKELY


def _cut_off(facts: Facts) -> Reservation | None:
    """The reservation of a date that the series had and, in the room, ends before."""
    reservation, master = bereft(facts), facts.master
    if reservation is None or facts.event is not None or master is None or master.is_single:
        return None
    if facts.organizer_says in (OrganizerSays.CANCELLED, OrganizerSays.GONE):
        return None
    if continuation(facts) is not None or not is_outside(master, reservation, facts.room.zone):
        return None
    return reservation


def _reach_of(facts: Facts, master: SeriesMaster) -> date | None:
    """The day up to which the room could be booked when it got the series, or its last change.

    `None` where the series has a date between its end and that day: then something else ended it.
    """
    recurrence, window = master.recurrence, facts.room.processing.booking_window_in_days
    if recurrence is None or (ends := recurrence.last_date) is None:
        return None
    days = timedelta(days=BOOKING_WINDOW if window is None else min(window, _NO_LIMIT))
    pattern = recurrence.without_range(ends)
    for moment in (master.event.created_at, master.event.modified_at):
        reach = local_day(later(moment, days), facts.room.zone) if moment else None
        if reach and ends <= reach and not any(day > ends for day in pattern.dates(reach)):
            return reach
    return None


def _beyond_reach(facts: Facts) -> Cause | None:
    """A date that was never seen in the room lies beyond its booking window."""
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
