"""RFC 5545 rules become Graph patterns, and give the dates people expect."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.recurrence import parse_graph_recurrence, starts
from obctl.domain.rrule import parse_rrule
from obctl.errors import UnsupportedRecurrence

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 10, 19, 9, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("rule", "pattern"),
    [
        ("FREQ=DAILY;COUNT=3", {"type": "daily", "interval": 1}),
        (
            "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
            {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"},
        ),
        (
            "RRULE:freq=weekly;interval=2;byday=mo,we;wkst=su;count=4",
            {
                "type": "weekly",
                "interval": 2,
                "daysOfWeek": ["monday", "wednesday"],
                "firstDayOfWeek": "sunday",
            },
        ),
        (
            "FREQ=DAILY;BYDAY=MO,TU;COUNT=3",
            {
                "type": "weekly",
                "interval": 1,
                "daysOfWeek": ["monday", "tuesday"],
                "firstDayOfWeek": "monday",
            },
        ),
        (
            "FREQ=WEEKLY;COUNT=3",
            {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"},
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3",
            {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 1},
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3",
            {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31},
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2;COUNT=3",
            {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["monday"], "index": "second"},
        ),
        (
            "FREQ=MONTHLY;COUNT=3",
            {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 19},
        ),
        (
            "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3",
            {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["friday"], "index": "last"},
        ),
        (
            "FREQ=YEARLY;COUNT=2",
            {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 19, "month": 10},
        ),
        (
            "FREQ=YEARLY;BYMONTH=11;BYDAY=3TH;COUNT=2",
            {
                "type": "relativeYearly",
                "interval": 1,
                "daysOfWeek": ["thursday"],
                "index": "third",
                "month": 11,
            },
        ),
    ],
)
def test_a_rule_becomes_a_graph_pattern(rule: str, pattern: dict[str, object]) -> None:
    assert parse_rrule(rule, MONDAY).to_graph()["pattern"] == pattern


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20261109", date(2026, 11, 9)),
        ("20261109T235959Z", date(2026, 11, 9)),
        ("20261109T080000Z", date(2026, 11, 9)),
        ("20261109T075959Z", date(2026, 11, 8)),
        ("20261109T090000", date(2026, 11, 9)),
    ],
    ids=["date", "utc-end-of-day", "utc-at-the-start", "utc-just-before", "local"],
)
def test_until_is_a_date_a_local_time_or_utc(until: str, last: date) -> None:
    found = parse_rrule(f"FREQ=WEEKLY;BYDAY=MO;UNTIL={until}", MONDAY)
    assert found.end_date is not None
    assert found.end_date >= date(2026, 11, 2)
    assert found.end_date == last


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("every monday", "no RFC 5545 rule"),
        ("FREQ=HOURLY;COUNT=3", "hourly"),
        ("FREQ=WEEKLY;BYHOUR=3", "BYHOUR"),
        ("FREQ=MONTHLY;BYDAY=MO;COUNT=3", "which one of the month"),
        ("FREQ=MONTHLY;BYDAY=5MO;COUNT=3", "first, second, third, fourth or last"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "BYMONTHDAY must be one day from 1 to 31"),
        ("FREQ=MONTHLY;BYMONTHDAY=0;COUNT=3", "BYMONTHDAY must be one day from 1 to 31"),
        ("FREQ=MONTHLY;BYMONTHDAY=32;COUNT=3", "BYMONTHDAY must be one day from 1 to 31"),
        ("FREQ=YEARLY;BYMONTH=3,4;COUNT=3", "BYMONTH must be one month"),
        ("FREQ=WEEKLY;INTERVAL=0;COUNT=3", "INTERVAL must be 1 or more"),
        ("FREQ=WEEKLY;BYDAY=1MO;COUNT=3", "names days without a number"),
        ("FREQ=DAILY;BYDAY=MO;INTERVAL=2;COUNT=3", "must have INTERVAL=1"),
        ("FREQ=MONTHLY;BYDAY=1MO,2TU;COUNT=3", "one number for all days"),
        ("FREQ=WEEKLY;BYDAY=XX", "no RFC 5545 rule"),
        ("FREQ=WEEKLY;UNTIL=soon", "no RFC 5545 rule"),
    ],
)
def test_what_outlook_cannot_repeat_is_refused_by_name(rule: str, why: str) -> None:
    with pytest.raises(UnsupportedRecurrence) as error:
        parse_rrule(rule, MONDAY)
    assert why in error.value.message


def test_a_series_keeps_its_wall_clock_when_the_clocks_go_back() -> None:
    rule = parse_rrule("FREQ=WEEKLY;BYDAY=MO;COUNT=2", MONDAY)
    found = starts(rule, MONDAY, datetime(2027, 1, 1, tzinfo=AMSTERDAM))
    assert [moment.isoformat() for moment in found] == [
        "2026-10-19T09:00:00+02:00",
        "2026-10-26T09:00:00+01:00",
    ]


def test_a_short_month_has_the_series_on_its_last_day() -> None:
    rule = parse_rrule("FREQ=MONTHLY;COUNT=4", datetime(2026, 12, 31, 9, tzinfo=AMSTERDAM))
    assert [day.isoformat() for day in rule.dates(date(2027, 6, 1))] == [
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
    ]


@pytest.mark.parametrize(
    ("day", "dates"),
    [
        (28, ["02-28", "03-28", "04-28", "02-28", "03-28"]),
        (29, ["02-28", "03-29", "04-29", "02-29", "03-29"]),
        (30, ["02-28", "03-30", "04-30", "02-29", "03-30"]),
        (31, ["02-28", "03-31", "04-30", "02-29", "03-31"]),
    ],
)
def test_the_last_days_of_months_are_those_the_month_has(day: int, dates: list[str]) -> None:
    rule = parse_rrule(f"FREQ=MONTHLY;BYMONTHDAY={day}", datetime(2027, 1, 1, tzinfo=AMSTERDAM))
    found = [f"{found:%m-%d}" for found in rule.dates(date(2028, 3, 31))]
    assert (*found[1:4], *found[-2:]) == tuple(dates)


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY;INTERVAL=3;COUNT=5", "FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20261201", "FREQ=MONTHLY"],
)
def test_graphs_own_json_reads_back_as_the_same_recurrence(rule: str) -> None:
    found = parse_rrule(rule, MONDAY)
    again = parse_graph_recurrence(found.to_graph())
    assert again is not None
    assert list(again.dates(date(2027, 3, 1))) == list(found.dates(date(2027, 3, 1)))


@pytest.mark.parametrize(
    "odd",
    [{"firstDayOfWeek": "notSet"}, {"index": "fifth"}, {"daysOfWeek": ["someday"]}],
)
def test_a_pattern_from_graph_that_cannot_be_expanded_says_nothing(odd: dict[str, object]) -> None:
    pattern = {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["Monday"], "index": "Last"}
    limits = {"type": "numbered", "startDate": "2026-09-28", "numberOfOccurrences": 2}
    found = parse_graph_recurrence({"pattern": pattern, "range": limits})
    assert found is not None
    assert [day.isoformat() for day in found.dates(date.max)] == ["2026-09-28", "2026-10-26"]
    assert parse_graph_recurrence({"pattern": pattern | odd, "range": limits}) is None


@pytest.mark.parametrize(
    ("limits", "shown"),
    [
        ("COUNT=1", {"type": "numbered", "numberOfOccurrences": 1}),
        ("UNTIL=20261201", {"type": "endDate", "endDate": "2026-12-01"}),
        ("INTERVAL=1", {"type": "noEnd"}),
    ],
)
def test_a_rule_ends_by_number_by_date_or_never(limits: str, shown: dict[str, object]) -> None:
    found = parse_rrule(f"FREQ=DAILY;{limits}", MONDAY).to_graph()["range"]
    assert found == {**shown, "startDate": "2026-10-19"}


@pytest.mark.parametrize(
    ("pattern", "dates"),
    [
        pytest.param({"type": "daily"}, ["2026-10-19", "2026-10-20"], id="every day"),
        pytest.param({"type": "daily", "interval": 0}, ["2026-10-19", "2026-10-20"], id="no zero"),
        pytest.param(
            {"type": "absoluteYearly"}, ["2026-10-19", "2027-10-19"], id="the day of its start"
        ),
        pytest.param(
            {"type": "absoluteYearly", "dayOfMonth": 3, "month": 2},
            ["2027-02-03", "2028-02-03"],
            id="a day of another month",
        ),
        pytest.param(
            {"type": "relativeYearly", "daysOfWeek": ["friday"], "month": 12},
            ["2026-12-04", "2027-12-03"],
            id="the first such day of a month",
        ),
        pytest.param(
            {"type": "relativeYearly", "daysOfWeek": ["monday"], "index": "third"},
            ["2026-10-19", "2027-10-18"],
            id="in the month of its start",
        ),
    ],
)
def test_what_graph_leaves_out_of_a_pattern_comes_from_the_start(
    pattern: dict[str, object], dates: list[str]
) -> None:
    limits = {"type": "numbered", "startDate": "2026-10-19", "numberOfOccurrences": 2}
    found = parse_graph_recurrence({"pattern": pattern, "range": limits})
    assert found is not None
    assert [day.isoformat() for day in found.dates(date.max)] == dates


@pytest.mark.parametrize(
    "value", [None, {}, {"range": {}}, {"pattern": {}}, {"pattern": {"type": "hourly"}}]
)
def test_what_graph_names_no_pattern_for_is_no_recurrence(value: dict[str, Any] | None) -> None:
    assert parse_graph_recurrence(value) is None


@pytest.mark.parametrize(
    ("until", "count"),
    [
        pytest.param(datetime(2026, 10, 20, 9, tzinfo=AMSTERDAM), 2, id="to the start itself"),
        pytest.param(datetime(2026, 10, 20, 8, 59, tzinfo=AMSTERDAM), 1, id="not beyond"),
        pytest.param(datetime(2026, 10, 19, 8, tzinfo=AMSTERDAM), 0, id="before the first"),
    ],
)
def test_the_starts_of_a_series_run_up_to_an_instant(until: datetime, count: int) -> None:
    rule = parse_rrule("FREQ=DAILY", MONDAY)
    assert len(list(starts(rule, MONDAY, until))) == count


WEEKLY = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "sunday"}
NUMBERED = {"type": "numbered", "startDate": "2026-10-19", "numberOfOccurrences": 3}


@pytest.mark.parametrize(
    ("pattern", "limits"),
    [
        pytest.param({"interval": -1}, {}, id="an interval below nought"),
        pytest.param({"interval": 1.5}, {}, id="half an interval"),
        pytest.param({"interval": 2**63}, {}, id="an interval beyond all days"),
        pytest.param({"interval": "1"}, {}, id="an interval in words"),
        pytest.param({"interval": True}, {}, id="an interval that is true"),
        pytest.param({"daysOfWeek": []}, {}, id="weekly on no day"),
        pytest.param({"type": "relativeMonthly", "daysOfWeek": []}, {}, id="the first of no days"),
        pytest.param({"type": "absoluteMonthly", "dayOfMonth": 99}, {}, id="no such day"),
        pytest.param({"type": "absoluteMonthly", "dayOfMonth": -1}, {}, id="a day below nought"),
        pytest.param({"type": "absoluteMonthly", "dayOfMonth": "3"}, {}, id="a day in words"),
        pytest.param({"type": "absoluteYearly", "dayOfMonth": 3, "month": 13}, {}, id="no month"),
        pytest.param({"type": "absoluteYearly", "dayOfMonth": 30, "month": 2}, {}, id="fits none"),
        pytest.param({}, {"numberOfOccurrences": -5}, id="fewer than no dates"),
        pytest.param({}, {"numberOfOccurrences": 2.5}, id="half a date"),
        pytest.param({}, {"numberOfOccurrences": 2**63}, id="more dates than days"),
        pytest.param({}, {"numberOfOccurrences": None}, id="numbered, and no number"),
        pytest.param({}, {"type": "endDate"}, id="ends on a day, and no day"),
        pytest.param({}, {"type": "endDate", "endDate": "2026-01-01"}, id="ends before it starts"),
        pytest.param({}, {"type": "sometimes"}, id="an end of a new kind"),
        pytest.param({}, {"type": None}, id="no kind of end"),
    ],
)
def test_a_recurrence_with_a_number_or_an_end_that_cannot_be_says_nothing(
    pattern: dict[str, object], limits: dict[str, object]
) -> None:
    """What it would leave out may well take place: no date may count as gone for it."""
    odd = {"pattern": WEEKLY | pattern, "range": NUMBERED | limits}
    found = parse_graph_recurrence(odd)
    if pattern.get("dayOfMonth") == 30:  # Outlook gives the last day of a month in its place
        assert found is not None
        assert found.covers(date(2027, 2, 28))
    else:
        assert found is None


LIMITS = (*NUMBERED, "endDate", "recurrenceTimeZone")
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates().map(str),
    st.lists(st.text(max_size=6), max_size=2), st.dictionaries(st.text(max_size=2), st.none()),
)  # fmt: skip
TYPES = st.sampled_from(
    ["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"]
)


@given(
    TYPES,
    st.sampled_from(["numbered", "endDate", "noEnd"]),
    st.sampled_from([*WEEKLY, "dayOfMonth", "month", "index", *LIMITS]),
    ODD,
)
def test_whatever_stands_in_one_field_a_recurrence_can_be_asked_about_any_day(
    kind: str, end: str, name: str, odd: object
) -> None:
    limits = NUMBERED | {"type": end, "endDate": "2027-02-01"}
    found = {"pattern": WEEKLY | {"type": kind}, "range": limits}
    part = "range" if name in LIMITS and name != "type" else "pattern"
    found[part] = found[part] | {name: odd}
    recurrence = parse_graph_recurrence(found)
    if recurrence is not None:
        assert recurrence.time_zone is None or isinstance(recurrence.time_zone, str)
        recurrence.covers(date(2026, 12, 7))
        list(recurrence.dates(date(2027, 1, 1)))
