"""Meetings older than the room's connection, in copies made anew: the mailbox was restored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from night import Night, TenantServer, at, mailbox_of, nightfall

from obctl.domain.difference import Cause
from obctl.engine.compare.diff import compare_rooms
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.engine.rooms.mapping import import_existing

ROOM = "Rembrandt"


@pytest.fixture
def mapped_late(tenant_server: TenantServer, tmp_path: Path) -> Iterator[Night]:
    """The rooms were mapped at three in the afternoon of the day before."""
    with nightfall(tenant_server, tmp_path, activated_at=at("14 15:00")) as found:
        yield found


def causes(night: Night) -> dict[str, Cause | None]:
    async def ask(gateway: Gateway) -> dict[str, Cause | None]:
        rooms, outlook = [night.room(ROOM)], Outlook(night.company, gateway)
        day = date(2026, 9, 15)
        (item,) = await compare_rooms(night.company, outlook, rooms, day, day)
        return {found.subject: found.cause for found in item.differences}

    return night.ask(ask)


def codes(night: Night) -> dict[str, str | None]:
    return {subject: cause and cause.code for subject, cause in causes(night).items()}


def restore_mailbox(night: Night) -> None:
    """Every copy in the room is made anew, as an import makes it: only its creation is new."""
    with night.tenant.locked() as exchange:
        mailbox = exchange.directory.mailboxes[mailbox_of(ROOM)]
        for item in mailbox.items.values():
            item.created = exchange.now()


OLD = "created-before-activation"


@pytest.mark.parametrize("count", [1, 3])
def test_copies_made_anew_are_as_old_as_the_rooms_answer(mapped_late: Night, count: int) -> None:
    night = mapped_late
    for number in range(count):
        night.book(ROOM, f"Old {number}", f"1{number}:00", f"1{number}:30")
    night.sleep(0, hours=3)
    night.run()
    before = codes(night)
    assert set(before.values()) == {OLD}
    restore_mailbox(night)
    night.sleep()
    assert codes(night) == before
    assert {cause and cause.confidence for cause in causes(night).values()} == {"likely"}
    night.run()
    assert night.reservations() == []
    assert codes(night) == before
    import_existing(night.company, [night.room(ROOM)])
    night.run()
    assert len(night.reservations()) == count
    assert codes(night) == {}


def test_an_old_meeting_that_invites_the_room_later_is_new_to_it(mapped_late: Night) -> None:
    night = mapped_late
    meeting = night.book("", "Old", "10:00", "10:30")
    night.sleep(0, hours=3)
    night.run()
    night.sleep(0, hours=1)
    night.change(meeting, rooms=ROOM)
    assert codes(night) == {"Old": "awaiting-next-pass"}
    night.run()
    assert night.reservations() == [f"{ROOM} 09-15 10:00-10:30 Old"]
