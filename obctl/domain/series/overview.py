"""A series as a whole: its pattern, its dates, what is otherwise than planned, and what is next.

| a date of the pattern, a reservation | state |
|---|---|
| the reservation is cancelled | `cancelled` |
| its cancellation waits for a person | `cancellation-request` |
| it is in another room, or starts at another time than the series has it | `moved` |
| it takes another time, or has another subject, than most of its series | `changed` |
| nothing of these | `as-planned` |
| no reservation, and the master names the day as cancelled | `called-off` |
| no reservation, ahead, and within what was read | `without-reservation` |
| no reservation, and further ahead than was read | none: `not_read` counts them |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from obctl.domain.event import SeriesMaster
from obctl.domain.recurrence import Recurrence, starts
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.room import Room
from obctl.domain.series.other_days import counting_zone

_MOST_COUNTED = 1_000
_AHEAD = timedelta(days=36525)
Value = TypeVar("Value")


class DateState(StrEnum):
    """How a date of a series stands beside its pattern."""

    AS_PLANNED = "as-planned"
    MOVED = "moved"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    CANCELLATION_REQUEST = "cancellation-request"
    CALLED_OFF = "called-off"
    WITHOUT_RESERVATION = "without-reservation"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a series repeats by; `first` is its first start, in the zone that it counts its days in.

    `called_off` are the days that its master names as cancelled; `None`: nobody says.
    """

    recurrence: Recurrence
    first: datetime
    called_off: frozenset[date] | None = None


@dataclass(frozen=True, slots=True)
class SeriesDate:
    """One date; `planned` is the start that the series has for it, UTC."""

    planned: datetime
    state: DateState
    reservation: Reservation | None = None
    changed: tuple[str, ...] = ()
    """Of `room`, `start`, `length` and `subject`, those that are not the series'."""


@dataclass(frozen=True, slots=True)
class SeriesOverview:
    """All that is known of a series; `read_until` is how far ahead its room was read."""

    dates: tuple[SeriesDate, ...]
    pattern: Pattern | None
    read_until: datetime | None
    not_read: int | None
    """How many dates the pattern has beyond that; `None`: it has no end, or nobody knows it."""
    length: timedelta
    """How long most of its dates are."""
    next: SeriesDate | None

    @property
    def exceptions(self) -> tuple[SeriesDate, ...]:
        return tuple(item for item in self.dates if item.state is not DateState.AS_PLANNED)


@dataclass(frozen=True, slots=True)
class Series:
    """The series of `reservation`; `condition` and `why` say what kept Outlook from telling it."""

    reservation: Reservation
    room: Room
    overview: SeriesOverview
    condition: str | None = None
    why: str | None = None


def pattern_of(master: SeriesMaster, room: Room) -> Pattern | None:
    """The pattern that a master tells; `None` where nobody can know its days."""
    where = counting_zone(master, room.zone)
    if master.recurrence is None or where is None:
        return None
    return Pattern(master.recurrence, master.event.start.astimezone(where), master.cancelled_dates)


def overview(
    series: Sequence[Reservation],
    room: Room,
    pattern: Pattern | None,
    *,
    read_until: datetime | None,
    now: datetime,
) -> SeriesOverview:
    """The series of these reservations, at least one, whose place is `room`."""
    length = _usual(item.end - item.start for item in _standing(series))
    dates = _reserved(series, room, length)
    not_read: int | None = None
    if pattern is not None:
        dates += _unreserved(dates, pattern, now, read_until or now)
        not_read = _beyond(dates, pattern, read_until or now)
    dates.sort(key=lambda item: (item.planned, item.reservation.number if item.reservation else 0))
    ahead = [
        (item.reservation.start, place)
        for place, item in enumerate(dates)
        if item.reservation and item.reservation.is_active and item.reservation.end > now
    ]
    following = dates[min(ahead)[1]] if ahead else None
    return SeriesOverview(tuple(dates), pattern, read_until, not_read, length, following)


def _standing(series: Sequence[Reservation]) -> Sequence[Reservation]:
    """Those that are not cancelled, all of them where there are none."""
    return [item for item in series if item.is_active] or series


def _reserved(series: Sequence[Reservation], room: Room, length: timedelta) -> list[SeriesDate]:
    subject = _usual(item.subject for item in _standing(series))
    found = []
    for item in series:
        planned = item.original_start or item.start
        differing = (
            ("room", item.room != room.id),
            ("start", item.start != planned),
            ("length", item.end - item.start != length),
            ("subject", item.subject != subject),
        )
        changed = tuple(name for name, differs in differing if differs)
        found.append(SeriesDate(planned, _state(item, changed), item, changed))
    return found


def _state(item: Reservation, changed: Sequence[str]) -> DateState:
    if not item.is_active:
        return DateState.CANCELLED
    if item.external_state is ExternalState.CANCELLATION_REQUEST:
        return DateState.CANCELLATION_REQUEST
    if "room" in changed or "start" in changed:
        return DateState.MOVED
    return DateState.CHANGED if changed else DateState.AS_PLANNED


def _unreserved(
    reserved: Iterable[SeriesDate], pattern: Pattern, now: datetime, until: datetime
) -> list[SeriesDate]:
    """The dates ahead, as far as was read, that have no reservation."""
    days = _days(reserved, pattern)
    off = pattern.called_off or frozenset()
    return [
        SeriesDate(
            start.astimezone(UTC),
            DateState.CALLED_OFF if start.date() in off else DateState.WITHOUT_RESERVATION,
        )
        for start in starts(pattern.recurrence, pattern.first, until)
        if now < start < until and start.date() not in days
    ]


def _beyond(reserved: Iterable[SeriesDate], pattern: Pattern, until: datetime) -> int | None:
    recurrence = pattern.recurrence
    if recurrence.end_date is None and recurrence.count is None:
        return None
    days = _days(reserved, pattern) | (pattern.called_off or frozenset())
    later = (
        start
        for start in starts(recurrence, pattern.first, pattern.first + _AHEAD)
        if start >= until and start.date() not in days
    )
    return sum(1 for _ in islice(later, _MOST_COUNTED))


def _days(dates: Iterable[SeriesDate], pattern: Pattern) -> set[date]:
    return {item.planned.astimezone(pattern.first.tzinfo).date() for item in dates}


def _usual(values: Iterable[Value]) -> Value:
    return Counter(values).most_common(1)[0][0]
