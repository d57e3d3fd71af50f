"""A single meeting that becomes a series under its id, and a series that becomes one meeting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from night import Night, TenantServer, mailbox_of, nightfall

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
def night(tenant_server: TenantServer, tmp_path: Path) -> Iterator[Night]:
    with nightfall(tenant_server, tmp_path) as night:
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


def one_meeting(night: Night, meeting: Meeting, **more: Any) -> None:
    """The organiser takes the recurrence off: the first date is all that is left."""
    night.change(meeting, recurrence=None, kind="singleInstance", **more)


def look(night: Night, meeting: Meeting, way: str) -> None:
    """A night that reads what changed, or everything, or a notification comes."""
    if way == "live":
        night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    else:
        assert night.run(full=way == "full", again=False).exit_code == 0


LOOKS = pytest.mark.parametrize("way", ["changes", "full", "live"])
IGNORE = pytest.mark.parametrize("ignore", [False, True], ids=["asked", "ignored"])


@LOOKS
@IGNORE
def test_a_series_that_becomes_one_meeting_keeps_that_date_and_gives_up_the_others(
    night: Night, ignore: bool, way: str
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    meeting = night.book("Rembrandt", "Budget", "22 09:00", "22 10:00", recurrence=WEEKLY)
    night.run()
    kept, catered, plain = (item.number for item in night.all())
    night.cater(kept)
    night.cater(catered)
    one_meeting(night, meeting)
    night.sleep()
    look(night, meeting, way)
    first, second, third = night.all()
    assert (first.number, first.is_active, len(first.ordered_services)) == (kept, True, 1)
    assert int(first.external_state) == 10
    assert first.event_id == night.id_of("Rembrandt", meeting)
    assert first.series_master_id is None
    assert (third.number, int(third.external_state)) == (plain, 110)
    assert int(second.external_state) == (110 if ignore else 100)
    assert night.requests() == ([] if ignore else [(catered, "services-booked")])
    assert night.run(full=True).changes == 0
    assert night.run().changes == 0


@LOOKS
def test_the_one_meeting_left_may_be_moved_at_once(night: Night, way: str) -> None:
    meeting = night.book("Rembrandt", "Budget", "22 09:00", "22 10:00", recurrence=WEEKLY)
    night.run()
    kept = night.all()[0].number
    one_meeting(night, meeting, start="22 14:00", end="22 15:00")
    night.sleep()
    look(night, meeting, way)
    assert night.reservations() == ["Rembrandt 09-22 14:00-15:00 Budget"]
    assert night.only().number == kept
    assert night.run(full=True).changes == 0


@LOOKS
def test_a_date_changed_here_whose_series_became_one_meeting_asks_a_person(
    night: Night, way: str
) -> None:
    number = night.make(
        "Rembrandt", "Budget", "22 09:00", "22 10:00", repeat="FREQ=WEEKLY;COUNT=3"
    )[1].number
    night.run()
    night.edit(number, subject="Ours", push=False)
    (meeting,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    one_meeting(night, meeting)
    look(night, meeting, way)
    assert night.requests() == [(number, "conflict")]
    assert night.reservations()[0] == DATES[0]


@LOOKS
def test_one_meeting_left_of_a_series_beyond_the_window_gives_up_the_dates_here(
    night: Night, way: str
) -> None:
    night.book("Rembrandt", "Tea", "30 15:00", "30 16:00")
    meeting = night.book("Rembrandt", "Budget", "22 09:00", "22 10:00", recurrence=WEEKLY)
    night.run()
    one_meeting(night, meeting, start="2027-03-02 09:00", end="2027-03-02 10:00")
    night.sleep()
    look(night, meeting, way)
    assert night.reservations() == ["Rembrandt 09-30 15:00-16:00 Tea"]
    assert night.requests() == []
    assert night.run(full=True).changes == 0


def test_a_date_of_what_became_one_meeting_is_looked_at_again_for_the_setting(
    night: Night,
) -> None:
    meeting = night.book("Rembrandt", "Budget", "22 09:00", "22 10:00", recurrence=WEEKLY)
    night.run()
    for item in night.all():
        night.cater(item.number)
    one_meeting(night, meeting)
    night.sleep()
    night.run()
    assert [reason for _number, reason in night.requests()] == ["services-booked"] * 2
    night.configure(ignore_cancellation_requests=True)
    night.sleep()
    night.run()
    assert night.requests() == []
    assert night.reservations() == DATES[:1]


def test_a_date_told_removed_whose_series_became_one_meeting_does_not_stop_the_room(
    night: Night,
) -> None:
    meeting = night.book("Rembrandt", "Budget", "22 09:00", "22 10:00", recurrence=WEEKLY)
    night.run()
    ids = [str(item.event_id) for item in night.all()]
    one_meeting(night, meeting)
    night.notify("Rembrandt", *ids)
    assert night.reservations() == DATES[:1]
    assert night.run().changes == 0


@pytest.mark.parametrize("called_off", [True, False], ids=["date", "recurrence"])
def test_a_day_that_enters_the_window_does_not_bring_back_what_its_series_gave_up(
    night: Night, called_off: bool
) -> None:
    longer = WEEKLY | {"range": WEEKLY["range"] | {"numberOfOccurrences": 5}}
    meeting = night.book("Rembrandt", "Budget", "22 09:00", "22 10:00", recurrence=longer)
    night.run()
    assert len(night.reservations()) == 4
    if called_off:
        night.cancel(meeting, day=date(2026, 10, 20))
    else:
        one_meeting(night, meeting)
    night.sleep(7)
    night.run()
    assert night.reservations(day="10-20") == []


def ours(night: Night, *, push: bool = True) -> int:
    """A reservation of our own, written to Outlook."""
    return night.make("Rembrandt", "Budget", "22 09:00", "22 10:00", push=push)[0].number


def written_by_us(night: Night) -> Meeting:
    (meeting,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    return meeting


@LOOKS
def test_a_meeting_we_wrote_that_becomes_a_series_has_all_its_dates_reserved(
    night: Night, way: str
) -> None:
    number = ours(night)
    night.run()
    meeting = written_by_us(night)
    repeat(night, meeting)
    look(night, meeting, way)
    night.sleep()
    night.run()
    assert night.reservations() == DATES
    assert night.all()[0].number == number
    assert night.run(full=True).changes == 0
    night.call_off(number)
    assert night.outlook("Rembrandt") == night.reservations() == DATES[1:]


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_series_we_wrote_that_somebody_lengthens_has_its_new_dates_reserved(
    night: Night, full: bool
) -> None:
    repeated = "FREQ=WEEKLY;COUNT=2"
    made = night.make("Rembrandt", "Budget", "22 09:00", "22 10:00", repeat=repeated)
    night.run()
    night.server.service.handles["single"] = written_by_us(night)
    night.act(Change(meeting="single", recurrence=WEEKLY))
    night.sleep()
    night.run(full=full)
    assert night.reservations() == DATES
    assert [item.number for item in night.all()][:2] == [item.number for item in made]


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_meeting_that_became_a_series_before_we_heard_that_it_was_written(
    night: Night, full: bool
) -> None:
    night.run()
    number = ours(night, push=False)
    night.fail("cut", "Rembrandt", method="POST", times=1)
    (result,) = night.push(number)
    assert result.error is not None
    night.server.service.handles["single"] = written_by_us(night)
    night.act(Change(meeting="single", recurrence=WEEKLY))
    night.run(full=full, again=False)
    assert night.reservations() == [f"{DATES[0]} [21]", *DATES[1:]]
    night.sleep()
    night.run(full=full)
    assert night.reservations() == DATES
    first = night.all()[0]
    assert (first.number, first.event_id == first.series_master_id) == (number, False)
    assert night.outlook("Rembrandt") == DATES
