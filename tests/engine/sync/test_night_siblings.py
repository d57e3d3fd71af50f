"""A meeting that a room shows twice loses one of its copies: the other keeps what was ordered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import DAY
from night import Night, mailbox_of, wall, weekly

from obctl.domain.reservation import Reservation
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.sync.change import Absorb
from obctl.domain.values import replace
from obctl.engine.run import run_sync
from obctl.engine.sync.plan_room import PassOptions
from obctl.sandbox import item_edit, meeting_mail
from obctl.sandbox.item import Item
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.steps import InviteToOne, Restore, Rewrite
from obctl.sandbox.tenant import Meeting
from obctl.sandbox.wire import Style
from obctl.store.company_log import LogFilter, search_log
from obctl.store.reservations import update_reservation

SECOND = DAY + timedelta(weeks=1)
ROOM = mailbox_of("Rembrandt")

Look = Callable[[Night, list[str]], None]


def changes(night: Night, _gone: list[str]) -> None:
    assert night.run().exit_code == 0


def everything(night: Night, _gone: list[str]) -> None:
    assert night.run(full=True).exit_code == 0


def notified(night: Night, gone: list[str]) -> None:
    night.notify("Rembrandt", *gone)
    night.run()


look = pytest.mark.parametrize("look", [changes, everything, notified])
settings = pytest.mark.parametrize("ignored", [False, True], ids=["ask", "ignore"])


def copies(night: Night, meeting: Meeting) -> dict[str, Item]:
    """The room's copies of one meeting, by event id."""
    mailbox = mailbox_in(night)
    style = Style(immutable=True)
    items = [item for item in mailbox.items.values() if item.uid == meeting.uid]
    return {style.event_id(mailbox, item, None): item for item in items}


def mailbox_in(night: Night) -> Mailbox:
    return night.tenant.exchange.directory.mailboxes[ROOM]


def tidy_up(night: Night, item: Item) -> None:
    """A delegate removes one copy and tells nobody."""
    with night.tenant.locked() as exchange:
        meeting_mail.take_off(exchange, mailbox_in(night), item, None)


def found(night: Night, number: int) -> Reservation:
    return next(item for item in night.all() if item.number == number)


def ordered(night: Night) -> dict[int, int]:
    """How many services stand on each reservation that has any."""
    return {r.number: len(r.ordered_services) for r in night.all() if r.ordered_services}


def board_twice(night: Night) -> tuple[Meeting, Meeting, Reservation, Reservation]:
    """A weekly series and, an hour after its second date, a stray copy of that date alone."""
    board = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.server.service.handles["board"] = board
    night.run()
    night.act(InviteToOne(meeting="board", mailbox=ROOM, day=SECOND, name="stray"))
    stray = night.server.service.handles["stray"]
    later = {"start": f"{SECOND}T10:00:00", "end": f"{SECOND}T11:00:00"}
    night.act(Rewrite(meeting="stray", mailbox=ROOM, fields=later))
    night.run()
    alone = night.id_of("Rembrandt", stray)
    ours = {item.event_id: item for item in night.all()}
    date = next(
        item for item in night.all() if item.start.date() == SECOND and item.event_id != alone
    )
    return board, stray, ours[alone], date


