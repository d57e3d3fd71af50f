"""A series that comes to Outlook: each reservation finds its date, wherever Outlook has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import DAY
from night import Night, at, mailbox_of

from obctl.domain.event import Event, EventId
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.engine.ports import Gateway
from obctl.engine.push.delivery import PushResult
from obctl.engine.push.dispatch import push_reservations
from obctl.errors import GraphDetail, GraphRefused, NotAuthorised, ObctlError, TryLater
from obctl.store.company_log import LogFilter, find_entry, search_log

ROOM = "Rembrandt"


@dataclass
class Elsewhere:
    """A gateway to an Outlook that has some date of a series at another time than was asked."""

    gateway: Gateway
    moved: Callable[[Event], Event]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)

    async def fetch_instances(
        self, room: Room, master_id: EventId, span: TimeSpan
    ) -> tuple[Event, ...]:
        found = await self.gateway.fetch_instances(room, master_id, span)
        return tuple(self.moved(event) for event in found)


@dataclass
class Refusing:
    """A gateway to an Outlook that will not let a date go, whoever asks."""

    gateway: Gateway
    error: ObctlError

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)

    async def cancel_event(self, room: Room, event_id: EventId, comment: str) -> None:
        raise self.error

    async def delete_event(self, room: Room, event_id: EventId) -> None:
        raise self.error


def refused(status: int) -> ObctlError:
    detail = GraphDetail(status, "ErrorInvalidRequest", request_id="r-1")
    kind = NotAuthorised if status == 403 else GraphRefused
    return kind("Graph refuses this", graph=detail)


def placed(night: Night, number: int, was: datetime, now: datetime) -> list[PushResult]:
    """Push where Outlook has the date of one start at another."""

    def moved(event: Event) -> Event:
        if event.original_start != was:
            return event
        return replace(event, original_start=now, start=now, end=now + (event.end - event.start))

    return night.ask(
        lambda gateway: push_reservations(
            night.company,
            Elsewhere(gateway, moved),  # type: ignore[arg-type]
            [number],
        )
    )


def nothing_is_forgotten(night: Night) -> None:
    """What is not in step owes a write; nothing is linked to nothing."""
    pending = {number for number, _action in night.pending()}
    for item in night.all():
        if item.is_active:
            assert item.event_id or item.number in pending
            assert int(item.external_state) in (10, 20, 21)
            assert (item.number in pending) == (int(item.external_state) != 10)


def logged(night: Night, action: str) -> list[tuple[int | None, str]]:
    found = search_log(night.store, LogFilter(action=action))
    return [(entry.reservation, entry.message) for entry in found]


def test_a_date_at_an_hour_that_the_clocks_skip_is_found_by_its_day(night: Night) -> None:
    made = night.make(
        ROOM, "Shift", "2027-03-26 02:30", "2027-03-26 02:45",
        repeat="FREQ=DAILY;COUNT=5", push=False,
    )  # fmt: skip
    there = at("2027-03-28 03:00")
    results = placed(night, made[0].number, made[2].start, there)
    assert [result.error for result in results if result.error] == []
    nothing_is_forgotten(night)
    assert (night.pending(), len(night.outlook(ROOM, days=220))) == ([], 5)
    assert night.reservations(ROOM) == night.outlook(ROOM, days=220)
    assert "push.cancelled" not in night.log()
    assert [item.number for item in night.all()] == [item.number for item in made]


def test_a_date_that_outlooks_series_lacks_becomes_a_meeting_of_its_own(night: Night) -> None:
    """Somebody takes it out of the series while the answer is on its way."""
    made = night.make(ROOM, "Board", "09:00", "10:00", repeat="FREQ=DAILY;COUNT=4", push=False)

    def on_call(method: str, mailbox: str | None, route: str) -> None:
        if mailbox == mailbox_of(ROOM) and route.endswith("instances"):
            night.watched.on_call = lambda *_: None
            (series,) = night.tenant.meetings_in(mailbox_of(ROOM))
            for days in (0, 2):
                night.cancel(series, day=DAY + timedelta(days=days))

    night.watched.on_call = on_call
    results = night.push(made[0].number)
    assert [result.error for result in results] == [None, None, None]
    nothing_is_forgotten(night)
    assert night.outlook(ROOM) == night.reservations()
    assert len(night.reservations()) == 4
    assert [number for number, _ in logged(night, "push.unmatched")] == [
        made[2].number, made[0].number
    ]  # fmt: skip
    assert len(night.tenant.meetings_in(mailbox_of(ROOM))) == 3
    assert night.run(full=True).changes == 0


def test_a_date_on_a_day_that_nobody_reserved_is_left_and_told(night: Night) -> None:
    made = night.make(ROOM, "Board", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=3", push=False)
    placed(night, made[0].number, made[1].start, at("23 09:00"))
    nothing_is_forgotten(night)
    (told,) = [m for _, m in logged(night, "push.unmatched") if m.startswith("unreserved-date: ")]
    assert "Wed 2026-09-23 09:00 (Europe/Amsterdam)" in told
    assert "push.cancelled" not in night.log()
    assert "cancel" not in [action for _number, action in night.pending()]
    assert len(night.outlook(ROOM)) == 3


@pytest.mark.parametrize("last", [False, True], ids=["middle", "last"])
def test_a_date_that_went_to_another_room_before_is_taken_out_and_that_is_logged(
    night: Night, last: bool
) -> None:
    made = night.make(ROOM, "Board", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=3", push=False)
    gone = made[2 if last else 1]
    night.edit(gone.number, room="Vermeer", push=False)
    night.run()
    assert len(night.outlook(ROOM)) == 2
    assert night.outlook(ROOM) == night.reservations(ROOM)
    assert night.outlook("Vermeer") == night.reservations("Vermeer")
    (entry,) = search_log(night.store, LogFilter(action="push.cancelled"))
    assert "left out of the series: it went to another room" in entry.message
    assert entry.run
    assert find_entry(night.store, entry.id or 0).payload


def test_what_was_called_off_here_is_found_by_its_day_too(night: Night) -> None:
    made = night.make(
        ROOM, "Shift", "2027-03-26 02:30", "2027-03-26 02:45",
        repeat="FREQ=DAILY;COUNT=4", push=False,
    )  # fmt: skip
    night.call_off(made[2].number, push=False)
    placed(night, made[0].number, made[2].start, at("2027-03-28 03:00"))
    nothing_is_forgotten(night)
    assert night.pending() == []
    days = [line.split()[1] for line in night.outlook(ROOM, days=220)]
    assert days == ["03-26", "03-27", "03-29"]


@pytest.mark.parametrize("kind", ["partial", "empty"])
def test_dates_that_an_answer_leaves_out_are_linked_by_the_next_attempt(
    night: Night, kind: str
) -> None:
    night.fail(kind, ROOM, route="events/*/instances", times=1)
    made = night.make(ROOM, "Board", "09:00", "10:00", repeat="FREQ=DAILY;COUNT=4", push=False)
    (result,) = night.push(made[0].number)
    assert isinstance(result.error, TryLater)
    assert night.pending() == [(made[0].number, "create")]
    assert logged(night, "push.unmatched") == []
    night.sleep()
    night.run()
    nothing_is_forgotten(night)
    assert (night.pending(), night.outlook(ROOM)) == ([], night.reservations(ROOM))
    assert [item.number for item in night.all()] == [item.number for item in made]
    assert len(night.tenant.meetings_in(mailbox_of(ROOM))) == 1


def one_date_gone(night: Night) -> list[int]:
    """A series of four that is not in Outlook yet; its second date stands in another room."""
    made = night.make(ROOM, "Board", "09:00", "10:00", repeat="FREQ=DAILY;COUNT=4", push=False)
    night.edit(made[1].number, room="Vermeer", push=False)
    return [item.number for item in made]


@pytest.mark.parametrize("status", [400, 403])
def test_a_date_that_cannot_be_left_out_keeps_no_other_from_its_place(
    night: Night, status: int
) -> None:
    numbers = one_date_gone(night)
    (result,) = night.ask(
        lambda gateway: push_reservations(
            night.company,
            Refusing(gateway, refused(status)),  # type: ignore[arg-type]
            numbers[:1],
        )
    )
    assert result.error is None
    (problem,) = result.problems
    assert (problem.room, problem.code) == (mailbox_of(ROOM), "date-not-left-out")
    assert "Wed 2026-09-16 09:00 (Europe/Amsterdam)" in problem.message
    assert "Graph refuses this" in problem.message
    assert problem.hint
    (entry,) = search_log(night.store, LogFilter(action="push.failed"))
    assert entry.message == f"date-not-left-out: {problem.message}"
    assert (entry.request_id, bool(find_entry(night.store, entry.id or 0).payload)) == ("r-1", True)
    assert "push.cancelled" not in night.log()
    assert night.pending() == [(numbers[1], "create")]
    nothing_is_forgotten(night)
    # It takes the room in Outlook, so it takes it here, until somebody cancels it.
    assert night.run().created == 1
    nothing_is_forgotten(night)
    assert (night.pending(), night.outlook(ROOM)) == ([], night.reservations(ROOM))
    assert night.outlook("Vermeer") == night.reservations("Vermeer")
    stray = next(item for item in night.all() if item.number not in numbers)
    night.call_off(stray.number)
    assert len(night.outlook(ROOM)) == 3
    assert night.run(full=True).changes == 0


@pytest.mark.parametrize("kind", ["server-error", "throttled", "unavailable", "unauthorized"])
def test_a_date_that_cannot_be_left_out_just_now_is_tried_again(night: Night, kind: str) -> None:
    numbers = one_date_gone(night)
    night.fail(kind, ROOM, route="*cancel*")
    (result,) = night.push(numbers[0])
    assert result.error
    assert sorted(night.pending()) == [(number, "create") for number in numbers[:2]]
    night.recover()
    night.sleep()
    night.run()
    assert (night.pending(), night.outlook(ROOM)) == ([], night.reservations(ROOM))
    assert len(night.outlook(ROOM)) == 3
