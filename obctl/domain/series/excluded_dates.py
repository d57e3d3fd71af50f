"""Whether a series still has a date, as its master in one calendar tells."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from obctl.domain.event import SeriesMaster
from obctl.domain.reservation import Reservation
from obctl.domain.series.same_date import is_on_its_day
from obctl.domain.time_span import local_day, midnight
from obctl.domain.zones import zone
from obctl.errors import UnknownZone

_FARTHEST_BEHIND_UTC = timedelta(hours=12)
_FARTHEST_AHEAD_OF_UTC = timedelta(hours=14)


def is_left_out(master: SeriesMaster, reservation: Reservation, room_zone: ZoneInfo) -> bool | None:
    """Whether the date was cancelled, or lies outside range or pattern; `None`: it does not say.

    What the series lists as cancelled is off also where it tells no recurrence.
    """
    if reservation.original_start is None:
        return None
    if master.is_single:
        return not is_on_its_day(reservation, master.event, room_zone)
    if master.recurrence is None:
        # the list does not tell which days are dates of the series, only which are off
        return True if is_listed(master, reservation, room_zone) else None
    verdicts = {_is_left_out(master, day) for day in series_days(master, reservation, room_zone)}
    return verdicts.pop() if len(verdicts) == 1 else None


def _is_left_out(master: SeriesMaster, day: date) -> bool | None:
    if master.recurrence is not None and not master.recurrence.covers(day):
        return True
    return None if master.cancelled_dates is None else day in master.cancelled_dates


def is_outside(master: SeriesMaster, reservation: Reservation, room_zone: ZoneInfo) -> bool:
    """Whether the date lies outside the range or pattern of the series, whatever its zone is."""
    recurrence, days = master.recurrence, series_days(master, reservation, room_zone)
    return recurrence is not None and bool(days) and not any(map(recurrence.covers, days))


def is_listed(master: SeriesMaster, reservation: Reservation, room_zone: ZoneInfo) -> bool:
    """Whether the date is among those the series names as cancelled."""
    cancelled, recurrence = master.cancelled_dates or frozenset(), master.recurrence
    perhaps = [
        day
        for day in series_days(master, reservation, room_zone)
        if day in cancelled or recurrence is None or recurrence.covers(day)
    ]
    return bool(perhaps) and cancelled.issuperset(perhaps)


def series_days(
    master: SeriesMaster, reservation: Reservation, room_zone: ZoneInfo
) -> tuple[date, ...]:
    """The dates, as the series counts, of which the reservation may be one.

    There is one, or two where nothing says in which zone the series counts: Exchange names none
    for it, or one of somebody's own making.
    """
    original = reservation.original_start
    if original is None:
        return ()
    if reservation.all_day or master.event.all_day:
        day = local_day(original, room_zone)
        if original == midnight(day, room_zone):
            return (day,)
    try:
        counts_in = series_zone(master)
    except UnknownZone:
        first = (original - _FARTHEST_BEHIND_UTC).date()
        last = (original + _FARTHEST_AHEAD_OF_UTC).date()
        return tuple(first + timedelta(days=days) for days in range((last - first).days + 1))
    return (local_day(original, counts_in),)


def series_zone(master: SeriesMaster) -> ZoneInfo:
    """The zone in which a series counts its days; raises `UnknownZone`.

    That of its recurrence; one that tells none counts as the meeting itself does.
    """
    told = master.recurrence.time_zone if master.recurrence else master.event.time_zone
    return zone(told or "")
