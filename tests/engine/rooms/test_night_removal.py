"""A room that is taken out: nobody looks after it, nothing is lost, and it can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest
from night import Night, at_once, mailbox_of

from obctl.domain.outbox import PushAction
from obctl.domain.reservation import Status
from obctl.domain.subscription import Occasion
from obctl.domain.sync.run_report import RunReport
from obctl.engine.admin.status import current_status
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.engine.reservations.cancellation_requests import reject
from obctl.engine.reservations.status_info import get_status_info
from obctl.engine.rooms.mapping import NewRoom, map_room
from obctl.engine.rooms.removal import OpenEnds, open_ends, remove_room
from obctl.errors import ObctlError, TryLater, UsageError
from obctl.sandbox.steps import Processing
from obctl.store.database import open_store
from obctl.store.inbox import Notification, NotificationKind, add_notifications, load_waiting
from obctl.store.outbox import pending_in
from obctl.store.rooms import load_reading_state
from obctl.store.rooms import take_out as take_out_there
from obctl.store.runs import run_lock

A_DAY = timedelta(hours=26)


async def offline() -> Gateway:
    raise AssertionError("Graph has nothing to do with it")


def take_out(night: Night, name: str) -> None:
    assert at_once(remove_room(night.company, offline, night.room(name))) == []


def take_back(night: Night, name: str) -> None:
    night.ask(lambda gateway: map_room(night.company, gateway, NewRoom(mailbox_of(name))))


def subjects(night: Night, *, status: Status | None = None) -> list[tuple[int, str]]:
    found = [item for item in night.all() if status is None or item.status is status]
    return sorted((item.number, item.subject) for item in found)


def asked(night: Night, name: str) -> list[str]:
    """The requests that reached one room's mailbox since `night.watched.calls` was cleared."""
    return [route for _, mailbox, route in night.watched.calls if mailbox == mailbox_of(name)]


