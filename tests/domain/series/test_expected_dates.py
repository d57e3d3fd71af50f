"""Which dates a series must have that an answer does not show."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import make_event, moment

from obctl.domain.event import Event, EventType, SeriesMaster
from obctl.domain.recurrence import Recurrence
from obctl.domain.series.expected_dates import unshown
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OCTOBER = TimeSpan(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
THURSDAYS = ["2026-10-01 07:00", "2026-10-08 07:00", "2026-10-15 07:00", "2026-10-22 07:00"]
WINTER = "2026-10-29 08:00"


def master(
    *, cancelled: frozenset[date] | None = frozenset(), zone: str | None = "Europe/Amsterdam",
    starts: str = "2026-09-10 07:00", event: dict[str, Any] | None = None, **pattern: Any,
) -> SeriesMaster:  # fmt: skip
    shown = make_event("M", starts=starts, **(event or {}))
    rule: dict[str, Any] = {"type": "weekly", "interval": 1, "days": ("thursday",)} | pattern
    recurrence = Recurrence(start_date=date(2026, 9, 10), time_zone=zone, **rule)
    return SeriesMaster(replace(shown, type=EventType.MASTER), recurrence, cancelled)


def dates(*starts: str) -> list[Event]:
    return [occurrence(start) for start in starts]


def occurrence(start: str, **more: Any) -> Event:
    return replace(make_event(start, starts=start), type=EventType.OCCURRENCE, **more)


def missing(found: SeriesMaster, shown: list[Event]) -> list[str]:
    return [f"{start:%m-%d %H:%M}" for start in unshown(found, shown, OCTOBER, AMSTERDAM)]


def test_all_dates_are_shown_on_both_sides_of_the_change_of_clocks() -> None:
    assert missing(master(), dates(*THURSDAYS, WINTER)) == []


def test_what_is_not_shown_is_missing_at_the_start_that_the_series_gives_it() -> None:
    assert missing(master(), dates(*THURSDAYS[1:])) == ["10-01 07:00", "10-29 08:00"]
    assert len(missing(master(), [])) == 5


@pytest.mark.parametrize(
    ("first", "end", "found"),
    [
        pytest.param(THURSDAYS[1], THURSDAYS[2], ["10-08 07:00"], id="from a start to the next"),
        pytest.param("2026-10-08 07:01", THURSDAYS[2], [], id="between two"),
        pytest.param(
            THURSDAYS[1], "2026-10-15 07:01", ["10-08 07:00", "10-15 07:00"], id="past the next"
        ),
    ],
)
def test_a_span_asks_for_what_starts_in_it(first: str, end: str, found: list[str]) -> None:
    span = TimeSpan(moment(first), moment(end))
    asked = unshown(master(), [], span, AMSTERDAM)
    assert [f"{start:%m-%d %H:%M}" for start in asked] == found


@pytest.mark.parametrize(
    ("found", "last"),
    [
        pytest.param(master(end_date=date(2026, 10, 14)), "10-08 07:00", id="until"),
        pytest.param(master(count=5), "10-08 07:00", id="count"),
        pytest.param(master(interval=2), "10-22 07:00", id="every other week"),
    ],
)
def test_only_pattern_and_range_ask_for_dates(found: SeriesMaster, last: str) -> None:
    assert missing(found, [])[-1] == last


def test_a_cancelled_date_is_accounted_for() -> None:
    found = master(cancelled=frozenset({date(2026, 10, 8)}))
    assert missing(found, dates(THURSDAYS[0], *THURSDAYS[2:], WINTER)) == []


def test_where_cancelled_dates_are_not_told_the_hole_is_looked_at() -> None:
    shown = dates(THURSDAYS[0], *THURSDAYS[2:], WINTER)
    assert missing(master(cancelled=None), shown) == ["10-08 07:00"]


def test_a_moved_date_stands_for_the_day_it_was_moved_from() -> None:
    moved = replace(
        occurrence("2026-10-06 11:00"),
        type=EventType.EXCEPTION,
        original_start=moment("2026-10-08 07:00"),
    )
    assert missing(master(), [*dates(THURSDAYS[0], *THURSDAYS[2:], WINTER), moved]) == []


def test_days_count_in_the_zone_of_the_series() -> None:
    found = master(zone="Tokyo Standard Time", starts="2026-09-09 22:00", count=8)
    shown = dates("2026-10-07 22:00", "2026-10-14 22:00", "2026-10-21 22:00", "2026-10-28 22:00")
    assert missing(found, shown) == []


@pytest.mark.parametrize("zone", ["", "Customized Time Zone", None])
def test_a_zone_nobody_knows_explains_no_hole_by_a_cancelled_date(zone: str | None) -> None:
    found = master(zone=zone, cancelled=frozenset({date(2026, 10, 8)}))
    assert missing(found, dates(*THURSDAYS, WINTER)) == []
    shown = dates(THURSDAYS[0], *THURSDAYS[2:], WINTER)
    assert missing(found, shown) == ["10-08 07:00"]


def test_whole_days_are_those_of_the_room() -> None:
    day = timedelta(days=1)
    summer = [moment(f"2026-{text} 22:00") for text in ("09-30", "10-07", "10-14", "10-21")]
    shown = [
        replace(make_event(str(start)), start=start, end=start + day, all_day=True)
        for start in [*summer, moment("2026-10-28 23:00")]
    ]
    found = master(zone="", starts="2026-09-09 22:00", event={"all_day": True})
    assert missing(found, shown) == []
    assert missing(found, shown[:1] + shown[2:]) == ["10-07 22:00"]


def test_a_series_that_is_cancelled_or_none_any_more_asks_for_no_dates() -> None:
    cancelled = master(event={"is_cancelled": True})
    assert missing(cancelled, []) == []
    assert missing(replace(master(), recurrence=None), []) == []
