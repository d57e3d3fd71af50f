"""Moves while one of the rooms cannot be read: one reservation in the end, its services with it."""

from __future__ import annotations

import pytest
from night import NAMES, Night, daily, mailbox_of

from obctl.errors import TryLater
from obctl.sandbox.steps import Processing

HERE = ["Rembrandt 09-15 09:00-10:00 Budget"]
MOVED = ["Vermeer 09-15 09:00-10:00 Budget"]


@pytest.fixture(params=[True, False], ids=["removed", "kept"])
def night(night: Night, request: pytest.FixtureRequest) -> Night:
    """Rooms that remove cancelled meetings from their calendar, and rooms that keep them."""
    for name in NAMES:
        settings = {"RemoveCanceledMeetings": request.param}
        night.act(Processing(room=mailbox_of(name), settings=settings))
    return night


def catered(night: Night, rooms: str = "Rembrandt"):
    meeting = night.book(rooms, "Budget", "09:00", "10:00")
    night.run()
    number = night.all()[0].number
    night.cater(number)
    return meeting, number


def is_proven(night: Night) -> bool:
    """Whether the room that was left still shows that the meeting was cancelled there."""
    return bool(night.events("Rembrandt"))


def asked_about(night: Night, number: int) -> list[tuple[int, str]]:
    """A person is asked about services whose meeting was cancelled; what is merely gone waits."""
    return [(number, "unproven")] if is_proven(night) else []


def assert_moved(night: Night, number: int) -> None:
    """One living reservation, the old one, and all its services with it."""
    assert night.reservations() == MOVED
    assert night.only().number == number
    assert [service.cancelled for service in night.only().services] == [False]
    assert night.requests() == []
    assert all(service.cancelled for item in night.all() for service in item.services
               if not item.is_active)  # fmt: skip


@pytest.mark.parametrize("full", [False, True], ids=["delta", "full"])
@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
@pytest.mark.parametrize("unread", ["Rembrandt", "Vermeer"], ids=["left", "entered"])
def test_a_move_is_one_move_in_the_end(night: Night, unread: str, ignore: bool, full: bool) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    meeting, number = catered(night)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", unread)
    for _ in range(2):
        report = night.run(full=full, again=False)
        assert (report.inconclusive, report.cancelled) == (1, 0)
    night.recover()
    assert night.run(full=full).moved == 1
    assert_moved(night, number)


@pytest.mark.parametrize("order", [NAMES[:2], NAMES[1::-1]], ids=["left first", "entered first"])
@pytest.mark.parametrize("unread", ["Rembrandt", "Vermeer"], ids=["left", "entered"])
def test_a_move_that_is_notified_room_by_room_is_one_move_in_the_end(
    night: Night, unread: str, order: tuple[str, ...]
) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting, number = catered(night)
    ids = {"Rembrandt": night.id_of("Rembrandt", meeting)}
    night.change(meeting, rooms="Vermeer")
    ids["Vermeer"] = night.id_of("Vermeer", meeting)
    night.fail("forbidden", unread)
    for room in order:
        try:
            night.notify(room, ids[room])
        except TryLater:
            continue
    night.recover()
    for room in order:
        night.notify(room, ids[room])
    night.run()
    assert_moved(night, number)


def test_the_room_entered_is_reserved_at_once(night: Night) -> None:
    meeting, number = catered(night)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Rembrandt")
    report = night.run(again=False)
    assert (report.created, [problem.code for problem in report.problems]) == (
        1,
        ["mailbox-permission-lost"],
    )
    assert night.reservations() == HERE + MOVED
    assert f"may be reservation {number}" in _last_created(night)


def test_what_was_ordered_meanwhile_stays_with_what_was_ordered_before(night: Night) -> None:
    meeting, number = catered(night)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Rembrandt")
    night.run(again=False)
    (made,) = [item for item in night.all() if item.number != number]
    night.cater(made.number, people=3)
    night.recover()
    night.run()
    (kept,) = [item for item in night.all() if item.is_active]
    assert (kept.number, kept.room) == (number, night.room("Vermeer").id)
    assert sorted(service.quantity for service in kept.ordered_services) == [3, 12]
    assert night.run().changes == 0


def test_a_meeting_that_moved_on_from_the_room_it_entered_is_still_one(night: Night) -> None:
    meeting, number = catered(night)
    night.change(meeting, rooms="Hals")
    night.fail("forbidden", "Rembrandt")
    night.run(again=False)
    night.change(meeting, rooms="Vermeer")
    night.run(again=False)
    night.recover()
    night.run()
    assert_moved(night, number)


def test_a_room_added_while_the_first_could_not_be_read_is_a_second_reservation(
    night: Night,
) -> None:
    meeting, number = catered(night)
    night.change(meeting, rooms="Rembrandt Vermeer")
    night.fail("forbidden", "Rembrandt")
    night.run(again=False)
    night.recover()
    night.run()
    assert night.reservations() == HERE + MOVED
    night.change(meeting, rooms="Vermeer")
    night.run()
    # two rooms were seen at once, so the one that went is a cancellation and no move
    assert night.requests() == [(number, night.requests()[0][1])]


