"""The pass, `diff` and `planner` judge alike whether a room's calendar may be believed."""

from __future__ import annotations

from datetime import date

import pytest
from night import Night, mailbox_of

from obctl.domain.enums import View
from obctl.domain.room import LOCKED_OUT
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.compare.planner import plan_days, read_calendars
from obctl.engine.ports import Gateway
from obctl.sandbox.steps import Recreate
from obctl.store.rooms import save_inconclusive

DAY = date(2026, 9, 15)
OLD = "old-rembrandt@contoso.example"


@pytest.fixture
def reserved(night: Night) -> Night:
    night.make("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    return night


def compared(night: Night) -> dict[str, RoomComparison]:
    async def ask(gateway: Gateway) -> list[RoomComparison]:
        outlook = Outlook(night.company, gateway)
        return await compare_rooms(night.company, outlook, night.rooms, DAY, DAY)

    return {item.room.name: item for item in night.ask(ask)}


def conditions(night: Night) -> dict[str, tuple[str | None, str | None, str | None]]:
    """What a pass, `diff` and `planner` say of each room that one of them cannot read."""

    async def ask(gateway: Gateway):
        return await read_calendars(gateway, night.rooms, DAY, DAY)

    calendars = night.ask(ask)
    (day,) = plan_days(night.company, night.rooms, (DAY, DAY), View.BOTH, calendars)
    planned = {row.room.name: row.condition for row in day.rows}
    diffed = {name: item.verdict.condition for name, item in compared(night).items()}
    passed = {item.room: item.code for item in night.run(again=False, dry_run=True).problems}
    told = {
        room.name: (passed.get(room.mailbox), diffed[room.name], planned[room.name])
        for room in night.rooms
    }
    return {name: found for name, found in told.items() if any(found)}


def alike(condition: str, room: str = "Rembrandt") -> dict[str, tuple[str, str, str]]:
    return {room: (condition, condition, condition)}


def test_a_mailbox_made_anew_is_another_one(reserved: Night) -> None:
    reserved.act(Recreate(room=mailbox_of("Rembrandt")))
    assert conditions(reserved) == alike("room-remapped")


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("mailbox-gone", "mailbox-gone"),
        ("forbidden", "mailbox-permission-lost"),
        ("throttled", "throttled"),
        ("unavailable", "partial-read"),
        ("cut", "partial-read"),
    ],
)
def test_a_mailbox_that_does_not_answer(reserved: Night, kind: str, condition: str) -> None:
    reserved.fail(kind, "Rembrandt")
    assert conditions(reserved) == alike(condition)


def test_a_mailbox_made_anew_while_the_directory_is_closed_is_gone(reserved: Night) -> None:
    reserved.act(Recreate(room=mailbox_of("Rembrandt")))
    reserved.fail("forbidden", route="users/*")
    assert conditions(reserved) == alike("mailbox-gone")


@pytest.fixture
def given_away(reserved: Night) -> Night:
    """Rembrandt's address belongs to another mailbox; the old one lives on. A pass saw it."""
    reserved.act(Recreate(room=mailbox_of("Rembrandt"), kept_as=OLD))
    assert reserved.run(full=True).exit_code == 8
    return reserved


def test_a_room_locked_out_is_so_for_all_while_its_old_mailbox_answers(given_away: Night) -> None:
    assert conditions(given_away) == alike("room-remapped")
    assert compared(given_away)["Rembrandt"].events == ()


def test_a_room_locked_out_stays_so_where_the_directory_does_not_say(given_away: Night) -> None:
    given_away.fail("forbidden", route="users/*")
    assert conditions(given_away) == alike("room-remapped")


def test_the_mailbox_on_record_found_again_is_compared_before_a_pass_lifts_the_lock(
    given_away: Night,
) -> None:
    mailboxes = given_away.tenant.exchange.directory.mailboxes
    mailboxes[mailbox_of("Rembrandt")] = mailboxes[OLD]
    given_away.book("Rembrandt", "New", "11:00", "12:00")
    assert conditions(given_away) == {}
    (difference,) = compared(given_away)["Rembrandt"].differences
    assert difference.cause is not None
    assert difference.cause.code == "awaiting-next-pass"


def test_a_meeting_is_not_moved_into_a_room_locked_out(night: Night) -> None:
    meeting = night.book("Vermeer", "Board", "11:00", "12:00")
    night.run()
    night.cater(night.only().number)
    night.change(meeting, rooms="Rembrandt")
    night.act(Recreate(room=mailbox_of("Rembrandt"), kept_as=OLD))
    save_inconclusive(night.store, night.room("Rembrandt").id, LOCKED_OUT)
    assert night.run("Vermeer", again=False).moved == 0
    assert night.reservations() == ["Vermeer 09-15 11:00-12:00 Board [100]"]


def test_rooms_that_are_not_locked_out_cost_no_question_to_the_directory(
    reserved: Night,
) -> None:
    def asked(night: Night) -> list[str]:
        night.watched.calls.clear()
        night.ask(lambda gateway: read_calendars(gateway, night.rooms, DAY, DAY))
        compared(night)
        return [route for _, mailbox, route in night.watched.calls if mailbox is None]

    assert asked(reserved) == []
    reserved.act(Recreate(room=mailbox_of("Rembrandt")))
    assert asked(reserved) == [f"users/{mailbox_of('Rembrandt')}"] * 2
