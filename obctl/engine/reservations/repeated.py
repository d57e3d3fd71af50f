"""The dates of a rule that somebody types, as far as they can be reserved at all."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from obctl.domain.recurrence import starts
from obctl.domain.rrule import parse_rrule
from obctl.domain.time_span import TimeSpan, local_day
from obctl.errors import UnsupportedRecurrence

_MOST_OCCURRENCES = 730
_LONGEST_SERIES = timedelta(days=1820)  # Graph reads 1825 days at once; some are read around it
_EVER = timedelta(days=36525)


def repeated(repeat: str | None, first: TimeSpan, zone: ZoneInfo) -> list[TimeSpan]:
    """The times that start with `first` and repeat by an RFC 5545 rule, in order.

    The rule counts days in `zone`; without one there is `first` alone. Raises
    `UnsupportedRecurrence` for what Outlook has no pattern for, and for what never ends, is too
    long, or comes back too soon.
    """
    if repeat is None:
        return [first]
    local = first.start.astimezone(zone)
    recurrence = parse_rrule(repeat, local)
    if recurrence.end_date is None and recurrence.count is None:
        raise UnsupportedRecurrence(f"{repeat!r} never ends", hint="add COUNT=… or UNTIL=YYYYMMDD")
    found = [
        TimeSpan(start, start + first.length)
        for start in starts(recurrence, local, first.start + _EVER)
    ]
    if not found or found[0].start != first.start:
        raise UnsupportedRecurrence(
            f"{repeat!r} does not fall on {local:%A} {local.date()}",
            hint="start the series on its first date",
        )
    if found[-1].start - first.start > _LONGEST_SERIES:
        raise UnsupportedRecurrence(
            f"{repeat!r} goes on until {local_day(found[-1].start, zone)}: Graph shows no more"
            " than five years at once",
            hint="reserve fewer years",
        )
    if any(before.end > after.start for before, after in pairwise(found)):
        raise UnsupportedRecurrence(
            f"{repeat!r} comes back before a date of {first.length} is over",
            hint="make it shorter, or reserve it once",
        )
    if len(found) > _MOST_OCCURRENCES:
        raise UnsupportedRecurrence(
            f"{repeat!r} gives {len(found)} dates; {_MOST_OCCURRENCES} is the most"
        )
    return found
