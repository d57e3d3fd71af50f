"""A meeting that is gone while some room cannot be read: it may have moved there, so it waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from night import NAMES, Night, daily, mailbox_of

from obctl.domain.sync.undecided import ROOMS_UNREAD
from obctl.engine.admin.status import current_status
from obctl.errors import TryLater
from obctl.sandbox.steps import Processing
from obctl.store.company_log import LogFilter, search_log

HERE = ["Rembrandt 09-15 09:00-10:00 Budget"]
MOVED = ["Vermeer 09-15 09:00-10:00 Budget"]
A_DAY = timedelta(hours=26)


@pytest.fixture(params=[True, False], ids=["catered", "plain"])
def catered(request: pytest.FixtureRequest) -> bool:
    return request.param


@pytest.fixture(params=[False, True], ids=["ask", "ignore"])
def night(night: Night, request: pytest.FixtureRequest) -> Night:
    """Rooms that remove what they are taken off, with both settings."""
    for name in NAMES:
        settings = {"RemoveCanceledMeetings": True}
        night.act(Processing(room=mailbox_of(name), settings=settings))
    night.configure(ignore_cancellation_requests=request.param)
    return night


def booked(night: Night, catered: bool):
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    number = night.all()[0].number
    if catered:
        night.cater(number)
    return meeting, number


def assert_waits(night: Night, number: int) -> None:
    """Nothing was decided, and it is told which reservation waits for which room."""
    assert (night.reservations(), night.requests()) == (HERE, [])
    item, attention = current_status(night.company, max_age=A_DAY)
    assert [(one["reservation"], one["room"]) for one in item["undecided"]] == [
        (number, mailbox_of("Rembrandt"))
    ]
    assert attention


def assert_one_move(night: Night, number: int, catered: bool) -> None:
    assert (night.reservations(), night.requests()) == (MOVED, [])
    assert [item.number for item in night.all()] == [number]
    assert [service.cancelled for service in night.only().services] == [False] * catered
    assert current_status(night.company, max_age=A_DAY)[0]["undecided"] == []


def assert_decided(night: Night, number: int, ignore: bool) -> None:
    if ignore:
        assert (night.reservations(), night.requests()) == ([], [])
    else:
        assert night.requests() == [(number, "unproven")]
    assert current_status(night.company, max_age=A_DAY)[0]["undecided"] == []


def setting(night: Night) -> bool:
    return night.company.config.sync.ignore_cancellation_requests


@pytest.mark.parametrize("full", [False, True], ids=["delta", "full"])
def test_a_move_into_a_room_that_cannot_be_read_waits_and_is_one_move(
    night: Night, catered: bool, full: bool
) -> None:
    meeting, number = booked(night, catered)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Vermeer")
    for _ in range(2):  # the second night Outlook has nothing new to tell
        report = night.run(full=full, again=False)
        assert (report.changes, report.inconclusive, report.exit_code) == (0, 1, 8)
        assert_waits(night, number)
    night.recover()
    assert night.run(full=full).moved == 1
    assert_one_move(night, number, catered)


@pytest.mark.parametrize("full", [False, True], ids=["delta", "full"])
def test_a_deleted_meeting_is_decided_in_the_first_night_in_which_every_room_is_read(
    night: Night, catered: bool, full: bool
) -> None:
    meeting, number = booked(night, catered)
    night.delete("Rembrandt", meeting)
    night.fail("forbidden", "Vermeer")
    night.run(full=full, again=False)
    night.run(full=full, again=False)
    assert_waits(night, number)
    night.recover()
    night.run()
    assert_decided(night, number, setting(night))


def test_a_run_over_one_room_looks_for_the_meeting_in_all_others(
    night: Night, catered: bool
) -> None:
    meeting, number = booked(night, catered)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Vermeer")
    for _ in range(2):
        report = night.run("Rembrandt", again=False)
        # what could not be decided is not done, though the room itself was read
        assert (report.changes, report.ok, report.exit_code) == (0, 1, 8)
        assert_waits(night, number)
    night.recover()
    assert night.run("Rembrandt").moved == 1
    assert_one_move(night, number, catered)


def test_a_run_over_one_room_decides_once_all_others_could_be_asked(
    night: Night, catered: bool
) -> None:
    meeting, number = booked(night, catered)
    night.delete("Rembrandt", meeting)
    night.fail("forbidden", "Hals")
    night.run("Rembrandt", again=False)
    assert_waits(night, number)
    night.recover()
    night.run("Rembrandt", again=False)
    assert_decided(night, number, setting(night))


@pytest.mark.parametrize("first", ["Rembrandt", "Vermeer"], ids=["left first", "entered first"])
def test_a_notification_about_the_room_that_was_left_waits_too(
    night: Night, catered: bool, first: str
) -> None:
    meeting, number = booked(night, catered)
    left = night.id_of("Rembrandt", meeting)
    night.change(meeting, rooms="Vermeer")
    entered = night.id_of("Vermeer", meeting)
    night.fail("forbidden", "Vermeer")
    night.notify("Rembrandt", left)  # handled: no reason to try it again and again
    assert_waits(night, number)
    with pytest.raises(TryLater):
        night.notify("Vermeer", entered)
    assert_waits(night, number)
    night.run(again=False)
    assert_waits(night, number)
    night.recover()
    night.notify(*(("Rembrandt", left) if first == "Rembrandt" else ("Vermeer", entered)))
    assert_one_move(night, number, catered)
    assert night.run().changes == 0


def test_a_notification_of_what_was_deleted_is_decided_by_the_next_night(
    night: Night, catered: bool
) -> None:
    meeting, number = booked(night, catered)
    event = night.id_of("Rembrandt", meeting)
    night.delete("Rembrandt", meeting)
    night.fail("forbidden", "Vermeer")
    night.notify("Rembrandt", event)
    assert_waits(night, number)
    night.recover()
    night.run()
    assert_decided(night, number, setting(night))


def test_what_waits_is_told_in_every_run_and_logged_once(night: Night, catered: bool) -> None:
    meeting, number = booked(night, catered)
    night.delete("Rembrandt", meeting)
    night.fail("forbidden", "Vermeer")
    for _ in range(3):
        (told,) = night.run(again=False).undecided
        assert (told.room, told.code) == (mailbox_of("Rembrandt"), ROOMS_UNREAD)
        assert str(number) in told.message
        assert mailbox_of("Vermeer") in told.message
        assert "--allow-cancellations" in (told.hint or "")
    (entry,) = search_log(night.store, LogFilter(action="cancellation.postponed"))
    assert (entry.reservation, entry.room) == (number, night.room("Rembrandt").id)
    assert mailbox_of("Vermeer") in entry.message


def test_a_look_without_writing_tells_what_would_wait_and_remembers_nothing(
    night: Night, catered: bool
) -> None:
    meeting, _ = booked(night, catered)
    night.delete("Rembrandt", meeting)
    night.fail("forbidden", "Vermeer")
    report = night.run(again=False, dry_run=True)
    assert [problem.code for problem in report.undecided] == [ROOMS_UNREAD]
    assert current_status(night.company, max_age=A_DAY)[0]["undecided"] == []
    assert night.log("cancellation.*") == []


def test_a_person_who_knows_that_it_is_gone_need_not_wait(night: Night) -> None:
    meeting, number = booked(night, catered=False)
    night.delete("Rembrandt", meeting)
    night.fail("forbidden", "Vermeer")
    night.run(again=False)
    report = night.run("Rembrandt", again=False, allow_cancellations=True)
    assert report.undecided == []
    assert_decided(night, number, setting(night))


def test_a_person_is_asked_before_services_go_that_another_room_may_call_for(night: Night) -> None:
    meeting, number = booked(night, catered=True)
    night.delete("Rembrandt", meeting)
    night.fail("forbidden", "Vermeer")
    night.run("Rembrandt", again=False, allow_cancellations=True)
    assert night.requests() == [(number, "unproven")]
    night.run(again=False)
    assert night.requests() == [(number, "unproven")]
    night.recover()
    night.run()
    assert_decided(night, number, setting(night))


def test_what_was_cancelled_here_meanwhile_waits_no_more(night: Night, catered: bool) -> None:
    meeting, number = booked(night, catered)
    night.delete("Rembrandt", meeting)
    night.fail("forbidden", "Vermeer")
    night.run(again=False)
    night.call_off(number, push=False)
    assert current_status(night.company, max_age=A_DAY)[0]["undecided"] == []
    assert night.run(again=False).undecided == []


def test_a_meeting_that_is_back_in_its_room_waits_no_more(night: Night, catered: bool) -> None:
    meeting, number = booked(night, catered)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Vermeer")
    night.run(again=False)
    night.change(meeting, rooms="Rembrandt")
    night.run(again=False)
    assert (night.reservations(), night.requests()) == (HERE, [])
    assert current_status(night.company, max_age=A_DAY)[0]["undecided"] == []
    night.recover()
    assert night.run().changes == 0
    assert [item.number for item in night.all()] == [number]


def test_every_date_of_a_series_waits_and_moves(night: Night, catered: bool) -> None:
    meeting = night.book("Rembrandt", "Stand-up", "09:00", "09:30", recurrence=daily(count=6))
    night.run()
    numbers = [item.number for item in night.all()]
    for number in numbers if catered else ():
        night.cater(number)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Vermeer")
    for _ in range(2):
        (told,) = night.run(again=False).undecided
        assert "6 reservations" in told.message
        assert (len(night.reservations("Rembrandt")), night.requests()) == (6, [])
    night.recover()
    assert night.run().moved == 6
    assert (len(night.reservations("Vermeer")), night.requests()) == (6, [])
    assert [item.number for item in night.all()] == numbers
    assert all(len(item.ordered_services) == catered for item in night.all())


def test_an_empty_room_whose_meetings_wait_is_not_distrusted_for_it(night: Night) -> None:
    meetings = [night.book("Rembrandt", f"M{h}", f"{h}:00", f"{h}:30") for h in range(10, 14)]
    night.run()
    for meeting in meetings:
        night.delete("Rembrandt", meeting)
    night.fail("forbidden", "Vermeer")
    night.run(again=False)
    report = night.run(again=False, full=True)
    assert [problem.room for problem in report.problems] == [mailbox_of("Vermeer")]
    assert len(night.reservations()) == 4
    night.recover()
    night.run(full=True)
    assert len(night.requests()) == (0 if setting(night) else 4)


def test_a_twin_whose_meeting_is_gone_too_takes_nothing_over_while_it_waits(
    night: Night, catered: bool
) -> None:
    meeting, number = booked(night, catered)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Rembrandt")
    night.run(again=False)
    night.delete("Vermeer", meeting)
    night.run(again=False)
    assert (night.reservations(), night.requests()) == (HERE + MOVED, [])
    night.recover()
    night.run("Rembrandt", again=False)
    night.run()
    assert night.outlook("Rembrandt") == night.outlook("Vermeer") == []
    if setting(night):
        assert night.reservations() == []
    else:
        assert sorted(asked for asked, _ in night.requests()) == [number, number + 1]
