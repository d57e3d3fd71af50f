"""Officebooking -> Outlook: written once, whatever goes wrong on the way."""

from __future__ import annotations

import pytest
from night import Night, at, daily, mailbox_of, weekly

from obctl.domain.sync.cancellation import RequestStatus
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.errors import Refused
from obctl.sandbox.exchange import Change
from obctl.sandbox.steps import MoveMailbox

INTERVIEW = "Rembrandt 09-15 09:00-10:00 Interview"


def made(night: Night, **more):
    return night.make("Rembrandt", "Interview", "09:00", "10:00", **more)[0].number


def masters(night: Night, room: str = "Rembrandt") -> int:
    """How many meetings Exchange has in a room, series being one."""
    return len(night.tenant.meetings_in(mailbox_of(room)))


def test_a_reservation_stands_in_outlook_at_once(night: Night) -> None:
    number = made(night)
    assert night.outlook("Rembrandt") == [INTERVIEW]
    assert night.reservations() == [INTERVIEW]
    assert night.pending() == []
    assert night.run().changes == 0
    assert night.run(full=True).changes == 0
    assert (night.only().number, len(night.all())) == (number, 1)


def test_what_is_not_pushed_at_once_goes_out_with_the_next_run(night: Night) -> None:
    made(night, push=False)
    assert night.reservations() == [f"{INTERVIEW} [20]"]
    report = night.run()
    assert (report.pushed, report.created) == (1, 0)
    assert night.outlook("Rembrandt") == night.reservations() == [INTERVIEW]


def test_a_run_over_other_rooms_leaves_the_push_pending(night: Night) -> None:
    made(night, push=False)
    assert night.run("Vermeer").pushed == 0
    assert night.pending() == [(1, "create")]


@pytest.mark.parametrize("all_day", [False, True], ids=["hours", "all-day"])
def test_changes_here_arrive_there(night: Night, all_day: bool) -> None:
    number = made(night)
    night.edit(number, subject="Second interview", start="16 00:00" if all_day else "16 11:00",
               end="17 00:00" if all_day else "16 12:30")  # fmt: skip
    times = "09-16 all day" if all_day else "09-16 11:00-12:30"
    assert night.outlook("Rembrandt") == [f"Rembrandt {times} Second interview"]
    assert night.reservations() == night.outlook("Rembrandt")
    assert night.run().changes == 0
    assert masters(night) == 1


def test_changes_made_before_the_first_push_are_part_of_it(night: Night) -> None:
    number = made(night, push=False)
    night.edit(number, start="11:00", end="12:00", push=False)
    night.run()
    assert night.outlook("Rembrandt") == ["Rembrandt 09-15 11:00-12:00 Interview"]
    assert masters(night) == 1


def test_a_cancelled_reservation_leaves_outlook(night: Night) -> None:
    number = made(night)
    night.call_off(number)
    assert (night.outlook("Rembrandt"), night.reservations(), night.pending()) == ([], [], [])
    assert night.run().changes == 0
    assert int(night.all()[0].external_state) == 110


def test_a_reservation_cancelled_before_it_was_pushed_never_appears(night: Night) -> None:
    night.call_off(made(night, push=False), push=False)
    assert night.run().pushed == 0
    assert masters(night) == 0


def test_a_cancellation_not_pushed_yet_is_not_undone_by_the_pass(night: Night) -> None:
    number = made(night)
    night.run()
    night.call_off(number, push=False)
    night.fail("server-error", "Rembrandt", method="POST")
    report = night.run()
    assert report.push_failed == 1
    assert night.reservations() == []
    night.recover()
    night.sleep()
    night.run()
    assert night.outlook("Rembrandt") == []


@pytest.mark.parametrize("silent", [False, True])
def test_somebody_elses_meeting_is_declined_and_never_deleted(night: Night, silent: bool) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.watched.calls.clear()
    night.call_off(night.only().number, silent=silent)
    posts = [route for method, _, route in night.watched.calls if method == "POST"]
    assert [route.rpartition("/")[2] for route in posts] == ["decline"]
    assert "DELETE" not in [method for method, _, _ in night.watched.calls]
    assert night.outlook("Rembrandt") == []
    _, original = night.tenant.copy("anna@contoso.example", meeting)
    answers = [one.response for one in original.attendees]
    assert answers == (["accepted"] if silent else ["declined"])
    assert night.run().changes == 0


