"""Meetings that move from room to room: one move, services with them, whichever room is read."""

from __future__ import annotations

from datetime import date

import pytest
from builders import DAY
from night import NAMES, Night, daily, mailbox_of, weekly

from obctl.domain.room import Room
from obctl.engine.run import run_sync
from obctl.engine.sync.plan_room import PassOptions
from obctl.sandbox.steps import Processing

MOVED = ["Vermeer 09-15 09:00-10:00 Budget"]


@pytest.fixture(params=[True, False], ids=["removed", "kept"])
def night(night: Night, request: pytest.FixtureRequest) -> Night:
    """Rooms that remove cancelled meetings from their calendar, and rooms that keep them."""
    for name in NAMES:
        settings = {"RemoveCanceledMeetings": request.param}
        night.act(Processing(room=mailbox_of(name), settings=settings))
    return night


def booked(night: Night):
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    return meeting, night.only().number


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
def test_a_meeting_that_changes_room_is_one_move_and_its_catering_follows(
    night: Night, ignore: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    meeting, number = booked(night)
    night.cater(number)
    night.change(meeting, rooms="Vermeer")
    report = night.run()
    assert (report.moved, report.changes) == (1, 1)
    assert night.reservations() == MOVED
    assert night.only().number == number
    assert [service.cancelled for service in night.only().services] == [False]
    assert night.requests() == []


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
@pytest.mark.parametrize("first", ["Rembrandt", "Vermeer"], ids=["loser-read", "winner-read"])
def test_a_move_is_seen_with_only_one_of_its_rooms_in_the_run(
    night: Night, first: str, ignore: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    meeting, number = booked(night)
    night.cater(number)
    night.change(meeting, rooms="Vermeer")
    night.run(first)
    assert night.reservations() == MOVED
    assert night.only().number == number
    assert night.run().changes == 0
    assert night.requests(None) == []


def test_a_removed_copy_that_turns_up_elsewhere_a_day_later_moves_the_request(night: Night) -> None:
    meeting, number = booked(night)
    night.delete("Rembrandt", meeting)
    assert night.run().cancellation_requests == 1
    night.change(meeting, rooms="Vermeer")
    night.run()
    assert night.reservations() == MOVED
    assert night.only().number == number
    assert night.requests() == []


def test_moving_there_and_back_again_ends_where_it_began(night: Night) -> None:
    for name in NAMES:
        night.act(Processing(room=mailbox_of(name), settings={"RemoveCanceledMeetings": True}))
    meeting, number = booked(night)
    night.change(meeting, rooms="Vermeer")
    night.run()
    night.change(meeting, rooms="Rembrandt")
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert night.only().number == number
    night.change(meeting, rooms="Vermeer")
    night.run()
    assert night.reservations() == MOVED
    assert night.only().number == number


def test_a_move_with_a_new_time_is_still_one_move(night: Night) -> None:
    meeting, number = booked(night)
    night.change(meeting, rooms="Vermeer", start="17 11:00", end="17 12:00")
    night.run()
    assert night.reservations() == ["Vermeer 09-17 11:00-12:00 Budget"]
    assert night.only().number == number


def test_two_meetings_that_swap_rooms_swap_reservations(night: Night) -> None:
    one = night.book("Rembrandt", "One", "09:00", "10:00")
    two = night.book("Vermeer", "Two", "09:00", "10:00", organizer="bram")
    night.run()
    numbers = {item.subject: item.number for item in night.all()}
    night.change(one, rooms="Hals")
    night.change(two, rooms="Rembrandt")
    night.change(one, rooms="Vermeer")
    night.run()
    assert sorted(night.reservations()) == [
        "Rembrandt 09-15 09:00-10:00 Two",
        "Vermeer 09-15 09:00-10:00 One",
    ]
    assert {item.subject: item.number for item in night.all()} == numbers


def test_one_meeting_in_two_rooms_is_two_reservations(night: Night) -> None:
    night.book("Rembrandt Vermeer", "Budget", "09:00", "10:00")
    assert night.run().created == 2
    assert sorted(night.reservations()) == ["Rembrandt 09-15 09:00-10:00 Budget", *MOVED]


@pytest.mark.parametrize("rooms", [(), ("Rembrandt",), ("Vermeer",)], ids=["all", "left", "kept"])
def test_of_a_meeting_in_two_rooms_one_may_go_and_the_other_stays(
    night: Night, rooms: tuple[str, ...]
) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting = night.book("Rembrandt Vermeer", "Budget", "09:00", "10:00")
    night.run()
    night.change(meeting, rooms="Vermeer")
    night.run(*rooms)
    night.run()
    assert night.reservations() == MOVED


def test_of_a_meeting_in_two_rooms_one_moves_on_to_a_third(night: Night) -> None:
    meeting = night.book("Rembrandt Vermeer", "Budget", "09:00", "10:00")
    night.run()
    numbers = {item.number for item in night.all()}
    night.change(meeting, rooms="Vermeer Hals")
    night.run()
    assert {line.split()[0] for line in night.reservations()} == {"Vermeer", "Hals"}
    assert {item.number for item in night.all() if item.is_active} == numbers


def test_a_room_added_to_a_meeting_is_a_second_reservation_and_no_move(night: Night) -> None:
    meeting, _ = booked(night)
    night.change(meeting, rooms="Rembrandt Vermeer")
    report = night.run()
    assert (report.moved, report.created) == (0, 1)
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget", *MOVED]


def test_a_room_added_is_no_move_when_only_that_room_is_read(night: Night) -> None:
    meeting, _ = booked(night)
    night.change(meeting, rooms="Rembrandt Vermeer")
    assert night.run("Vermeer").moved == 0
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget", *MOVED]


def test_a_whole_series_moves_with_every_date(night: Night) -> None:
    meeting = night.book("Rembrandt", "Stand-up", "09:00", "09:30", recurrence=daily(count=10))
    night.run()
    numbers = [item.number for item in night.all()]
    night.cater(numbers[3])
    night.change(meeting, rooms="Vermeer")
    report = night.run()
    assert (report.moved, report.changes) == (10, 10)
    assert [item.number for item in night.all() if item.is_active] == numbers
    assert all(line.startswith("Vermeer") for line in night.reservations())


@pytest.mark.parametrize("rooms", [("Rembrandt",), ("Vermeer",)], ids=["loser-read", "winner-read"])
def test_a_whole_series_moves_with_one_of_its_rooms_in_the_run(
    night: Night, rooms: tuple[str, ...]
) -> None:
    meeting = night.book("Rembrandt", "Stand-up", "09:00", "09:30", recurrence=daily(count=10))
    night.run()
    numbers = [item.number for item in night.all()]
    night.change(meeting, rooms="Vermeer")
    night.run(*rooms)
    assert night.run().changes == 0
    assert [item.number for item in night.all() if item.is_active] == numbers
    assert len(night.reservations("Vermeer")) == 10


@pytest.mark.parametrize("rooms", [(), ("Rembrandt",), ("Vermeer",)], ids=["all", "left", "won"])
def test_two_meetings_move_together(night: Night, rooms: tuple[str, ...]) -> None:
    one = night.book("Rembrandt", "One", "09:00", "10:00")
    two = night.book("Rembrandt", "Two", "11:00", "12:00")
    night.run()
    numbers = {item.subject: item.number for item in night.all()}
    night.change(one, rooms="Vermeer")
    night.change(two, rooms="Vermeer")
    night.run(*rooms)
    assert night.run().changes == 0
    assert night.reservations() == [
        "Vermeer 09-15 09:00-10:00 One",
        "Vermeer 09-15 11:00-12:00 Two",
    ]
    assert {item.subject: item.number for item in night.all()} == numbers


def test_a_move_and_a_cancellation_in_the_same_room_are_told_apart(night: Night) -> None:
    moving = night.book("Rembrandt", "Moving", "09:00", "10:00")
    ending = night.book("Rembrandt", "Ending", "11:00", "12:00")
    night.run()
    night.change(moving, rooms="Vermeer")
    night.cancel(ending)
    report = night.run("Vermeer")
    assert (report.moved, report.cancelled) == (1, 0)
    report = night.run()
    assert (report.moved, report.cancelled + report.cancellation_requests) == (0, 1)
    assert night.reservations("Vermeer") == ["Vermeer 09-15 09:00-10:00 Moving"]


def test_one_date_of_a_series_moves_and_the_others_stay(night: Night) -> None:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    night.change(meeting, day=date(2026, 9, 22), rooms="Vermeer")
    night.run()
    assert "Rembrandt 09-15 09:00-10:00 Board" in night.reservations()


def test_a_room_that_cannot_be_read_loses_nothing_to_another(night: Night) -> None:
    meeting, number = booked(night)
    night.cater(number)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Rembrandt")
    report = night.run()
    assert (report.ok, report.inconclusive, report.created) == (2, 1, 1)
    assert [problem.code for problem in report.problems] == ["mailbox-permission-lost"]
    assert night.log("room.*") == ["room.inconclusive"]
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget", *MOVED]
    night.recover()
    report = night.run()
    assert report.cancellation_requests + report.moved == 1
    assert MOVED[0] in night.reservations()


def test_one_date_given_to_two_rooms_makes_the_same_plan_whichever_is_read_first(
    night: Night,
) -> None:
    series = night.book("Hals", "Board", "09:00", "10:00", recurrence=weekly(count=3))
    night.run()
    night.change(series, day=DAY, rooms="Vermeer Rembrandt")

    def planned(rooms: list[Room]) -> dict[str, str]:
        options = PassOptions(dry_run=True)
        report = night.ask(lambda gateway: run_sync(night.company, gateway, rooms, options))
        return {plan.room.mailbox: plan.fingerprint() for plan in report.plans}

    assert planned(night.rooms) == planned(night.rooms[::-1])


def kept(night: Night):
    """A reservation with catering that a person keeps though Outlook lost its meeting."""
    meeting, number = booked(night)
    night.cater(number)
    night.delete("Rembrandt", meeting)
    night.run()
    night.reject()
    assert night.run().changes == 0
    return meeting, number


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
@pytest.mark.parametrize("only", [(), ("Vermeer",)], ids=["all", "its-new-room"])
def test_what_was_kept_goes_with_its_meeting_once_that_turns_up_elsewhere(
    night: Night, only: tuple[str, ...], full: bool
) -> None:
    meeting, number = kept(night)
    night.change(meeting, rooms="Vermeer")
    report = night.run(*only, full=full)
    assert (report.moved, report.created, report.cancelled) == (1, 0, 0)
    assert night.reservations() == MOVED
    assert (night.only().number, len(night.only().ordered_services)) == (number, 1)
    assert night.requests() == []


def test_what_was_kept_goes_with_its_meeting_when_that_is_notified(night: Night) -> None:
    meeting, number = kept(night)
    night.change(meeting, rooms="Vermeer")
    night.notify("Vermeer", night.id_of("Vermeer", meeting))
    assert night.reservations() == MOVED
    assert (night.only().number, len(night.only().ordered_services)) == (number, 1)


def test_what_was_kept_goes_with_its_meeting_though_its_room_loses_another(night: Night) -> None:
    meeting, number = kept(night)
    other = night.book("Rembrandt", "Other", "11:00", "12:00")
    night.run()
    night.delete("Rembrandt", other)
    night.change(meeting, rooms="Vermeer")
    assert night.run(full=True).moved == 1
    assert night.reservations("Vermeer") == MOVED
    found = next(item for item in night.all() if item.number == number)
    assert len(found.ordered_services) == 1


def test_what_was_kept_stays_where_another_meeting_comes_to_another_room(night: Night) -> None:
    _, number = kept(night)
    night.book("Vermeer", "Budget", "09:00", "10:00")
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget [0]", *MOVED]
    assert len(next(r for r in night.all() if r.number == number).ordered_services) == 1


def test_what_was_kept_and_moved_while_its_room_is_unread_goes_with_its_meeting_later(
    night: Night,
) -> None:
    meeting, number = kept(night)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Rembrandt")
    night.run(again=False)
    night.recover()
    night.run()
    assert night.reservations() == MOVED
    assert (night.only().number, len(night.only().ordered_services)) == (number, 1)


def test_what_was_kept_though_its_room_was_called_off_goes_with_its_meeting(night: Night) -> None:
    meeting, number = booked(night)
    night.cater(number)
    night.change(meeting, rooms="")
    night.run()
    night.reject()
    night.change(meeting, rooms="Vermeer")
    assert night.run().moved == 1
    assert night.reservations() == MOVED
    assert (night.only().number, len(night.only().ordered_services)) == (number, 1)


def test_one_kept_date_of_a_series_goes_with_it(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00", recurrence=weekly(count=3))
    night.run()
    second = sorted(night.all(), key=lambda item: item.start)[1].number
    night.cater(second)
    night.delete("Rembrandt", meeting, day=date(2026, 9, 22))
    night.run()
    night.reject()
    night.change(meeting, rooms="Vermeer")
    night.run()
    assert [line[:13] for line in night.reservations()] == [
        "Vermeer 09-15", "Vermeer 09-22", "Vermeer 09-29",
    ]  # fmt: skip
    found = next(item for item in night.all() if item.number == second)
    assert (found.is_active, int(found.external_state)) == (True, 10)
    assert len(found.ordered_services) == 1


def came_back(night: Night):
    """A kept reservation whose meeting has its room again under a new id, and Vermeer as well."""
    meeting, number = kept(night)
    night.change(meeting, rooms="")
    night.change(meeting, rooms="Rembrandt Vermeer")
    return meeting, number


def stayed(night: Night, number: int, meeting) -> bool:
    """Whether a kept reservation is that of the meeting in its own room, and another in Vermeer."""
    found = next(item for item in night.all() if item.number == number)
    return (
        night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget", *MOVED]
        and found.room == night.room("Rembrandt").id
        and found.event_id == night.id_of("Rembrandt", meeting)
        and len(found.ordered_services) == 1
        and night.requests() == []
    )


@pytest.mark.parametrize(
    "order", [("Vermeer",), ("Rembrandt", "Vermeer"), ()], ids=["new-first", "own-first", "all"]
)
@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_what_was_kept_stays_where_its_meeting_is_back_though_that_has_another_room_too(
    night: Night, order: tuple[str, ...], full: bool
) -> None:
    meeting, number = came_back(night)
    for name in order:
        night.run(name, full=full, again=False)
    night.run()
    assert stayed(night, number, meeting)


@pytest.mark.parametrize("first", ["Rembrandt", "Vermeer"])
def test_what_was_kept_stays_where_its_meeting_is_back_whichever_room_is_notified_first(
    night: Night, first: str
) -> None:
    meeting, number = came_back(night)
    second = "Vermeer" if first == "Rembrandt" else "Rembrandt"
    for name in (first, second):
        night.notify(name, night.id_of(name, meeting))
    assert stayed(night, number, meeting)
    night.run()
    assert stayed(night, number, meeting)


@pytest.mark.parametrize("route", [None, "*calendarView"], ids=["room", "view"])
def test_what_was_kept_does_not_leave_a_room_that_cannot_be_asked_whether_it_is_back(
    night: Night, route: str | None
) -> None:
    meeting, number = came_back(night)
    night.fail("forbidden", "Rembrandt", **({"route": route} if route else {}))
    night.run("Vermeer", again=False)
    night.recover()
    night.run()
    assert stayed(night, number, meeting)


def test_what_was_kept_costs_its_room_no_look_around_while_its_meeting_is_nowhere(
    night: Night,
) -> None:
    kept(night)
    night.book("Rembrandt", "Other", "11:00", "12:00")
    night.book("Vermeer", "Budget", "09:00", "10:00")
    night.watched.calls.clear()
    night.run(again=False)
    asked = [str(call) for call in night.watched.calls if mailbox_of("Rembrandt") in call]
    assert asked
    assert not [call for call in asked if "calendarView" in call and "delta" not in call]
