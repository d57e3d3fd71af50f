"""When a series happens: Graph's six patterns and three ranges, expanded day by day.

Only days are computed here; the wall clock and zone are the series master's.
"""

from __future__ import annotations

import calendar
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import count
from typing import Literal

PatternType = Literal[
    "daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"
]
RangeType = Literal["endDate", "noEnd", "numbered"]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEXES = ("first", "second", "third", "fourth", "last")


@dataclass(frozen=True, slots=True)
class Pattern:
    """How often: fields a type does not use hold Graph's zero values."""

    type: PatternType
    interval: int
    days: tuple[str, ...] = ()
    day_of_month: int = 0
    month: int = 0
    index: str = "first"
    first_day: str = "sunday"


@dataclass(frozen=True, slots=True)
class Range:
    """From when, and until when or how many times."""

    type: RangeType
    start: date
    end: date | None = None
    occurrences: int = 0
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The recurrence of a series master."""

    pattern: Pattern
    range: Range

    def days(self, first: date, last: date) -> list[date]:
        """The days of the series from `first` to `last`, both included."""
        last = min(last, self.range.end or last)
        if self.range.type == "numbered":
            known = _numbered_days(self)
            return list(known[bisect_left(known, first) : bisect_right(known, last)])
        found: list[date] = []
        for day in _days_from(self.pattern, self.range.start, first):
            if day > last:
                break
            found.append(day)
        return found

    def first_day(self) -> date | None:
        """The first day of the series, or None if its range ends before one fits."""
        for day in _days_from(self.pattern, self.range.start, self.range.start):
            return day if self.range.end is None or day <= self.range.end else None
        return None

    def last_day(self) -> date | None:
        """The last day of the series; None if it has no end."""
        if self.range.type == "noEnd":
            return None
        if self.range.type == "numbered":
            known = _numbered_days(self)
            return known[-1] if known else None
        end = self.range.end or date.max
        days = self.days(self.range.start, end)
        return days[-1] if days else None

    def neighbours(self, day: date) -> tuple[date | None, date | None]:
        """The days of the series just before and just after `day`."""
        reach = timedelta(days=370 * self.pattern.interval)
        start = max(self.range.start, _minus(day, reach))
        before = [found for found in self.days(start, day) if found < day]
        after = next((found for found in self.days(day, _plus(day, reach)) if found > day), None)
        return (before[-1] if before else None), after


@lru_cache(maxsize=65_536)
def _numbered_days(recurrence: Recurrence) -> tuple[date, ...]:
    start = recurrence.range.start
    days = _days_from(recurrence.pattern, start, start)
    return tuple(day for _, day in zip(range(recurrence.range.occurrences), days, strict=False))


def _days_from(pattern: Pattern, start: date, first: date) -> Iterator[date]:
    """Days of the pattern counted from `start`, none before `first`, in order."""
    for period in count(_period_before(pattern, start, first)):
        try:
            days = _days_of_period(pattern, start, period * pattern.interval)
        except (OverflowError, ValueError):  # the calendar ends with the year 9999
            return
        for day in days:
            if day >= start and day >= first:
                yield day


def _period_before(pattern: Pattern, start: date, first: date) -> int:
    """A period that begins no later than the one holding `first`; never negative."""
    if first <= start:
        return 0
    match pattern.type:
        case "daily":
            elapsed = (first - start).days
        case "weekly":
            elapsed = (first - start).days // 7
        case "absoluteMonthly" | "relativeMonthly":
            elapsed = (first.year - start.year) * 12 + first.month - start.month
        case "absoluteYearly" | "relativeYearly":
            elapsed = first.year - start.year
    return max(0, elapsed // pattern.interval)


def _days_of_period(pattern: Pattern, start: date, offset: int) -> list[date]:
    """The days that fit in the day, week, month or year `offset` after that of `start`."""
    match pattern.type:
        case "daily":
            return [start + timedelta(days=offset)]
        case "weekly":
            return _days_of_week(pattern, start, offset)
        case "absoluteMonthly":
            year, month = _month(start, offset)
            return [_clipped(year, month, pattern.day_of_month)]
        case "relativeMonthly":
            return _indexed(pattern, *_month(start, offset))
        case "absoluteYearly":
            return [_clipped(start.year + offset, pattern.month, pattern.day_of_month)]
        case "relativeYearly":
            return _indexed(pattern, start.year + offset, pattern.month)


def _days_of_week(pattern: Pattern, start: date, weeks: int) -> list[date]:
    first_weekday = DAYS.index(pattern.first_day)
    monday_based = (start.weekday() - first_weekday) % 7
    week = start - timedelta(days=monday_based) + timedelta(weeks=weeks)
    return sorted(
        week + timedelta(days=(DAYS.index(day) - first_weekday) % 7) for day in set(pattern.days)
    )


def _month(start: date, offset: int) -> tuple[int, int]:
    months = start.year * 12 + start.month - 1 + offset
    return months // 12, months % 12 + 1


def _clipped(year: int, month: int, day: int) -> date:
    """Exchange moves the 31st to the last day of a shorter month."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _indexed(pattern: Pattern, year: int, month: int) -> list[date]:
    wanted = {DAYS.index(day) for day in pattern.days}
    length = calendar.monthrange(year, month)[1]
    fitting = [
        day
        for day in (date(year, month, n) for n in range(1, length + 1))
        if day.weekday() in wanted
    ]
    if pattern.index == "last":
        return fitting[-1:]
    position = INDEXES.index(pattern.index)
    return fitting[position : position + 1]


def _plus(day: date, delta: timedelta) -> date:
    return date.max if date.max - day < delta else day + delta


def _minus(day: date, delta: timedelta) -> date:
    return date.min if day - date.min < delta else day - delta
