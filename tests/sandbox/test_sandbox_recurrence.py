"""The sandbox's expansion against python-dateutil and recurring-ical-events.

Exchange differs from RFC 5545 in one thing: the 31st of a month that has none is its last day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday
from hypothesis import given, settings
from hypothesis import strategies as st

from obctl.sandbox.item import Item, Person
from obctl.sandbox.mailbox import instances
from obctl.sandbox.recurrence import DAYS, INDEXES, Pattern, Range, Recurrence

START = st.dates(date(2024, 1, 1), date(2027, 12, 31))
WEEKDAYS = st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True).map(tuple)
INTERVAL = st.integers(1, 6)
_POSITIONS = {name: position for position, name in enumerate(INDEXES, start=1)} | {"last": -1}
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SPAN = timedelta(days=4 * 366)


@st.composite
def patterns(draw: Any) -> Pattern:
    kind = draw(
        st.sampled_from(
            ("daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly",
             "relativeYearly")
        )
    )  # fmt: skip
    relative = kind.startswith("relative")
    return Pattern(
        type=kind,
        interval=draw(INTERVAL),
        days=draw(WEEKDAYS) if relative or kind == "weekly" else (),
        day_of_month=draw(st.integers(1, 31)) if kind.startswith("absolute") else 0,
        month=draw(st.integers(1, 12)) if kind.endswith("Yearly") else 0,
        index=draw(st.sampled_from(INDEXES)) if relative else "first",
        first_day=draw(st.sampled_from(DAYS)),
    )


@st.composite
def recurrences(draw: Any) -> Recurrence:
    start = draw(START)
    kind = draw(st.sampled_from(("endDate", "noEnd", "numbered")))
    return Recurrence(
        draw(patterns()),
        Range(
            type=kind,
            start=start,
            end=start + draw(st.timedeltas(timedelta(), SPAN)) if kind == "endDate" else None,
            occurrences=draw(st.integers(1, 60)) if kind == "numbered" else 0,
        ),
    )


def rule_parts(recurrence: Recurrence) -> dict[str, Any]:
    """The RFC 5545 rule that says the same, in dateutil's words."""
    pattern, span = recurrence.pattern, recurrence.range
    days = [weekday(DAYS.index(day)) for day in pattern.days]
    # The last of the days from the 28th on that exist: the nth, or the month's last.
    nth = {"bymonthday": tuple(range(28, pattern.day_of_month + 1)), "bysetpos": -1}
    if pattern.day_of_month <= 28:
        nth = {"bymonthday": pattern.day_of_month}
    match pattern.type:
        case "daily":
            parts: dict[str, Any] = {"freq": DAILY}
        case "weekly":
            parts = {"freq": WEEKLY, "byweekday": days, "wkst": DAYS.index(pattern.first_day)}
        case "absoluteMonthly":
            parts = {"freq": MONTHLY} | nth
        case "relativeMonthly":
            parts = {"freq": MONTHLY, "byweekday": days, "bysetpos": _POSITIONS[pattern.index]}
        case "absoluteYearly":
            parts = {"freq": YEARLY, "bymonth": pattern.month} | nth
        case "relativeYearly":
            parts = {
                "freq": YEARLY,
                "bymonth": pattern.month,
                "byweekday": days,
                "bysetpos": _POSITIONS[pattern.index],
            }
    if span.type == "numbered":
        parts["count"] = span.occurrences
    return parts | {"interval": pattern.interval}


def expected_days(recurrence: Recurrence, last: date) -> list[date]:
    begin = datetime.combine(recurrence.range.start, datetime.min.time())
    until = datetime.combine(min(last, recurrence.range.end or last), datetime.min.time())
    rule = rrule(dtstart=begin, **rule_parts(recurrence))
    found = []
    for moment in rule:
        if moment > until:
            break
        found.append(moment.date())
    return found


@settings(max_examples=600, deadline=None)
@given(recurrences())
def test_every_series_falls_on_the_days_that_dateutil_finds(recurrence: Recurrence) -> None:
    last = recurrence.range.start + SPAN
    assert recurrence.days(date.min, last) == expected_days(recurrence, last)


