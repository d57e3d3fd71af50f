"""A single meeting that becomes a series under its id, and a series that becomes one meeting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from night import Building, Night, nightfall

from obctl.sandbox.steps import Change
from obctl.sandbox.tenant import Meeting

WEEKLY: dict[str, Any] = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
    "range": {"type": "numbered", "startDate": "2026-09-22", "numberOfOccurrences": 3},
}
DATES = [f"Rembrandt 09-{day} 09:00-10:00 Budget" for day in (22, 29)]
DATES.append("Rembrandt 10-06 09:00-10:00 Budget")


def repeat(night: Night, meeting: Meeting) -> None:
    """The organiser turns a single meeting into a series."""
    night.server.service.handles["single"] = meeting
    night.act(Change(meeting="single", recurrence=WEEKLY))
    night.settle()


@pytest.fixture
def night(building: Building, tmp_path: Path) -> Iterator[Night]:
    with nightfall(building, tmp_path) as night:
        yield night


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_meeting_that_becomes_a_series_keeps_its_reservation_for_its_date(
    night: Night, full: bool
) -> None:
    meeting = night.book("Rembrandt", "Budget", "22 09:00", "22 10:00")
    night.run()
    kept = night.only().number
    night.cater(kept)
    repeat(night, meeting)
    night.sleep()
    assert night.run(full=full).exit_code == 0
    assert night.run(full=True).changes == 0
    assert night.reservations() == DATES
    first = next(item for item in night.all() if item.number == kept)
    assert (first.start.date(), len(first.ordered_services)) == (date(2026, 9, 22), 1)
    assert first.series_master_id is not None
    assert first.event_id != first.series_master_id
    assert night.requests() == []


def test_to_cancel_one_date_of_what_became_a_series_leaves_the_series(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "22 09:00", "22 10:00")
    night.run()
    repeat(night, meeting)
    night.call_off(night.only().number)
    assert night.outlook("Rembrandt") == DATES[1:]


@pytest.mark.parametrize("ignore", [False, True], ids=["asked", "ignored"])
def test_a_series_that_becomes_one_meeting_keeps_the_reservation_of_that_date(
    night: Night, ignore: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    meeting = night.book("Rembrandt", "Budget", "22 09:00", "22 10:00", recurrence=WEEKLY)
    night.run()
    kept, *others = (item.number for item in night.all())
    night.cater(kept)
    night.change(meeting, recurrence=None, kind="singleInstance")
    night.sleep()
    assert night.run(full=True, allow_cancellations=True).exit_code == 0
    first, *gone = night.all()
    assert (first.number, first.is_active, len(first.ordered_services)) == (kept, True, 1)
    assert int(first.external_state) == 10
    assert first.series_master_id is None
    assert [item.number for item in gone] == others
    assert all(int(item.external_state) == (110 if ignore else 100) for item in gone)
