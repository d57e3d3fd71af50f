"""Where a series meets now, in words and by its next dates."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import make_master, make_occurrence_reservation, moment

from obctl.domain.recurrence import Recurrence
from obctl.domain.series.meets_now import has_moved, in_words, nearest_start, next_start

HERE = ZoneInfo("Europe/Amsterdam")
FIRST = date(2026, 9, 1)


def series(kind: str = "weekly", interval: int = 1, start: date = FIRST, **more: Any) -> Recurrence:
    return Recurrence(kind, interval, start, time_zone="Europe/Amsterdam", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("recurrence", "words"),
    [
        (series("daily"), "every day"),
        (series("daily", 3), "every 3 days"),
        (series(days=("thursday",)), "every week on Thursday"),
        (series(interval=2, days=("monday", "friday")), "every 2 weeks on Monday and Friday"),
        (
            series(days=("monday", "tuesday", "friday")),
            "every week on Monday, Tuesday and Friday",
        ),
        (series("absoluteMonthly", day_of_month=15), "every month on day 15"),
        (series("absoluteMonthly", 2), "every 2 months on day 1"),
        (
            series("relativeMonthly", days=("monday",), index="last"),
            "every month on the last Monday",
        ),
        (series("absoluteYearly", day_of_month=15, month=6), "every year on 15 June"),
        (
            series("relativeYearly", days=("friday",), index="first", month=12),
            "every year on the first Friday of December",
        ),
    ],
)
def test_a_pattern_in_words(recurrence: Recurrence, words: str) -> None:
    assert in_words(recurrence) == words


@pytest.mark.parametrize(
    ("recurrence", "day", "moved"),
    [
        pytest.param(series(days=("thursday",)), "2026-09-15", True, id="other-weekday"),
        pytest.param(series(days=("tuesday",)), "2026-09-15", False, id="its-own"),
        pytest.param(series(days=("tuesday",)), "2026-08-25", False, id="begins-later"),
        pytest.param(series(days=("thursday",)), "2026-08-25", True, id="before-and-other-weekday"),
        pytest.param(
            series(days=("tuesday",), end_date=date(2026, 9, 8)), "2026-09-15", False, id="ended"
        ),
        pytest.param(
            series(days=("thursday",), end_date=date(2026, 9, 8)),
            "2026-09-15",
            False,
            id="ended-on-other-days",
        ),
        pytest.param(
            series(days=("thursday",), count=2), "2026-09-15", False, id="numbers-are-used-up"
        ),
        pytest.param(
            series(interval=2, days=("tuesday",)), "2026-09-08", True, id="every-other-week"
        ),
        pytest.param(
            series(interval=2, days=("tuesday",)), "2026-08-18", False, id="the-same-weeks-before"
        ),
        pytest.param(
            series(interval=2, days=("tuesday",)), "2026-08-25", True, id="other-weeks-before"
        ),
        pytest.param(series("daily", 2), "2026-09-02", True, id="every-other-day"),
        pytest.param(series("daily", 2), "2026-08-30", False, id="the-same-days-before"),
        pytest.param(series("daily", 2), "2026-08-31", True, id="other-days-before"),
        pytest.param(
            series("absoluteMonthly", day_of_month=15), "2026-09-14", True, id="other-month-day"
        ),
        pytest.param(
            series("absoluteMonthly", day_of_month=15), "2026-06-15", False, id="months-before"
        ),
        pytest.param(
            series("absoluteMonthly", 2, day_of_month=15), "2026-08-15", True, id="other-months"
        ),
        pytest.param(
            series("relativeMonthly", days=("tuesday",)), "2026-09-15", True, id="not-the-first"
        ),
        pytest.param(
            series("absoluteYearly", day_of_month=15, month=9), "2024-09-15", False, id="years-ago"
        ),
        pytest.param(
            series("absoluteYearly", day_of_month=15, month=9), "2024-09-16", True, id="other-day"
        ),
    ],
)
def test_a_series_has_moved_where_its_pattern_alone_lacks_the_date(
    recurrence: Recurrence, day: str, moved: bool
) -> None:
    master = make_master(recurrence=recurrence)
    reservation = make_occurrence_reservation(starts=f"{day} 09:00")
    assert has_moved(master, reservation, HERE) is moved


def test_a_cancelled_series_meets_nowhere() -> None:
    master = make_master(recurrence=series(days=("thursday",)), is_cancelled=True)
    assert not has_moved(master, make_occurrence_reservation(), HERE)


def test_the_next_date_leaves_out_what_was_called_off_and_keeps_its_hour() -> None:
    recurrence = series(days=("thursday",), end_date=date(2026, 10, 29))
    master = make_master(recurrence=recurrence, cancelled=(date(2026, 9, 17),))
    assert next_start(master, moment("2026-09-17 08:00"), HERE) == moment("2026-09-24 09:00")
    assert next_start(master, moment("2026-09-24 09:00"), HERE) == moment("2026-10-01 09:00")
    # the clocks change on the 25th of October: nine there stays nine there
    assert next_start(master, moment("2026-10-26 00:00"), HERE) == moment("2026-10-29 10:00")
    assert next_start(master, moment("2026-10-30 00:00"), HERE) is None


def test_the_nearest_date_is_the_closest_that_is_still_to_come() -> None:
    master = make_master(recurrence=series(days=("monday", "friday")))
    lost = make_occurrence_reservation(starts="2026-09-15 09:00")
    assert nearest_start(master, lost, moment("2026-09-10 00:00"), HERE) == moment(
        "2026-09-14 09:00"
    )
    assert nearest_start(master, lost, moment("2026-09-14 12:00"), HERE) == moment(
        "2026-09-18 09:00"
    )


def test_where_nobody_knows_how_a_series_counts_no_date_is_named() -> None:
    recurrence = Recurrence("weekly", 1, FIRST, days=("thursday",))
    master = make_master(recurrence=recurrence)
    assert next_start(master, moment("2026-09-10 00:00"), HERE) is None
    assert nearest_start(master, make_occurrence_reservation(), FIRST_NOW, HERE) is None


FIRST_NOW = moment("2026-09-10 00:00")