def test_a_meeting_in_two_rooms_that_loses_one_asks_about_its_services(night: Night) -> None:
    meeting, number = catered(night, "Rembrandt Vermeer")
    night.change(meeting, rooms="Vermeer")
    night.run()
    assert [asked for asked, _ in night.requests()] == [number]


def test_both_rooms_of_a_meeting_give_way_to_one_and_one_reservation_goes(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting = night.book("Rembrandt Vermeer", "Budget", "09:00", "10:00")
    night.run()
    night.change(meeting, rooms="Hals")
    night.run()
    assert night.reservations() == ["Hals 09-15 09:00-10:00 Budget"]


@pytest.mark.parametrize("unread", ["Rembrandt", "Vermeer"], ids=["left", "entered"])
def test_every_date_of_a_series_follows(night: Night, unread: str) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting = night.book("Rembrandt", "Stand-up", "09:00", "09:30", recurrence=daily(count=6))
    night.run()
    numbers = [item.number for item in night.all()]
    for number in numbers:
        night.cater(number)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", unread)
    night.run(again=False)
    night.recover()
    night.run()
    assert len(night.reservations("Vermeer")) == len(night.reservations()) == 6
    living = [item for item in night.all() if item.is_active]
    assert [item.number for item in living] == numbers
    assert all(len(item.ordered_services) == 1 for item in living)


def test_a_cancellation_waits_until_every_room_it_may_have_moved_to_is_read(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting, number = catered(night)
    night.cancel(meeting)
    night.fail("forbidden", "Hals")
    night.run(again=False)
    assert night.requests() == asked_about(night, number)
    night.recover()
    night.run()
    assert (night.reservations(), night.requests()) == ([], [])


def test_only_a_cancellation_without_services_that_outlook_proves_waits_for_no_other_room(
    night: Night,
) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.cancel(meeting)
    night.fail("forbidden", "Hals")
    assert night.run(again=False).cancelled == is_proven(night)
    assert night.reservations() == ([] if is_proven(night) else HERE)
    night.recover()
    night.run()
    assert night.reservations() == []


def test_a_room_that_a_guard_stopped_gives_its_meetings_up_later(night: Night) -> None:
    meeting, number = catered(night)
    others = [
        night.book("Rembrandt", f"Gone {hour}", f"{hour}:00", f"{hour}:30") for hour in (11, 12, 13)
    ]
    night.run()
    night.configure(max_cancelled_floor=1, max_cancelled_percent=10)
    for other in others:
        night.delete("Rembrandt", other)
    night.change(meeting, rooms="Vermeer")
    assert night.run(again=False).stopped == 1
    assert night.reservations("Vermeer") == MOVED
    night.run(allow_cancellations=True, again=False)
    (kept,) = [item for item in night.all() if item.is_active and item.subject == "Budget"]
    assert (kept.number, kept.room) == (number, night.room("Vermeer").id)
    assert len(kept.ordered_services) == 1


def test_a_look_without_writing_leaves_no_trace_of_a_doubt(night: Night) -> None:
    meeting, number = catered(night)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Rembrandt")
    night.run(again=False, dry_run=True)
    night.recover()
    assert night.run().moved == 1
    assert_moved(night, number)


def _last_created(night: Night) -> str:
    from obctl.store.company_log import LogFilter, search_log

    return search_log(night.store, LogFilter(action="event.created"))[0].message


def test_a_meeting_that_moves_while_each_room_in_turn_cannot_be_read_is_one_in_the_end(
    night: Night,
) -> None:
    meeting, number = catered(night)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Vermeer")
    night.run(again=False)
    assert night.requests() == asked_about(night, number)
    night.recover()
    night.fail("forbidden", "Rembrandt")
    night.run(again=False)
    assert len(night.all()) == 2
    night.recover()
    night.run()
    (kept,) = [item for item in night.all() if item.is_active]
    assert (kept.number, kept.room) == (number, night.room("Vermeer").id)
    assert len(kept.ordered_services) == 1
    assert night.requests() == []


def test_a_meeting_that_moved_unseen_and_was_then_lost_is_not_in_step(night: Night) -> None:
    meeting, number = catered(night)
    night.change(meeting, rooms="Vermeer")
    night.fail("forbidden", "Rembrandt")
    night.run(again=False)
    night.delete("Vermeer", meeting)
    night.run(again=False)
    night.recover()
    night.run()
    assert night.outlook("Rembrandt") == night.outlook("Vermeer") == []
    assert [int(item.external_state) for item in night.all()] == [100, 100]
    assert [len(item.ordered_services) for item in night.all()] == [1, 0]
    assert number in dict(night.requests())