def test_no_pass_includes_a_room_taken_out_and_its_reservations_stay(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    gone = night.book("Rembrandt", "Review", "11:00", "12:00")
    night.run()
    before = night.all()
    take_out(night, "Rembrandt")
    night.cancel(gone)
    night.watched.calls.clear()
    assert night.run().exit_code == 0
    assert asked(night, "Rembrandt") == []
    assert night.all() == before
    assert night.requests() == []
    assert [room.name for room in night.rooms] == ["Hals", "Vermeer"]
    assert night.log("room.removed") == ["room.removed"]


def test_a_room_taken_back_is_read_whole_and_is_what_it_was(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.make("Rembrandt", "Ours", "11:00", "12:00")
    night.run()
    known, before = night.room("Rembrandt"), subjects(night)
    take_out(night, "Rembrandt")
    night.sleep(hours=3)
    night.book("Rembrandt", "Meanwhile", "14:00", "15:00")
    take_back(night, "Rembrandt")
    assert load_reading_state(night.store, known.id).delta_link is None
    again = night.room("Rembrandt")
    assert (again.id, again.activated_at) == (known.id, known.activated_at)
    assert (again.object_id, again.last_synced_at) == (known.object_id, None)
    night.watched.calls.clear()
    assert night.run().exit_code == 0
    assert asked(night, "Rembrandt")
    assert subjects(night) == [*before, (3, "Meanwhile")]
    assert subjects(night, status=Status.CANCELLED) == []
    assert night.requests() == []
    assert night.log("room.*").count("room.added") == 1


def test_a_cancellation_from_meanwhile_is_judged_once_the_room_is_back(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    take_out(night, "Rembrandt")
    night.cancel(meeting)
    night.run()
    assert subjects(night, status=Status.CANCELLED) == []
    take_back(night, "Rembrandt")
    night.run()
    assert subjects(night, status=Status.CANCELLED) == [(1, "Budget")]


@pytest.mark.parametrize("days", [0, 1], ids=["not-due-yet", "long-due"])
def test_what_was_to_be_written_waits_until_the_room_is_back(night: Night, days: int) -> None:
    night.fail("unavailable", "Rembrandt", method="POST")
    night.make("Rembrandt", "Ours", "09:00", "10:00")
    night.recover()
    room = night.room("Rembrandt")
    assert open_ends(night.company, room) == OpenEnds(writes=1, requests=0)
    take_out(night, "Rembrandt")
    night.sleep(days)
    assert night.run().exit_code == 0
    assert night.pending() == []
    assert [item.action for item in pending_in(night.store, room.id)] == [PushAction.CREATE]
    status, attention = current_status(night.company, max_age=A_DAY)
    assert (status["outbox"], attention) == ({"pending": 0, "failed": 0}, False)
    take_back(night, "Rembrandt")
    assert night.run().pushed == 1
    assert night.outlook("Rembrandt") == ["Rembrandt 09-15 09:00-10:00 Ours"]


def waiting_for(night: Night, unread: str) -> RunReport:
    """A meeting has left Rembrandt for a room that cannot be read."""
    gone = {"RemoveCanceledMeetings": True}
    night.act(Processing(room=mailbox_of("Rembrandt"), settings=gone))
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.change(meeting, rooms=unread)
    night.fail("forbidden", unread)
    report = night.run()
    assert [one.room for one in report.undecided] == [mailbox_of("Rembrandt")]
    return report


def test_taking_out_the_unread_room_releases_those_that_waited_for_it(night: Night) -> None:
    waiting_for(night, "Vermeer")
    take_out(night, "Vermeer")
    report = night.run()
    assert (report.exit_code, report.undecided, report.problems) == (0, [], [])
    status, _attention = current_status(night.company, max_age=A_DAY)
    assert status["undecided"] == []
    # Nobody reads Vermeer any more, so the table of cancellations decides about what was lost.
    assert night.log("event.moved") == []
    assert night.requests() == [(1, "unproven")]


def test_taking_out_the_room_that_waits_forgets_that_it_waits(night: Night) -> None:
    waiting_for(night, "Vermeer")
    take_out(night, "Rembrandt")
    status, _attention = current_status(night.company, max_age=A_DAY)
    assert status["undecided"] == []
    night.recover()
    assert night.run().exit_code == 0
    # The meeting is in Vermeer: a reservation of its own, and none of Rembrandt's was touched.
    assert subjects(night, status=Status.CONFIRMED) == [(1, "Budget"), (2, "Budget")]
    take_back(night, "Rembrandt")
    night.run()
    assert night.requests() == [(1, "unproven")]
    assert subjects(night, status=Status.CANCELLED) == []


def test_a_meeting_that_left_a_room_taken_out_does_not_bring_it_back_into_the_pass(
    night: Night,
) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    take_out(night, "Rembrandt")
    night.change(meeting, rooms="Vermeer")
    night.watched.calls.clear()
    assert night.run().exit_code == 0
    assert asked(night, "Rembrandt") == []
    assert subjects(night) == [(1, "Budget"), (2, "Budget")]


def test_a_meeting_that_moved_into_a_room_taken_out_does_not_take_its_reservation_along(
    night: Night,
) -> None:
    gone = {"RemoveCanceledMeetings": True}
    night.act(Processing(room=mailbox_of("Rembrandt"), settings=gone))
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.fail("forbidden", "Rembrandt")
    night.change(meeting, rooms="Vermeer")
    night.run()
    night.recover()
    assert [item.room for item in night.all()] == [
        night.room("Rembrandt").id,
        night.room("Vermeer").id,
    ]
    take_out(night, "Vermeer")
    night.run()
    assert night.requests() == [(1, "unproven")]
    assert night.log("event.moved") == []


def test_what_graph_said_of_a_room_taken_out_is_looked_at_no_more(night: Night) -> None:
    room = night.room("Rembrandt")
    item = Notification(
        NotificationKind.LIFECYCLE, Occasion.CATCH_UP, "S1", room.id, night.company.now
    )
    with night.store.transaction():
        add_notifications(night.store, [item])
    take_out(night, "Rembrandt")
    assert load_waiting(night.store, room.id) == []
    with night.store.transaction():
        add_notifications(night.store, [item])  # a listener that has not noticed yet
    status, _attention = current_status(night.company, max_age=A_DAY)
    assert status["inbox"] == {"pending": 0, "oldest_at": None}
    night.watched.calls.clear()
    night.run()
    assert asked(night, "Rembrandt") == []


def test_a_reading_from_before_the_removal_is_not_saved(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    room = night.room("Rembrandt")

    def removed_meanwhile(_method: str, mailbox: str | None, route: str) -> None:
        if mailbox == room.mailbox and "calendarView" in route:
            with closing(open_store(night.company.config.store_path)) as other:
                take_out_there(other, room.id, night.company.now)

    night.watched.on_call = removed_meanwhile
    report = night.run(again=False)
    assert [(one.room, one.code) for one in report.problems] == [(room.mailbox, "room-removed")]
    assert night.all() == []


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(UsageError) as told:
        work()
    assert told.value.hint is not None
    assert "obctl rooms add rembrandt@contoso.example" in told.value.hint
    return told.value.code


def test_nothing_is_decided_for_a_room_taken_out(night: Night) -> None:
    (made,) = night.make("Rembrandt", "Ours", "09:00", "10:00")
    room = night.room("Rembrandt")
    take_out(night, "Rembrandt")
    before = (night.all(), pending_in(night.store, room.id))
    works = [
        lambda: night.edit(made.number, subject="Other"),
        lambda: night.edit(made.number, room="Vermeer"),
        lambda: night.call_off(made.number),
        lambda: at_once(remove_room(night.company, offline, room)),
    ]
    assert [refused(work) for work in works] == ["room-removed"] * len(works)
    assert (night.all(), pending_in(night.store, room.id)) == before


def test_a_request_of_a_room_taken_out_stays_and_only_outlook_is_left_alone(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.cater(1)
    night.cancel(meeting)
    night.run()
    request = night.request().id
    assert open_ends(night.company, night.room("Rembrandt")) == OpenEnds(writes=0, requests=1)
    take_out(night, "Rembrandt")
    assert night.requests() == [(1, "services-booked")]
    company = night.company
    assert refused(lambda: reject(company, [request], note=None, push_back=True))
    assert refused(lambda: night.ask(lambda graph: get_status_info(company, graph, request)))
    night.reject()
    assert night.requests() == []


def test_explain_tells_the_story_from_what_is_on_record(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    take_out(night, "Rembrandt")
    night.watched.calls.clear()
    company = night.company
    story = night.ask(lambda gateway: explain_item(company, Outlook(company, gateway), "1"))
    assert (story.room.mailbox, story.room.is_mapped) == (mailbox_of("Rembrandt"), False)
    assert story.reservation is not None
    assert story.event is not None
    assert story.story
    assert asked(night, "Rembrandt") == []


def test_a_room_is_not_taken_out_under_a_run(night: Night) -> None:
    with run_lock(night.company.config.folder), pytest.raises(TryLater) as told:
        at_once(remove_room(night.company, offline, night.room("Rembrandt")))
    assert isinstance(told.value, ObctlError)
    assert night.room("Rembrandt").is_mapped
