"""A series moved to other days takes its reservations along, with what was ordered for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import DAY
from killed_process import RUN, KilledProcesses
from night import Night, at, numbers, ordered, weekly

from obctl.domain.reservation import Reservation
from obctl.sandbox.tenant import Meeting
from obctl.store.rooms import load_reading_state

Look = Callable[[Night, list[str]], None]


def changes(night: Night, _series: list[str]) -> None:
    assert night.run().exit_code == 0


def everything(night: Night, _series: list[str]) -> None:
    assert night.run(full=True).exit_code == 0


def notified(night: Night, series: list[str]) -> None:
    night.notify("Rembrandt", *series)
    assert night.run().created == 0


look = pytest.mark.parametrize("look", [changes, everything, notified])
settings = pytest.mark.parametrize("ignored", [False, True], ids=["ask", "ignore"])


def board(night: Night, **recurrence: Any) -> tuple[Meeting, dict[str, int]]:
    """A weekly series of Tuesdays at nine, in step, by date."""
    repeat = weekly(**{"count": 4} | recurrence)
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=repeat)
    night.run()
    return meeting, numbers(night)


def found(night: Night, number: int) -> Reservation:
    return next(item for item in night.all() if item.number == number)


def to_thursdays(night: Night, meeting: Meeting, **more: Any) -> None:
    days = weekly(date(2026, 9, 17), **{"count": 4} | more)
    night.change(meeting, recurrence=days, start="17 09:00", end="17 10:00")


@look
@settings
def test_each_date_goes_to_its_new_day_of_the_week_with_its_lunch(
    night: Night, look: Look, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night)
    night.cater(made["09-29"])
    to_thursdays(night, meeting)
    look(night, [night.id_of("Rembrandt", meeting)])
    assert numbers(night) == {
        "09-17": made["09-15"],
        "09-24": made["09-22"],
        "10-01": made["09-29"],
        "10-08": made["10-06"],
    }
    assert ordered(night) == {made["09-29"]: 1}
    assert night.requests(None) == []
    assert sorted(night.reservations()) == sorted(night.outlook("Rembrandt"))


def test_the_log_says_that_the_series_meets_on_another_day(night: Night) -> None:
    meeting, made = board(night)
    to_thursdays(night, meeting)
    report = night.run()
    assert (report.updated, report.created, report.cancelled) == (4, 0, 0)
    said = night.store.rows(
        "SELECT message FROM company_log WHERE action = 'event.updated' AND reservation = ?",
        (made["09-15"],),
    )
    (row,) = said
    assert row["message"] == (
        f"reservation {made['09-15']} changed: its series meets on other days now;"
        " start Tue 2026-09-15 09:00 (Europe/Amsterdam) -> Thu 2026-09-17 09:00"
        " (Europe/Amsterdam);"
        " end Tue 2026-09-15 10:00 (Europe/Amsterdam) -> Thu 2026-09-17 10:00 (Europe/Amsterdam)"
    )


@settings
@pytest.mark.parametrize("news", [0, 26], ids=["the-series-alone", "so-much-that-all-is-read"])
def test_a_date_at_the_end_of_what_is_read_goes_along(
    night: Night, ignored: bool, news: int
) -> None:
    night.configure(ignore_cancellation_requests=ignored, future_days=14)
    first = date(2026, 9, 21)
    meeting = night.book("Rembrandt", "Board", "21 09:00", "21 10:00", recurrence=weekly(first))
    night.run()
    # by now the window ends with what the first reading covered, between the old day and the new
    night.tenant.set_clock(at("2026-10-12 12:00"))
    night.run()
    last = numbers(night)["10-26"]
    night.cater(last)
    end = load_reading_state(night.store, night.room("Rembrandt").id).read_end
    assert end is not None
    assert at("2026-10-26 09:00") < end < at("2026-10-31 09:00")
    night.change(meeting, recurrence=weekly(date(2026, 9, 26)), start="26 09:00", end="26 10:00")
    for n in range(news):
        day = date(2026, 10, 13) + timedelta(days=n % 13)
        hour = 13 + n // 13
        night.book("Rembrandt", f"Talk {n}", f"{day} {hour}:00", f"{day} {hour}:30", settle=False)
    night.settle()
    night.run(again=False)
    assert ordered(night) == {last: 1}
    assert found(night, last).start == at("2026-10-31 09:00")
    assert night.requests(None) == []


@settings
def test_what_is_over_stays_where_it_was(night: Night, ignored: bool) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night)
    night.cater(made["09-15"])
    night.cater(made["09-22"])
    night.tenant.set_clock(found(night, made["09-15"]).end + timedelta(minutes=5))
    to_thursdays(night, meeting)
    night.run()
    assert found(night, made["09-15"]).start.date() == DAY
    assert numbers(night)["09-24"] == made["09-22"]
    assert ordered(night) == {made["09-15"]: 1, made["09-22"]: 1}
    assert night.requests(None) == []


@settings
def test_two_days_a_week_go_to_two_others_in_their_order(night: Night, ignored: bool) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night, daysOfWeek=["tuesday", "thursday"], count=4)
    assert list(made) == ["09-15", "09-17", "09-22", "09-24"]
    night.cater(made["09-24"])
    days = weekly(date(2026, 9, 16), count=4, daysOfWeek=["wednesday", "friday"])
    night.change(meeting, recurrence=days, start="16 09:00", end="16 10:00")
    night.run()
    assert numbers(night) == dict(
        zip(("09-16", "09-18", "09-23", "09-25"), made.values(), strict=True)
    )
    assert ordered(night) == {made["09-24"]: 1}


def test_where_there_are_fewer_new_days_a_person_is_asked(night: Night) -> None:
    meeting, made = board(night)
    night.cater(made["09-22"])
    # every other Thursday: of two Tuesdays nobody knows which it is
    to_thursdays(night, meeting, count=2, interval=2)
    night.run()
    assert night.requests() == [(made["09-22"], "services-booked")]
    request = night.request()
    assert request.cause is not None
    assert request.cause.code == "series-edit-wiped-exceptions"
    told = {item.fact: item.value for item in request.cause.evidence}
    assert told["series.meets_now"] == "every 2 weeks on Thursday"
    assert told["series.next_date"] == "2026-09-17T07:00:00Z"
    assert numbers(night)["09-17"] == made["09-15"]


def test_where_nobody_is_asked_the_run_and_the_log_say_where_the_series_meets(
    night: Night,
) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting, made = board(night)
    night.cater(made["09-22"])
    to_thursdays(night, meeting, count=2, interval=2)
    report = night.run()
    assert night.requests(None) == []
    said = (
        f"reservation {made['09-22']} cancelled with 1 service; its series meets every 2 weeks on"
        " Thursday now"
    )
    (problem,) = report.services_left
    assert (problem.code, problem.message) == (
        "services-cancelled",
        f"{said}: on which of these days it is wanted, nobody knows",
    )
    logged = night.store.rows(
        "SELECT message FROM company_log WHERE action = 'cancellation.processed'"
        " AND reservation = ?",
        (made["09-22"],),
    )
    assert [row["message"] for row in logged] == [said]


def test_what_was_cancelled_comes_back_when_the_series_moves_back(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting, made = board(night)
    night.cater(made["09-22"])
    to_thursdays(night, meeting, count=2, interval=2)
    night.run()
    night.change(meeting, recurrence=weekly(count=4), start="15 09:00", end="15 10:00")
    night.run()
    assert numbers(night)["09-22"] == made["09-22"]
    assert ordered(night) == {made["09-22"]: 1}


def test_a_request_closes_when_the_numbers_of_dates_fit_again(night: Night) -> None:
    meeting, made = board(night)
    night.cater(made["09-22"])
    to_thursdays(night, meeting, count=2, interval=2)
    night.run()
    assert len(night.requests()) == 1
    to_thursdays(night, meeting)
    night.run()
    assert night.requests() == []
    assert numbers(night)["09-24"] == made["09-22"]
    assert ordered(night) == {made["09-22"]: 1}


@look
@settings
@pytest.mark.parametrize("busy", [False, True], ids=["alone", "another-meeting"])
def test_this_and_following_on_another_day_takes_its_lunch_along(
    night: Night, look: Look, ignored: bool, busy: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night)
    night.cater(made["10-06"])
    rest = night.split(meeting, date(2026, 9, 29))
    to_thursdays_from(night, rest, date(2026, 10, 1))
    if busy:
        night.book("Rembrandt", "Something else", "2026-10-09 14:00",
                   "2026-10-09 15:00")  # fmt: skip
    ids = [night.id_of("Rembrandt", one) for one in (meeting, rest)]
    if look is notified and not busy:
        night.notify("Rembrandt", *ids)
        assert night.run().created == 0
    else:
        night.run(full=look is everything)
    kept = {day: number for day, number in numbers(night).items() if number in made.values()}
    assert kept == {
        "09-15": made["09-15"],
        "09-22": made["09-22"],
        "10-01": made["09-29"],
        "10-08": made["10-06"],
    }
    assert ordered(night) == {made["10-06"]: 1}
    assert night.requests(None) == []
    assert sorted(night.reservations()) == sorted(night.outlook("Rembrandt"))


def to_thursdays_from(night: Night, meeting: Meeting, start: date) -> None:
    night.change(
        meeting,
        recurrence=weekly(start, count=2),
        start=f"{start} 09:00",
        end=f"{start} 10:00",
    )


@settings
def test_over_the_last_sunday_of_october_each_date_stays_in_its_week(
    night: Night, ignored: bool
) -> None:
    """The new day's hour comes twice on that Sunday."""
    night.configure(ignore_cancellation_requests=ignored, future_days=70)
    days = weekly(date(2026, 10, 17), count=3)
    meeting = night.book(
        "Rembrandt", "Board", "2026-10-17 21:30", "2026-10-17 22:30", recurrence=days
    )
    night.run()
    made = numbers(night)
    assert list(made) == ["10-17", "10-24", "10-31"]
    night.cater(made["10-24"])
    days = weekly(date(2026, 10, 18), count=3)
    night.change(meeting, recurrence=days, start="2026-10-18 02:30", end="2026-10-18 03:30")
    assert night.run().moved == 0
    assert numbers(night) == {
        "10-18": made["10-17"],
        "10-25": made["10-24"],
        "11-01": made["10-31"],
    }
    assert ordered(night) == {made["10-24"]: 1}
    assert (night.requests(), night.run().changes) == ([], 0)


def test_killed_at_any_instant_the_lunch_is_on_its_new_day_in_the_end(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses
) -> None:
    meeting, made = board(night)
    night.cater(made["09-29"])
    to_thursdays(night, meeting)
    dies_at = 1
    home, now = tmp_path / "home", night.company.now
    while killed_processes.run(home, now, *RUN, dies_at=dies_at).killed:
        assert ordered(night) == {made["09-29"]: 1}
        dies_at += 9
    assert dies_at > 40
    assert numbers(night)["10-01"] == made["09-29"]
    assert (night.requests(), night.run().changes) == ([], 0)
