"""One date that a room shows twice: two events take the room, and each is a reservation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from builders import DAY
from night import Night, mailbox_of, weekly

from obctl.domain.sync.change import Change
from obctl.engine.sync.resync import forget_reading
from obctl.sandbox.recurrence_wire import read_recurrence
from obctl.sandbox.steps import InviteToOne, Recreate, Restore

SECOND = DAY + timedelta(weeks=1)
ROOM = mailbox_of("Rembrandt")

Again = Callable[[Night], None]


def series_and_one_date_alone(night: Night) -> None:
    whole = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    night.server.service.handles["board"] = whole
    night.act(InviteToOne(meeting="board", mailbox=ROOM, day=SECOND))


def one_meeting_put_back_beside_itself(night: Night) -> None:
    meeting = night.book("Rembrandt", "Board", "22 09:00", "22 10:00")
    night.run()
    night.server.service.handles["board"] = meeting
    night.act(Restore(meeting="board", mailbox=ROOM))


def series_put_back_beside_itself(night: Night) -> None:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    night.server.service.handles["board"] = meeting
    night.act(Restore(meeting="board", mailbox=ROOM))


twice = pytest.mark.parametrize(
    "twice",
    [series_and_one_date_alone, one_meeting_put_back_beside_itself, series_put_back_beside_itself],
)


@twice
def test_what_changed_is_planned_as_everything_is(night: Night, twice: Again) -> None:
    twice(night)
    some, all_ = planned(night, full=False), planned(night, full=True)
    assert some == all_
    assert {kind for kind, _, _ in some} == {"create"}


@twice
def test_the_first_keeps_its_reservation_and_the_second_gets_its_own(
    night: Night, twice: Again
) -> None:
    twice(night)
    before = {item.number: item.event_id for item in night.all()}
    night.run()
    assert before.items() <= {item.number: item.event_id for item in night.all()}.items()
    assert sorted(night.reservations()) == sorted(night.outlook("Rembrandt"))


@twice
def test_a_notification_of_the_second_leaves_the_first_its_reservation(
    night: Night, twice: Again
) -> None:
    twice(night)
    before = {item.number: item.event_id for item in night.all()}
    known = set(before.values())
    for event in night.events("Rembrandt"):
        if event.id not in known:
            night.notify("Rembrandt", event.id)
    assert before.items() <= {item.number: item.event_id for item in night.all()}.items()
    night.run()
    assert sorted(night.reservations()) == sorted(night.outlook("Rembrandt"))


def planned(night: Night, *, full: bool) -> list[tuple[str, str | None, str]]:
    report = night.run(dry_run=True, full=full)
    return [named(change) for plan in report.plans for change in plan.changes]


def named(change: Change) -> tuple[str, str | None, str]:
    return change.kind, change.event and change.event.id, f"{change.after.start:%m-%d}"


def test_a_series_made_anew_proves_its_lost_dates_gone_whatever_is_read(night: Night) -> None:
    board = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    night.act(Recreate(room=ROOM))
    forget_reading(night.company, night.room("Rembrandt"))
    night.run(allow_cancellations=True)
    assert len(night.requests()) == 4
    wanted = weekly(count=3, daysOfWeek=["thursday"])
    night.change(board, recurrence=read_recurrence(wanted, start=DAY, zone="Europe/Amsterdam"))
    assert planned(night, full=False) == planned(night, full=True)
    night.run()
    assert night.reservations() == night.outlook("Rembrandt")
    assert night.requests() == []
