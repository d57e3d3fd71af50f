"""Where a series meets now: its pattern in words, and its next dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from obctl.domain.event import SeriesMaster
from obctl.domain.recurrence import Recurrence
from obctl.domain.reservation import Reservation
from obctl.domain.series.excluded_dates import series_days
from obctl.domain.series.other_days import counting_zone

_AHEAD = timedelta(days=800)
"""How far the next date is looked for: two years of a yearly meeting."""
_NEARBY = timedelta(days=35)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def in_words(recurrence: Recurrence) -> str:
    """The pattern as people say it: "every week on Thursday"."""
    every = recurrence.interval
    days = _listed([day.capitalize() for day in recurrence.days])
    month_day = recurrence.day_of_month or recurrence.start_date.day
    month = _MONTHS[(recurrence.month or recurrence.start_date.month) - 1]
    match recurrence.type:
        case "daily":
            return _every("day", every)
        case "weekly":
            return f"{_every('week', every)} on {days}"
        case "absoluteMonthly":
            return f"{_every('month', every)} on day {month_day}"
        case "relativeMonthly":
            return f"{_every('month', every)} on the {recurrence.index} {days}"
        case "absoluteYearly":
            return f"{_every('year', every)} on {month_day} {month}"
        case "relativeYearly":
            return f"{_every('year', every)} on the {recurrence.index} {days} of {month}"


def has_moved(master: SeriesMaster, reservation: Reservation, room_zone: ZoneInfo) -> bool:
    """Whether the living series goes on, but by its pattern on other days than this date.

    A series that merely ends sooner, or begins later, has not moved.
    """
    recurrence, days = master.recurrence, series_days(master, reservation, room_zone)
    if recurrence is None or not days or master.event.is_cancelled:
        return False
    return not any(_falls_on(recurrence, day) or _is_after(recurrence, day) for day in days)


def next_start(master: SeriesMaster, now: datetime, room_zone: ZoneInfo) -> datetime | None:
    """When the series takes place next by its pattern; `None`: no more, or nobody knows."""
    where = counting_zone(master, room_zone)
    if where is None:
        return None
    first = now.astimezone(where).date()
    return _first_start(master, where, first, first + _AHEAD, after=now)


def nearest_start(
    master: SeriesMaster, reservation: Reservation, now: datetime, room_zone: ZoneInfo
) -> datetime | None:
    """The date ahead that is closest to one the series no longer has."""
    where = counting_zone(master, room_zone)
    if where is None:
        return None
    around = reservation.start.astimezone(where).date()
    starts = [
        start
        for offset in range(-_NEARBY.days, _NEARBY.days + 1)
        if (start := _start_on(master, where, around + timedelta(days=offset))) and start > now
    ]
    return min(starts, key=lambda start: abs(start - reservation.start), default=None)


def _first_start(
    master: SeriesMaster, where: ZoneInfo, first: date, last: date, *, after: datetime
) -> datetime | None:
    days = (first + timedelta(days=offset) for offset in range((last - first).days))
    starts = (_start_on(master, where, day) for day in days)
    return next((start for start in starts if start and start > after), None)


def _start_on(master: SeriesMaster, where: ZoneInfo, day: date) -> datetime | None:
    recurrence = master.recurrence
    if recurrence is None or day in (master.cancelled_dates or ()) or not recurrence.covers(day):
        return None
    usual = master.event.start.astimezone(where).time()
    return datetime.combine(day, usual, where).astimezone(UTC)


def _falls_on(recurrence: Recurrence, day: date) -> bool:
    """Whether the pattern alone, begun early enough and without end, has the day."""
    return recurrence.without_range(day).covers(day)


def _is_after(recurrence: Recurrence, day: date) -> bool:
    """Whether the series has come to its end before the day."""
    return day > recurrence.last_date if recurrence.last_date else False


def _every(unit: str, interval: int) -> str:
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
