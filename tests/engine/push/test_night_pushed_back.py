"""A meeting that Outlook lost is to be written there again, and meanwhile it is there again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from killed_process import RUN, KilledProcesses
from night import Night, mailbox_of, weekly

from obctl.domain.sync.cancellation import RequestStatus
from obctl.engine.reservations.cancellation_requests import reject
from obctl.sandbox.steps import Restore
from obctl.sandbox.tenant import Meeting
from obctl.store.cancellation_requests import load_requests

ROOM = "Rembrandt"
BUDGET = f"{ROOM} 09-15 09:00-10:00 Budget"


def lost(night: Night, **more: object) -> Meeting:
    """Somebody's meeting whose copy a delegate deleted; a person has to say what becomes of it."""
    meeting = night.book(ROOM, "Budget", "09:00", "10:00", **more)
    night.run()
    night.cater(min(item.number for item in night.all()))
    night.delete(ROOM, meeting)
    night.run()
    return meeting


def invited_again(night: Night, meeting: Meeting, **more: str) -> None:
    night.change(meeting, rooms="")
    night.change(meeting, rooms=ROOM, **more)


def put_back(night: Night, meeting: Meeting) -> None:
    """Calendar repair finds the room without its copy."""
    night.server.service.handles["lost"] = meeting
    night.act(Restore(meeting="lost", mailbox=mailbox_of(ROOM)))


def copies(night: Night) -> int:
    return len(night.tenant.meetings_in(mailbox_of(ROOM)))


def in_step(night: Night, *lines: str) -> None:
    """Nothing is left to do, and the services are still ordered."""
    assert night.reservations() == night.outlook(ROOM) == list(lines)
    assert (night.pending(), night.requests()) == ([], [])
    assert not any(service.cancelled for item in night.all() for service in item.services)
    for full in (False, True):
        night.sleep(0, hours=1)
        report = night.run(full=full)
        assert (report.changes, report.pushed, report.problems) == (0, 0, [])


@pytest.mark.parametrize("first", ["push", "run", "notified"])
def test_a_meeting_that_is_there_again_is_linked_and_not_written_twice(
    night: Night, first: str
) -> None:
    meeting = lost(night)
    invited_again(night, meeting)
    night.reject(push_back=True)
    if first == "notified":
        night.notify(ROOM, night.id_of(ROOM, meeting))
    if first == "run":
        report = night.run(again=False)
        assert (report.pushed, report.push_failed, report.problems) == (1, 0, [])
    else:
        (result,) = night.push(1)
        assert (result.error, result.problems) == (None, ())
    assert (copies(night), len(night.all())) == (1, 1)
    assert night.log("push.*") == []
    assert night.log("event.restored") == ["event.restored"]
    in_step(night, BUDGET)


def test_a_meeting_that_is_there_again_at_another_hour_leads(night: Night) -> None:
    meeting = lost(night)
    invited_again(night, meeting, start="15:00", end="16:30", subject="Budget, second part")
    night.reject(push_back=True)
    night.push(1)
    assert len(night.all()) == 1
    in_step(night, f"{ROOM} 09-15 15:00-16:30 Budget, second part")


def test_what_failed_as_its_own_meeting_came_back_is_linked_by_the_next_run(night: Night) -> None:
    meeting = lost(night)
    rival = night.book(ROOM, "Rival", "09:00", "10:00", organizer="bram")
    night.reject(push_back=True)
    (result,) = night.push(1)
    assert (result.error and result.error.code) == "slot-taken"
    night.cancel(rival)
    invited_again(night, meeting)
    night.sleep(0, hours=7)
    night.run(again=False)
    in_step(night, BUDGET)


def test_somebody_else_in_the_slot_is_not_the_meeting_that_was_lost(night: Night) -> None:
    lost(night)
    night.book(ROOM, "Budget", "09:00", "10:00", organizer="bram")
    night.reject(push_back=True)
    (result,) = night.push(1)
    assert (result.error and result.error.code) == "slot-taken"


