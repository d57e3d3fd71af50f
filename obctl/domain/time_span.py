"""Half-open spans of time, and the days of a room.

All instants inside obctl are aware UTC. A day is a day in a room's zone: 23, 24 or 25 hours long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from obctl.errors import NaiveDatetime


def utc(moment: datetime) -> datetime:
    """The same instant in UTC; raises `NaiveDatetime` where no zone says which instant it is."""
    if moment.tzinfo is None:
        raise NaiveDatetime(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """[start, end) in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", utc(self.start))
        object.__setattr__(self, "end", utc(self.end))

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether [start, end) shares an instant with this span; empty ones count at `start`."""
        return start < self.end and (end > self.start or start == end >= self.start)

    def widened(self, by: timedelta) -> TimeSpan:
        return TimeSpan(self.start - by, self.end + by)

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which `day` begins in `zone`."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def days_span(first: date, last: date, zone: ZoneInfo) -> TimeSpan:
    """The days `first` to `last`, both included, as they pass in `zone`."""
    return TimeSpan(midnight(first, zone), midnight(last + timedelta(days=1), zone))


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day in `zone` on which `moment` falls."""
    return moment.astimezone(zone).date()


def shift_days(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """`moment` at the same wall-clock time in `zone`, `days` later, as a UTC instant."""
    local = moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    return local.replace(tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def instant_text(moment: datetime) -> str:
    """RFC 3339 in UTC with a `Z`; fractions of a second only where there are any."""
    return utc(moment).isoformat().replace("+00:00", "Z")
