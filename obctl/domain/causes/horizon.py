"""Horizon: a series runs further ahead than the room accepts, and the rest was cut off."""

from __future__ import annotations

from datetime import date, timedelta

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import LIKELY, POSSIBLE, found, name
from obctl.domain.causes.predicates import SETTLED, bereft, in_step
from obctl.domain.causes.series import continuation
from obctl.domain.difference import Cause, Confidence
from obctl.domain.event import SeriesMaster
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import Reservation
from obctl.domain.series.excluded_dates import is_listed, is_outside
from obctl.domain.time_span import later, local_day

BOOKING_WINDOW = 180
"""Days ahead a room accepts, where nobody changed Exchange's default."""


_NO_LIMIT = 365_000
_SOON = timedelta(days=BOOKING_WINDOW)
"""An end further off is nobody's worry yet: most rooms could not be booked for it anyway."""


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
    if both and ends > later(facts.now, _SOON).date():
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
