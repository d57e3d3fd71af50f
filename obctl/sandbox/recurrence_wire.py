"""Graph's patternedRecurrence: JSON in, checked the way Exchange checks it, and JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from obctl.sandbox.recurrence import (
    DAYS,
    INDEXES,
    Pattern,
    PatternType,
    Range,
    RangeType,
    Recurrence,
)
from obctl.sandbox.refusal import invalid_property
from obctl.sandbox.times import known_zone

_NO_DATE = "0001-01-01"
_NEEDS_DAYS = ("weekly", "relativeMonthly", "relativeYearly")
_NEEDS_DAY_OF_MONTH = ("absoluteMonthly", "absoluteYearly")
_NEEDS_MONTH = ("absoluteYearly", "relativeYearly")


def read_recurrence(data: object, *, start: date, zone: str) -> Recurrence:
    """The recurrence in `data` for an event that starts on `start`."""
    if not isinstance(data, Mapping):
        raise invalid_property("The recurrence must have a pattern and a range.")
    pattern, span = data.get("pattern"), data.get("range")
    if not isinstance(pattern, Mapping) or not isinstance(span, Mapping):
        raise invalid_property("The recurrence must have a pattern and a range.")
    return Recurrence(_read_pattern(pattern), _read_range(span, start=start, zone=zone))


def write_recurrence(recurrence: Recurrence) -> dict[str, Any]:
    """The JSON of `recurrence`; numbers a pattern does not use come back as 0."""
    pattern, span = recurrence.pattern, recurrence.range
    shown: dict[str, Any] = {
        "type": pattern.type,
        "interval": pattern.interval,
        "month": pattern.month,
        "dayOfMonth": pattern.day_of_month,
    }
    if pattern.days:
        shown["daysOfWeek"] = list(pattern.days)
    return {
        "pattern": shown | {"firstDayOfWeek": pattern.first_day, "index": pattern.index},
        "range": {
            "type": span.type,
            "startDate": span.start.isoformat(),
            "endDate": span.end.isoformat() if span.end else _NO_DATE,
            "recurrenceTimeZone": span.zone,
            "numberOfOccurrences": span.occurrences,
        },
    }


def _read_pattern(data: Mapping[str, Any]) -> Pattern:
    kind = _choice(data, "type", get_args(PatternType))
    days = tuple(str(day).lower() for day in data.get("daysOfWeek") or ())
    if unknown := [day for day in days if day not in DAYS]:
        raise invalid_property(f"'{unknown[0]}' is not a day of the week.")
    if kind in _NEEDS_DAYS and not days:
        raise invalid_property(f"A {kind} pattern needs daysOfWeek.")
    return Pattern(
        type=kind,
        interval=_number(data, "interval", 1, 999),
        days=days if kind in _NEEDS_DAYS else (),
        day_of_month=_number(data, "dayOfMonth", 1, 31) if kind in _NEEDS_DAY_OF_MONTH else 0,
        month=_number(data, "month", 1, 12) if kind in _NEEDS_MONTH else 0,
        index=_choice(data, "index", INDEXES, "first"),
        first_day=_choice(data, "firstDayOfWeek", DAYS, "sunday"),
    )


def _read_range(data: Mapping[str, Any], *, start: date, zone: str) -> Range:
    kind = _choice(data, "type", get_args(RangeType))
    begins = _date(data, "startDate")
    if begins != start:
        raise invalid_property(
            "The recurrence range's startDate must be the date on which the event starts."
        )
    ends = _date(data, "endDate") if kind == "endDate" else None
    if ends is not None and ends < begins:
        raise invalid_property("The recurrence range's endDate lies before its startDate.")
    return Range(
        type=kind,
        start=begins,
        end=ends,
        occurrences=_number(data, "numberOfOccurrences", 1, 999) if kind == "numbered" else 0,
        zone=known_zone(data.get("recurrenceTimeZone") or zone),
    )


def _choice(
    data: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str | None = None
) -> Any:
    value = data.get(name)
    if value is None and default is not None:
        return default
    for word in allowed:
        if isinstance(value, str) and value.lower() == word.lower():
            return word
    raise invalid_property(f"'{value}' is not a valid value for the recurrence's {name}.")


def _number(data: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise invalid_property(f"The recurrence's {name} must lie between {low} and {high}.")
    return value


def _date(data: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(str(data.get(name)))
    except ValueError as error:
        raise invalid_property(f"The recurrence range's {name} is not a date.") from error
