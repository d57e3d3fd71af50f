"""The window that rolls: every new day is planned once, and a quiet night costs next to nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from night import Night, TenantServer, daily, nightfall, weekly


def days_of(night: Night) -> list[date]:
    return [date.fromisoformat(f"{item.start:%Y-%m-%d}") for item in night.all()]


@pytest.mark.parametrize(
    "clock",
    ["2026-10-12T01:00:00Z", "2026-12-20T01:00:00Z", "2027-03-15T01:00:00Z"],
    ids=["autumn-clocks", "years-end", "spring-clocks"],
)
def test_each_date_of_an_endless_series_is_created_once_as_the_days_go_by(
    tenant_server: TenantServer, tmp_path: Path, clock: str
) -> None:
    with nightfall(tenant_server, tmp_path, names=("Rembrandt",), clock=clock) as night:
        start = datetime.fromisoformat(clock).date()
        night.configure(future_days=10)
        night.book(
            "Rembrandt", "Stand-up", f"{start} 09:00", f"{start} 09:15", recurrence=daily(start)
        )
        night.run()
        assert len(night.all()) == 11
        for night_number in range(1, 41):
            night.sleep()
            report = night.run(again=night_number % 10 == 0)
            assert (report.created, report.changes, report.exit_code) == (1, 1, 0)
        assert days_of(night) == [start + timedelta(days=n) for n in range(51)]
        assert {line.split()[2] for line in night.reservations()} == {"09:00-09:15"}


def test_singles_and_all_days_at_the_edge_of_the_window_enter_it_once(night: Night) -> None:
    night.configure(future_days=5)
    night.book("Rembrandt", "Early", "2026-09-20 00:00", "2026-09-20 00:30")
    night.book("Rembrandt", "Late", "2026-09-19 23:30", "2026-09-20 00:00")
    night.tenant.book_directly(
        "rembrandt@contoso.example", "Fair", "2026-09-21T00:00", "2026-09-22T00:00", all_day=True
    )
    seen = [night.run().created]
    for _ in range(3):
        night.sleep()
        seen.append(night.run().created)
    assert seen == [1, 1, 1, 0]


def test_a_quiet_night_costs_a_room_at_most_two_requests(night: Night) -> None:
    for hour in range(8, 18):
        night.book("Rembrandt", f"At {hour}", f"{hour:02}:00", f"{hour:02}:30", settle=False)
    night.book("Vermeer", "Board", "09:00", "10:00", recurrence=weekly())
    night.run()
    spent = []
    for _ in range(13):
        night.sleep()
        night.watched.calls.clear()
        night.run(again=False)
        spent.append(len(night.watched.calls))
    # and one question to the directory, about all of them
    assert max(spent) <= 2 * len(night.rooms) + 1
    assert spent.count(len(night.rooms) + 1) >= 12


def test_baselines_are_renewed_in_time_and_not_all_in_one_night(
    tenant_server: TenantServer, tmp_path: Path
) -> None:
    names = tuple(f"Room{n}" for n in range(10))
    with nightfall(tenant_server, tmp_path, names=names) as night:
        night.configure(future_days=10, past_days=1)
        night.run(again=False)
        renewed = []
        for _ in range(40):
            night.sleep()
            night.watched.calls.clear()
            night.run(again=False)
            renewed.append(sum(route == "calendarView" for _, _, route in night.watched.calls))
        assert sum(renewed) >= len(names), "every room within its margin"
        assert max(renewed) <= 3


def test_a_change_on_a_day_read_but_not_yet_planned_is_planned_as_it_is_then(night: Night) -> None:
    night.configure(future_days=5)
    meeting = night.book("Rembrandt", "Far", "2026-09-24 09:00", "2026-09-24 10:00")
    gone = night.book("Rembrandt", "Gone", "2026-09-25 09:00", "2026-09-25 10:00")
    series = night.book(
        "Rembrandt", "Board", "2026-09-14 17:00", "2026-09-14 18:00",
        recurrence=daily(date(2026, 9, 14)),
    )  # fmt: skip
    night.run()
    night.sleep()
    night.change(meeting, start="2026-09-24 11:00", end="2026-09-24 12:00")
    night.cancel(gone)
    night.cancel(series, day=date(2026, 9, 23))
    for _ in range(8):
        night.run()
        night.sleep()
    assert night.reservations(day="09-24")[0] == "Rembrandt 09-24 11:00-12:00 Far"
    assert night.reservations(day="09-23") == []
    assert night.reservations(day="09-25") == ["Rembrandt 09-25 17:00-18:00 Board"]


def test_weeks_without_a_run_are_caught_up_in_one(night: Night) -> None:
    night.configure(future_days=10)
    start = date(2026, 9, 14)
    night.book(
        "Rembrandt", "Stand-up", "2026-09-14 17:00", "2026-09-14 17:15", recurrence=daily(start)
    )
    night.run()
    night.sleep(60)
    night.run()
    today = datetime(2026, 11, 13, tzinfo=UTC).date()
    assert set(days_of(night)) >= {today + timedelta(days=n) for n in range(-1, 11)}
    assert len(days_of(night)) == len(set(days_of(night)))


def test_a_wider_window_in_the_settings_is_filled_at_once(night: Night) -> None:
    night.configure(future_days=5)
    night.book("Rembrandt", "Far", "2026-10-20 09:00", "2026-10-20 10:00")
    assert night.run().created == 0
    night.configure(future_days=60)
    assert night.run().created == 1


def test_a_narrower_window_cancels_nothing(night: Night) -> None:
    night.book("Rembrandt", "Far", "2026-10-10 09:00", "2026-10-10 10:00")
    night.run()
    night.configure(future_days=5, ignore_cancellation_requests=True)
    for full in (False, True):
        assert night.run(full=full).changes == 0
