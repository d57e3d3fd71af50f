"""Outlook and Officebooking change the same meeting: the write meets what it did not expect."""

from __future__ import annotations

import json
from typing import Any

import pytest
from answers import Answer
from night import Night, mailbox_of

from obctl.errors import EventChanged, Refused
from obctl.sandbox.meeting_mail import mark_cancelled
from obctl.sandbox.tenant import Meeting

ROOM = "Rembrandt"
IGNORE = pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])


def made(night: Night) -> int:
    number = night.make(ROOM, "Interview", "09:00", "10:00")[0].number
    night.run()
    return number


def in_outlook(night: Night) -> Meeting:
    (meeting,) = night.tenant.meetings_in(mailbox_of(ROOM))
    return meeting


def cancelled_but_kept(night: Night) -> None:
    """The meeting stays on the room's calendar, crossed out."""
    with night.tenant.locked() as exchange:
        mark_cancelled(exchange, *night.tenant.copy(mailbox_of(ROOM), in_outlook(night)))


def written(night: Night, method: str) -> int:
    """How often a write of this kind came to the room."""
    return sum(call[0] == method for call in night.watched.calls)


@IGNORE
@pytest.mark.parametrize("at_once", [True, False], ids=["at-once", "by-the-run"])
def test_changed_here_and_cancelled_but_kept_there_is_a_conflict(
    night: Night, ignore: bool, at_once: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    number = made(night)
    cancelled_but_kept(night)
    results = night.edit(number, start="13:00", end="14:00", push=at_once)
    if at_once:
        (result,) = results
        assert isinstance(result.error, Refused)
        assert (result.error.code, result.error.exit_code) == ("cancelled-in-outlook", 6)
    else:
        night.run(ROOM, again=False)
    expected = [] if ignore else [(number, "conflict")]
    assert night.requests() == expected
    assert written(night, "PATCH") == 0
    (reservation,) = night.all()
    assert reservation.subject == "Interview"
    assert int(reservation.external_state) == (110 if ignore else 100)
    assert night.log("push.updated") == []
    assert night.log("cancellation.requested") == ["cancellation.requested"] * len(expected)
    night.sleep()
    assert night.run().changes == 0


def test_a_change_that_waits_for_a_decision_is_not_tried_again(night: Night) -> None:
    number = made(night)
    cancelled_but_kept(night)
    night.edit(number, subject="Second interview")
    night.sleep()
    report = night.run()
    assert (report.pushed, report.push_failed, written(night, "PATCH")) == (0, 0, 0)
    night.reject(push_back=True)
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Second interview"]
    assert night.outlook(ROOM) == night.reservations()
    assert night.pending() == []


def test_a_change_is_written_once_its_meeting_takes_place_again(night: Night) -> None:
    number = made(night)
    cancelled_but_kept(night)
    night.edit(number, start="13:00", end="14:00")
    with night.tenant.locked() as exchange:
        mailbox, item = night.tenant.copy(mailbox_of(ROOM), in_outlook(night))
        item.is_cancelled, item.subject, item.show_as = False, "Interview", "busy"
        exchange.touch(mailbox, item)
    night.sleep()
    night.run()
    assert (night.requests(), night.pending()) == ([], [])
    assert night.reservations() == ["Rembrandt 09-15 13:00-14:00 Interview"]
    assert night.outlook(ROOM) == night.reservations()


def test_a_change_of_what_is_gone_there_asks_a_person_at_once(night: Night) -> None:
    number = made(night)
    night.delete(ROOM, in_outlook(night))
    (result,) = night.edit(number, subject="Second interview")
    assert result.error is not None
    assert result.error.code == "not-found"
    assert night.requests() == [(number, "conflict")]


def test_a_date_of_our_series_cancelled_but_kept_and_changed_here_is_a_conflict(
    night: Night,
) -> None:
    four = night.make(ROOM, "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4")
    night.run()
    cancelled_but_kept(night)
    night.edit(four[1].number, subject="Ours")
    assert night.requests() == [(four[1].number, "conflict")]


@pytest.mark.parametrize("act", ["create", "change", "cancel"])
def test_a_write_that_met_another_is_read_again_and_repeated_at_once(
    night: Night, act: str
) -> None:
    number = 1 if act == "create" else made(night)
    method = "PATCH" if act == "change" else "POST"
    night.watched.active.append(
        Answer("server-error", mailbox_of(ROOM), method=method, times=1, status=412)
    )
    match act:
        case "create":
            night.make(ROOM, "Interview", "09:00", "10:00")
        case "change":
            (result,) = night.edit(number, subject="Second interview")
            assert result.error is None
        case "cancel":
            (result,) = night.call_off(number)
            assert result.error is None
    assert (night.pending(), night.log("push.failed")) == ([], [])
    assert night.outlook(ROOM) == night.reservations()
    assert night.run().changes == 0


def test_what_moved_between_read_and_write_is_merged(night: Night) -> None:
    number = made(night)
    meeting = in_outlook(night)
    night.watched.active.append(
        Answer("server-error", mailbox_of(ROOM), method="PATCH", times=1, status=412)
    )

    def moved(method: str, _mailbox: str | None, _route: str) -> None:
        if method == "PATCH":
            night.watched.on_call = lambda *_: None
            night.change(meeting, start="15:00", end="16:00", settle=False)

    night.watched.on_call = moved
    (result,) = night.edit(number, subject="Second interview")
    assert result.error is None
    assert night.reservations() == ["Rembrandt 09-15 15:00-16:00 Second interview"]
    assert night.outlook(ROOM) == night.reservations()


def meanwhile(night: Night, *moves: dict[str, Any]) -> None:
    """The organiser changes the meeting after each read, when our write is on its way."""
    meeting, left = in_outlook(night), list(moves)

    def moved(method: str, _mailbox: str | None, _route: str) -> None:
        if method == "PATCH" and left:
            night.change(meeting, **left.pop(0), settle=False)

    night.watched.on_call = moved


def bodies(night: Night) -> list[dict[str, Any]]:
    """What our writes to a single event held."""
    return [json.loads(call.body) for call in night.journal if call.method == "PATCH"]


@pytest.mark.parametrize(
    ("theirs", "ours", "both"),
    [
        pytest.param(
            {"start": "15:00", "end": "16:00"},
            {"subject": "Second interview"},
            "15:00-16:00 Second interview",
            id="they move it, we rename it",
        ),
        pytest.param(
            {"subject": "Their interview"},
            {"start": "13:00", "end": "14:00"},
            "13:00-14:00 Their interview",
            id="they rename it, we move it",
        ),
        pytest.param(
            {"start": "15:00", "end": "16:00"},
            {"start": "13:00", "end": "14:00"},
            "15:00-16:00 Interview",
            id="both move it",
        ),
    ],
)
def test_a_change_in_outlook_between_our_read_and_our_write_is_not_undone(
    night: Night, theirs: dict[str, str], ours: dict[str, str], both: str
) -> None:
    number = made(night)
    meanwhile(night, theirs)
    (result,) = night.edit(number, **ours)
    assert result.error is None
    assert night.reservations() == [f"Rembrandt 09-15 {both}"]
    assert night.outlook(ROOM) == night.reservations()
    assert night.run().changes == 0


def test_a_date_moved_in_outlook_between_our_read_and_our_write_stays_moved(night: Night) -> None:
    second = night.make(ROOM, "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=3")[1]
    night.run()
    meanwhile(night, {"day": second.start.date(), "start": "22 15:00", "end": "22 16:00"})
    (result,) = night.edit(second.number, subject="With Bram")
    assert result.error is None
    assert night.reservations(day="09-22") == ["Rembrandt 09-22 15:00-16:00 With Bram"]
    assert night.outlook(ROOM) == night.reservations()


def test_what_changes_in_outlook_again_and_again_is_written_with_the_next_run(
    night: Night,
) -> None:
    number = made(night)
    meanwhile(night, *({"start": f"{hour}:00", "end": f"{hour}:30"} for hour in (15, 16)))
    (result,) = night.edit(number, subject="Second interview")
    assert isinstance(result.error, EventChanged)
    assert night.outlook(ROOM) == ["Rembrandt 09-15 16:00-16:30 Interview"]
    night.sleep()
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 16:00-16:30 Second interview"]
    assert night.outlook(ROOM) == night.reservations()


@pytest.mark.parametrize(
    ("ours", "body"),
    [
        pytest.param({"subject": "New"}, {"subject"}, id="subject"),
        pytest.param({"end": "11:00"}, {"start", "end", "isAllDay"}, id="end"),
        pytest.param(
            {"subject": "New", "start": "13:00"},
            {"subject", "start", "end", "isAllDay"},
            id="subject and time",
        ),
        pytest.param(
            {"start": "16 00:00", "end": "17 00:00"}, {"start", "end", "isAllDay"}, id="whole day"
        ),
    ],
)
@pytest.mark.parametrize("series", [False, True], ids=["single", "date"])
def test_a_write_holds_what_was_changed_here_and_nothing_else(
    night: Night, ours: dict[str, str], body: set[str], series: bool
) -> None:
    repeat = "FREQ=WEEKLY;COUNT=3" if series else None
    number = night.make(ROOM, "Interview", "09:00", "10:00", repeat=repeat)[0].number
    night.edit(number, **ours)
    assert [written.keys() for written in bodies(night)] == [body]
    assert night.outlook(ROOM) == night.reservations()


def test_a_new_subject_leaves_the_hours_from_midnight_to_midnight_no_whole_day(
    night: Night,
) -> None:
    number = made(night)
    night.change(in_outlook(night), start="16 00:00", end="17 00:00")
    night.run()
    night.edit(number, subject="New")
    assert [written.keys() for written in bodies(night)] == [{"subject"}]
    assert night.run().changes == 0


@pytest.mark.parametrize("changed_back", [False, True], ids=["same-change", "changed-back"])
def test_nothing_is_written_where_outlook_has_it_so_already(
    night: Night, changed_back: bool
) -> None:
    number = made(night)
    night.edit(number, subject="New", start="13:00", push=False)
    if changed_back:
        night.edit(number, subject="Interview", start="09:00", push=False)
    else:
        night.change(in_outlook(night), subject="New", start="13:00", end="14:00")
    (result,) = night.push(number)
    assert result.error is None
    assert written(night, "PATCH") == 0
    assert (night.pending(), night.outlook(ROOM)) == ([], night.reservations())
    assert night.run().changes == 0


def test_a_write_refused_though_nothing_changed_is_repeated_without_a_condition(
    night: Night,
) -> None:
    number = made(night)
    night.watched.active.append(
        Answer("server-error", mailbox_of(ROOM), method="PATCH", times=1, status=412)
    )
    (result,) = night.edit(number, subject="Second interview")
    assert result.error is None
    writes = [call for call in night.journal if call.method == "PATCH"]
    assert ["if-match" in call.headers for call in writes] == [True, False]
    assert night.outlook(ROOM) == night.reservations()


def test_a_write_that_is_refused_again_and_again_stays_pending(night: Night) -> None:
    number = made(night)
    night.watched.active.append(
        Answer("server-error", mailbox_of(ROOM), method="PATCH", times=4, status=412)
    )
    (result,) = night.edit(number, subject="Second interview")
    assert isinstance(result.error, EventChanged)
    assert night.log("push.failed") == ["push.failed"]
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Second interview [21]"]
    night.sleep()
    night.run()
    assert night.outlook(ROOM) == night.reservations()
