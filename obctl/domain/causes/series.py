"""Series: the shape of a recurring meeting changed, or does not fit."""

from __future__ import annotations

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import LIKELY, POSSIBLE, Value, found
from obctl.domain.causes.predicates import (
    bereft,
    changed,
    come_back,
    goes_on_upstairs,
    last_pass,
    others,
    remedy_for,
    since_last_pass,
    sync_over,
    unreserved,
    was_beyond_window,
)
from obctl.domain.difference import MEETS_NOW, Cause
from obctl.domain.event import Event, EventType
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.series.excluded_dates import is_listed, series_days
from obctl.domain.series.meets_now import has_moved, in_words, nearest_start, next_start
from obctl.domain.series.same_date import is_continued, is_same_date
from obctl.domain.sync.other_days import is_perhaps_continued

MANY_EXCEPTIONS = 100
_AWKWARD = ("absoluteYearly", "relativeYearly", "relativeMonthly")


def exception_detached(facts: Facts) -> Cause | None:
    """The room was invited to one date of a series only; its series is unknown here."""
    event = unreserved(facts)
    if event is None or event.instance_date is None:
        return None
    if event.series_master_id is not None and not facts.master_missing:
        return None
    return found(
        "exception-detached",
        LIKELY,
        {
            "event.type": event.type,
            "event.instance_date": event.instance_date,
            "event.series_master_id": event.series_master_id,
            "master.answer": 404 if facts.master_missing else None,
            "event.series_key": event.series_key,
        },
        refuted_by="the room's calendar has the series master",
        remedy=f"{sync_over(facts)} links it by series key and original date",
    )


def exceptions_wiped(facts: Facts) -> Cause | None:
    """The organiser changed the whole series: dates changed one by one fell back, or are no more.

    A date that the new pattern does not have is nowhere, and what hangs on it stays here.
    """
    if reservation := bereft(facts):
        return _days_moved(facts, reservation)
    if both := come_back(facts):
        return _called_off_no_more(facts, *both)
    both = changed(facts)
    if both is None:
        return None
    reservation, event = both
    if event.series_key != reservation.series_key:
        return None
    if _is_another_date(facts, reservation, event):
        return _went_along(facts, reservation, event)
    original = event.original_start
    was_exception = original is not None and reservation.start != original
    back_in_line = event.type is EventType.OCCURRENCE and event.start == original
    known = facts.last_known
    none_left = facts.master is not None and facts.master.exceptions == 0
    seen_before = known is not None and known.type is EventType.EXCEPTION
    if not (was_exception and back_in_line and seen_before):
        return None
    return found(
        "series-edit-wiped-exceptions",
        LIKELY if none_left else POSSIBLE,
        {
            "reservation.start": reservation.start,
            "event.start": event.start,
            "event.original_start": original,
            "last_known.type": known.type if known else None,
            "master.exceptions": facts.master.exceptions if facts.master else None,
            "master.modified_at": facts.master.event.modified_at if facts.master else None,
            "services": len(reservation.ordered_services),
        },
        refuted_by="the master is unchanged since this date was moved on its own",
        remedy=(
            f"ask the organiser which time holds; {sync_over(facts)} takes Outlook's"
            " and keeps the services of the date"
        ),
    )


def _days_moved(facts: Facts, reservation: Reservation) -> Cause | None:
    """The series meets on other days now, and this date is not among them."""
    master, zone = facts.master, facts.room.zone
    if facts.event is not None or master is None or not has_moved(master, reservation, zone):
        return None
    if master.recurrence is None or is_listed(master, reservation, zone):
        return None
    nearest = nearest_start(master, reservation, facts.now, zone)
    next_one = next_start(master, facts.now, zone)
    return found(
        "series-edit-wiped-exceptions",
        LIKELY,
        {
            "reservation.original_start": reservation.original_start,
            "master.id": master.event.id,
            "master.pattern_has_date": False,
            MEETS_NOW: in_words(master.recurrence),
            "series.next_date": next_one,
            "series.nearest_date": nearest if nearest != next_one else None,
            "series.end_date": master.recurrence.last_date,
            "services": len(reservation.ordered_services),
            "request.status": facts.request.status if facts.request else None,
            **since_last_pass(facts, master.event.modified_at),
        },
        refuted_by="the master's pattern includes the date, or the master lists it as cancelled",
        remedy=remedy_for(facts, reservation),
    )


def _called_off_no_more(facts: Facts, reservation: Reservation, event: Event) -> Cause | None:
    """The series was edited as a whole, and a date that was off takes place like the others."""
    if event.type is not EventType.OCCURRENCE or reservation.original_start is None:
        return None
    # on its own a date comes back as one that stands alone; at the same hour nobody knows
    edited = event.original_start != reservation.original_start
    return found(
        "series-edit-wiped-exceptions",
        LIKELY if edited else POSSIBLE,
        {
            "reservation.status": reservation.status,
            "reservation.original_start": reservation.original_start,
            "event.original_start": event.original_start,
            "event.type": event.type,
            "master.modified_at": facts.master.event.modified_at if facts.master else None,
            "services": len(reservation.services) or None,
        },
        refuted_by="the organiser invited the room to this date anew, and the series is as it was",
        remedy=f"ask the organiser whether the date takes place; {sync_over(facts)} revives it",
    )