def test_what_is_not_there_again_is_written_anew(night: Night) -> None:
    lost(night)
    night.reject(push_back=True)
    night.push(1)
    assert night.log("push.*") == ["push.created"]
    in_step(night, BUDGET)


def ours_comes_back_changed(night: Night, **edit: str) -> int:
    """Our meeting is fetched from the deleted items after it was changed here."""
    number = night.make(ROOM, "Interview", "09:00", "10:00")[0].number
    night.run()
    (meeting,) = night.tenant.meetings_in(mailbox_of(ROOM))
    mailbox, item = night.tenant.copy(mailbox_of(ROOM), meeting)
    with night.tenant.locked() as exchange:
        exchange.remove(mailbox, item)
    night.run()
    night.reject(push_back=True)
    night.edit(number, push=False, **edit)
    with night.tenant.locked() as exchange:
        exchange.add(mailbox, item)
    return number


def test_our_own_meeting_that_is_there_again_shows_what_was_changed_here(night: Night) -> None:
    number = ours_comes_back_changed(night, subject="Second interview", start="09:30", end="10:30")
    (result,) = night.push(number)
    assert result.error is None
    assert copies(night) == 1
    in_step(night, f"{ROOM} 09-15 09:30-10:30 Second interview")


def test_our_own_meeting_that_is_there_again_takes_nobodys_slot(night: Night) -> None:
    number = ours_comes_back_changed(night, subject="Second interview")
    night.book(ROOM, "Rival", "08:00", "09:00", organizer="bram")
    night.edit(number, start="08:30", end="09:30", push=False)
    (result,) = night.push(number)
    assert (result.error and result.error.code) == "slot-taken"
    assert night.outlook(ROOM)[1] == f"{ROOM} 09-15 09:00-10:00 Interview"


def test_a_meeting_that_the_room_shows_twice_is_not_linked_to_two_reservations(
    night: Night,
) -> None:
    meeting = night.book(ROOM, "Budget", "09:00", "10:00")
    night.run()
    put_back(night, meeting)
    night.run()
    assert len(night.reservations()) == 2
    # Changed here too: otherwise its meeting goes on as the other one, and nobody is asked.
    night.store.run("UPDATE reservations SET version = 2")
    night.delete(ROOM, meeting)
    night.run()
    night.reject(push_back=True)
    (reservation,) = (item for item in night.all() if item.external_state == 20)
    (result,) = night.push(reservation.number)
    assert (result.error and result.error.code) == "slot-taken"
    assert len({item.event_id for item in night.all()}) == 2


def test_dates_of_a_series_that_are_there_again_are_linked_each_to_its_own(night: Night) -> None:
    meeting = lost(night, recurrence=weekly(count=3))
    numbers = [item.number for item in night.all()]
    put_back(night, meeting)
    ids = [request.id for request in load_requests(night.store, RequestStatus.OPEN)]
    reject(night.company, ids, note=None, push_back=True)
    results = night.push(*numbers)
    assert [result.error for result in results] == [None] * 3
    assert [item.number for item in night.all()] == numbers
    in_step(night, *(f"{ROOM} {day} 09:00-10:00 Budget" for day in ("09-15", "09-22", "09-29")))


