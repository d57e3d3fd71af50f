"""A series that meets on other days now: which new date stands for which of the old.

The whole series was changed, and Outlook tells of no date where it went. Within one week, or one
month of a monthly series, as many new dates as old ones are the old ones in their order. Where the
numbers differ, nobody knows, and nothing is paired.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from obctl.domain.event import Event, SeriesMaster
from obctl.domain.recurrence import DAYS, Recurrence
from obctl.domain.reservation import Reservation
from obctl.domain.series.excluded_dates import series_days, series_zone
from obctl.domain.series.same_date import day_in_series
from obctl.domain.time_span import TimeSpan, midnight
from obctl.errors import UnknownZone

Period = tuple[date, date]
"""The first day of a week or month, and the first day after it."""


def pair_days(
    master: SeriesMaster,
    lost: Iterable[Reservation],
    new: Iterable[Event],
    taken: Iterable[Event],
    *,
    now: datetime,
    room_zone: ZoneInfo,
) -> list[tuple[Reservation, Event]]:
    """Each lost date with the new one that it became.

    `lost` are dates that the series no longer has, `new` its events without a reservation, `taken`
    those that have one. What has begun by `now` is history on either side.
    """
    where = counting_zone(master, room_zone)
    if where is None:
        return []
    events = {day_in_series(event, where): event for event in new}
    has_one = {day_in_series(event, where) for event in taken}
    pairs: list[tuple[Reservation, Event]] = []
    for period, reservations in _by_period(master, lost, room_zone).items():
        days = _days_ahead(master, period, events, where, now) - has_one
        there = [events[day] for day in sorted(days) if day in events]
        if len(there) == len(days) == len(reservations):
            pairs += zip(reservations, there, strict=True)
    return pairs


def pair_continued(
    master: SeriesMaster,
    lost: Iterable[Reservation],
    new: Iterable[Event],
    *,
    now: datetime,
    room_zone: ZoneInfo,
) -> list[tuple[Reservation, Event]]:
    """Each date after the end of a series with the one it became in the series that goes on.

    "This and following" was moved to other days. `new` are the dates of that other series; only
    what was read of it tells on which days it takes place.
    """
    where = counting_zone(master, room_zone)
    if where is None:
        return []
    ahead: dict[Period | None, list[Event]] = {}
    for event in sorted(new, key=lambda item: item.start):
        if event.start > now:
            period = _period(master.recurrence, day_in_series(event, where))
            ahead.setdefault(period, []).append(event)
    return [
        pair
        for period, reservations in _by_period(master, lost, room_zone).items()
        if len(ahead.get(period, ())) == len(reservations)
        for pair in zip(reservations, ahead[period], strict=True)
    ]


def whole_periods(
    master: SeriesMaster, lost: Iterable[Reservation], room_zone: ZoneInfo
) -> Iterator[TimeSpan]:
    """The weeks or months of lost dates, whole: what has to be known to pair them."""
    if where := counting_zone(master, room_zone):
        for first, after in _by_period(master, lost, room_zone):
            yield TimeSpan(midnight(first, where), midnight(after, where))


def counting_zone(master: SeriesMaster, room_zone: ZoneInfo) -> ZoneInfo | None:
    """The zone in which a series counts its days, the room's where these are whole days.

    `None`: nobody knows.
    """
    if master.event.all_day:
        return room_zone
    try:
        return series_zone(master)
    except UnknownZone:
        return None


def _days_ahead(
    master: SeriesMaster,
    period: Period,
    events: Mapping[date, Event],
    where: ZoneInfo,
    now: datetime,
) -> set[date]:
    """The days in a period on which the series takes place, from `now` on."""
    recurrence, (first, after) = master.recurrence, period
    days = (first + timedelta(days=passed) for passed in range((after - first).days))
    called_off: Collection[date] = master.cancelled_dates or ()
    usual = master.event.start.astimezone(where).time()
    return {
        day
        for day in days
        if recurrence is not None
        and recurrence.covers(day)
        and day not in called_off
        and now < (events[day].start if day in events else datetime.combine(day, usual, where))
    }


def _by_period(
    master: SeriesMaster, lost: Iterable[Reservation], room_zone: ZoneInfo
) -> dict[Period, list[Reservation]]:
    """Lost dates by their week or month, in order; without those that may be one of two days."""
    dated = [(series_days(master, item, room_zone), item.number, item) for item in lost]
    found: dict[Period, list[Reservation]] = {}
    for days, _number, reservation in sorted(dated, key=lambda one: one[:2]):
        period = _period(master.recurrence, days[0]) if len(days) == 1 else None
        if period is not None:
            found.setdefault(period, []).append(reservation)
    return found


def _period(recurrence: Recurrence | None, day: date) -> Period | None:
    """The week or month of a day; a daily series has none in which a date would be the same."""
    if recurrence is None or recurrence.type == "daily":
        return None
    if recurrence.type == "weekly":
        first = day - timedelta(days=(day.weekday() - DAYS.index(recurrence.first_day)) % 7)
        return first, first + timedelta(weeks=1)
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)
