"""Which date of which meeting: what a reservation and an event share in whatever room they are.

A room invited to a single date of a series has it alone: Exchange names no original start there,
only the day inside `iCalUId`. What a split took out of one series goes on as a date of another.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from obctl.domain.event import Event, same_person
from obctl.domain.ical_uid import read_ical_uid
from obctl.domain.reservation import Reservation
from obctl.domain.time_span import local_day
from obctl.domain.zones import zone
from obctl.errors import UnknownZone

_SAME_DAY = timedelta(hours=12)


def is_same_date(
    ours: Reservation | Event, theirs: Reservation | Event, room_zone: ZoneInfo
) -> bool:
    """Whether both are the same meeting, and of a series the same date, moved or not."""
    if ours.series_key is None or ours.series_key != theirs.series_key:
        return False
    if ours.original_start is not None and theirs.original_start is not None:
        close = _is_close(ours.original_start, theirs.original_start)
        return close or is_same_day(ours, theirs, room_zone)
    where = _series_zone(theirs, room_zone)
    here, there = _named_day(ours, where), _named_day(theirs, where)
    if here is None and there is None:
        return True
    # A meeting became a series, or a series one meeting: it is the date on which it takes place.
    return (here or day_in_series(ours, where)) == (there or day_in_series(theirs, where))


def is_same_day(
    ours: Reservation | Event, theirs: Reservation | Event, room_zone: ZoneInfo
) -> bool:
    """Whether both are dates of one series on one day of it, however far apart the hours are."""
    if ours.series_key is None or ours.series_key != theirs.series_key:
        return False
    if ours.original_start is None or theirs.original_start is None:
        return False
    where = _series_zone(theirs, room_zone)
    return day_in_series(ours, where) == day_in_series(theirs, where)


def is_on_its_day(reservation: Reservation, event: Event, room_zone: ZoneInfo) -> bool:
    """Whether a meeting takes place on the date that a reservation has in its series."""
    return day_in_series(reservation, room_zone) == local_day(event.start, room_zone)


def is_continued(reservation: Reservation, event: Event) -> bool:
    """Whether a date of one series may go on as a date of another: "this and following" splits.

    That its own series no longer has the date is for the master to say.
    """
    if reservation.original_start is None or event.original_start is None:
        return False
    same_time = (event.start, event.end) == (reservation.start, reservation.end)
    same_subject = event.subject in (reservation.subject, event.organizer.name)
    return (
        event.takes_room
        and event.series_key != reservation.series_key
        and same_person(event.organizer, reservation.organizer)
        and _is_close(reservation.original_start, event.original_start)
        and (same_time or same_subject)
    )


def day_in_series(item: Reservation | Event, where: ZoneInfo) -> date:
    """The day on which the series has this date, wherever it was moved."""
    return local_day(item.original_start or item.start, where)


def _is_close(ours: datetime, theirs: datetime) -> bool:
    """Whether two original starts are one date: a series may have moved to another hour."""
    return abs(ours - theirs) < _SAME_DAY


def _series_zone(item: Event | Reservation, room_zone: ZoneInfo) -> ZoneInfo:
    if isinstance(item, Reservation) or item.all_day or not item.time_zone:
        return room_zone
    try:
        return zone(item.time_zone)
    except UnknownZone:
        return room_zone


def _named_day(item: Reservation | Event, where: ZoneInfo) -> date | None:
    """The day that an item names as its date in a series; `None` where it names none."""
    if item.original_start is not None:
        return local_day(item.original_start, where)
    if isinstance(item, Event):
        return item.instance_date
    return read_ical_uid(item.ical_uid).instance_date if item.ical_uid else None
