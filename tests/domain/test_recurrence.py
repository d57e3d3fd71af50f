"""Whether a series has a date: the answer of its whole expansion, without the whole expansion."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from obctl.domain.recurrence import DAYS, Recurrence, parse_graph_recurrence

STARTS = st.dates(date(2019, 12, 20), date(2022, 3, 10))
WEEKDAYS = st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple)
LIMITS = st.one_of(
    st.just({}),
    st.integers(1, 60).map(lambda count: {"count": count}),
    st.integers(-3, 900).map(lambda days: {"end_after": days}),
)
PATTERNS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"type": st.just("daily"), "interval": st.integers(1, 40)}),
    st.fixed_dictionaries(
        {
            "type": st.just("weekly"),
            "interval": st.integers(1, 6),
            "days": WEEKDAYS,
            "first_day": st.sampled_from(DAYS),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["absoluteMonthly", "absoluteYearly"]),
            "interval": st.integers(1, 14),
            "day_of_month": st.none() | st.integers(1, 31),
            "month": st.none() | st.integers(1, 12),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["relativeMonthly", "relativeYearly"]),
            "interval": st.integers(1, 14),
            "days": WEEKDAYS,
            "index": st.sampled_from(["first", "second", "third", "fourth", "last"]),
            "month": st.none() | st.integers(1, 12),
        }
    ),
)
OLD = date(2012, 1, 2)


def made(pattern: dict[str, Any], start: date, limits: dict[str, int]) -> Recurrence:
    end = {"end_date": start + timedelta(limits["end_after"])} if "end_after" in limits else {}
    return Recurrence(start_date=start, count=limits.get("count"), **pattern, **end)


@given(PATTERNS, STARTS, LIMITS, st.integers(-40, 1500))
@example({"type": "absoluteYearly", "interval": 1, "day_of_month": 29}, date(2020, 2, 29), {}, 366)
@example({"type": "absoluteMonthly", "interval": 1}, date(2020, 1, 31), {"count": 2}, 29)
@example({"type": "weekly", "interval": 2, "days": ("sunday",)}, date(2020, 1, 1), {}, 11)
@example({"type": "daily", "interval": 1}, date(2020, 1, 1), {"count": 5}, 5)
@example({"type": "absoluteMonthly", "interval": 1}, date(2020, 1, 1), {}, 20)
@example({"type": "absoluteYearly", "interval": 1}, date(2020, 1, 1), {}, 360)
def test_a_series_has_the_dates_of_its_expansion_and_no_others(
    pattern: dict[str, Any], start: date, limits: dict[str, int], first: int
) -> None:
    recurrence = made(pattern, start, limits)
    days = [start + timedelta(first + ahead) for ahead in range(40)]
    expanded = set(recurrence.dates(days[-1]))
    assert [day for day in days if recurrence.covers(day)] == [d for d in days if d in expanded]


@pytest.mark.parametrize(
    "limits",
    [{}, {"end_date": date(2026, 9, 20)}, {"count": 9000}, {"count": 2000}],
    ids=["endless", "ended", "numbered", "numbered-and-over"],
)
@pytest.mark.parametrize(
    "pattern",
    [
        {"type": "daily", "interval": 1},
        {"type": "weekly", "interval": 1, "days": DAYS[:5]},
        {"type": "absoluteMonthly", "interval": 1, "day_of_month": 31},
    ],
    ids=lambda pattern: pattern["type"],
)
def test_a_date_of_an_old_series_is_found_without_counting_from_its_first(
    pattern: dict[str, Any], limits: dict[str, Any]
) -> None:
    recurrence = Recurrence(start_date=OLD, **pattern, **limits)
    recurrence.covers(date(2026, 8, 31))
    days = [date(2026, 9, 16) + timedelta(ahead) for ahead in range(180)]
    assert calls_of(lambda: [recurrence.covers(day) for day in days]) < 150 * len(days)


def calls_of(work: Any) -> int:
    """How many functions are called: no machine is too slow for that."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


UNSET = "0001-01-01"


@pytest.mark.parametrize(
    "limits",
    [
        {"type": "noEnd", "startDate": "2026-09-15", "endDate": UNSET, "numberOfOccurrences": 0},
        {"type": "endDate", "startDate": "2026-09-15", "endDate": UNSET},
        {"type": "endDate", "startDate": "2026-09-15", "endDate": "9999-12-31"},
    ],
)
def test_a_series_that_ends_on_no_day_goes_on(limits: dict[str, Any]) -> None:
    pattern = {"type": "daily", "interval": 1}
    found = parse_graph_recurrence({"pattern": pattern, "range": limits})
    assert found is not None
    assert found.covers(date(2030, 1, 1))
    assert found.covers(date(9998, 12, 31))


def test_a_series_that_starts_on_no_day_says_nothing() -> None:
    limits = {"type": "noEnd", "startDate": UNSET}
    assert parse_graph_recurrence({"pattern": {"type": "daily"}, "range": limits}) is None
