"""Time: both sides mean the same meeting and write its hours differently."""

from __future__ import annotations

from datetime import datetime, timedelta

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import LIKELY, POSSIBLE, found, name, sync
from obctl.domain.causes.predicates import SETTLED, changed, sync_over
from obctl.domain.causes.push import changed_here
from obctl.domain.causes.zone_offset import judged, offset_at, zone_offset
from obctl.domain.difference import Cause, Confidence
from obctl.domain.event import Event, EventType
from obctl.domain.reservation import Reservation
from obctl.domain.time_span import local_day

_HALF_HOUR = timedelta(minutes=30)
_AN_HOUR = timedelta(hours=1)
_A_DAY = timedelta(days=1)


def all_day_boundary(facts: Facts) -> Cause | None:
    """An all-day item is a date, and somebody read its midnight in another zone."""
    both = _times_differ(facts)
    if both is None:
        return None
    reservation, event = both
    if not (reservation.all_day or event.all_day):
        return None
    if not _is_off_alike(facts, reservation, event):
        return None
    # a start at 02:00 is a midnight of another zone; a whole day apart may be a real move
    shifted = not _at_midnight(facts, reservation.start) or not _at_midnight(facts, event.start)
    moved = _moved_there(facts)
    copy = facts.organizer_copy.event if facts.organizer_copy else None
    days = (copy.start, copy.end, copy.all_day) if copy else None
    if moved and days == (event.start, event.end, True):
        return None
    in_room_alone = days == (reservation.start, reservation.end, reservation.all_day)
    sure = shifted or in_room_alone or not moved
    confidence: Confidence = LIKELY if sure else POSSIBLE
    return found(
        "all-day-boundary",
        confidence,
        {
            "event.all_day": event.all_day,
            "event.day": local_day(event.start, facts.room.zone),
            "reservation.all_day": reservation.all_day,
            "reservation.start": reservation.start,
            "reservation.end": reservation.end,
            "organizer_copy.start": copy.start if copy else None,
            "room.time_zone": facts.room.time_zone,
        },
        refuted_by="the item is not all-day, or the days lie more than one apart",
        remedy=f"{sync_over(facts)} takes over the dates (the end day is exclusive)",
    )


def _is_off_alike(facts: Facts, reservation: Reservation, event: Event) -> bool:
    """Whether both ends are off alike, by a day at most: so a misread midnight moves them.

    But for the hour of a clock change between them; the day of a change lasts 25 hours.
    """
    starts, ends = event.start - reservation.start, event.end - reservation.end
    if abs(starts - ends) > _AN_HOUR:
        # the last day counted or not: nobody in Outlook did that
        inclusive = reservation.all_day and event.all_day and not starts
        return inclusive and not _moved_there(facts) and abs(ends) <= _A_DAY + _AN_HOUR
    if max(abs(starts), abs(ends)) <= _A_DAY:
        return True
    moments = (reservation.start, reservation.end, event.start, event.end)
    first, last, new_first, new_last = (local_day(item, facts.room.zone) for item in moments)
    one_day = abs(new_first - first) == abs(new_last - last) == _A_DAY
    return one_day and all(_at_midnight(facts, item) for item in moments)


