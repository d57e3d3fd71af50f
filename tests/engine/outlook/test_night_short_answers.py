"""Answers that leave dates out: nothing is cancelled that Outlook still has under its id."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders import DAY
from night import Night, daily, mailbox_of, weekly

from obctl.domain.settings import SeriesPolicy
from obctl.domain.sync.run_report import RunReport
from obctl.errors import TryLater
from obctl.sandbox.steps import Processing
from obctl.sandbox.tenant import Meeting

SECOND = DAY + timedelta(weeks=1)


@pytest.fixture(params=["night", "national_night"], ids=["global", "national"])
def anywhere(request: pytest.FixtureRequest) -> Night:
    """A night in a cloud whose series list their cancelled dates, and in one where they do not."""
    found: Night = request.getfixturevalue(request.param)
    return found


def board(night: Night) -> Meeting:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    return meeting


def told(report: RunReport) -> tuple[int, list[str]]:
    return report.exit_code, [problem.code for problem in report.problems]


def test_a_view_cut_short_cancels_no_date(anywhere: Night) -> None:
    for hour in range(8, 16):
        anywhere.book(
            "Rembrandt", f"At {hour}", f"{hour:02}:00", f"{hour:02}:30", recurrence=weekly(count=4)
        )
    anywhere.run()
    kept = anywhere.reservations()
    anywhere.fail("partial", "Rembrandt")
    assert told(anywhere.run(full=True)) == (8, ["partial-read"])
    assert (anywhere.reservations(), anywhere.requests()) == (kept, [])
    anywhere.recover()
    assert anywhere.run(full=True).changes == 0


@pytest.mark.parametrize("kind", ["partial", "empty"])
@pytest.mark.parametrize("catered", [False, True], ids=["bare", "catered"])
def test_a_series_read_short_loses_no_date(anywhere: Night, kind: str, catered: bool) -> None:
    meeting = board(anywhere)
    if catered:
        anywhere.cater(anywhere.all()[-1].number)
    kept = anywhere.reservations()
    anywhere.change(meeting, subject="Board of directors")
    anywhere.fail(kind, "Rembrandt", route="events/*/instances")
    assert told(anywhere.run()) == (8, ["partial-read"])
    assert (anywhere.reservations(), anywhere.requests()) == (kept, [])
    anywhere.recover()
    assert anywhere.run().changes == 4


def test_dates_outside_the_new_range_of_a_series_are_cancelled_in_every_cloud(
    anywhere: Night,
) -> None:
    meeting = board(anywhere)
    anywhere.change(meeting, recurrence=weekly(until=SECOND))
    assert anywhere.run().cancelled == 2
    assert [item[10:15] for item in anywhere.reservations()] == ["09-15", "09-22"]


def test_a_date_called_off_is_cancelled_in_every_cloud(anywhere: Night) -> None:
    meeting = board(anywhere)
    anywhere.cancel(meeting, day=SECOND)
    report = anywhere.run()
    assert (report.cancelled, anywhere.requests()) == (1, [])
    anywhere.cancel(meeting, day=SECOND + timedelta(weeks=1))
    assert anywhere.run(full=True).cancelled == 1


def test_what_a_series_names_as_cancelled_is_not_asked_for(night: Night) -> None:
    meeting = night.book("Rembrandt", "Stand-up", "09:00", "09:15", recurrence=daily())
    night.run()
    for ahead in range(1, 4):
        night.cancel(meeting, day=DAY + timedelta(days=ahead))
    night.watched.calls.clear()
    assert night.run(again=False, full=True).cancelled == 3
    master = f"events/{night.id_of('Rembrandt', meeting)}"
    asked = [
        route
        for _, mailbox, route in night.watched.calls
        if mailbox == mailbox_of("Rembrandt") and route.startswith("events")
    ]
    assert asked == [master]


@pytest.mark.parametrize("kind", ["partial", "empty"])
def test_a_new_series_read_short_is_not_believed(anywhere: Night, kind: str) -> None:
    anywhere.run()
    anywhere.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    anywhere.fail(kind, "Rembrandt", route="events/*/instances", times=1)
    assert told(anywhere.run(again=False)) == (8, ["partial-read"])
    assert anywhere.reservations() == []
    anywhere.sleep()
    assert anywhere.run().created == 4


def test_new_dates_of_a_known_series_that_are_left_out_are_not_believed(anywhere: Night) -> None:
    meeting = anywhere.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=2))
    anywhere.run()
    anywhere.change(meeting, recurrence=weekly(count=4))
    anywhere.fail("partial", "Rembrandt", route="events/*/instances", times=1)
    assert told(anywhere.run(again=False)) == (8, ["partial-read"])
    assert anywhere.run().created == 2


def test_a_notified_series_read_short_is_read_again_by_the_night(anywhere: Night) -> None:
    anywhere.configure(series=SeriesPolicy.IMMEDIATE)
    anywhere.run()
    meeting = anywhere.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    anywhere.fail("partial", "Rembrandt", route="events/*/instances", times=1)
    with pytest.raises(TryLater, match="cannot be trusted"):
        anywhere.notify("Rembrandt", anywhere.id_of("Rembrandt", meeting))
    assert anywhere.reservations() == []
    assert anywhere.run().created == 4


def test_dates_called_off_before_the_first_look_leave_the_room_conclusive(anywhere: Night) -> None:
    anywhere.run()
    meeting = anywhere.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    for weeks in (0, 2):
        anywhere.cancel(meeting, day=DAY + timedelta(weeks=weeks))
    assert (told(anywhere.run()), len(anywhere.reservations())) == ((0, []), 2)


def test_a_new_series_all_of_whose_dates_are_called_off_is_none(anywhere: Night) -> None:
    anywhere.run()
    meeting = anywhere.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=2))
    for weeks in (0, 1):
        anywhere.cancel(meeting, day=DAY + timedelta(weeks=weeks))
    assert (told(anywhere.run()), anywhere.reservations()) == ((0, []), [])


def test_dates_declined_one_by_one_before_the_first_look_leave_the_room_conclusive(
    anywhere: Night,
) -> None:
    anywhere.run()
    rules = {"ConflictPercentageAllowed": 50, "MaximumConflictInstances": 3}
    anywhere.act(Processing(room=mailbox_of("Rembrandt"), settings=rules))
    anywhere.book("Rembrandt", "First", "22 09:00", "22 10:00", organizer="bram")
    anywhere.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    assert (told(anywhere.run()), len(anywhere.reservations())) == ((0, []), 4)


def test_a_date_moved_out_of_what_is_read_is_not_missed(anywhere: Night) -> None:
    anywhere.run()
    before = DAY - timedelta(weeks=1)
    meeting = anywhere.book(
        "Rembrandt", "Board", "08 09:00", "08 10:00", recurrence=weekly(before, count=4)
    )
    anywhere.change(meeting, day=DAY, start="11 09:00", end="11 10:00")
    assert told(anywhere.run()) == (0, [])
    assert [item[10:15] for item in anywhere.reservations()] == ["09-22", "09-29"]


def test_a_moved_date_that_a_new_series_leaves_out_is_missed(anywhere: Night) -> None:
    anywhere.run()
    meeting = anywhere.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=2))
    anywhere.change(meeting, day=SECOND, start="26 09:00", end="26 10:00")
    anywhere.fail("partial", "Rembrandt", route="events/*/instances")
    assert told(anywhere.run(again=False)) == (8, ["partial-read"])
    anywhere.recover()
    assert told(anywhere.run(again=False)) == (0, [])
    assert [item[10:15] for item in anywhere.reservations()] == ["09-15", "09-26"]


@pytest.mark.parametrize("kind", ["partial", "empty"])
def test_a_night_of_many_changes_whose_view_is_cut_is_not_believed(
    anywhere: Night, kind: str
) -> None:
    anywhere.run()
    for day in range(15, 28):
        for hour in (11, 13):
            anywhere.book("Rembrandt", f"At {hour}", f"{day} {hour}:00", f"{day} {hour}:30")
    anywhere.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    anywhere.fail(kind, "Rembrandt", route="calendarView")
    assert told(anywhere.run(again=False)) == (8, ["partial-read"])
    anywhere.recover()
    assert told(anywhere.run(again=False)) == (0, [])
    assert len(anywhere.reservations()) == 30


@pytest.mark.parametrize(
    ("zone", "series"),
    [
        ("Europe/Amsterdam", {"recurrence": daily()}),
        ("Pacific Standard Time", {"recurrence": daily(count=60)}),
        ("Asia/Tokyo", {"recurrence": weekly()}),
        ("Pacific/Auckland", {"recurrence": daily(), "all_day": True}),
        ("America/New_York", {"recurrence": daily(), "all_day": True}),
    ],
)
def test_a_new_series_that_came_whole_costs_no_reading_of_the_calendar(
    night: Night, zone: str, series: dict[str, Any]
) -> None:
    night.run()
    ends = (DAY + timedelta(days=1)).isoformat() if "all_day" in series else f"{DAY}T23:30"
    night.tenant.book(
        "anna@contoso.example", [mailbox_of("Rembrandt")], "Board",
        f"{DAY}T{'00:00' if 'all_day' in series else '23:00'}", ends,
        time_zone=zone, **series,
    )  # fmt: skip
    night.settle()
    night.watched.calls.clear()
    assert night.run(again=False).created > 3
    routes = [route for _, box, route in night.watched.calls if box == mailbox_of("Rembrandt")]
    assert [route for route in routes if "calendarView" in route and "delta" not in route] == []


@pytest.mark.parametrize("catered", [False, True], ids=["bare", "catered"])
@pytest.mark.parametrize("read", ["changes", "live", "full"])
def test_dates_left_out_by_the_series_and_the_calendar_alike_are_not_lost_where_nobody_is_asked(
    anywhere: Night, read: str, *, catered: bool
) -> None:
    """Every answer with many events is cut; only a question by id finds the dates."""
    anywhere.configure(ignore_cancellation_requests=True)
    meeting = board(anywhere)
    for number in [item.number for item in anywhere.all()] if catered else []:
        anywhere.cater(number)
    kept = anywhere.reservations()
    anywhere.change(meeting, subject="Board of directors")
    anywhere.fail("partial", "Rembrandt", route="events/*/instances")
    anywhere.fail("partial", "Rembrandt", route="*calendarView")
    if read == "live":
        with pytest.raises(TryLater, match="cannot be trusted"):
            anywhere.notify("Rembrandt", anywhere.id_of("Rembrandt", meeting))
    else:
        assert told(anywhere.run(full=read == "full")) == (8, ["partial-read"])
    assert [item.split()[:3] for item in anywhere.reservations()] == [
        item.split()[:3] for item in kept
    ]
    assert anywhere.requests() == []
    anywhere.recover()
    anywhere.run()
    assert len(anywhere.reservations()) == 4


@pytest.mark.parametrize("ignore", [False, True], ids=["asking", "ignoring"])
def test_a_new_series_left_out_by_every_list_alike_takes_nothing_from_what_is_known(
    anywhere: Night, *, ignore: bool
) -> None:
    anywhere.configure(ignore_cancellation_requests=ignore)
    meeting = anywhere.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=2))
    anywhere.run()
    anywhere.change(meeting, recurrence=weekly(count=4))
    anywhere.fail("empty", "Rembrandt", route="events/*/instances", times=1)
    anywhere.fail("empty", "Rembrandt", route="*calendarView", times=1)
    assert told(anywhere.run(again=False)) == (8, ["partial-read"])
    assert len(anywhere.reservations()) == 2
    assert anywhere.run().created == 2
