"""Half-open spans of time, and the days of a room.

All instants inside obctl are aware UTC. A day is a day in a room's zone: 23, 24 or 25 hours long.
What lies beyond the ends of time, as far as obctl counts it, is at the ends: Exchange's own range
is 1601 to 4500, and a datetime overflows where an instant of its first or last day changes zones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from obctl.errors import NaiveDatetime

EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)
LATEST = datetime(9990, 1, 1, tzinfo=UTC)
"""The ends: years from those of a datetime, so that a zone or some days more lead nowhere."""
_LAST_FOUND = LATEST - timedelta(seconds=1)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(4499, 12, 31)
"""What may be asked for: Exchange's calendar ends in 4500, and 1601 stands for no day in it."""
ACCEPTED = f"days from {FIRST_DAY} to {LAST_DAY} are accepted"
MOST_AT_ONCE = timedelta(days=1820)
"""Graph shows no more than 1825 days of a calendar at once; some are read around a span."""


def utc(moment: datetime) -> datetime:
    """The same instant in UTC, at the nearer end where it lies beyond.

    Raises `NaiveDatetime` where no zone says which instant it is.
    """
    if moment.tzinfo is None:
        raise NaiveDatetime(f"{moment.isoformat()} has no time zone")
    if moment.year >= LATEST.year:
        return LATEST
    if moment.year < EARLIEST.year:
        return EARLIEST
    if moment.tzinfo is UTC:
        return moment
    return min(max(moment.astimezone(UTC), EARLIEST), LATEST)


def found(moment: datetime) -> datetime:
    """The instant of a time that came from elsewhere, in UTC; never at the last end itself.

    So it lies in a span without end, too.
    """
    return min(utc(moment), _LAST_FOUND)


def is_accepted(moment: datetime) -> bool:
    """Whether obctl works at a time that a person or a setting gives, by the day it names."""
    return FIRST_DAY <= moment.date() <= LAST_DAY


def later(moment: datetime, by: timedelta) -> datetime:
    """`moment` and so much more, or less where `by` is negative, within the ends."""
    try:
        return utc(moment + by)
    except OverflowError:
        return LATEST if by > timedelta() else EARLIEST


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

    def covers(self, other: TimeSpan) -> bool:
        """Whether all of `other` lies in it."""
        return self.start <= other.start and other.end <= self.end

    def widened(self, by: timedelta) -> TimeSpan:
        by = min(by, LATEST - EARLIEST)  # the negative of the longest timedelta is none
        return TimeSpan(later(self.start, -by), later(self.end, by))

    def inside(self, other: TimeSpan) -> TimeSpan:
        """What it shares with `other`, which it overlaps."""
        return TimeSpan(max(self.start, other.start), min(self.end, other.end))

    @property
    def at_once(self) -> TimeSpan:
        """Its beginning, as much of it as Graph shows at once: what takes longer shows there."""
        return TimeSpan(self.start, min(self.end, self.start + MOST_AT_ONCE))

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def joined(spans: Iterable[TimeSpan]) -> dict[TimeSpan, list[TimeSpan]]:
    """Spans that meet made one, as far as Graph shows it at once, each with its parts; by start."""
    found: dict[TimeSpan, list[TimeSpan]] = {}
    last: TimeSpan | None = None
    for span in sorted(spans):
        whole = TimeSpan(last.start, max(span.end, last.end)) if last else span
        if last and span.start <= last.end and whole.length <= MOST_AT_ONCE:
            parts = found.pop(last)
        else:
            whole, parts = span, []
        found[whole] = [*parts, span]
        last = whole
    return found


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which `day` begins in `zone`."""
    return utc(datetime.combine(day, time(), zone))


def days_span(first: date, last: date, zone: ZoneInfo) -> TimeSpan:
    """The days `first` to `last`, both included, as they pass in `zone`."""
    following = min(last, LATEST.date()) + timedelta(days=1)
    return TimeSpan(midnight(first, zone), midnight(following, zone))


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day in `zone` on which `moment` falls."""
    return utc(moment).astimezone(zone).date()


def shift_days(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """`moment` at the same wall-clock time in `zone`, `days` later, as a UTC instant."""
    local = utc(moment).astimezone(zone).replace(tzinfo=None)
    return later(local.replace(tzinfo=zone), timedelta(days=days))


@lru_cache(maxsize=4096)
def instant_text(moment: datetime) -> str:
    """RFC 3339 in UTC with a `Z`; fractions of a second only where there are any."""
    return utc(moment).isoformat().replace("+00:00", "Z")
