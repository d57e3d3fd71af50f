"""One date of a series in another room: it goes alone, with its services, and may come back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from builders import DAY
from night import NAMES, Night, daily, mailbox_of, numbers, weekly

from obctl.sandbox.steps import MoveMailbox, Processing

SECOND = DAY + timedelta(weeks=1)
STAYED = [f"Rembrandt {day} 09:00-10:00 Board" for day in ("09-15", "09-29", "10-06")]
MOVED = "Vermeer 09-22 09:00-10:00 Board"

Look = Callable[[Night], None]


def by_night(*rooms: str, **options: bool) -> Look:
    """Rooms read in this order, one run each; none named: all in one run."""

    def look(night: Night) -> None:
        for room in rooms:
            night.run(room, again=False, **options)
        night.run(**options)

    return look


def live(*rooms: str) -> Look:
    """Notified room by room of all that is there, the series and what stands alone."""

    def look(night: Night) -> None:
        for room in rooms:
            for event in {e.series_master_id or e.id for e in night.events(room)}:
                night.notify(room, event)
        night.run()

    return look


LOOKS = [
    pytest.param(by_night(), id="night"),
    pytest.param(by_night(full=True), id="full"),
    pytest.param(by_night("Rembrandt", "Vermeer"), id="left then entered"),
    pytest.param(by_night("Vermeer", "Rembrandt"), id="entered then left"),
    pytest.param(live("Rembrandt", "Vermeer"), id="live, left first"),
    pytest.param(live("Vermeer", "Rembrandt"), id="live, entered first"),
]


@pytest.fixture(params=[True, False], ids=["removed", "kept"])
def night(night: Night, request: pytest.FixtureRequest) -> Night:
    """Rooms that remove cancelled meetings, and rooms that keep them; nobody is asked."""
    night.configure(ignore_cancellation_requests=True)
    for name in NAMES:
        settings = {"RemoveCanceledMeetings": request.param}
        night.act(Processing(room=mailbox_of(name), settings=settings))
    return night


def board(night: Night):
    """A weekly series with catering on every date; its numbers by day."""
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    for item in night.all():
        night.cater(item.number)
    return meeting, numbers(night)


def assert_catered(night: Night, made: dict[str, int]) -> None:
    """The same reservations as ever, each with its lunch."""
    assert numbers(night) == made
    assert all(len(item.ordered_services) == 1 for item in night.all() if item.is_active)
    assert night.requests(None) == []
    assert len(night.all()) == len(made)


@pytest.mark.parametrize("look", LOOKS)
def test_its_services_follow_and_the_others_stay(night: Night, look: Look) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, rooms="Vermeer")
    look(night)
    assert sorted(night.reservations()) == sorted([*STAYED, MOVED])
    assert_catered(night, made)


@pytest.mark.parametrize("look", LOOKS)
def test_it_comes_back(night: Night, look: Look) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, rooms="Vermeer")
    night.run()
    night.change(meeting, day=SECOND, rooms="Rembrandt")
    look(night)
    assert len(night.reservations("Rembrandt")) == len(night.reservations()) == 4
    assert_catered(night, made)


@pytest.mark.parametrize("look", LOOKS)
def test_it_moves_in_room_and_time(night: Night, look: Look) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, rooms="Vermeer", start="23 15:00", end="23 16:00")
    look(night)
    assert night.reservations("Vermeer") == ["Vermeer 09-23 15:00-16:00 Board"]
    assert sorted(numbers(night).values()) == sorted(made.values())
    assert night.requests(None) == []


def test_it_moves_on_to_a_third_room(night: Night) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, rooms="Vermeer")
    night.run()
    night.change(meeting, day=SECOND, rooms="Hals")
    night.run()
    assert len(night.reservations("Hals")) == 1
    assert_catered(night, made)


def test_two_dates_go_to_the_same_room_each_for_itself(night: Night) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, rooms="Vermeer")
    night.change(meeting, day=date(2026, 9, 29), rooms="Vermeer")
    night.run()
    assert len(night.reservations("Vermeer")) == 2
    assert_catered(night, made)
    night.act(MoveMailbox(room=mailbox_of("Vermeer")))
    night.run()
    assert_catered(night, made)


def test_it_is_called_off_where_it_went(night: Night) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, rooms="Vermeer")
    night.run()
    night.cancel(meeting, day=SECOND)
    night.run()
    del made["09-22"]
    assert numbers(night) == made


def test_the_rest_of_the_series_follows_later(night: Night) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, rooms="Vermeer")
    night.run()
    night.change(meeting, rooms="Hals")
    night.run()
    assert len(night.reservations("Hals")) == 3
    assert night.reservations("Vermeer") == [MOVED]
    assert_catered(night, made)


def test_a_new_time_for_the_whole_series_brings_it_home(night: Night) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, rooms="Vermeer")
    night.run()
    night.change(meeting, start="11:00", end="12:00")
    night.run()
    assert len(night.reservations("Rembrandt")) == 4
    assert_catered(night, made)


def test_a_date_that_also_takes_a_second_room_keeps_the_first(night: Night) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, rooms="Rembrandt Vermeer")
    report = night.run()
    assert (report.moved, report.created) == (0, 1)
    assert len(night.reservations("Rembrandt")) == 4
    assert night.reservations("Vermeer") == [MOVED]
    assert made.items() <= numbers(night).items() | {("09-22", made["09-22"])}


@pytest.mark.parametrize("unread", ["Rembrandt", "Vermeer"], ids=["left", "entered"])
def test_it_moves_while_a_room_cannot_be_read(night: Night, unread: str) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, rooms="Vermeer")
    night.fail("forbidden", unread)
    night.run(again=False)
    night.recover()
    night.run()
    assert numbers(night) == made
    assert all(len(item.ordered_services) == 1 for item in night.all() if item.is_active)
    assert sorted(night.reservations()) == sorted([*STAYED, MOVED])


def test_the_date_of_a_far_away_series_is_told_by_its_zone(night: Night) -> None:
    meeting = night.tenant.book(
        "anna@contoso.example", [mailbox_of("Rembrandt")], "Far", "2026-09-16T20:00",
        "2026-09-16T21:00", recurrence=daily(date(2026, 9, 16), count=4),
        time_zone="America/New_York",
    )  # fmt: skip
    night.settle()
    night.run()
    for item in night.all():
        night.cater(item.number)
    made = numbers(night)
    night.change(meeting, day=date(2026, 9, 18), rooms="Vermeer")
    night.run()
    assert len(night.reservations("Vermeer")) == 1
    assert_catered(night, made)
