"""Answers that leave dates out: nothing is cancelled that Outlook still has under its id."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import DAY
from night import Night, daily, weekly

from obctl.domain.run import RunReport
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
    assert [route for _, _, route in night.watched.calls if route.startswith("events")] == [master]
