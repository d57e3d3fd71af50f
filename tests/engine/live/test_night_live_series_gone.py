"""A notification about a series that was deleted as a whole: every date of it is looked at.

What Graph names is the series' id, or that of one of its dates; none of them can be read any more.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders import DAY
from night import Night, mailbox_of, weekly

from obctl.domain.subscription import Occasion
from obctl.engine.live.inbox import drain_inbox
from obctl.sandbox.steps import Processing
from obctl.sandbox.tenant import Meeting
from obctl.store.inbox import Notification, NotificationKind, add_notifications

LAST = DAY + timedelta(weeks=3)

named = pytest.mark.parametrize("day", [None, DAY, LAST], ids=["series", "first date", "last date"])


def board(night: Night) -> Meeting:
    """A weekly series of four dates, all of them reserved; the first is catered."""
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.book("Rembrandt", "Budget", "11:00", "12:00")
    night.run()
    night.cater(night.all()[0].number)
    return meeting


def notified(night: Night, event_id: str | None) -> None:
    """The notification as the listener files it; without an id one that was missed."""
    room, now = night.room("Rembrandt").id, night.company.now
    kind, what = NotificationKind.CHANGE, Occasion("deleted")
    if event_id is None:
        kind, what = NotificationKind.LIFECYCLE, Occasion.MISSED
    item = Notification(kind, what, "S1", room, now, event_id=event_id)
    add_notifications(night.store, [item])


def deleted(night: Night, event_id: str) -> None:
    """A notification, and what the worker does about it."""
    notified(night, event_id)
    assert night.ask(lambda gateway: drain_inbox(night.company, gateway)) == []


@named
@pytest.mark.parametrize("ignore", [False, True], ids=["asking", "ignoring"])
def test_a_series_that_a_delegate_deleted_is_asked_about_date_by_date(
    night: Night, day: date | None, *, ignore: bool
) -> None:
    meeting = board(night)
    night.configure(ignore_cancellation_requests=ignore)
    event_id = night.id_of("Rembrandt", meeting, day)
    night.delete("Rembrandt", meeting)
    deleted(night, event_id)
    waiting = [item.number for item in night.all() if item.external_state == 100]
    assert len(waiting) == (0 if ignore else 4)
    assert len(night.requests()) == len(waiting)
    active = night.reservations()
    assert "Rembrandt 09-15 11:00-12:00 Budget" in active
    assert len(active) == (1 if ignore else 5)
    assert night.run().changes == 0


@pytest.mark.parametrize("by_night", [False, True], ids=["live", "night"])
def test_a_series_that_its_organiser_cancelled_and_the_room_removed_is_judged_as_at_night(
    night: Night, *, by_night: bool
) -> None:
    night.act(Processing(room=mailbox_of("Rembrandt"), settings={"RemoveCanceledMeetings": True}))
    meeting = board(night)
    event_id = night.id_of("Rembrandt", meeting)
    night.cancel(meeting)
    night.settle()
    if by_night:
        night.run()
    else:
        deleted(night, event_id)
    assert [reason for _, reason in night.requests()] == ["unproven"] * 4
    assert night.run().changes == 0


@named
def test_a_series_deleted_before_anybody_read_it_is_no_news(night: Night, day: date | None) -> None:
    night.run()
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    event_id = night.id_of("Rembrandt", meeting, day)
    night.delete("Rembrandt", meeting)
    deleted(night, event_id)
    assert (night.all(), night.requests()) == ([], [])


def test_a_series_of_which_only_the_first_date_was_reserved_goes_as_a_whole(night: Night) -> None:
    night.run()
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    event_id = night.id_of("Rembrandt", meeting)
    night.notify("Rembrandt", event_id)
    night.delete("Rembrandt", meeting)
    deleted(night, event_id)
    assert night.requests() == [(1, "unproven")]
    assert night.run().changes == 0


@named
def test_of_a_series_deleted_half_way_only_what_is_to_come_is_asked_about(
    night: Night, day: date | None
) -> None:
    meeting = board(night)
    event_id = night.id_of("Rembrandt", meeting, day)
    night.sleep(10)
    night.run()
    night.delete("Rembrandt", meeting)
    deleted(night, event_id)
    assert len(night.requests()) == 2
    assert night.run().changes == 0


def test_a_series_said_to_be_deleted_that_is_there_loses_nothing(night: Night) -> None:
    meeting = board(night)
    before = night.reservations()
    deleted(night, night.id_of("Rembrandt", meeting))
    assert (night.reservations(), night.requests()) == (before, [])


@pytest.mark.parametrize("missed", [False, True], ids=["notified", "missed"])
def test_what_a_run_does_about_the_inbox_is_counted_with_the_rest(
    night: Night, *, missed: bool
) -> None:
    meeting = board(night)
    event_id = night.id_of("Rembrandt", meeting)
    night.delete("Rembrandt", meeting)
    notified(night, None if missed else event_id)
    night.book("Vermeer", "Budget", "11:00", "12:00")
    report = night.run()
    assert (report.cancellation_requests, report.created, report.changes) == (4, 1, 5)
    assert night.run().changes == 0
