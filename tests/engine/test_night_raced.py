"""Outlook and Officebooking change the same meeting: the write meets what it did not expect."""

from __future__ import annotations

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
    assert night.owed() == []


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
    assert (night.requests(), night.owed()) == ([], [])
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
    assert (night.owed(), night.log("push.failed")) == ([], [])
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


def test_a_write_that_meets_another_twice_stays_owed(night: Night) -> None:
    number = made(night)
    night.watched.active.append(
        Answer("server-error", mailbox_of(ROOM), method="PATCH", times=2, status=412)
    )
    (result,) = night.edit(number, subject="Second interview")
    assert isinstance(result.error, EventChanged)
    assert night.log("push.failed") == ["push.failed"]
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Second interview [21]"]
    night.sleep()
    night.run()
    assert night.outlook(ROOM) == night.reservations()
