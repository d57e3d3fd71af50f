"""Which date of which meeting: what a reservation and an event share in whatever room they are.

A room invited to a single date of a series has it alone: Exchange names no original start there,
only the day inside `iCalUId`.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from obctl.domain.event import Event
from obctl.domain.global_object_id import read_ical_uid
from obctl.domain.reservation import Reservation
from obctl.domain.time_span import local_day
from obctl.domain.zones import zone
from obctl.errors import UnknownZone

_SAME_DAY = timedelta(hours=12)


def is_same_date(reservation: Reservation, other: Event | Reservation, room_zone: ZoneInfo) -> bool:
    """Whether both are the same meeting, and of a series the same date, moved or not."""
    if reservation.series_key is None or reservation.series_key != other.series_key:
        return False
    ours, theirs = reservation.original_start, other.original_start
    if ours is not None and theirs is not None:
        # a series moved to another hour has new original starts on the old dates
        return abs(ours - theirs) < _SAME_DAY
    where = _series_zone(other, room_zone)
    here = local_day(ours, where) if ours else _invited_day(reservation)
    there = local_day(theirs, where) if theirs else _invited_day(other)
    if here is None and there is None:
        return True
    # A meeting became a series, or a series one meeting: it is the date on which it takes place.
    here = here or local_day(reservation.start, where)
    return here == (there or local_day(other.start, where))


def is_on_its_day(reservation: Reservation, event: Event, room_zone: ZoneInfo) -> bool:
    """Whether a meeting takes place on the date that a reservation has in its series."""
    day = local_day(reservation.original_start or reservation.start, room_zone)
    return day == local_day(event.start, room_zone)


def _series_zone(item: Event | Reservation, room_zone: ZoneInfo) -> ZoneInfo:
    if isinstance(item, Reservation) or item.all_day or not item.time_zone:
        return room_zone
    try:
        return zone(item.time_zone)
    except UnknownZone:
        return room_zone


def _invited_day(item: Event | Reservation) -> date | None:
    if isinstance(item, Event):
        return item.instance_date
    return read_ical_uid(item.ical_uid).instance_date if item.ical_uid else None