def test_somebody_elses_meeting_cannot_be_changed_here(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    with pytest.raises(Refused, match="meeting of anna"):
        night.edit(night.only().number, start="11:00", end="12:00")
    assert night.run().changes == 0


def test_a_slot_taken_in_outlook_is_refused_there_and_kept_as_failed_here(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:30", "10:30")
    (result,) = night.make("Rembrandt", "Interview", "09:00", "10:00", push=False)
    (pushed,) = night.push(result.number)
    assert pushed.error is not None
    assert pushed.error.code == "slot-taken"
    assert f"{INTERVIEW} [21]" in night.reservations()
    assert night.outlook("Rembrandt") == ["Rembrandt 09-15 09:30-10:30 Budget"]
    report = night.run()
    assert report.exit_code == 0
    assert sorted(night.reservations()) == [
        f"{INTERVIEW} [21]",
        "Rembrandt 09-15 09:30-10:30 Budget",
    ]


def test_a_taken_slot_that_becomes_free_is_taken_by_a_later_run(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "16 09:00", "16 10:00")
    night.make("Rembrandt", "Interview", "16 09:00", "16 10:00")
    assert night.pending() == [(1, "create")]
    night.cancel(meeting)
    night.sleep()
    assert night.run().pushed == 1
    assert night.outlook("Rembrandt") == ["Rembrandt 09-16 09:00-10:00 Interview"]


def test_a_room_taken_here_is_refused_before_anything_is_written(night: Night) -> None:
    made(night)
    with pytest.raises(Refused, match="taken in Officebooking"):
        night.make("Rembrandt", "Other", "09:30", "10:30")
    assert len(night.all()) == masters(night) == 1


@pytest.mark.parametrize("kind", ["server-error", "forbidden", "mailbox-gone"])
def test_a_failed_push_is_retried_with_growing_waits_until_it_succeeds(
    night: Night, kind: str
) -> None:
    night.fail(kind, "Rembrandt", method="POST")
    made(night)
    assert night.reservations() == [f"{INTERVIEW} [21]"]
    assert night.run("Rembrandt").push_failed == 0, "not due yet"
    night.sleep(0, minutes=5)
    assert night.run("Rembrandt").push_failed == 1
    night.recover()
    night.sleep()
    report = night.run()
    assert (report.pushed, report.push_failed) == (1, 0)
    assert night.outlook("Rembrandt") == night.reservations() == [INTERVIEW]
    assert masters(night) == 1
    assert night.log("push.*") == ["push.failed", "push.failed", "push.created"]


def test_an_answer_that_is_lost_does_not_book_twice(night: Night) -> None:
    night.fail("cut", "Rembrandt", method="POST", times=1)
    number = made(night)
    night.recover()
    night.sleep()
    night.run()
    assert night.outlook("Rembrandt") == [INTERVIEW]
    assert (masters(night), [item.number for item in night.all()]) == (1, [number])


def test_a_pass_between_a_lost_answer_and_its_retry_takes_the_event_for_ours(night: Night) -> None:
    night.fail("cut", "Rembrandt", method="POST", times=1)
    number = made(night)
    assert masters(night) == 1
    night.run(again=False)
    night.run(full=True, again=False)
    assert [item.number for item in night.all()] == [number]
    night.sleep()
    night.run()
    assert night.reservations() == [INTERVIEW]
    assert masters(night) == 1


def test_a_lost_answer_and_then_a_cancellation_leaves_nothing_behind(night: Night) -> None:
    night.fail("cut", "Rembrandt", method="POST", times=1)
    number = made(night)
    assert masters(night) == 1
    night.call_off(number)
    night.sleep()
    night.run()
    night.sleep()
    night.run()
    assert night.outlook("Rembrandt") == []
    assert night.reservations() == []
    assert night.pending() == []


def test_a_lost_answer_and_then_a_change_ends_as_changed(night: Night) -> None:
    night.fail("cut", "Rembrandt", method="POST", times=1)
    number = made(night)
    night.edit(number, start="11:00", end="12:00")
    night.sleep()
    night.run()
    assert night.outlook("Rembrandt") == ["Rembrandt 09-15 11:00-12:00 Interview"]
    assert masters(night) == 1


@pytest.mark.parametrize("edit", [{"subject": "Second"}, {"start": "11:00", "end": "12:00"}])
def test_what_a_lost_answer_left_in_another_room_is_withdrawn_though_changes_follow(
    night: Night, edit: dict[str, str]
) -> None:
    number = made(night)
    night.fail("cut", "Vermeer", method="POST", times=1)
    night.edit(number, room="Vermeer")
    night.recover()
    assert len(night.outlook("Vermeer")) == 1
    night.edit(number, room="Rembrandt", push=False)
    night.edit(number, push=False, **edit)
    night.sleep(0, hours=8)
    night.run()
    assert night.outlook("Vermeer") == night.pending() == []
    assert night.reservations() == night.outlook("Rembrandt")
    assert edit.get("subject", "11:00") in night.outlook("Rembrandt")[0]


def test_a_change_whose_answer_is_lost_is_repeated(night: Night) -> None:
    number = made(night)
    night.run()
    night.fail("cut", "Rembrandt", method="PATCH", times=1)
    night.edit(number, start="16 11:00", end="16 12:00")
    night.run(again=False)
    night.sleep()
    night.run()
    assert night.outlook("Rembrandt") == ["Rembrandt 09-16 11:00-12:00 Interview"]
    assert night.reservations() == night.outlook("Rembrandt")
    assert masters(night) == 1


def test_moved_there_while_our_change_was_pending_is_a_conflict_outlook_wins(night: Night) -> None:
    number = made(night)
    night.run()
    night.fail("server-error", "Rembrandt", method="PATCH")
    night.edit(number, start="11:00", end="12:00")
    (event,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.recover()
    night.change(event, start="15:00", end="16:00")
    night.sleep()
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 15:00-16:00 Interview"]
    assert night.reservations() == night.outlook("Rembrandt")
    assert night.log("conflict.*") == ["conflict.merged"]


def test_a_new_time_there_and_a_new_subject_here_are_merged(night: Night) -> None:
    number = made(night)
    night.run()
    (event,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.edit(number, subject="Ours", push=False)
    night.change(event, start="15:00", end="16:00")
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 15:00-16:00 Ours"]
    assert night.reservations() == night.outlook("Rembrandt")
    assert night.log("conflict.*") == []


@pytest.mark.parametrize("there", [{"body": "Bring a laptop"}, {"start": "11:00", "end": "12:00"}])
@pytest.mark.parametrize("first", ["notified", "pass"])
def test_a_subject_changed_here_outlives_what_is_read_before_it_is_pushed(
    night: Night, there: dict[str, str], first: str
) -> None:
    number = made(night)
    (meeting,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.fail("server-error", "Rembrandt", method="PATCH")
    night.edit(number, subject="Second interview")
    night.change(meeting, **there)
    if first == "notified":
        night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    else:
        night.run(again=False)
    night.recover()
    night.sleep()
    night.run()
    times = "11:00-12:00" if "start" in there else "09:00-10:00"
    assert night.outlook("Rembrandt") == [f"Rembrandt 09-15 {times} Second interview"]
    assert (night.reservations(), night.pending()) == (night.outlook("Rembrandt"), [])


@pytest.mark.parametrize("push", [True, False], ids=["at-once", "by-the-run"])
def test_moving_a_reservation_to_another_room_moves_its_event(night: Night, push: bool) -> None:
    number = made(night)
    night.cater(number)
    night.run()
    night.edit(number, room="Vermeer", push=push)
    night.run()
    assert night.outlook("Rembrandt") == []
    assert night.outlook("Vermeer") == ["Vermeer 09-15 09:00-10:00 Interview"]
    assert night.reservations() == ["Vermeer 09-15 09:00-10:00 Interview"]
    assert night.only().number == number
    assert [service.cancelled for service in night.only().services] == [False]


def test_moving_to_another_room_and_back_ends_where_it_began(night: Night) -> None:
    number = made(night)
    night.edit(number, room="Vermeer", push=False)
    night.edit(number, room="Rembrandt", push=False)
    night.run()
    night.run()
    assert night.outlook("Rembrandt") == night.reservations() == [INTERVIEW]
    assert night.outlook("Vermeer") == []


@pytest.mark.parametrize("read", ["pushed", "notified"])
def test_back_in_a_room_that_it_has_not_left_it_takes_its_newest_time(
    night: Night, read: str
) -> None:
    """What the other room showed last says nothing about the event that is still in this one."""
    number = made(night)
    night.run()
    night.fail("server-error", "Rembrandt")
    night.edit(number, room="Vermeer", start="11:00", end="12:00", subject="Second interview")
    night.recover()
    night.edit(number, room="Rembrandt", start="13:00", end="14:00", push=False)
    if read == "notified":
        (meeting,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
        night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    night.sleep()
    night.run()
    assert night.outlook("Rembrandt") == ["Rembrandt 09-15 13:00-14:00 Second interview"]
    assert (night.reservations(), night.outlook("Vermeer")) == (night.outlook("Rembrandt"), [])
    assert night.log("conflict.*") == []


@pytest.mark.parametrize("push", [True, False], ids=["at-once", "by-the-run"])
def test_a_move_whose_new_room_is_taken_there_keeps_the_old_room(night: Night, push: bool) -> None:
    number = made(night)
    night.run()
    night.book("Vermeer", "Budget", "09:00", "10:00")
    night.edit(number, room="Vermeer", push=push)
    night.run(again=False)
    assert night.outlook("Rembrandt") == [INTERVIEW]
    assert len(night.all()) == 2
    assert night.outlook("Vermeer") == ["Vermeer 09-15 09:00-10:00 Budget"]
    assert "Vermeer 09-15 09:00-10:00 Interview [21]" in night.reservations()


def test_a_repeated_reservation_is_one_series_in_outlook(night: Night) -> None:
    reservations = night.make(
        "Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;BYDAY=TU;COUNT=4"
    )
    assert len(reservations) == 4
    assert masters(night) == 1
    assert night.outlook("Rembrandt") == night.reservations()
    assert night.run().changes == 0
    assert night.run(full=True).changes == 0
    assert len(night.all()) == 4


def test_a_repeated_reservation_keeps_its_hour_over_the_change_of_clocks(night: Night) -> None:
    night.configure(future_days=90)
    night.make(
        "Rembrandt", "Coaching", "2026-10-13 09:00", "2026-10-13 10:00",
        repeat="FREQ=WEEKLY;COUNT=4",
    )  # fmt: skip
    night.run()
    assert [line.split()[2] for line in night.outlook("Rembrandt")] == ["09:00-10:00"] * 4
    assert night.outlook("Rembrandt") == night.reservations()


def test_a_series_whose_answer_is_lost_is_one_series_still(night: Night) -> None:
    night.fail("cut", "Rembrandt", method="POST", times=1)
    night.make("Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4")
    night.run(again=False)
    night.sleep(0, hours=1)
    night.run()
    assert masters(night) == 1
    assert night.outlook("Rembrandt") == night.reservations()
    assert len(night.all()) == 4


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        (SeriesScope.ONE, ["09-15", "09-29", "10-06"]),
        (SeriesScope.FOLLOWING, ["09-15"]),
        (SeriesScope.ALL, []),
    ],
)
@pytest.mark.parametrize("push", [True, False], ids=["at-once", "by-the-run"])
def test_calling_off_dates_of_our_series_takes_them_from_outlook(
    night: Night, scope: SeriesScope, left: list[str], push: bool
) -> None:
    four = night.make("Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4")
    night.run()
    night.call_off(four[1].number, scope=scope, push=push)
    night.run()
    assert [line.split()[1] for line in night.outlook("Rembrandt")] == left
    assert night.outlook("Rembrandt") == night.reservations()
    assert night.pending() == []


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
@pytest.mark.parametrize("ours", [True, False], ids=["ours", "theirs"])
def test_a_date_that_runs_while_the_others_are_called_off_goes_on(
    night: Night, ours: bool, ignore: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    if ours:
        night.make("Rembrandt", "Course", "09:00", "17:00", repeat="FREQ=DAILY;COUNT=4")
    else:
        night.book("Rembrandt", "Course", "09:00", "17:00", recurrence=daily(count=4))
    night.run()
    first, second, *_ = sorted(night.all(), key=lambda item: item.start)
    night.cater(first.number)
    night.sleep()
    assert first.start < night.company.now < first.end
    night.call_off(second.number, scope=SeriesScope.ALL)
    running = ["Rembrandt 09-15 09:00-17:00 Course"]
    assert night.reservations() == night.outlook("Rembrandt") == running
    assert night.run(full=True).changes == 0
    assert (night.requests(), night.pending()) == ([], [])
    assert not any(service.cancelled for item in night.all() for service in item.services)


@pytest.mark.parametrize("starts", ["18 09:00", "09:00"], ids=["to-come", "running"])
def test_a_series_called_off_whole_is_one_word_to_outlook(night: Night, starts: str) -> None:
    ends = starts.replace("09:00", "17:00")
    made = night.make("Rembrandt", "Course", starts, ends, repeat="FREQ=DAILY;COUNT=4")
    night.sleep()
    night.call_off(made[0].number, scope=SeriesScope.ALL, push=False)
    assert night.pending() == [(made[0].number, "cancel")]
    night.run()
    assert (night.reservations(), night.outlook("Rembrandt")) == ([], [])


@pytest.mark.parametrize("scope", list(SeriesScope))
def test_moving_dates_of_our_series_moves_them_in_outlook(night: Night, scope: SeriesScope) -> None:
    four = night.make("Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4")
    night.run()
    night.edit(four[1].number, scope=scope, start="22 11:00", end="22 12:00")
    night.run()
    moved = {SeriesScope.ONE: {1}, SeriesScope.FOLLOWING: {1, 2, 3}, SeriesScope.ALL: {0, 1, 2, 3}}
    assert [line.split()[2] for line in night.outlook("Rembrandt")] == [
        "11:00-12:00" if n in moved[scope] else "09:00-10:00" for n in range(4)
    ]
    assert night.outlook("Rembrandt") == night.reservations()
    assert [item.number for item in night.all()] == [item.number for item in four]


def test_one_date_of_our_series_moves_to_another_room(night: Night) -> None:
    four = night.make("Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4")
    night.run()
    night.edit(four[1].number, room="Vermeer")
    night.run()
    assert night.outlook("Vermeer") == ["Vermeer 09-22 09:00-10:00 Coaching"]
    assert len(night.outlook("Rembrandt")) == 3
    assert len([item for item in night.all() if item.is_active]) == 4


def test_a_series_goes_to_outlook_as_it_was_changed_here_before(night: Night) -> None:
    four = night.make(
        "Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4", push=False
    )
    night.call_off(four[0].number, push=False)
    night.call_off(four[2].number, push=False)
    night.edit(four[1].number, start="22 11:00", end="22 12:00", push=False)
    night.run()
    assert night.outlook("Rembrandt") == [
        "Rembrandt 09-22 11:00-12:00 Coaching",
        "Rembrandt 10-06 09:00-10:00 Coaching",
    ]
    assert night.reservations() == night.outlook("Rembrandt")
    assert masters(night) == 1


def test_a_series_called_off_before_it_was_pushed_never_appears(night: Night) -> None:
    four = night.make(
        "Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4", push=False
    )
    night.call_off(four[0].number, scope=SeriesScope.ALL, push=False)
    night.run()
    assert (masters(night), night.pending(), night.reservations()) == (0, [], [])


def test_the_first_date_of_a_series_not_yet_pushed_cannot_leave_the_room(night: Night) -> None:
    four = night.make(
        "Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4", push=False
    )
    with pytest.raises(Refused, match="series that is not in Outlook yet"):
        night.edit(four[0].number, room="Vermeer", push=False)
    night.run()
    night.edit(four[0].number, room="Vermeer")
    assert len(night.outlook("Rembrandt")) == 3
    assert len(night.outlook("Vermeer")) == 1


@pytest.mark.parametrize("decision", ["approve", "reject", "push back", "setting"])
def test_a_decision_about_a_conflict_ends_what_was_pending(night: Night, decision: str) -> None:
    number = made(night)
    night.run()
    (event,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.edit(number, subject="Ours", push=False)
    night.delete("Rembrandt", event)
    assert night.run(again=False).push_failed == 1
    assert night.requests() == [(number, "conflict")]
    match decision:
        case "approve":
            night.approve()
        case "reject":
            night.reject()
        case "push back":
            night.reject(push_back=True)
        case _:
            night.configure(ignore_cancellation_requests=True)
            night.run("Rembrandt")
    night.sleep()
    assert night.run("Rembrandt").push_failed == 0
    expected = ["Rembrandt 09-15 09:00-10:00 Ours"] if decision == "push back" else []
    assert night.outlook("Rembrandt") == expected
    assert night.pending() == []


def test_a_meeting_written_by_a_delegate_leaves_its_room_once(night: Night) -> None:
    night.tenant.book_directly(
        mailbox_of("Rembrandt"), "Tour", "2026-09-16T09:00", "2026-09-16T10:00"
    )
    night.run()
    night.fail("server-error", "Rembrandt", method="POST")
    night.edit(night.only().number, room="Vermeer")
    night.run(again=False)
    assert night.reservations() == ["Vermeer 09-16 09:00-10:00 Tour"]
    night.recover()
    night.sleep()
    night.run()
    assert night.outlook("Rembrandt") == []
    assert len(night.all()) == 1


def test_our_meeting_moved_in_outlook_is_moved_here(night: Night) -> None:
    made(night)
    night.run()
    (event,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.change(event, start="15:00", end="16:00")
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 15:00-16:00 Interview"]


def test_our_subject_leads_when_both_sides_changed_it(night: Night) -> None:
    number = made(night)
    night.run()
    (event,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.fail("server-error", "Rembrandt", method="PATCH")
    night.edit(number, subject="Ours")
    night.recover()
    night.change(event, subject="Theirs")
    night.run(again=False)
    night.sleep()
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Ours"]
    assert night.outlook("Rembrandt") == night.reservations()


def test_a_double_booking_made_meanwhile_is_told(night: Night) -> None:
    def rival(change: Change) -> None:
        if change.type == "created" and len(change.mailbox.items) == 1:
            night.tenant.book_directly(
                mailbox_of("Rembrandt"), "Rival", "2026-09-15T09:30", "2026-09-15T10:30"
            )

    night.server.service.exchange.listeners.append(rival)
    (reservation,) = night.make("Rembrandt", "Interview", "09:00", "10:00", push=False)
    (result,) = night.push(reservation.number)
    assert result.error is None
    (problem,) = result.problems
    assert (problem.code, "'Rival'" in problem.message) == ("double-booking", True)


def test_pushed_events_invite_nobody(night: Night) -> None:
    made(night)
    ((_, event),) = [
        night.tenant.copy(mailbox_of("Rembrandt"), meeting)
        for meeting in night.tenant.meetings_in(mailbox_of("Rembrandt"))
    ]
    assert event.attendees == ()
    assert event.start_at == at("09:00")


def test_ours_and_theirs_on_one_night(night: Night) -> None:
    made(night, push=False)
    night.book("Rembrandt", "Board", "11:00", "12:00", recurrence=weekly(count=2))
    report = night.run()
    assert (report.pushed, report.created) == (1, 2)
    assert night.reservations() == night.outlook("Rembrandt")


def test_a_change_finds_its_event_in_a_mailbox_that_was_moved(night: Night) -> None:
    number = made(night)
    night.run()
    night.act(MoveMailbox(room=mailbox_of("Rembrandt")))
    night.edit(number, start="16 11:00", end="16 12:00")
    assert night.outlook("Rembrandt") == ["Rembrandt 09-16 11:00-12:00 Interview"]
    assert night.run().changes == 0


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "theirs"])
def test_a_cancellation_finds_its_event_in_a_mailbox_that_was_moved(
    night: Night, ours: bool
) -> None:
    if ours:
        made(night)
    else:
        night.book("Rembrandt", "Interview", "09:00", "10:00")
    night.run()
    night.act(MoveMailbox(room=mailbox_of("Rembrandt")))
    night.call_off(night.only().number)
    assert night.outlook("Rembrandt") == []
    assert night.run().changes == 0
    assert night.reservations() == []


def test_a_series_called_off_whole_is_found_in_a_mailbox_that_was_moved(night: Night) -> None:
    four = night.make("Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4")
    night.run()
    night.act(MoveMailbox(room=mailbox_of("Rembrandt")))
    night.call_off(four[0].number, scope=SeriesScope.ALL)
    assert night.outlook("Rembrandt") == []
    assert night.run().changes == 0


@pytest.mark.parametrize("lost", [False, True], ids=["not-pushed", "answer-lost"])
def test_a_date_that_left_the_room_before_its_series_was_pushed_is_no_part_of_it(
    night: Night, lost: bool
) -> None:
    three = night.make(
        "Rembrandt", "Desk", "17 16:00", "17 16:30", repeat="FREQ=DAILY;COUNT=3", push=False
    )
    if lost:
        night.fail("cut", "Rembrandt", method="POST", times=1)
        night.push(three[0].number)
    night.edit(three[1].number, room="Vermeer", push=False)
    night.sleep(0, hours=1)
    night.run()
    assert [line.split()[1] for line in night.outlook("Rembrandt")] == ["09-17", "09-19"]
    assert [line.split()[1] for line in night.outlook("Vermeer")] == ["09-18"]
    assert [item.number for item in night.all() if item.is_active] == [1, 2, 3]


@pytest.mark.parametrize("what", ["subject", "time", "room", "cancel"])
def test_a_reservation_kept_though_outlook_lost_it_is_changed_here_alone(
    night: Night, what: str
) -> None:
    """A person rejected the cancellation: it is Officebooking's, and no business of Outlook's."""
    number = made(night)
    night.run()
    (event,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.delete("Rembrandt", event)
    night.run()
    night.reject()
    match what:
        case "subject":
            results = night.edit(number, subject="Other")
        case "time":
            results = night.edit(number, start="16 11:00", end="16 12:00")
        case "room":
            results = night.edit(number, room="Vermeer")
        case _:
            results = night.call_off(number)
    assert [result.error for result in results if result.error] == []
    assert night.pending() == []
    assert night.run().changes == 0
    left = {
        "subject": ["Rembrandt 09-15 09:00-10:00 Other [0]"],
        "time": ["Rembrandt 09-16 11:00-12:00 Interview [0]"],
        "room": ["Vermeer 09-15 09:00-10:00 Interview"],
        "cancel": [],
    }
    assert night.reservations() == left[what]
    assert night.outlook("Vermeer") == [line for line in left[what] if "Vermeer" in line]
    assert night.outlook("Rembrandt") == []


@pytest.fixture
def undecided(night: Night) -> Night:
    """Our meeting vanished from Outlook; a person has to say what becomes of the reservation."""
    made(night)
    night.run()
    (event,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.delete("Rembrandt", event)
    night.run()
    assert night.requests() == [(1, "unproven")]
    return night


@pytest.mark.parametrize("edit", [{"subject": "Other"}, {"start": "11:00"}, {"room": "Vermeer"}])
def test_a_reservation_that_waits_for_a_decision_is_not_changed_before_it(
    undecided: Night, edit: dict[str, str]
) -> None:
    with pytest.raises(Refused, match="waits for a decision") as told:
        undecided.edit(1, **edit)
    assert told.value.code == "cancellation-requested"
    assert "obctl cancellations show 1" in (told.value.hint or "")
    assert undecided.reservations() == [f"{INTERVIEW} [100]"]
    assert (undecided.pending(), undecided.requests()) == ([], [(1, "unproven")])


def test_to_cancel_a_reservation_that_waits_for_a_decision_is_the_decision(
    undecided: Night,
) -> None:
    undecided.call_off(1)
    assert (undecided.reservations(), undecided.requests(), undecided.pending()) == ([], [], [])
    assert undecided.requests(RequestStatus.APPROVED) == [(1, "unproven")]
    assert undecided.log("cancellation.*") == ["cancellation.requested", "cancellation.approved"]
    assert undecided.run().changes == 0
