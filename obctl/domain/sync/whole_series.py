"""Whether one write to a series says the same as a write to each of its dates.

A new time of the series wipes whatever was changed or called off of a single date, and any write
to it reaches all dates, those that are past, beyond the window or nobody's here included. So:

| the series in Outlook                                     | subject   | time      |
|-----------------------------------------------------------|-----------|-----------|
| has a date that is not to be changed (past, not ours)     | each date | each date |
| lacks a date that is to be changed, or one of its pattern | each date | each date |
| was changed by somebody since both sides agreed           | each date | each date |
| has no end, or counts in a zone that nobody knows         | each date | each date |
| has dates of their own time, or called off                | one write | each date |
| goes to another day, or each date to an hour of its own   | each date | each date |
| or takes whole days, before or after                      | one write | each date |
| else                                                      | one write | one write |
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from obctl.domain.agreed_state import AgreedState
from obctl.domain.event import Event, EventType, SeriesMaster
from obctl.domain.event_changes import EventChanges, EventTime
from obctl.domain.outbox import changes_of
from obctl.domain.reservation import Reservation
from obctl.domain.series.excluded_dates import series_zone
from obctl.domain.series.expected_dates import unshown
from obctl.domain.sync.merge import merge
from obctl.domain.time_span import TimeSpan, local_day
from obctl.domain.zones import has_windows_name
from obctl.errors import UnknownZone

_AROUND = timedelta(days=1)
_FEWEST = 2
"""Dates to write: for one alone nothing is saved."""


@dataclass(frozen=True, slots=True)
class DateEdit:
    """One date of a series that is to be written: as it shall be, as agreed, as it is there."""

    reservation: Reservation
    agreed: AgreedState
    there: Event

    def left(self, room_zone: str) -> EventChanges:
        """What Outlook does not show yet."""
        return changes_of(self.reservation, self.agreed, self.there, room_zone)

    @property
    def is_ours(self) -> bool:
        """Whether nobody else changed it since: nothing is to be merged."""
        there, merged = self.there, merge(self.reservation, self.agreed, self.there)
        untouched = merged.reservation == self.reservation and not merged.conflicts
        return untouched and there.is_organizer and there.takes_room


def whole_span(master: SeriesMaster) -> TimeSpan | None:
    """The time in which all dates of a series are; `None` for one without end."""
    last = master.recurrence.last_date if master.recurrence else None
    if last is None:
        return None
    start, length = master.event.start, master.event.end - master.event.start
    end = datetime.combine(last, time.max, UTC) + length + 2 * _AROUND
    return TimeSpan(start - _AROUND, end) if start < end else None


def one_write(
    master: SeriesMaster, shown: Collection[Event], edits: Sequence[DateEdit], room_zone: ZoneInfo
) -> EventChanges | None:
    """What to write to the series in place of all `edits`; `None` where that is not the same.

    `shown` are all its dates in Outlook. Nothing is left to write where they are as they shall be.
    """
    span = whole_span(master)
    if span is None or not master.event.is_organizer or unshown(master, shown, span, room_zone):
        return None
    if {event.id for event in shown} != {edit.there.id for edit in edits}:
        return None
    if not all(edit.is_ours for edit in edits):
        return None
    left = [edit.left(room_zone.key) for edit in edits]
    if not any(left):
        return EventChanges()
    if sum(map(bool, left)) < _FEWEST:
        return None
    subject, time_ = None, None
    if any(changes.subject is not None for changes in left):
        subjects = {edit.reservation.subject for edit in edits}
        if len(subjects) > 1:
            return None
        subject = subjects.pop()
    if any(changes.time is not None for changes in left):
        time_ = _one_time(master, edits)
        if time_ is None:
            return None
    return EventChanges(subject, time_)


def _one_time(master: SeriesMaster, edits: Sequence[DateEdit]) -> EventTime | None:
    """The new time of the whole series, where all dates keep their day and get the same hours."""
    if master.cancelled_dates or master.exceptions:
        return None
    if any(edit.there.type is not EventType.OCCURRENCE for edit in edits):
        return None
    if master.event.all_day or any(edit.reservation.all_day for edit in edits):
        return None
    try:
        zone = series_zone(master)
    except UnknownZone:
        return None
    if not has_windows_name(zone.key):
        return None
    hours = {_hours(edit.reservation, zone) for edit in edits}
    same_days = all(
        local_day(edit.reservation.start, zone) == local_day(edit.there.start, zone)
        for edit in edits
    )
    if len(hours) > 1 or not same_days:
        return None
    begins, ends, days = hours.pop()
    first = local_day(master.event.start, zone)
    start = datetime.combine(first, begins, zone)
    end = datetime.combine(first + timedelta(days=days), ends, zone)
    if _is_odd(start) or _is_odd(end):
        return None
    return EventTime(start.astimezone(UTC), end.astimezone(UTC), all_day=False, time_zone=zone.key)


def _hours(reservation: Reservation, zone: ZoneInfo) -> tuple[time, time, int]:
    """The wall clock of start and end, and how many days lie between them."""
    start, end = reservation.start.astimezone(zone), reservation.end.astimezone(zone)
    return start.time(), end.time(), (end.date() - start.date()).days


def _is_odd(wall: datetime) -> bool:
    """Whether the clocks change then: the hour is not there, or twice."""
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