@look
@settings
def test_lunch_on_a_stray_follows_to_the_date_of_its_series(
    night: Night, look: Look, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    board, stray, alone, date = board_twice(night)
    night.cater(alone.number)
    gone = night.id_of("Rembrandt", stray)
    night.delete("Rembrandt", stray)
    night.change(board, day=SECOND, start=f"{SECOND} 10:00", end=f"{SECOND} 11:00")
    look(night, [gone])
    assert night.reservations(day="09-22") == ["Rembrandt 09-22 10:00-11:00 Board"]
    assert ordered(night) == {date.number: 1}
    ended = found(night, alone.number)
    assert (ended.status.value, int(ended.external_state)) == ("cancelled", 110)
    assert night.requests(None) == []
    assert found(night, date.number).event_id == date.event_id


def test_the_log_tells_where_the_services_went(night: Night) -> None:
    _board, stray, alone, date = board_twice(night)
    night.cater(alone.number)
    night.delete("Rembrandt", stray)
    night.run()
    said = {
        (entry.action, entry.reservation): entry.message
        for entry in search_log(night.store, LogFilter())
    }
    assert said["event.deleted", alone.number] == (
        f"no longer in Outlook; its meeting goes on there as reservation {date.number}"
    )
    assert said["cancellation.processed", alone.number] == (
        f"reservation {alone.number} ended; its 1 service went to reservation {date.number}"
    )
    assert said["event.moved", date.number] == (
        f"1 service came from reservation {alone.number}, whose copy of the meeting is gone"
    )


@look
@settings
@pytest.mark.parametrize("first", [True, False], ids=["older-copy", "newer-copy"])
@pytest.mark.parametrize("series", [False, True], ids=["single", "series"])
def test_lunch_on_the_copy_that_is_tidied_up_follows_to_the_one_that_stays(
    night: Night, look: Look, ignored: bool, first: bool, series: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, older, newer = twice(night, series=series)
    goes, stays = (older, newer) if first else (newer, older)
    for item in goes:
        night.cater(item.number)
    tidied = [
        (event_id, item)
        for event_id, item in copies(night, meeting).items()
        if event_id in {goes[0].event_id, goes[0].series_master_id}
    ]
    assert len(tidied) == 1
    tidy_up(night, tidied[0][1])
    look(night, [tidied[0][0]])
    assert sorted(item.number for item in night.all() if item.is_active) == [
        item.number for item in stays
    ]
    assert ordered(night) == {item.number: 1 for item in stays}
    assert {int(found(night, item.number).external_state) for item in goes} == {110}
    assert night.requests(None) == []
    assert sorted(night.reservations()) == sorted(night.outlook("Rembrandt"))


def twice(night: Night, *, series: bool) -> tuple[Meeting, list[Reservation], list[Reservation]]:
    """A meeting that stands in the room twice, with the reservations of both copies."""
    more = {"recurrence": weekly(count=3)} if series else {}
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", **more)
    night.run()
    older = sorted(night.all(), key=lambda item: item.start)
    known = {item.number for item in older}
    night.server.service.handles["board"] = meeting
    night.act(Restore(meeting="board", mailbox=ROOM))
    night.run()
    newer = sorted(
        (item for item in night.all() if item.number not in known), key=lambda item: item.start
    )
    assert len(newer) == len(older)
    return meeting, older, newer


@settings
def test_both_copies_go_in_one_night_and_nothing_is_handed_over(
    night: Night, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, older, newer = twice(night, series=False)
    night.cater(older[0].number)
    for item in copies(night, meeting).values():
        tidy_up(night, item)
    night.run(allow_cancellations=True)
    if ignored:
        assert [item for item in night.all() if item.is_active] == []
    else:
        assert sorted(night.requests()) == sorted(
            (item.number, "unproven") for item in (*older, *newer)
        )
        assert ordered(night) == {older[0].number: 1}


def test_a_copy_changed_here_is_left_to_a_person(night: Night) -> None:
    meeting, _older, newer = twice(night, series=False)
    night.cater(newer[0].number)
    night.store.run("UPDATE reservations SET version = 2 WHERE number = ?", (newer[0].number,))
    tidy_up(night, copies(night, meeting)[newer[0].event_id or ""])
    night.run()
    assert night.requests() == [(newer[0].number, "conflict")]
    assert ordered(night) == {newer[0].number: 1}


@look
def test_a_request_closes_when_the_meeting_stands_there_again_after_all(
    night: Night, look: Look
) -> None:
    meeting, older, newer = twice(night, series=False)
    night.cater(older[0].number)
    night.cater(newer[0].number)
    for item in copies(night, meeting).values():
        tidy_up(night, item)
    night.run(allow_cancellations=True)
    assert len(night.requests()) == 2
    night.act(Restore(meeting="board", mailbox=ROOM))
    look(night, list(copies(night, meeting)))
    assert night.requests() == []
    assert ordered(night) == {night.only().number: 2}


@look
@settings
def test_lunch_follows_a_meeting_that_was_deleted_and_booked_anew_in_its_slot(
    night: Night, look: Look, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00")
    night.run()
    kept = night.only().number
    night.cater(kept)
    gone = night.id_of("Rembrandt", meeting)
    night.delete("Rembrandt", meeting)
    night.book("Rembrandt", "Board", "09:00", "10:00")
    look(night, [gone])
    assert night.only().number == kept
    assert ordered(night) == {kept: 1}
    assert night.requests(None) == []
    assert night.reservations() == night.outlook("Rembrandt")


@settings
def test_a_dry_run_tells_where_services_would_go_and_does_nothing(
    night: Night, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, older, newer = twice(night, series=False)
    night.cater(newer[0].number)
    tidy_up(night, copies(night, meeting)[newer[0].event_id or ""])
    report = night.run(dry_run=True)
    (change,) = [change for plan in report.plans for change in plan.changes]
    assert isinstance(change, Absorb)
    assert change.goes_on_as == found(night, older[0].number)
    assert ordered(night) == {newer[0].number: 1}


@settings
def test_lunch_goes_along_also_while_another_room_cannot_be_read(
    night: Night, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, older, newer = twice(night, series=False)
    night.cater(newer[0].number)
    tidy_up(night, copies(night, meeting)[newer[0].event_id or ""])
    night.fail("forbidden", "Vermeer")
    night.ask(lambda gateway: run_sync(night.company, gateway, night.rooms, PassOptions()))
    night.recover()
    assert ordered(night) == {older[0].number: 1}
    assert night.requests(None) == []
    night.run()


def test_a_room_that_cannot_be_read_loses_nothing(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)
    meeting, _older, newer = twice(night, series=False)
    night.cater(newer[0].number)
    tidy_up(night, copies(night, meeting)[newer[0].event_id or ""])
    night.fail("forbidden", "Rembrandt")
    night.run(again=False)
    assert ordered(night) == {newer[0].number: 1}
    assert len([item for item in night.all() if item.is_active]) == 2


def test_a_copy_that_comes_back_gets_its_reservation_back_and_the_lunch_stays(
    night: Night,
) -> None:
    meeting, older, newer = twice(night, series=False)
    night.cater(newer[0].number)
    tidy_up(night, copies(night, meeting)[newer[0].event_id or ""])
    night.run()
    night.act(Restore(meeting="board", mailbox=ROOM))
    night.run()
    assert len([item for item in night.all() if item.is_active]) == 2
    assert ordered(night) == {older[0].number: 1}
    assert night.requests(RequestStatus.OPEN) == []


@look
@settings
def test_lunch_follows_from_a_cancelled_copy_to_one_on_another_day(
    night: Night, look: Look, ignored: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignored)
    meeting, older, newer = twice(night, series=False)
    night.cater(newer[0].number)
    both = copies(night, meeting)
    days = {"start": local("22 09:00"), "end": local("22 10:00")}
    rewrite(night, both[older[0].event_id or ""], **days)
    night.run()
    rewrite(night, both[newer[0].event_id or ""], is_cancelled=True)
    look(night, [newer[0].event_id or ""])
    assert night.reservations() == ["Rembrandt 09-22 09:00-10:00 Board"]
    assert ordered(night) == {older[0].number: 1}
    assert night.requests(None) == []


def local(time: str) -> datetime:
    """A wall-clock time as an item of the tenant has it."""
    return datetime.fromisoformat(wall(time))


def rewrite(night: Night, item: Item, **fields: Any) -> None:
    """Somebody edits one copy in the room's own calendar."""
    with night.tenant.locked() as exchange:
        item_edit.edit(item, None, fields)
        exchange.touch(mailbox_in(night), item, None)


@pytest.mark.parametrize("how", ["cancelled", "deleted"])
@pytest.mark.parametrize("busy", [False, True], ids=["its-room-last", "its-room-first"])
def test_lunch_and_notes_follow_to_a_meeting_that_moves_into_the_slot_the_same_night(
    night: Night, how: str, busy: bool
) -> None:
    night.configure(ignore_cancellation_requests=True)
    board = night.book("Rembrandt", "Standup", "09:00", "10:00")
    moving = night.book("Vermeer", "Standup", "09:00", "10:00")
    other = night.book("Rembrandt", "Unrelated", "11:00", "12:00")
    for name in ("Rembrandt", "Vermeer"):
        night.book(name, "Other", "16:00", "17:00")
    night.run()
    going, coming = (
        next(r for r in night.all() if r.subject == "Standup" and r.room == night.room(name).id)
        for name in ("Rembrandt", "Vermeer")
    )
    night.cater(going.number)
    with night.store.transaction():
        update_reservation(night.store, replace(found(night, going.number), notes="beamer"))
    if how == "cancelled":
        night.cancel(board)
    else:
        night.delete("Rembrandt", board)
    night.change(moving, rooms="Rembrandt")
    if busy:
        # then Rembrandt loses something to another room, and is planned before Vermeer
        night.change(other, rooms="Hals")
    planned = [
        (change.kind, change.after.number)
        for plan in night.run(dry_run=True).plans
        for change in plan.changes
    ]
    assert ("cancel", going.number) in planned
    night.run()
    assert ordered(night) == {coming.number: 1}
    assert found(night, coming.number).notes == "beamer"
    assert night.requests(None) == []
