"""Somebody takes the slot of a new event while it is written: nothing is undone, and it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from night import Night, daily, mailbox_of

from obctl.domain.sync.run_report import Problem
from obctl.engine.push.delivery import PushResult
from obctl.store.company_log import LogFilter, find_entry, search_log
from obctl.store.outbox import load_pending, mark_done, mark_failed

ROOM = "Rembrandt"
INTERVIEW = f"{ROOM} 09-15 09:00-10:00 Interview"


@pytest.fixture
def rival(night: Night) -> Callable[[str, str], None]:
    """`rival("09:30", "10:30")` takes the room as the new event arrives in it."""

    def arrange(start: str, end: str) -> None:
        def on_call(method: str, mailbox: str | None, route: str) -> None:
            if method == "POST" and mailbox == mailbox_of(ROOM) and route.endswith("events"):
                night.watched.on_call = lambda *_: None
                night.book(ROOM, "Rival", start, end, organizer="bram", settle=False)
                night.settle()

        night.watched.on_call = on_call

    return arrange


def made(night: Night, **more: str) -> int:
    return night.make(ROOM, "Interview", "09:00", "10:00", push=False, **more)[0].number


def told(night: Night, found: Sequence[Problem], run: str | None) -> list[str]:
    """The messages of problems, each of which stands in the company log of the run."""
    entries = search_log(night.store, LogFilter(action="push.*", run=run))
    logged = {
        (entry.room, entry.message)
        for entry in entries
        if entry.run == run and entry.action in ("push.overlapped", "push.unchecked")
    }
    assert {problem.room for problem in found} <= {mailbox_of(ROOM)}
    assert logged == {(night.room(ROOM).id, f"{one.code}: {one.message}") for one in found}
    return [problem.message for problem in found]


def test_a_double_booking_made_while_a_reservation_is_pushed_is_told(night, rival) -> None:
    number = made(night)
    rival("09:30", "10:30")
    (result,) = night.push(number)
    assert result.error is None
    (message,) = told(night, result.problems, None)
    assert message == (
        f"reservation {number} is double booked: 'Rival' of bram@contoso.example took {ROOM}"
        " Tue 2026-09-15 09:30-10:30 (Europe/Amsterdam) meanwhile"
    )
    assert (night.pending(), INTERVIEW in night.reservations()) == ([], True)


def test_the_log_keeps_the_original_of_the_other_meeting(night, rival) -> None:
    number = made(night)
    rival("09:30", "10:30")
    night.push(number)
    (entry,) = search_log(night.store, LogFilter(action="push.overlapped"))
    assert (entry.reservation, entry.subject) == (number, "Interview")
    assert b'"Rival"' in (find_entry(night.store, entry.id or 0).payload or b"")


def test_a_double_booking_made_while_a_run_pushes_is_a_problem_of_the_run(night, rival) -> None:
    made(night)
    rival("09:00", "10:00")
    report = night.run(again=False)
    assert (report.pushed, report.push_failed, report.exit_code) == (1, 0, 0)
    assert [problem.code for problem in report.problems] == ["double-booking"]
    (message,) = told(night, report.problems, report.run)
    assert "'Rival'" in message


def test_a_meeting_beside_the_slot_is_none_of_our_business(night, rival) -> None:
    number = made(night)
    rival("10:00", "11:00")
    (result,) = night.push(number)
    assert told(night, result.problems, None) == []


def test_a_date_of_a_series_that_is_double_booked_meanwhile_is_told(night, rival) -> None:
    number = made(night, repeat="FREQ=DAILY;COUNT=3")
    rival("16 09:30", "16 10:30")
    (result,) = night.push(number)
    (message,) = told(night, result.problems, None)
    assert message.startswith(f"reservation {number + 1} is double booked: 'Rival'")
    assert len(night.reservations(ROOM)) == 3


def test_a_series_is_not_double_booked_by_its_own_dates_nor_between_them(night, rival) -> None:
    number = made(night, repeat="FREQ=DAILY;COUNT=3")
    night.book("Vermeer", "Elsewhere", "09:00", "10:00", recurrence=daily(count=3))
    rival("16 10:00", "17 09:00")
    (result,) = night.push(number)
    assert told(night, result.problems, None) == []


def test_a_date_that_moves_out_of_the_series_is_not_looked_at_where_it_was(night, rival) -> None:
    number = made(night, repeat="FREQ=DAILY;COUNT=3")
    night.edit(number + 1, start="16 13:00", end="16 14:00", push=False)
    rival("16 09:00", "16 10:00")
    results = night.push(number)
    assert [result.error for result in results] == [None, None]
    assert [problem for result in results for problem in result.problems] == []


@pytest.mark.parametrize("repeat", [{}, {"repeat": "FREQ=DAILY;COUNT=3"}], ids=["one", "series"])
@pytest.mark.parametrize("by_run", [False, True], ids=["at-once", "by-the-run"])
def test_where_nobody_can_look_afterwards_the_push_has_succeeded_all_the_same(
    night: Night, repeat: dict[str, str], by_run: bool
) -> None:
    number = made(night, **repeat)
    night.fail("server-error", ROOM, method="GET", route="*calendarView?*", spare=1)
    night.fail("server-error", ROOM, method="GET", route="*calendarView", spare=1)
    if by_run:
        report = night.run("Vermeer", ROOM, again=False)
        assert (report.pushed, report.push_failed) == (1, 0)
        found = [one for one in report.problems if one.code == "not-looked"]
        (message,) = told(night, found, report.run)
    else:
        (result,) = night.push(number)
        assert result == PushResult(number, problems=result.problems)
        (message,) = told(night, result.problems, None)
    assert message.startswith(f"reservation {number}: could not look for a double booking: ")
    night.recover()
    assert (night.pending(), night.outlook(ROOM)) == ([], night.reservations())
    assert "push.failed" not in night.log()
    assert night.store.rows("SELECT * FROM outbox WHERE failed OR error IS NOT NULL") == []
    night.sleep(0, hours=1)
    assert night.run().changes == 0


def test_a_write_that_is_done_does_not_fail_any_more(night: Night) -> None:
    made(night)
    (item,) = load_pending(night.store)
    mark_done(night.store, item.id, night.company.now)
    assert not mark_failed(
        night.store, item.id, error_code="late", error="Late.", request_id=None,
        due_at=night.company.now,
    )  # fmt: skip
    assert night.store.rows("SELECT * FROM outbox WHERE failed OR error IS NOT NULL") == []
