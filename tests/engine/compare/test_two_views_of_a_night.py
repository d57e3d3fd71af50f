"""What a run would do and what `diff` says, over a real calendar: two views of one fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from builders import DAY
from night import NAMES, Night, mailbox_of, weekly
from two_views import untold

from obctl.domain.difference import Difference
from obctl.domain.room import Room
from obctl.domain.sync.change import Create
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.sandbox.steps import MoveMailbox, Processing

SECOND, THIRD = DAY + timedelta(weeks=1), DAY + timedelta(weeks=2)


def differences(night: Night, *names: str) -> list[Difference]:
    """The month, of some rooms or of all."""

    async def look(gateway: Gateway) -> list[RoomComparison]:
        rooms: list[Room] = [r for r in night.rooms if not names or r.name in names]
        outlook = Outlook(night.company, gateway)
        return await compare_rooms(night.company, outlook, rooms, DAY, DAY + timedelta(days=30))

    return [found for room in night.ask(look) for found in room.differences]


def told(found: list[Difference]) -> list[tuple[str, str]]:
    return sorted((item.kind.value, item.cause.code if item.cause else "") for item in found)


Act = Callable[[Night], Callable[[], object]]


def single(act: Callable[[Night, object], object]) -> Act:
    """A meeting a pass has seen, and what happens to it then."""

    def prepared(night: Night) -> Callable[[], object]:
        meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
        return lambda: act(night, meeting)

    return prepared


def board(act: Callable[[Night, object], object]) -> Act:
    """The same for a weekly series of four dates."""

    def prepared(night: Night) -> Callable[[], object]:
        meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
        return lambda: act(night, meeting)

    return prepared


def anew(night: Night, meeting: object, subject: str) -> None:
    night.delete("Rembrandt", meeting)
    night.book("Rembrandt", subject, "09:00", "10:00")


ACTS: dict[str, Act] = {
    "cancelled": single(lambda n, m: n.cancel(m)),
    "deleted by a delegate": single(lambda n, m: n.delete("Rembrandt", m)),
    "deleted and booked anew": single(lambda n, m: anew(n, m, "Budget")),
    "deleted and booked for something else": single(lambda n, m: anew(n, m, "Quarter")),
    "moved to another hour": single(lambda n, m: n.change(m, start="11:00", end="12:00")),
    "renamed": single(lambda n, m: n.change(m, subject="Quarter")),
    "moved to another room": single(lambda n, m: n.change(m, rooms="Vermeer")),
    "moved to another room and hour": single(
        lambda n, m: n.change(m, rooms="Vermeer", start="11:00", end="12:00")
    ),
    "a second room": single(lambda n, m: n.change(m, rooms="Rembrandt Vermeer")),
    "new ids": single(lambda n, _: n.act(MoveMailbox(room=mailbox_of("Rembrandt")))),
    "a new meeting": single(lambda n, _: n.book("Vermeer", "New", "14:00", "15:00")),
    "one date cancelled": board(lambda n, m: n.cancel(m, day=SECOND)),
    "one date moved": board(lambda n, m: n.change(m, day=SECOND, start="22 15:00", end="22 16:00")),
    "one date to another room": board(lambda n, m: n.change(m, day=SECOND, rooms="Vermeer")),
    "a series at another hour": board(lambda n, m: n.change(m, start="13:00", end="14:00")),
    "a series cancelled": board(lambda n, m: n.cancel(m)),
    "a series to another room": board(lambda n, m: n.change(m, rooms="Vermeer")),
    "split": board(lambda n, m: n.split(m, THIRD)),
    "split to another hour": board(lambda n, m: n.split(m, THIRD, start="2026-09-29T14:00")),
    "shortened": board(lambda n, m: n.change(m, recurrence=weekly(count=2))),
    "one meeting an hour later": board(
        lambda n, m: n.change(m, recurrence=None, kind="singleInstance", start="10:00", end="11:00")
    ),
    "a series under new ids": board(lambda n, _: n.act(MoveMailbox(room=mailbox_of("Rembrandt")))),
}


@pytest.mark.parametrize("keeps", [False, True], ids=["removed", "kept"])
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_what_the_run_would_change_is_what_differs(night: Night, act: Act, keeps: bool) -> None:
    for name in NAMES:
        settings = {"RemoveCanceledMeetings": not keeps}
        night.act(Processing(room=mailbox_of(name), settings=settings))
    # a room that lost everything at once would not be believed
    night.book("Rembrandt", "Stand-up", "16:00", "16:15")
    happens = act(night)
    night.run()
    assert differences(night) == []
    happens()
    found = differences(night)
    report = night.run(dry_run=True, full=True)
    changes = [change for plan in report.plans for change in plan.changes]
    assert [untold(plan, found) for plan in report.plans if plan.changes] == [
        [] for plan in report.plans if plan.changes
    ]
    answered = {change.before.number for change in changes if not isinstance(change, Create)}
    assert {item.reservation for item in found if item.reservation} <= answered
    entered = {change.event.id for change in changes if change.event}
    assert {item.event_id for item in found if item.reservation is None} <= entered
    night.run()
    assert {item.cause.code for item in differences(night) if item.cause} <= {
        "cancel-awaiting-approval"
    }


@pytest.mark.parametrize("keeps", [False, True], ids=["removed", "kept"])
@pytest.mark.parametrize("act", ["moved to another room", "one date to another room"])
def test_a_move_is_one_whichever_rooms_the_question_is_about(
    night: Night, act: str, keeps: bool
) -> None:
    settings = {"RemoveCanceledMeetings": not keeps}
    night.act(Processing(room=mailbox_of("Rembrandt"), settings=settings))
    happens = ACTS[act](night)
    night.run()
    happens()
    left = ("missing_in_outlook", "moved-to-other-room")
    entered = ("missing_in_officebooking", "moved-to-other-room")
    assert told(differences(night)) == sorted([left, entered])
    assert told(differences(night, "Rembrandt")) == [left]
    assert told(differences(night, "Vermeer")) == [entered]
    (lost,) = (item.reservation for item in differences(night, "Rembrandt"))
    story = night.ask(
        lambda graph: explain_item(night.company, Outlook(night.company, graph), str(lost))
    )
    assert story.cause is not None
    assert story.cause.code == "moved-to-other-room"


def test_a_meeting_in_a_second_room_as_well_is_no_move_though_one_room_is_asked_about(
    night: Night,
) -> None:
    happens = ACTS["a second room"](night)
    night.run()
    happens()
    assert told(differences(night, "Vermeer")) == told(differences(night))
    assert told(differences(night)) == [("missing_in_officebooking", "awaiting-next-pass")]


def test_another_room_that_cannot_be_read_keeps_no_question_from_its_answer(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.cancel(meeting)
    night.fail("unavailable", "Vermeer")
    assert [kind for kind, _ in told(differences(night, "Rembrandt"))] == ["missing_in_outlook"]
