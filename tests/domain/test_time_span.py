"""Half-open spans and days that are 23, 24 or 25 hours long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from builders import moment
from hypothesis import example, given
from hypothesis import strategies as st

from obctl.domain.time_span import (
    EARLIEST,
    LATEST,
    MOST_AT_ONCE,
    TimeSpan,
    days_span,
    found,
    instant_text,
    joined,
    later,
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


ZONES = st.sampled_from(
    [UTC, AMSTERDAM, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12"), ZoneInfo("Asia/Tokyo")]
)
ANY = st.datetimes(timezones=ZONES)


@example(datetime(2000, 1, 1, tzinfo=UTC), AMSTERDAM, timedelta.max)
@given(ANY, st.sampled_from([AMSTERDAM, ZoneInfo("Etc/GMT+12"), ZoneInfo("Pacific/Kiritimati")]),
       st.timedeltas())  # fmt: skip
def test_no_instant_is_too_far_away_to_work_with(
    moment: datetime, zone: ZoneInfo, by: timedelta
) -> None:
    instant = utc(moment)
    assert EARLIEST <= instant <= LATEST
    if EARLIEST.year < moment.year < LATEST.year - 1:
        assert instant == moment.astimezone(UTC)
    assert EARLIEST <= later(instant, by) <= LATEST
    seen = found(moment)
    whole = TimeSpan(EARLIEST, LATEST)
    assert whole.overlaps(seen, seen)
    span = TimeSpan(seen, seen).widened(abs(by) if by > timedelta.min else timedelta.max)
    assert EARLIEST <= span.start <= seen <= span.end <= LATEST
    assert span.at_once.length <= MOST_AT_ONCE
    day = local_day(moment, zone)
    assert midnight(day, zone) <= max(instant, EARLIEST) + timedelta(days=2)
    assert days_span(day, day, zone).start <= days_span(day, day, zone).end
    shift_days(moment, by.days, zone)
    instant_text(moment)


@given(st.dates(), st.dates())
def test_no_day_is_too_far_away_to_have_a_span(first: date, last: date) -> None:
    span = days_span(min(first, last), max(first, last), AMSTERDAM)
    assert EARLIEST <= span.start <= span.end <= LATEST


def hours(text: str) -> TimeSpan:
    start, end = text.split("-")
    return TimeSpan(moment(start), moment(end))


def test_spans_that_meet_are_joined_each_with_its_parts() -> None:
    early, late, meets, inside, later_on = map(
        hours, ("08:00-09:00", "13:00-15:00", "09:00-10:00", "08:15-08:30", "16:00-17:00")
    )
    assert joined([late, inside, meets, early, later_on, early]) == {
        hours("08:00-10:00"): [early, early, inside, meets],
        late: [late],
        later_on: [later_on],
    }
    assert joined([]) == {}


def test_no_more_is_joined_than_is_shown_at_once() -> None:
    start = moment("08:00")
    most = TimeSpan(start, start + MOST_AT_ONCE)
    beyond = TimeSpan(most.end, most.end + timedelta(hours=1))
    assert joined([beyond, most]) == {most: [most], beyond: [beyond]}


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=12))
def test_each_span_lies_in_what_it_was_joined_to(lengths: list[tuple[int, int]]) -> None:
    start = moment("00:00")
    spans = [
        TimeSpan(start + timedelta(hours=at), start + timedelta(hours=at + length))
        for at, length in lengths
    ]
    found = joined(spans)
    assert sorted(part for parts in found.values() for part in parts) == sorted(spans)
    for whole, parts in found.items():
        assert all(whole.covers(part) for part in parts)
    assert all(one.end < two.start for one, two in pairwise(found))