@settings(max_examples=500, deadline=None)
@given(recurrences(), st.timedeltas(timedelta(), SPAN), st.timedeltas(timedelta(), SPAN))
def test_a_window_shows_what_the_whole_series_has_there(
    recurrence: Recurrence, one: timedelta, other: timedelta
) -> None:
    start = recurrence.range.start
    first, last = start + min(one, other), start + max(one, other)
    whole = recurrence.days(start, start + SPAN)
    assert recurrence.days(first, last) == [day for day in whole if first <= day <= last]


@settings(max_examples=500, deadline=None)
@given(recurrences())
def test_the_last_day_is_the_last_of_all(recurrence: Recurrence) -> None:
    last = recurrence.last_day()
    if recurrence.range.type == "noEnd":
        assert last is None
    else:
        days = recurrence.days(date.min, date(2400, 1, 1))
        assert last == (days[-1] if days else None)


ZONES = st.sampled_from(
    ("Europe/Amsterdam", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC")
)


def _master(recurrence: Recurrence, zone: str, hour: int) -> Item:
    day = recurrence.days(recurrence.range.start, date.max)[0]
    start = datetime.combine(day, datetime.min.time()).replace(hour=hour)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Item(
        key=1, entry=1, uid="", start=start, end=start + timedelta(hours=1), zone=zone,
        end_zone=zone, organizer=Person("", ""), created=now, modified=now,
        kind="seriesMaster", recurrence=recurrence,
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(recurrences(), ZONES, st.integers(4, 22), st.integers(0, 3 * 365))
def test_instances_agree_with_recurring_ical_events(
    recurrence: Recurrence, zone: str, hour: int, ahead: int
) -> None:
    icalendar = pytest.importorskip("icalendar", reason="icalendar is not installed")
    ical_events = pytest.importorskip(
        "recurring_ical_events", reason="recurring-ical-events is not installed"
    )
    span = recurrence.range
    if not recurrence.days(span.start, span.start + SPAN):
        return
    master = _master(recurrence, zone, hour)
    begin = datetime.combine(span.start, datetime.min.time(), UTC) + timedelta(days=ahead)
    window = begin, begin + timedelta(days=90)
    event = icalendar.Event()
    event.add("uid", "series")
    event.add("dtstart", master.start.replace(tzinfo=ZoneInfo(zone)))
    event.add("dtend", master.end.replace(tzinfo=ZoneInfo(zone)))
    event.add("rrule", _ical_rule(recurrence, zone, hour))
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    theirs = sorted(
        one["DTSTART"].dt.astimezone(UTC) for one in ical_events.of(calendar).between(*window)
    )
    ours = [shown.start_at for shown in instances(master, *window)]
    assert ours == theirs


def _ical_rule(recurrence: Recurrence, zone: str, hour: int) -> dict[str, Any]:
    parts = rule_parts(recurrence)
    frequency = {DAILY: "DAILY", WEEKLY: "WEEKLY", MONTHLY: "MONTHLY", YEARLY: "YEARLY"}
    rule: dict[str, Any] = {"FREQ": frequency[parts["freq"]], "INTERVAL": parts["interval"]}
    for name, key in (("bymonthday", "BYMONTHDAY"), ("bysetpos", "BYSETPOS"),
                      ("bymonth", "BYMONTH"), ("count", "COUNT")):  # fmt: skip
        if name in parts:
            value = parts[name]
            rule[key] = list(value) if isinstance(value, tuple) else value
    if recurrence.pattern.days:
        rule["BYDAY"] = [_CODES[DAYS.index(day)] for day in recurrence.pattern.days]
    if "wkst" in parts:
        rule["WKST"] = _CODES[parts["wkst"]]
    if recurrence.range.end is not None:
        last = datetime.combine(recurrence.range.end, datetime.max.time(), ZoneInfo(zone))
        rule["UNTIL"] = last.astimezone(UTC).replace(microsecond=0)
    return rule
