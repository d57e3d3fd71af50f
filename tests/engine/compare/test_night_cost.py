"""What naming causes costs: requests for kinds of questions, not for each difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from night import NAMES, Night, TenantServer, daily, mailbox_of, nightfall

from obctl.domain.organizer_copy import OrganizerSays
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.errors import UsageError
from obctl.sandbox.request import GraphRequest, GraphResponse

DAY = date(2026, 9, 15)
Befall = Callable[[Night, str, Any], None]


def hour(number: int) -> str:
    """The beginning of a half hour of the day."""
    return f"{number // 2:02}:{number % 2 * 30:02}"


def other_than(room: str) -> str:
    return NAMES[(NAMES.index(room) + 1) % len(NAMES)]


KINDS: dict[str, tuple[dict[str, Any], Befall]] = {
    "deleted": ({}, lambda night, room, meeting: night.delete(room, meeting)),
    "cancelled": ({}, lambda night, _room, meeting: night.cancel(meeting)),
    "declined": (
        {},
        lambda night, room, meeting: night.tenant.respond(mailbox_of(room), meeting, "declined"),
    ),
    "other-room": (
        {},
        lambda night, room, meeting: night.change(meeting, rooms=other_than(room), settle=False),
    ),
    "date-deleted": (
        {"recurrence": daily(count=3)},
        lambda night, room, meeting: night.delete(room, meeting, day=DAY),
    ),
    "series-cancelled": (
        {"recurrence": daily(count=3)},
        lambda night, _room, meeting: night.cancel(meeting),
    ),
}


def requests_sent(night: Night) -> int:
    """The requests that reached Graph: those inside a `$batch` are part of it."""
    inside = sum(len(call.json()["requests"]) for call in night.journal if call.path == "$batch")
    return len(night.journal) - inside


def compared(night: Night, *rooms: str) -> list[RoomComparison]:
    night.journal.clear()
    chosen = [room for room in night.rooms if not rooms or room.name in rooms]
    return night.ask(
        lambda gateway: compare_rooms(
            night.company, Outlook(night.company, gateway), chosen, DAY, DAY
        )
    )


def befallen(night: Night, of_each: int, rooms: tuple[str, ...] = NAMES) -> None:
    """A day on which as many meetings of each kind met with their fate."""
    meetings = []
    kinds = [kind for kind in KINDS.values() for _ in range(of_each)]
    for number, (more, befall) in enumerate(kinds):
        room = rooms[number % len(rooms)]
        times = hour(number), hour(number + 1)
        meeting = night.book(room, f"Case {number}", *times, settle=False, **more)
        meetings.append((room, meeting, befall))
    night.settle()
    night.run(again=False)
    for room, meeting, befall in meetings:
        befall(night, room, meeting)
    night.settle()


def test_many_differences_take_as_many_requests_as_a_few(
    tenant_server: TenantServer, tmp_path: Path
) -> None:
    taken: dict[int, int] = {}
    for of_each in (2, 6):
        folder = tmp_path / str(of_each)
        folder.mkdir()
        with nightfall(tenant_server, folder) as night:
            befallen(night, of_each)
            found = compared(night)
            # a meeting that is in another room now is missing in one and new in the other
            assert sum(len(item.differences) for item in found) == 7 * of_each
            taken[of_each] = requests_sent(night)
    assert taken[6] <= taken[2] <= 15


@pytest.mark.parametrize("of_each", [1, 4])
def test_one_room_looks_through_the_others_once_for_all_that_it_lost(
    night: Night, of_each: int
) -> None:
    befallen(night, of_each, ("Hals",))
    (item,) = compared(night, "Hals")
    assert len(item.differences) == 6 * of_each
    others = [night.room(name).object_id for name in ("Rembrandt", "Vermeer")]
    views = [call.path for call in night.journal if call.path.endswith("calendarView")]
    for other in others:
        assert sum(str(other) in path for path in views) == 1


def test_an_event_that_nobody_knows_is_looked_for_in_all_rooms_by_one_request(
    night: Night,
) -> None:
    night.run()
    meeting = night.book("Hals", "Elsewhere", "09:00", "10:00")
    wanted = night.id_of("Hals", meeting)
    night.delete("Hals", meeting)
    night.journal.clear()
    with pytest.raises(UsageError, match="neither a reservation nor an event"):
        night.ask(
            lambda gateway: explain_item(night.company, Outlook(night.company, gateway), wanted)
        )
    assert requests_sent(night) == 1


def causes(night: Night) -> list[tuple[int | None, str | None, object]]:
    """Each difference with its cause and what its organiser's calendar says."""
    return [
        (difference.reservation, difference.cause and difference.cause.code, told.organizer)
        for item in compared(night)
        for difference, told in zip(item.differences, item.explanations, strict=True)
    ]


def test_answers_are_the_same_where_no_batch_is_to_be_had(night: Night) -> None:
    befallen(night, 2)
    batched = causes(night)
    assert len(batched) == 14

    def no_batch(request: GraphRequest, answer: GraphResponse) -> GraphResponse:
        return replace(answer, status=404, body=b"{}") if request.path == "$batch" else answer

    night.server.service.last_hand = no_batch
    assert causes(night) == batched


def test_a_closed_calendar_is_the_trouble_of_its_own_meetings(night: Night) -> None:
    for number in range(4):
        organizer = "anna" if number % 2 else "bram"
        night.book("Hals", f"Case {number}", hour(number), hour(number + 1), organizer=organizer)
    night.run()
    for meeting in night.tenant.meetings_in(mailbox_of("Hals")):
        night.delete("Hals", meeting)
    night.fail("forbidden", "anna")
    (item,) = compared(night, "Hals")
    organizers = {owner.number: owner.organizer.email for owner in night.all()}
    says = {
        (organizers[difference.reservation], told.organizer and told.organizer.says)
        for difference, told in zip(item.differences, item.explanations, strict=True)
        if difference.reservation
    }
    assert says == {
        (mailbox_of("anna"), OrganizerSays.UNKNOWN),
        (mailbox_of("bram"), OrganizerSays.TAKES_PLACE),
    }
