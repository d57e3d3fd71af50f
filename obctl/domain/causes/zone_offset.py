"""Hours that are off by just what separates two zones: a zone misread, or a move of that length.

What tells them apart: a client that misreads a zone writes the same hour of the clock in another
zone. Who moves a meeting leaves its zone as it was, and has the new hours in the own calendar too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import LIKELY, POSSIBLE
from obctl.domain.difference import Confidence
from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.time_span import utc
from obctl.domain.zones import zone
from obctl.errors import UnknownZone

_HALF_HOUR = timedelta(minutes=30)
_FARTHEST = timedelta(hours=14)


class ZoneOffset(NamedTuple):
    """What separates the event's zone from the room's, `None` where nobody knows its zone."""

    offset: timedelta | None
    zone_stayed: bool
    """The event had this zone when it was last known: the zone did not change with the hours."""
    same_clock: bool
    """It starts at the hour of the clock that the reservation has, in another zone."""
    organizer_has: bool
    """The organiser's own calendar has the new hours."""
    room_alone: bool
    """The organiser's own calendar still has the hours of the reservation."""


def zone_offset(facts: Facts, reservation: Reservation, event: Event) -> ZoneOffset | None:
    """How zones may explain that an event is off; `None` where they cannot."""
    shift = event.start - reservation.start
    whole = shift % _HALF_HOUR == timedelta(0) and abs(shift) <= _FARTHEST
    if not shift or not whole or event.end - reservation.end != shift or event.time_zone is None:
        return None
    theirs, offset = known_zone(event.time_zone), None
    if theirs is not None:
        offset = offset_at(theirs, event.start) - offset_at(facts.room.zone, event.start)
        if abs(offset) != abs(shift):
            return None
    copy = facts.organizer_copy.event if facts.organizer_copy else None
    return ZoneOffset(
        offset,
        zone_stayed=_is_same_zone(facts.last_known, event),
        same_clock=theirs is not None
        and _clock(event.start, theirs) == _clock(reservation.start, facts.room.zone),
        organizer_has=copy is not None and copy.start == event.start,
        room_alone=copy is not None and copy.start == reservation.start,
    )


def judged(found: ZoneOffset, *, moved_there: bool) -> Confidence | None:
    """How sure it is that a zone was misread; `None`: somebody moved the meeting.

    `moved_there` says that Outlook changed the hours since both sides agreed.
    """
    if found.offset is None:
        # "Customized Time Zone" and the like: a zone that only its author's computer knows
        moved = moved_there and (found.zone_stayed or found.organizer_has)
        return None if moved else POSSIBLE
    if not moved_there:
        return LIKELY
    if found.zone_stayed or (found.organizer_has and not found.same_clock):
        return None
    # moved by just so much since both sides agreed: people do that too
    return LIKELY if found.room_alone else POSSIBLE


def is_doubtful(found: ZoneOffset | None) -> bool:
    """Whether a zone may have been misread, though it looks as if somebody moved the meeting."""
    return found is not None and not (found.zone_stayed and found.organizer_has)


def known_zone(name: str) -> ZoneInfo | None:
    try:
        return zone(name)
    except UnknownZone:
        return None


def offset_at(at_zone: ZoneInfo, moment: datetime) -> timedelta:
    """What a zone is ahead of UTC at that moment."""
    return utc(moment).astimezone(at_zone).utcoffset() or timedelta(0)


def _is_same_zone(known: Event | None, event: Event) -> bool:
    if known is None or known.time_zone is None or event.time_zone is None:
        return False
    before, after = known_zone(known.time_zone), known_zone(event.time_zone)
    if before is None or after is None:
        return known.time_zone == event.time_zone
    return offset_at(before, event.start) == offset_at(after, event.start)


def _clock(moment: datetime, at_zone: ZoneInfo) -> datetime:
    return moment.astimezone(at_zone).replace(tzinfo=None)
