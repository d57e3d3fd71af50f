"""What a notification does at once, and what it leaves for the night."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from builders import DAY
from night import Night, daily, weekly

from obctl.domain.event import EventId
from obctl.domain.settings import SeriesPolicy
from obctl.domain.sync.run_report import RunReport
from obctl.domain.values import replace
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.engine.run import run_sync
from obctl.engine.sync.one_room import reconcile_notified
from obctl.engine.sync.plan_room import PassOptions
from obctl.errors import TryLater
from obctl.store.database import open_store
from obctl.store.rooms import load_rooms


def test_a_notified_meeting_is_reserved_at_once(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert night.run().changes == 0


def test_a_new_series_gets_its_first_date_now_and_the_others_at_night(night: Night) -> None:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Board"]
    night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    assert len(night.reservations()) == 1
    assert night.run().created == 3
    assert len(night.reservations()) == 4


def test_the_dates_left_for_the_night_are_explained_whatever_their_day(night: Night) -> None:
    night.run()
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    day = date(2026, 9, 29)

    async def look(gateway: Gateway) -> list[RoomComparison]:
        rooms = load_rooms(night.company.store)
        return await compare_rooms(night.company, Outlook(night.company, gateway), rooms, day, day)

    (found,) = [d for compared in night.ask(look) for d in compared.differences]
    assert found.cause is not None
    assert (found.kind.value, found.cause.code) == (
        "missing_in_officebooking",
        "series-not-yet-expanded",
    )


def test_a_company_that_wants_series_at_once_gets_them(night: Night) -> None:
    night.configure(series=SeriesPolicy.IMMEDIATE)
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    assert len(night.reservations()) == 4


def test_a_notified_cancellation_is_processed_at_once(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.cancel(meeting)
    night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    assert night.reservations() == []
    assert night.run().changes == 0


def test_a_notified_deletion_asks_a_person(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    event = night.id_of("Rembrandt", meeting)
    night.delete("Rembrandt", meeting)
    night.notify("Rembrandt", event)
    assert night.requests() == [(1, "unproven")]


def test_a_notified_master_shows_the_date_that_was_called_off(night: Night) -> None:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    night.cancel(meeting, day=date(2026, 9, 22))
    night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    assert len(night.reservations()) == 3


@pytest.mark.parametrize("first", ["Rembrandt", "Vermeer"], ids=["loser", "winner"])
def test_a_meeting_that_moves_is_one_move_whichever_room_is_notified_first(
    night: Night, first: str
) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.cater(1)
    event = night.id_of("Rembrandt", meeting)
    night.change(meeting, rooms="Vermeer")
    ids = {"Rembrandt": event, "Vermeer": night.id_of("Vermeer", meeting)}
    for room in (first, *(ids.keys() - {first})):
        night.notify(room, ids[room])
    assert night.reservations() == ["Vermeer 09-15 09:00-10:00 Budget"]
    assert night.only().number == 1
    assert night.requests(None) == []
    assert night.run().changes == 0


@pytest.mark.parametrize("catered", [[], [3]], ids=["plain", "with lunch on one date"])
def test_a_series_that_moves_whole_is_moved_date_by_date(night: Night, catered: list[int]) -> None:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=8))
    night.configure(future_days=90)
    night.run()
    numbers = [item.number for item in night.all()]
    for at in catered:
        night.cater(numbers[at])
    event = night.id_of("Rembrandt", meeting)
    night.change(meeting, rooms="Vermeer")
    night.notify("Rembrandt", event)
    assert [item.number for item in night.all() if item.is_active] == numbers
    assert len(night.reservations("Vermeer")) == 8
    assert [len(item.ordered_services) for item in night.all()] == [
        int(at in catered) for at in range(8)
    ]
    assert night.run().changes == 0


def test_dates_that_leave_a_series_for_other_rooms_are_found_one_by_one(night: Night) -> None:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=8))
    night.configure(future_days=90)
    night.run()
    numbers = [item.number for item in night.all()]
    event = night.id_of("Rembrandt", meeting)
    days = [DAY + timedelta(weeks=week) for week in range(1, 7)]
    for day in days:
        night.change(meeting, day=day, rooms="Hals" if day == days[1] else "Vermeer")
    night.notify("Rembrandt", event)
    assert [item.number for item in night.all() if item.is_active] == numbers
    assert [len(night.reservations(room)) for room in ("Rembrandt", "Vermeer", "Hals")] == [2, 5, 1]
    assert night.run().changes == 0


@pytest.mark.parametrize("order", ["old first", "new first"])
def test_a_split_notified_series_by_series_keeps_its_services(night: Night, order: str) -> None:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    numbers = [item.number for item in night.all()]
    night.cater(numbers[2])
    night.configure(ignore_cancellation_requests=True)
    rest = night.split(meeting, date(2026, 9, 29))
    ids = [night.id_of("Rembrandt", meeting), night.id_of("Rembrandt", rest)]
    for event in ids if order == "old first" else reversed(ids):
        night.notify("Rembrandt", event)
    night.run()
    kept = [item for item in night.all() if item.services and item.is_active]
    assert len(kept) == 1
    assert len(night.reservations()) == 4


def test_a_notification_about_nothing_known_does_nothing(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    event = night.id_of("Rembrandt", meeting)
    night.delete("Rembrandt", meeting)
    night.notify("Rembrandt", event)
    assert night.all() == []


def test_a_room_that_cannot_be_read_now_is_tried_later(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    event = night.id_of("Rembrandt", meeting)
    night.fail("forbidden", "Rembrandt")
    with pytest.raises(TryLater):
        night.notify("Rembrandt", event)
    night.recover()
    night.notify("Rembrandt", event)
    assert len(night.reservations()) == 1


def test_an_event_beyond_the_window_waits_for_its_night(night: Night) -> None:
    meeting = night.book("Rembrandt", "Far", "2026-12-01 09:00", "2026-12-01 10:00")
    night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    assert night.all() == []


def test_settling_ends_in_the_accepted_reservation(night: Night) -> None:
    meeting = night.book("Hals", "Budget", "09:00", "10:00", settle=False)
    event = night.id_of("Hals", meeting)
    night.notify("Hals", event)
    assert night.reservations() == ["Hals 09-15 09:00-10:00 Budget (tentative)"]
    night.settle()
    night.notify("Hals", event)
    assert night.reservations() == ["Hals 09-15 09:00-10:00 Budget"]


def test_a_live_look_and_the_night_may_overlap_without_doubles(night: Night) -> None:
    meeting = night.book("Rembrandt", "Stand-up", "09:00", "09:15", recurrence=daily(count=5))
    event = night.id_of("Rembrandt", meeting)

    async def both(gateway: Gateway) -> RunReport:
        night_run = run_sync(night.company, gateway, night.rooms, PassOptions())
        reconcilers = [
            reconcile_notified(twin, gateway, night.room("Rembrandt"), frozenset({EventId(event)}))
            for _ in range(3)
        ]
        report, *_ = await asyncio.gather(night_run, *reconcilers)
        return report

    store = open_store(night.company.config.store_path)
    twin = replace(night.company, store=store)
    assert night.ask(both).exit_code == 0
    store.close()
    assert len(night.reservations()) == len(night.all()) == 5
    assert night.run().changes == 0
