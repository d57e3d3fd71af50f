from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from builders import NOW, moment

from obctl.render.times import ago_text, moment_text, span_text

AMSTERDAM = "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("starts", "ends", "all_day", "text"),
    [
        ("09:00", "10:00", False, "Tue 2026-09-15 11:00-12:00"),
        ("20:00", "22:00", False, "Tue 2026-09-15 22:00-24:00"),
        ("20:00", "23:00", False, "Tue 2026-09-15 22:00 to Wed 2026-09-16 01:00"),
        ("09:00", "09:00", False, "Tue 2026-09-15 11:00-11:00"),
        ("2026-09-14 22:00", "22:00", True, "Tue 2026-09-15 all day"),
        ("2026-09-14 22:00", "2026-09-17 22:00", True,
         "Tue 2026-09-15 to Thu 2026-09-17 all day"),
        ("2026-10-25 00:30", "2026-10-25 01:30", False, "Sun 2026-10-25 02:30+0200-02:30+0100"),
    ],
    ids=["an hour", "to midnight", "over midnight", "no time at all", "a day", "days",
         "the hour that comes twice"],
)  # fmt: skip
def test_a_span_reads_as_on_a_wall_clock(starts: str, ends: str, all_day: bool, text: str) -> None:
    shown = span_text(moment(starts), moment(ends), AMSTERDAM, all_day=all_day)
    assert shown == f"{text} (Europe/Amsterdam)"


def test_no_moment_is_no_text() -> None:
    assert moment_text(None, AMSTERDAM) == ""
    assert moment_text("2026-09-15T09:00:00Z", "America/New_York") == "Tue 2026-09-15 05:00"


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=119), "119 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(hours=47, minutes=59), "47 h ago"),
        (timedelta(hours=48), "2 days ago"),
    ],
)
def test_how_long_ago_is_told_in_one_unit(passed: timedelta, text: str) -> None:
    assert ago_text(NOW - passed, NOW) == text
    assert ago_text(None, NOW) == "never"


def test_both_halves_of_the_hour_that_comes_twice_are_told_apart() -> None:
    here = ZoneInfo(AMSTERDAM)
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=here, fold=fold) for fold in (0, 1))
    assert [moment_text(half, AMSTERDAM) for half in (first, second, first)] == [
        "Sun 2026-10-25 02:30+0200",
        "Sun 2026-10-25 02:30+0100",
        "Sun 2026-10-25 02:30+0200",
    ]
