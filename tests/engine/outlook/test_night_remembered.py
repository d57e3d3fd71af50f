"""What the store remembers of Outlook begins with the first read: days before are not known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders import DAY, make_reservation
from night import NAMES, Night, at

from obctl.domain.compare.planner import View
from obctl.domain.difference import RoomVerdict
from obctl.domain.time_span import TimeSpan, days_span
from obctl.engine.compare.diff import compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.compare.planner import plan_days
from obctl.engine.outlook.remembered import not_remembered
from obctl.engine.rooms.free import Wanted, find_free_cached
from obctl.engine.sync.resync import forget_reading
from obctl.store.reservations import insert_reservations

FIRST_READ = date(2026, 9, 12)
"""The pass of the 14th keeps the 13th in step, and reads a day before that."""
LONG_AGO = date(2026, 9, 1)


def conditions(night: Night, day: date) -> set[str | None]:
    """What `diff --cached` and `planner --cached` say of the rooms on a day; one thing."""
    compared = night.ask(
        lambda _: compare_rooms(night.company, Outlook(night.company, None), night.rooms, day, day)
    )
    verdicts: list[RoomVerdict] = [item.verdict for item in compared]
    found = {verdict.condition for verdict in verdicts}
    for view in (View.BOTH, View.OFFICE365):
        (planned,) = plan_days(night.company, night.rooms, (day, day), view, None)
        assert {row.condition for row in planned.rows} == found
    zone = night.rooms[0].zone
    free = find_free_cached(night.company, night.rooms, Wanted([days_span(day, day, zone)]))
    assert len(free.unknown) == (len(NAMES) if found == {"not-read"} else 0)
    assert not (free.free and free.unknown)
    return found


def test_a_day_before_the_first_read_is_not_known_and_not_free(night: Night) -> None:
    night.run()
    assert conditions(night, LONG_AGO) == {"not-read"}
    assert conditions(night, FIRST_READ - timedelta(days=1)) == {"not-read"}
    assert conditions(night, FIRST_READ) == {None}
    assert conditions(night, DAY) == {None}


def test_an_item_from_before_the_first_read_is_told_as_not_read(night: Night) -> None:
    night.run()
    start, end = at("2026-09-01 09:00"), at("2026-09-01 10:00")
    old = make_reservation(900, room=night.room("Rembrandt").id, start=start, end=end)
    with night.store.transaction():
        insert_reservations(night.store, [old])
    outlook = Outlook(night.company, None)
    story = night.ask(lambda _: explain_item(night.company, outlook, "900"))
    assert (story.verdict.condition, story.cause) == ("not-read", None)


def test_the_reason_names_the_first_moment_that_was_read_and_no_run_that_would_not_help(
    night: Night,
) -> None:
    night.run()
    room = night.room("Rembrandt")
    error = not_remembered(night.store, room, TimeSpan(at("2026-09-01 09:00"), at("10:00")))
    assert error is not None
    assert "nothing before 2026-09-12 00:00 was read" in error.message
    assert error.hint == "without --cached Graph is asked"


def test_what_was_read_once_stays_known_when_the_room_is_read_anew(night: Night) -> None:
    night.book("Rembrandt", "Board", "09:00", "10:00")
    night.run()
    for _ in range(3):
        night.sleep(20)
        night.run(full=True, again=False)
    assert conditions(night, DAY) == {None}
    assert conditions(night, LONG_AGO) == {"not-read"}


def test_days_that_no_read_covered_are_not_known(night: Night) -> None:
    night.run()
    night.sleep(150)
    night.run(full=True, again=False)
    assert conditions(night, DAY) == {"not-read"}
    assert conditions(night, date(2026, 12, 24)) == {"not-read"}
    assert conditions(night, date(2027, 2, 14)) == {None}


def test_a_room_whose_reading_was_forgotten_is_known_from_its_next_read_on(night: Night) -> None:
    night.run()
    night.sleep(20)
    for room in night.rooms:
        forget_reading(night.company, room)
    assert conditions(night, DAY) == {"not-read"}
    night.run()
    assert conditions(night, DAY) == {"not-read"}
    assert conditions(night, date(2026, 10, 5)) == {None}


@pytest.mark.parametrize("past_days", [1, 30])
def test_the_days_that_a_pass_keeps_in_step_are_known(night: Night, past_days: int) -> None:
    night.configure(past_days=past_days)
    night.run()
    assert conditions(night, date(2026, 9, 14) - timedelta(days=past_days)) == {None}
