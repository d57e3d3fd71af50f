"""Half-open spans and days that are 23, 24 or 25 hours long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from builders import moment
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.time_span import (
    TimeSpan,
    days_span,
    instant_text,
    local_day,
    midnight,
    shift_days,
    utc,
)
from obctl.errors import NaiveDatetime

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SPAN = TimeSpan(moment("09:00"), moment("10:00"))


@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [
        pytest.param("08:00", "09:00", False, id="ends-where-it-starts"),
        pytest.param("08:00", "09:01", True, id="reaches-in"),
        pytest.param("09:15", "09:45", True, id="inside"),
        pytest.param("08:00", "11:00", True, id="around"),
        pytest.param("09:59", "11:00", True, id="reaches-out"),
        pytest.param("10:00", "11:00", False, id="starts-where-it-ends"),
        pytest.param("09:00", "09:00", True, id="empty-at-the-start"),
        pytest.param("09:30", "09:30", True, id="empty-inside"),
        pytest.param("10:00", "10:00", False, id="empty-at-the-end"),
        pytest.param("08:00", "08:00", False, id="empty-before"),
    ],
)
def test_spans_are_half_open(start: str, end: str, overlaps: bool) -> None:
    assert SPAN.overlaps(moment(start), moment(end)) is overlaps


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 7, 1), 24), (date(2026, 10, 25), 25)],
    ids=["spring", "summer", "autumn"],
)
def test_a_day_is_as_long_as_its_zone_says(day: date, hours: int) -> None:
    assert days_span(day, day, AMSTERDAM).length == timedelta(hours=hours)


def test_a_week_later_is_the_same_hour_on_the_wall() -> None:
    before = datetime(2026, 10, 20, 9, tzinfo=AMSTERDAM)
    after = shift_days(before, 7, AMSTERDAM)
    assert after == datetime(2026, 10, 27, 8, tzinfo=UTC)


@pytest.mark.parametrize("make", [utc, instant_text])
def test_a_time_without_a_zone_is_refused(make) -> None:
    with pytest.raises(NaiveDatetime):
        make(datetime(2026, 9, 15, 9))  # noqa: DTZ001


def test_spans_come_out_in_utc() -> None:
    span = TimeSpan(datetime(2026, 9, 15, 9, tzinfo=AMSTERDAM), moment("10:00"))
    assert (span.start.tzinfo, span.start.hour) == (UTC, 7)


@given(st.dates(date(1971, 1, 1), date(2099, 12, 30)), st.sampled_from(
    ["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
))  # fmt: skip
def test_every_day_begins_where_the_day_before_ends(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    span = days_span(day, day, zone)
    assert span.end == days_span(day + timedelta(days=1), day + timedelta(days=1), zone).start
    assert local_day(midnight(day, zone), zone) == day
    assert local_day(span.end - timedelta(seconds=1), zone) == day