def timezone_shift(facts: Facts) -> Cause | None:
    """The start is off by just what separates two zones on that day."""
    both = _times_differ(facts)
    if both is None or both[0].all_day or both[1].all_day:
        return None
    reservation, event = both
    shift = event.start - reservation.start
    if not shift or event.end - reservation.end != shift:
        return None
    moved, offset = _moved_there(facts), None
    confidence: Confidence | None = None
    if _only_beyond_switch(facts, shift):
        confidence = LIKELY
    elif zones := zone_offset(facts, reservation, event):
        confidence, offset = judged(zones, moved_there=moved), zones.offset
    if confidence is None:
        return None
    return found(
        "timezone-shift",
        confidence,
        {
            "reservation.start": reservation.start,
            "event.start": event.start,
            "shift_minutes": int(shift.total_seconds() // 60),
            "event.time_zone": event.time_zone,
            "room.time_zone": facts.room.time_zone,
            "offset_minutes": int(offset.total_seconds() // 60) if offset is not None else None,
            "organizer_copy.start": facts.organizer_copy.event.start
            if facts.organizer_copy
            else None,
            "dates_shifted_alike": _alike(facts, shift) or None,
        },
        refuted_by="the difference equals no offset of the two zones on that date",
        remedy=(
            "Exchange: Set-MailboxRegionalConfiguration"
            f" {name(facts.room)} -TimeZone with the zone of the building; then {sync_over(facts)}"
        ),
    )


def _dates(facts: Facts) -> list[tuple[timedelta, timedelta]]:
    """The other dates of the series on both sides: (the room's offset there, the shift)."""
    events = {event.key: event for event in facts.same_series if event.key is not None}
    return [
        (offset_at(facts.room.zone, event.start), event.start - sibling.start)
        for sibling in facts.siblings
        if sibling.is_active and sibling.key and (event := events.get(sibling.key))
    ]


def _alike(facts: Facts, shift: timedelta) -> int:
    return sum(other == shift for _, other in _dates(facts))


def _only_beyond_switch(facts: Facts, shift: timedelta) -> bool:
    """Whether a series is off by an hour on this side of a clock change and right beyond it."""
    event = facts.event
    if event is None or abs(shift) not in (_HALF_HOUR, 2 * _HALF_HOUR):
        return False
    copy = facts.organizer_copy
    # a date that stands alone was moved by itself; so was what the organiser has at that hour
    by_itself = event.type is EventType.EXCEPTION or (copy and copy.event.start == event.start)
    if by_itself and _moved_there(facts):
        return False
    here = offset_at(facts.room.zone, event.start)
    this_side = [other for offset, other in _dates(facts) if offset == here]
    far_side = [other for offset, other in _dates(facts) if offset != here]
    return bool(far_side) and not any(far_side) and all(other == shift for other in this_side)


def stale_room_copy(facts: Facts) -> Cause | None:
    """The organiser moved the meeting and never sent the room the update."""
    both, copy = changed(facts), facts.organizer_copy
    if both is None or copy is None or not both[1].takes_room or not copy.event.takes_room:
        return None
    event = both[1]
    if (copy.event.start, copy.event.end) == (event.start, event.end):
        return None
    ours, theirs = event.modified_at, copy.event.modified_at
    # an update that was sent may still be on its way
    if ours is None or theirs is None or not ours < theirs <= facts.now - SETTLED:
        return None
    return found(
        "stale-room-copy",
        LIKELY,
        {
            "event.start": event.start,
            "event.modified_at": ours,
            "organizer_copy.start": copy.event.start,
            "organizer_copy.end": copy.event.end,
            "organizer_copy.modified_at": theirs,
        },
        refuted_by="the room's copy was changed after the organiser's",
        remedy=f"the organiser sends the update to all attendees; then {sync(facts.room)}",
    )


def _times_differ(facts: Facts) -> tuple[Reservation, Event] | None:
    both = changed(facts)
    if both is None or not facts.difference.fields.keys() & {"start", "end", "all_day"}:
        return None
    # somebody changed the reservation: the hours differ until that is written to Outlook
    return None if changed_here(facts) else both


def _moved_there(facts: Facts) -> bool:
    """Whether it was Outlook that changed the time since both sides agreed."""
    event, agreed = facts.event, facts.agreed
    if event is None or agreed is None:
        return False
    return (agreed.start, agreed.end) != (event.start, event.end)


def _at_midnight(facts: Facts, moment: datetime) -> bool:
    local = moment.astimezone(facts.room.zone)
    return (local.hour, local.minute, local.second) == (0, 0, 0)
