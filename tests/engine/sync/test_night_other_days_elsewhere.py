"""A series that moves to another room and to other days at once keeps what was ordered for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from builders import DAY
from night import Night, mailbox_of, numbers, ordered, weekly

from obctl.sandbox.steps import Restore
from obctl.sandbox.tenant import Meeting

Look = Callable[[Night, Meeting], None]
TO = {"09-15": "09-17", "09-22": "09-24", "09-29": "10-01", "10-06": "10-08"}
"""Tuesdays, and the Thursdays of their weeks."""


def changes(night: Night, _meeting: Meeting) -> None:
    assert night.run().exit_code == 0


def everything(night: Night, _meeting: Meeting) -> None:
    assert night.run(full=True).exit_code == 0


def told_where_it_went(night: Night, meeting: Meeting) -> None:
    night.notify("Vermeer", night.id_of("Vermeer", meeting))


def told_where_it_left(night: Night, meeting: Meeting) -> None:
    night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    night.run()


settings = pytest.mark.parametrize("ignored", [False, True], ids=["ask", "ignore"])


def board(night: Night, **recurrence: object) -> tuple[Meeting, dict[str, int]]:
    """A weekly series of Tuesdays at nine, in step, by date."""
    repeat = weekly(**{"count": 4} | recurrence)
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=repeat)
    night.run()
    return meeting, numbers(night)


def to_thursdays(night: Night, meeting: Meeting) -> None:
    night.change(
        meeting,
        recurrence=weekly(date(2026, 9, 17), count=4),
        start="17 09:00",
        end="17 10:00",
        rooms="Vermeer",
    )


@pytest.mark.parametrize("look", [changes, everything, told_where_it_went])
@settings
def test_each_date_goes_to_its_new_day_in_the_other_room(
    night: Night, look: Look, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night)
    night.cater(made["09-22"])
    night.cater(made["09-29"])
    to_thursdays(night, meeting)
    look(night, meeting)
    assert numbers(night) == {TO[day]: number for day, number in made.items()}
    assert len(night.reservations("Vermeer")) == 4
    assert ordered(night) == {made["09-22"]: 1, made["09-29"]: 1}
    assert night.requests(None) == []
    assert sorted(night.reservations()) == sorted(night.outlook("Vermeer"))
    assert night.run(full=True).changes == 0


@settings
def test_lunch_is_there_again_where_only_the_room_that_was_left_is_heard_of_first(
    night: Night, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night)
    night.cater(made["09-22"])
    to_thursdays(night, meeting)
    told_where_it_left(night, meeting)
    assert sorted(night.reservations()) == sorted(night.outlook("Vermeer"))
    assert ordered(night) == {made["09-22"]: 1}
    assert numbers(night)["09-24"] == made["09-22"]
    assert night.requests() == []


@settings
def test_it_is_one_move_in_the_end_where_the_room_that_was_left_cannot_be_read(
    night: Night, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night)
    night.cater(made["09-22"])
    to_thursdays(night, meeting)
    night.fail("forbidden", "Rembrandt")
    assert night.run(again=False).exit_code == 8
    night.recover()
    night.run()
    assert ordered(night) == {made["09-22"]: 1}
    assert numbers(night)["09-24"] == made["09-22"]
    assert sorted(night.reservations()) == sorted(night.outlook("Vermeer"))


def test_one_of_two_days_a_week_stays_and_the_other_changes(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting, made = board(night, count=4, daysOfWeek=["tuesday", "thursday"])
    assert list(made) == ["09-15", "09-17", "09-22", "09-24"]
    night.cater(made["09-24"])
    days = weekly(DAY, count=4, daysOfWeek=["tuesday", "friday"])
    night.change(meeting, recurrence=days, rooms="Vermeer")
    night.run()
    assert numbers(night) == {
        "09-15": made["09-15"],
        "09-18": made["09-17"],
        "09-22": made["09-22"],
        "09-25": made["09-24"],
    }
    assert ordered(night) == {made["09-24"]: 1}


def test_a_series_that_also_takes_a_second_room_keeps_the_first(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting, made = board(night)
    night.cater(made["09-22"])
    night.change(
        meeting,
        recurrence=weekly(date(2026, 9, 17), count=4),
        start="17 09:00",
        end="17 10:00",
        rooms="Rembrandt Vermeer",
    )
    night.run()
    assert ordered(night) == {made["09-22"]: 1}
    assert len(night.reservations("Rembrandt")) == len(night.reservations("Vermeer")) == 4
    assert (
        next(r for r in night.all() if r.number == made["09-22"]).room == night.room("Rembrandt").id
    )


def test_where_there_are_fewer_new_days_a_person_is_asked(night: Night) -> None:
    meeting, made = board(night, daysOfWeek=["tuesday", "wednesday"], count=8)
    night.cater(made["09-23"])
    to_thursdays(night, meeting)
    night.run()
    assert (made["09-23"], "services-booked") in night.requests()


def test_lunch_comes_back_with_a_series_that_vanished_and_returns_on_other_days(
    night: Night,
) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting, made = board(night)
    night.server.service.handles["board"] = meeting
    night.cater(made["09-22"])
    night.delete("Rembrandt", meeting)
    night.run()
    assert ordered(night) == {}
    night.change(
        meeting,
        recurrence=weekly(date(2026, 9, 17), count=4),
        start="17 09:00",
        end="17 10:00",
        rooms="",
    )
    night.act(Restore(meeting="board", mailbox=mailbox_of("Rembrandt")))
    night.run()
    assert ordered(night) == {made["09-22"]: 1}
    assert numbers(night)["09-24"] == made["09-22"]
    assert sorted(night.reservations()) == sorted(night.outlook("Rembrandt"))


def the_rest_in_vermeer(night: Night, meeting: Meeting, subject: str = "Board") -> Meeting:
    """This and following: the series ends, and another one goes on in another room."""
    night.change(meeting, recurrence=weekly(count=2))
    rest = {"recurrence": weekly(date(2026, 9, 29), count=2)}
    return night.book("Vermeer", subject, "29 09:00", "29 10:00", **rest)


@pytest.mark.parametrize("full", [False, True], ids=["changes", "everything"])
@settings
def test_the_rest_of_a_series_goes_on_in_another_room_with_its_lunch(
    night: Night, ignored: bool, full: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night)
    night.cater(made["09-29"])
    the_rest_in_vermeer(night, meeting)
    planned = night.run(dry_run=True, again=False)
    assert planned.cancelled + planned.cancellation_requests == 0
    night.run(full=full)
    assert numbers(night) == made
    assert ordered(night) == {made["09-29"]: 1}
    assert night.requests(None) == []
    shown = night.outlook("Rembrandt") + night.outlook("Vermeer")
    assert sorted(night.reservations()) == sorted(shown)
    assert len(night.reservations("Vermeer")) == 2


def test_a_notification_of_the_rest_takes_it_from_the_room_that_was_left(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting, made = board(night)
    night.cater(made["09-29"])
    rest = the_rest_in_vermeer(night, meeting)
    night.notify("Vermeer", night.id_of("Vermeer", rest))
    night.run()
    assert numbers(night) == made
    assert ordered(night) == {made["09-29"]: 1}


def test_a_second_series_beside_one_that_stays_whole_gets_its_own_reservations(
    night: Night,
) -> None:
    meeting, made = board(night)
    night.cater(made["09-29"])
    night.cancel(meeting, day=date(2026, 10, 6))
    night.book(
        "Vermeer", "Board", "29 09:00", "29 10:00", recurrence=weekly(date(2026, 9, 29), count=2)
    )
    night.run()
    assert ordered(night) == {made["09-29"]: 1}
    assert len(night.reservations("Rembrandt")) == 3
    assert len(night.reservations("Vermeer")) == 2
    assert not set(made.values()) & {
        r.number for r in night.all() if r.room == night.room("Vermeer").id
    }


@settings
def test_lunch_is_there_again_where_the_room_that_the_rest_left_is_heard_of_first(
    night: Night, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night)
    night.cater(made["09-29"])
    the_rest_in_vermeer(night, meeting)
    told_where_it_left(night, meeting)
    assert ordered(night) == {made["09-29"]: 1}
    assert numbers(night)["09-29"] == made["09-29"]
    assert len(night.reservations("Vermeer")) == 2
    assert night.requests() == []


def test_lunch_of_one_date_called_off_does_not_go_to_another_series_of_that_day(
    night: Night,
) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting, made = board(night)
    night.cater(made["09-29"])
    night.cancel(meeting, day=date(2026, 9, 29))
    night.run()
    rest = weekly(date(2026, 9, 29), count=2)
    night.book("Vermeer", "Board", "29 09:00", "29 10:00", recurrence=rest)
    night.run()
    assert ordered(night) == {}


def fridays_in_vermeer(night: Night, meeting: Meeting, subject: str = "Board") -> Meeting:
    """This and following: the series ends, and goes on in another room and on another weekday."""
    night.change(meeting, recurrence=weekly(count=2))
    rest = {"recurrence": weekly(date(2026, 10, 2), count=2)}
    return night.book("Vermeer", subject, "2026-10-02 09:00", "2026-10-02 10:00", **rest)


@pytest.mark.parametrize("look", [changes, everything])
@settings
def test_the_rest_goes_on_in_another_room_and_on_another_weekday_with_its_lunch(
    night: Night, ignored: bool, look: Look
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night)
    night.cater(made["09-29"])
    night.cater(made["10-06"])
    fridays_in_vermeer(night, meeting)
    look(night, meeting)
    assert numbers(night) == {
        "09-15": made["09-15"],
        "09-22": made["09-22"],
        "10-02": made["09-29"],
        "10-09": made["10-06"],
    }
    assert ordered(night) == {made["09-29"]: 1, made["10-06"]: 1}
    assert night.requests(None) == []
    shown = night.outlook("Rembrandt") + night.outlook("Vermeer")
    assert sorted(night.reservations()) == sorted(shown)
    assert night.run(full=True).changes == 0


@settings
def test_a_notification_of_the_rest_on_another_weekday_takes_it_from_the_room_that_was_left(
    night: Night, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, made = board(night)
    night.cater(made["09-29"])
    rest = fridays_in_vermeer(night, meeting)
    night.notify("Vermeer", night.id_of("Vermeer", rest))
    night.run()
    assert numbers(night)["10-02"] == made["09-29"]
    assert ordered(night) == {made["09-29"]: 1}


@pytest.mark.parametrize("subject", ["Board", "Sales"])
def test_one_date_called_off_beside_a_new_series_on_another_weekday_moves_nothing(
    night: Night, subject: str
) -> None:
    meeting, made = board(night)
    night.cater(made["09-29"])
    night.cancel(meeting, day=date(2026, 9, 29))
    rest = weekly(date(2026, 10, 2), count=2)
    night.book("Vermeer", subject, "2026-10-02 09:00", "2026-10-02 10:00", recurrence=rest)
    night.run()
    vermeer = {r.number for r in night.all() if r.room == night.room("Vermeer").id}
    assert len(vermeer) == 2
    assert not vermeer & set(made.values())
    assert ordered(night).keys() <= {made["09-29"]}


@pytest.mark.parametrize("night_before", [False, True], ids=["same-night", "night-before"])
def test_a_series_of_that_name_that_stood_beside_the_ended_one_is_no_rest_of_it(
    night: Night, night_before: bool
) -> None:
    meeting, made = board(night)
    night.cater(made["09-29"])
    beside = weekly(date(2026, 9, 18), count=4)
    night.book("Vermeer", "Board", "18 09:00", "18 10:00", recurrence=beside)
    if night_before:
        night.run()
    night.change(meeting, recurrence=weekly(count=2))
    night.run()
    vermeer = {r.number for r in night.all() if r.room == night.room("Vermeer").id}
    assert len(vermeer) == 4
    assert not vermeer & set(made.values())
    assert (made["09-29"], "services-booked") in night.requests()
