"""Recurrence of a series: Graph's patternedRecurrence and the dates it gives.

Expansion is dateutil's. Dates come out in the series' own zone, so that 09:00 stays 09:00 when the
clocks change. Facts: Graph `recurrencePattern` and `recurrenceRange`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, cast

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

from obctl.domain.time_span import utc
from obctl.domain.values import replace

PatternType = Literal[
    "daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"
]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEXES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_LONGEST_INTERVAL = 9_999
_MOST_OCCURRENCES = 99_999
"""Both beyond whatever Outlook lets anybody type."""
_UNSET = "0001-"  # Graph's 0001-01-01: no date
_LAST_DAYS = {29: (28, 29), 30: (28, 29, 30), 31: (28, 29, 30, 31)}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A patternedRecurrence; `end_date` and `count` are both `None` for a series without end."""

    type: PatternType
    interval: int
    start_date: date
    end_date: date | None = None
    count: int | None = None
    days: tuple[str, ...] = ()
    day_of_month: int | None = None
    month: int | None = None
    index: str = "first"
    first_day: str = "sunday"
    time_zone: str | None = None

    def dates(self, until: date) -> Iterator[date]:
        """The dates of the pattern up to and including `until`, exceptions and holes included.

        A month without the asked day gives its last day, as Outlook has it.
        """
        last = min(until, self.end_date) if self.end_date else until
        return self._dates(self.start_date, last, self.count)

    def covers(self, day: date) -> bool:
        """Whether the pattern and range give an occurrence on `day`."""
        if day < self.start_date or (self.end_date is not None and day > self.end_date):
            return False
        if day not in self._dates(self._period_before(day), day):
            return False
        # With no more days than occurrences so far, this one cannot be past the last.
        return (
            self.count is None
            or (day - self.start_date).days < self.count
            or day <= _last_date(self)
        )

    @property
    def last_date(self) -> date | None:
        """The last day that the range allows; `None` for a series without end."""
        return _last_date(self) if self.count else self.end_date

    def without_range(self, day: date) -> Recurrence:
        """The same pattern, on the same days, without end and begun well before `day`."""
        start = self.start_date
        if day < start:
            match self.type:
                case "daily":
                    passed = (start - day).days // self.interval + 1
                    start -= timedelta(days=passed * self.interval)
                case "weekly":
                    passed = (start - day).days // (7 * self.interval) + 2
                    start -= timedelta(weeks=passed * self.interval)
                case "absoluteMonthly" | "relativeMonthly":
                    months = start.year * 12 + start.month - 1
                    passed = (start - day).days // (28 * self.interval) + 1
                    year, month = divmod(months - passed * self.interval, 12)
                    start = date(year, month + 1, 1)
                case "absoluteYearly" | "relativeYearly":
                    passed = (start - day).days // (365 * self.interval) + 1
                    start = date(start.year - passed * self.interval, 1, 1)
        return replace(
            self,
            start_date=start,
            end_date=None,
            count=None,
            day_of_month=self.day_of_month or self.start_date.day,
            month=self.month or self.start_date.month,
        )

    def _dates(self, first: date, last: date, count: int | None = None) -> Iterator[date]:
        end = datetime.combine(last, datetime.min.time())
        rule = rrule(
            _FREQUENCY[self.type],
            dtstart=datetime.combine(first, datetime.min.time()),
            interval=self.interval,
            count=count,
            until=None if count else end,
            wkst=DAYS.index(self.first_day),
            **self._by_rules(),
        )
        for moment in rule:
            if moment > end:
                return
            yield moment.date()

    def _period_before(self, day: date) -> date:
        """A day shortly before `day` from which on the pattern gives what it gives from its start.

        That is a whole number of intervals after the start, at the first day of a month or year.
        """
        start, interval = self.start_date, self.interval
        match self.type:
            case "daily":
                passed = (day - start).days // interval
                return start + timedelta(days=passed * interval)
            case "weekly":
                # one less: of the first week only the days from the start on are given
                passed = max(0, (day - start).days // (7 * interval) - 1)
                return start + timedelta(weeks=passed * interval)
            case "absoluteMonthly" | "relativeMonthly":
                months = (day.year - start.year) * 12 + day.month - start.month
                years, month = divmod(start.month - 1 + months // interval * interval, 12)
                return max(start, date(start.year + years, month + 1, 1))
            case "absoluteYearly" | "relativeYearly":
                years = (day.year - start.year) // interval * interval
                return max(start, date(start.year + years, 1, 1))

    def _by_rules(self) -> dict[str, Any]:
        weekdays = tuple(weekday(DAYS.index(day)) for day in self.days)
        match self.type:
            case "daily":
                return {}
            case "weekly":
                return {"byweekday": weekdays}
            case "absoluteMonthly" | "absoluteYearly":
                day = self.day_of_month or self.start_date.day
                days = _LAST_DAYS.get(day, (day,))
                rules: dict[str, Any] = {"bymonthday": days, "bysetpos": -1}
            case "relativeMonthly" | "relativeYearly":
                rules = {"byweekday": weekdays, "bysetpos": INDEXES[self.index]}
        if self.type.endswith("Yearly"):
            rules["bymonth"] = self.month or self.start_date.month
        return rules

    def to_graph(self) -> dict[str, Any]:
        """The JSON body of Graph's `recurrence`, with just the fields the pattern supports."""
        pattern: dict[str, Any] = {"type": self.type, "interval": self.interval}
        if self.days:
            pattern["daysOfWeek"] = list(self.days)
        if self.type == "weekly":
            pattern["firstDayOfWeek"] = self.first_day
        if self.type.startswith("relative"):
            pattern["index"] = self.index
        if self.type.startswith("absolute"):
            pattern["dayOfMonth"] = self.day_of_month
        if self.type.endswith("Yearly"):
            pattern["month"] = self.month
        limits: dict[str, Any] = {"type": "noEnd", "startDate": self.start_date.isoformat()}
        if self.count:
            limits |= {"type": "numbered", "numberOfOccurrences": self.count}
        elif self.end_date:
            limits |= {"type": "endDate", "endDate": self.end_date.isoformat()}
        if self.time_zone:
            limits["recurrenceTimeZone"] = self.time_zone
        return {"pattern": pattern, "range": limits}


@lru_cache(maxsize=4096)
def _last_date(numbered: Recurrence) -> date:
    """The last date of a numbered series: only counting them tells, so it is remembered."""
    return deque(numbered.dates(date.max), maxlen=1)[0]


_FREQUENCY: dict[str, Literal[0, 1, 2, 3]] = {
    "daily": DAILY,
    "weekly": WEEKLY,
    "absoluteMonthly": MONTHLY,
    "relativeMonthly": MONTHLY,
    "absoluteYearly": YEARLY,
    "relativeYearly": YEARLY,
}


def parse_graph_recurrence(value: dict[str, Any] | None) -> Recurrence | None:
    """The recurrence in Graph's JSON, `None` where there is none or it is not understood.

    What cannot be is not guessed at: dates that a guess leaves out would count as gone.
    """
    try:
        return _from_graph(value)
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _from_graph(value: dict[str, Any] | None) -> Recurrence | None:
    if not value or value.get("pattern", {}).get("type") not in _FREQUENCY:
        return None
    pattern, limits = value["pattern"], value.get("range") or {}
    kind = cast("PatternType", pattern["type"])
    if limits["startDate"].startswith(_UNSET):
        return None
    start = date.fromisoformat(limits["startDate"])
    end, count = _end(limits, start)
    days = tuple(day.lower() for day in pattern.get("daysOfWeek") or ())
    first_day = (pattern.get("firstDayOfWeek") or "sunday").lower()
    index = (pattern.get("index") or "first").lower()
    zone = limits.get("recurrenceTimeZone")
    if not {*days, first_day} <= set(DAYS) or index not in INDEXES:
        return None
    if not days and (kind == "weekly" or kind.startswith("relative")):
        return None
    return Recurrence(
        type=kind,
        interval=_number(pattern.get("interval"), _LONGEST_INTERVAL) or 1,
        start_date=start,
        end_date=end,
        count=count,
        days=days,
        day_of_month=_number(pattern.get("dayOfMonth"), 31),
        month=_number(pattern.get("month"), 12),
        index=index,
        first_day=first_day,
        time_zone=zone if isinstance(zone, str) and zone else None,
    )


def _end(limits: dict[str, Any], start: date) -> tuple[date | None, int | None]:
    """The last date or the number of dates; neither for a series without end."""
    match limits["type"]:
        case "noEnd":
            return None, None
        case "endDate" if limits["endDate"].startswith(_UNSET):
            return None, None
        case "endDate" if (end := date.fromisoformat(limits["endDate"])) >= start:
            return end, None
        case "numbered" if count := _number(limits["numberOfOccurrences"], _MOST_OCCURRENCES):
            return None, count
        case other:
            raise ValueError(f"a range of type {other!r} without its end")


def _number(found: Any, most: int) -> int | None:
    """One of Graph's numbers; its 0 says that there is none."""
    if type(found) is not int and found is not None:
        raise TypeError(f"{found!r} is no whole number")
    if not 0 <= (found or 0) <= most:
        raise ValueError(f"{found} is out of range")
    return found or None


def starts(recurrence: Recurrence, first_start: datetime, until: datetime) -> Iterator[datetime]:
    """The starts of a series as aware datetimes in the zone of `first_start`, up to `until`."""
    zone = first_start.tzinfo
    for day in recurrence.dates(utc(until).astimezone(zone).date() + timedelta(days=1)):
        moment = datetime.combine(day, first_start.time(), zone)
        if moment <= until:
            yield moment