class TestElsewhere:
    """It came back at a time, or in a room, where nobody would look for it first."""

    @pytest.mark.parametrize(
        ("when", "times"),
        [
            ({"start": "18 09:00", "end": "18 10:00"}, "09-18 09:00-10:00"),
            ({"start": "27 16:00", "end": "27 17:00"}, "09-27 16:00-17:00"),
            ({"start": "2026-12-01 09:00", "end": "2026-12-01 10:00"}, "12-01 09:00-10:00"),
        ],
        ids=["this-week", "this-month", "beyond-the-window"],
    )
    @pytest.mark.parametrize("first", ["push", "run", "notified"])
    def test_on_another_day(
        self, night: Night, when: dict[str, str], times: str, first: str
    ) -> None:
        meeting = lost(night)
        invited_again(night, meeting, **when)
        night.reject(push_back=True)
        if first == "notified":
            night.notify(ROOM, night.id_of(ROOM, meeting))
        if first == "run":
            night.run(again=False)
        else:
            (result,) = night.push(1)
            assert (result.error, result.problems) == (None, ())
        assert (copies(night), len(night.all())) == (1, 1)
        assert night.log("push.*") == []
        in_step(night, f"{ROOM} {times} Budget")

    def test_our_own_is_put_where_it_is_reserved(self, night: Night) -> None:
        number = ours_comes_back_changed(night, subject="Second interview")
        (meeting,) = night.tenant.meetings_in(mailbox_of(ROOM))
        night.change(meeting, start="25 15:00", end="25 16:00")
        (result,) = night.push(number)
        assert result.error is None
        assert copies(night) == 1
        in_step(night, f"{ROOM} 09-15 09:00-10:00 Second interview")

    def test_our_own_whose_last_change_was_answered_by_nobody(self, night: Night) -> None:
        number = ours_comes_back_changed(night, start="24 09:00", end="24 10:00")
        night.fail("cut", ROOM, method="PATCH", times=1)
        (result,) = night.push(number)
        assert result.error is not None
        night.recover()
        night.edit(number, start="16 11:00", end="16 12:00", push=False)
        (result,) = night.push(number)
        assert result.error is None
        assert copies(night) == 1
        in_step(night, f"{ROOM} 09-16 11:00-12:00 Interview")

    def test_dates_of_a_series_that_was_moved_to_another_day(self, night: Night) -> None:
        meeting = lost(night, recurrence=weekly(count=3))
        put_back(night, meeting)
        night.change(meeting, day=date(2026, 9, 22), start="24 15:00", end="24 16:00")
        ids = [request.id for request in load_requests(night.store, RequestStatus.OPEN)]
        reject(night.company, ids, note=None, push_back=True)
        results = night.push(1, 2, 3)
        assert [result.error for result in results] == [None] * 3
        lines = ("09-15 09:00-10:00", "09-24 15:00-16:00", "09-29 09:00-10:00")
        in_step(night, *(f"{ROOM} {line} Budget" for line in lines))

    @pytest.mark.parametrize("first", ["push", "run"])
    @pytest.mark.parametrize(
        ("when", "times"),
        [
            ({}, "09-15 09:00-10:00"),
            ({"start": "15:00", "end": "16:00"}, "09-15 15:00-16:00"),
            ({"start": "25 15:00", "end": "25 16:00"}, "09-25 15:00-16:00"),
        ],
    )
    def test_in_another_room(
        self, night: Night, first: str, when: dict[str, str], times: str
    ) -> None:
        meeting = lost(night)
        night.change(meeting, rooms="Vermeer", **when)
        night.reject(push_back=True)
        if first == "run":
            night.run(again=False)
        else:
            (result,) = night.push(1)
            assert (result.error, result.problems) == (None, ())
        assert night.outlook(ROOM) == []
        assert night.reservations() == night.outlook("Vermeer") == [f"Vermeer {times} Budget"]
        assert night.log("event.moved") == ["event.moved"]
        assert (len(night.all()), len(night.only().services), night.pending()) == (1, 1, [])
        for full in (False, True):
            assert night.run(full=full).changes == 0

    def test_where_another_reservation_has_it_since_a_person_decides(self, night: Night) -> None:
        meeting = lost(night)
        night.sleep(0, hours=1)
        night.change(meeting, rooms="Vermeer")
        night.reject(push_back=True)
        night.run("Vermeer", again=False)
        assert len(night.reservations("Vermeer")) == 1
        (result,) = night.push(1)
        assert (result.error and result.error.code) == "meeting-elsewhere"
        assert "as reservation 2" in str(result.error)
        assert night.outlook(ROOM) == []
        night.call_off(2)
        night.push(1)
        in_step(night, BUDGET)

    def test_a_meeting_that_always_had_both_rooms_gets_this_one_again(self, night: Night) -> None:
        meeting = night.book(f"{ROOM} Vermeer", "Budget", "09:00", "10:00")
        night.run()
        night.sleep(0, hours=1)
        night.delete(ROOM, meeting)
        night.run()
        night.reject(push_back=True)
        night.sleep(0, hours=1)
        night.push(1)
        assert night.outlook(ROOM) == night.reservations(ROOM) == [BUDGET]
        assert len(night.reservations("Vermeer")) == 1

    def test_a_room_that_cannot_be_read_delays_it_once(self, night: Night) -> None:
        meeting = lost(night)
        night.change(meeting, rooms="Vermeer")
        night.reject(push_back=True)
        night.fail("unavailable", "Vermeer")
        (result,) = night.push(1)
        assert (result.error and result.error.code) == "rooms-unread"
        assert night.outlook(ROOM) == []
        night.recover()
        (result,) = night.push(1)
        assert result.error is None
        assert night.reservations() == night.outlook("Vermeer")

    @pytest.mark.parametrize("first", ["throttled", "server-error"])
    def test_a_room_that_cannot_be_read_delays_it_whatever_failed_before(
        self, night: Night, first: str
    ) -> None:
        meeting = lost(night)
        night.change(meeting, rooms="Vermeer")
        night.reject(push_back=True)
        night.fail(first, ROOM)
        (result,) = night.push(1)
        assert result.error is not None
        night.recover()
        night.sleep(0, hours=1)
        night.fail("unavailable", "Vermeer")
        (result,) = night.push(1)
        assert (result.error and result.error.code) == "rooms-unread"
        night.recover()
        night.push(1)
        assert night.outlook(ROOM) == []
        assert night.reservations() == night.outlook("Vermeer")

    def test_other_rooms_are_not_asked_again_while_its_slot_is_taken(self, night: Night) -> None:
        lost(night)
        rival = night.book(ROOM, "Rival", "09:00", "10:00", organizer="bram")
        night.reject(push_back=True)
        asked: list[bool] = []
        for _ in range(3):
            night.watched.calls.clear()
            (result,) = night.push(1)
            assert (result.error and result.error.code) == "slot-taken"
            asked.append(any(mailbox_of("Vermeer") in str(call) for call in night.watched.calls))
        assert asked == [True, False, False]
        night.cancel(rival)
        night.push(1)
        in_step(night, BUDGET)

    def test_where_the_other_reservation_lost_it_too_it_is_written(self, night: Night) -> None:
        meeting = lost(night)
        night.sleep(0, hours=1)
        night.change(meeting, rooms="Vermeer")
        night.reject(push_back=True)
        night.run("Vermeer", again=False)
        night.sleep(0, hours=1)
        night.cater(2)
        night.delete("Vermeer", meeting)
        night.run("Vermeer", again=False)
        night.reject(push_back=False)
        (result,) = night.push(1)
        assert result.error is None
        assert night.outlook(ROOM) == [BUDGET]

    def test_a_room_that_can_never_be_read_keeps_nobody_out(self, night: Night) -> None:
        lost(night)
        night.reject(push_back=True)
        night.fail("unavailable", "Vermeer")
        night.push(1)
        (result,) = night.push(1)
        assert result.error is None
        night.recover()
        in_step(night, BUDGET)

    def test_killed_at_any_instant_it_stands_once(
        self, night: Night, tmp_path: Path, killed_processes: KilledProcesses
    ) -> None:
        meeting = lost(night)
        night.change(meeting, rooms="Vermeer", start="15:00", end="16:00")
        night.reject(push_back=True)
        dies_at = 1
        while killed_processes.run(
            tmp_path / "home", night.company.now, *RUN, dies_at=dies_at
        ).killed:
            dies_at += 3
        night.sleep()
        night.run()
        line = "Vermeer 09-15 15:00-16:00 Budget"
        assert night.reservations() == night.outlook("Vermeer") == [line]
        assert (night.outlook(ROOM), len(night.all())) == ([], 1)