def _is_another_date(facts: Facts, reservation: Reservation, event: Event) -> bool:
    """Whether both are dates of one series, and not the same."""
    dated = reservation.original_start is not None and event.original_start is not None
    same_series = event.series_key is not None and event.series_key == reservation.series_key
    return dated and same_series and not is_same_date(reservation, event, facts.room.zone)


def _went_along(facts: Facts, reservation: Reservation, event: Event) -> Cause:
    """The series meets on other days now, and one of them is what became of this date."""
    recurrence = facts.master.recurrence if facts.master else None
    return found(
        "series-edit-wiped-exceptions",
        LIKELY,
        {
            "reservation.original_start": reservation.original_start,
            "event.original_start": event.original_start,
            "master.id": event.series_master_id,
            MEETS_NOW: in_words(recurrence) if recurrence else None,
            "services": len(reservation.ordered_services),
            **since_last_pass(facts, event.modified_at),
        },
        refuted_by="the series still has the reservation's own date",
        remedy=f"{sync_over(facts)} moves the reservation with all that is ordered for it",
    )


def series_split(facts: Facts) -> Cause | None:
    """The organiser changed "this and all future": one series ends, a new one goes on."""
    if upstairs := goes_on_upstairs(facts):
        left, held, entered, new = upstairs
        return _split(facts, held, new, left, entered)
    if reservation := bereft(facts):
        successor = continuation(facts)
        return _split(facts, reservation, successor) if successor else None
    both = changed(facts)
    event = both[1] if both else unreserved(facts)
    if event is None:
        return None
    if both and (is_continued(*both) or _is_on_another_day(*both)):
        return _split(facts, *both)
    for candidate in () if both else facts.siblings:
        if is_continued(candidate, event) and not _is_off(facts, candidate):
            return _split(facts, candidate, event)
    return None


def _is_off(facts: Facts, reservation: Reservation) -> bool:
    """Whether the room shows the reservation's own event as cancelled: it goes on as nothing."""
    shown = (*facts.same_room, *facts.same_day)
    return any(event.is_cancelled and event.id == reservation.event_id for event in shown)


def _is_on_another_day(reservation: Reservation, event: Event) -> bool:
    """Whether a date goes on in another series, which meets on other days."""
    return event.original_start is not None and is_perhaps_continued(reservation, event)


def continuation(facts: Facts) -> Event | None:
    """The event of a new series that stands where a date of the ended one was."""
    reservation = bereft(facts)
    if reservation is None or facts.master is None or facts.master.recurrence is None:
        return None
    days = series_days(facts.master, reservation, facts.room.zone)
    end = facts.master.recurrence.end_date
    if not days or end is None or days[0] <= end:
        return None
    candidates = (*others(facts), *facts.successors)
    return next((event for event in candidates if is_continued(reservation, event)), None)


def _split(facts: Facts, reservation: Reservation, event: Event, *rooms: Room) -> Cause:
    """`rooms` are the one that was left and the one that was entered, where these are two."""
    ended = facts.master.recurrence if facts.master and facts.event is None else None
    return found(
        "series-split",
        LIKELY,
        {
            "reservation.series_master_id": reservation.series_master_id,
            "series.end_date": ended.end_date if ended else None,
            "event.series_master_id": event.series_master_id,
            "event.id": event.id,
            "event.start": event.start,
            "reservation.number": reservation.number,
            "room.left": rooms[0].mailbox if rooms else None,
            "room.entered": rooms[1].mailbox if rooms else None,
        },
        refuted_by="the two series run at the same time instead of one after the other",
        remedy=f"{sync_over(facts, *rooms)} goes on with the new series; services follow by date",
    )


def recurrence_unsupported(facts: Facts) -> Cause | None:
    """The pattern is one that obctl, or the room, cannot follow."""
    event = unreserved(facts)
    if event is None or facts.master is None:
        return None
    recurrence, exceptions = facts.master.recurrence, facts.master.exceptions or 0
    evidence: dict[str, Value] = {
        "series.pattern": recurrence.type if recurrence else "not understood",
        "series.interval": recurrence.interval if recurrence else None,
        "master.exceptions": exceptions or None,
    }
    run = last_pass(facts)
    awkward = recurrence is not None and (
        recurrence.type in _AWKWARD or recurrence.interval > 1 or exceptions >= MANY_EXCEPTIONS
    )
    # an odd pattern alone is no reason: it must have failed in a pass that saw it
    seen = run is not None and event.created_at is not None and event.created_at <= run
    failed = seen and not was_beyond_window(facts, event)
    if recurrence is not None and not (awkward and failed):
        return None
    return found(
        "recurrence-unsupported",
        LIKELY if recurrence is None else POSSIBLE,
        evidence,
        refuted_by="other dates of the same series do have reservations",
        remedy="book the dates one by one (obctl reservations create) and tell the organiser",
    )
