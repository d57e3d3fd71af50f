"""A series edited while its ids were replaced: what is known of it is found by its old ids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from builders import DAY
from night import Night, mailbox_of, numbers, ordered, weekly

from obctl.domain.difference import Cause
from obctl.engine.compare.diff import compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.sandbox.steps import MoveMailbox, Processing
from obctl.store.cancellation_requests import RequestStatus, load_requests

ROOM = "Rembrandt"
SECOND, THIRD = DAY + timedelta(weeks=1), DAY + timedelta(weeks=2)
Replace = Callable[[Night, Any], None]


def nothing(_night: Night, _meeting: Any) -> None:
    """The ids stay."""


def move_mailbox(night: Night, _meeting: Any) -> None:
    night.act(MoveMailbox(room=mailbox_of(ROOM)))


def invite_anew(night: Night, meeting: Any) -> None:
    night.act(Processing(room=mailbox_of(ROOM), settings={"RemoveCanceledMeetings": True}))
    night.change(meeting, rooms="")
    night.change(meeting, rooms=ROOM)


REPLACED = [
    pytest.param(nothing, id="ids stay"),
    pytest.param(move_mailbox, id="mailbox moved"),
    pytest.param(invite_anew, id="room invited anew"),
]


def series(night: Night, start: str = "09:00", end: str = "10:00") -> Any:
    """A series of four Tuesdays, with lunch on each."""
    meeting = night.book(ROOM, "Budget", start, end, recurrence=weekly(count=4))
    night.run()
    for number in numbers(night).values():
        night.cater(number)
    night.sleep(0, hours=1)
    return meeting


def causes(night: Night, first: date = DAY, last: date = DAY + timedelta(days=28)):
    """The cause of each difference, by its local day."""

    async def ask(gateway: Gateway) -> dict[str, Cause]:
        outlook, rooms = Outlook(night.company, gateway), [night.room(ROOM)]
        (item,) = await compare_rooms(night.company, outlook, rooms, first, last)
        return {f"{d.start:%m-%d}": d.cause for d in item.differences if d.cause}

    return night.ask(ask)


def told(found: dict[str, Cause]) -> dict[str, tuple[str, str]]:
    return {day: (cause.code, cause.confidence.value) for day, cause in found.items()}


def explained(night: Night, number: int) -> tuple[str, str]:
    story = night.ask(
        lambda gateway: explain_item(night.company, Outlook(night.company, gateway), str(number))
    )
    assert story.cause is not None
    return story.cause.code, story.cause.confidence.value


@pytest.mark.parametrize("replace_ids", REPLACED)
def test_a_date_of_its_own_that_a_series_edit_wiped_is_told_by_its_old_id(
    night: Night, replace_ids: Replace
) -> None:
    meeting = series(night)
    night.change(meeting, day=SECOND, start="22 15:00", end="22 16:00")
    night.run()
    night.sleep(0, hours=1)
    number = numbers(night)["09-22"]
    night.change(meeting, start="11:00", end="12:00")
    replace_ids(night, meeting)
    wiped = ("series-edit-wiped-exceptions", "likely")
    found = told(causes(night))
    assert found.pop("09-22") == wiped
    assert {code for code, _ in found.values()} == {"awaiting-next-pass"}
    assert explained(night, number) == wiped
    night.run()
    assert ordered(night) == dict.fromkeys(numbers(night).values(), 1)


def test_a_series_moved_past_midnight_wipes_a_date_of_its_own_like_any_other(night: Night) -> None:
    meeting = series(night, "22:00", "23:00")
    night.change(meeting, day=SECOND, start="22 14:00", end="22 15:00")
    night.run()
    night.sleep(0, hours=1)
    days = weekly(DAY + timedelta(days=1), count=4)
    night.change(meeting, start="16 00:30", end="16 01:30", recurrence=days)
    assert told(causes(night))["09-22"] == ("series-edit-wiped-exceptions", "likely")


@pytest.mark.parametrize("replace_ids", REPLACED)
def test_a_series_that_ended_under_other_ids_lost_its_last_dates_by_that(
    night: Night, replace_ids: Replace
) -> None:
    meeting = series(night)
    night.change(meeting, recurrence=weekly(until=SECOND))
    replace_ids(night, meeting)
    found = told(causes(night))
    assert {found[day] for day in ("09-29", "10-06")} == {
        ("occurrence-cancelled-silently", "likely")
    }
    number = numbers(night)["09-29"]
    assert explained(night, number) == ("occurrence-cancelled-silently", "likely")
    night.run(again=False)
    carried = {
        request.reservation: request.cause.code
        for request in load_requests(night.store, RequestStatus.OPEN)
        if request.cause
    }
    assert set(carried.values()) == {"occurrence-cancelled-silently"}
    assert number in carried


@pytest.mark.parametrize("replace_ids", REPLACED)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(("08:00", "09:00"), ("21:00", "22:00"), id="morning to evening"),
        pytest.param(("21:00", "22:00"), ("08:00", "09:00"), id="evening to morning"),
    ],
)
def test_a_series_moved_by_more_than_half_a_day_goes_on_with_its_services(
    night: Night, before: tuple[str, str], after: tuple[str, str], replace_ids: Replace
) -> None:
    meeting = series(night, *before)
    night.change(meeting, start=after[0], end=after[1])
    replace_ids(night, meeting)
    assert {code for code, _ in told(causes(night)).values()} == {"awaiting-next-pass"}
    report = night.run()
    assert (report.created, report.cancellation_requests) == (0, 0)
    assert night.reservations() == [
        f"Rembrandt {day} {after[0]}-{after[1]} Budget"
        for day in ("09-15", "09-22", "09-29", "10-06")
    ]
    assert ordered(night) == dict.fromkeys(numbers(night).values(), 1)


def test_a_date_that_was_off_is_on_again_once_its_series_got_another_hour(night: Night) -> None:
    meeting = series(night)
    number = numbers(night)["09-22"]
    night.cancel(meeting, day=SECOND)
    night.run()
    night.approve()
    night.sleep(0, hours=1)
    night.change(meeting, start="11:00", end="12:00")
    assert explained(night, number) == ("series-edit-wiped-exceptions", "likely")
    night.run()
    assert "Rembrandt 09-22 11:00-12:00 Budget" in night.reservations()


def test_one_date_that_the_organiser_puts_on_again_awaits_the_next_pass(night: Night) -> None:
    meeting = series(night)
    number = numbers(night)["09-22"]
    night.cancel(meeting, day=SECOND)
    night.run()
    night.approve()
    night.sleep(0, hours=1)
    night.change(meeting, day=SECOND, start="22 11:00", end="22 12:00")
    assert explained(night, number) == ("awaiting-next-pass", "likely")


def test_a_meeting_invited_again_after_its_cancellation_awaits_the_next_pass(night: Night) -> None:
    meeting = night.book(ROOM, "Budget", "09:00", "10:00")
    night.run()
    night.change(meeting, rooms="")
    night.run()
    night.sleep(0, hours=1)
    night.change(meeting, rooms=ROOM)
    assert explained(night, night.all()[0].number) == ("awaiting-next-pass", "likely")


@pytest.mark.parametrize("replace_ids", REPLACED)
@pytest.mark.parametrize(
    ("begins", "hour"),
    [
        pytest.param(THIRD, "11:00", id="another hour"),
        pytest.param(THIRD + timedelta(days=2), "09:00", id="another day"),
        pytest.param(THIRD - timedelta(days=1), "11:00", id="the day before"),
    ],
)
def test_what_follows_in_another_series_is_a_split_in_every_view(
    night: Night, begins: date, hour: str, replace_ids: Replace
) -> None:
    meeting = series(night)
    by_day = numbers(night)
    night.change(meeting, recurrence=weekly(until=SECOND))
    ends = f"{int(hour[:2]) + 1}:00"
    night.book(
        ROOM, "Budget", f"{begins} {hour}", f"{begins} {ends}", recurrence=weekly(begins, count=2)
    )
    replace_ids(night, meeting)
    split = ("series-split", "likely")
    found = told(causes(night, last=DAY + timedelta(days=24)))
    assert (found["09-29"], found["10-06"]) == (split, split)
    assert told(causes(night, THIRD, THIRD)) == {"09-29": split}
    assert explained(night, by_day["10-06"]) == split
    night.run()
    assert ordered(night) == dict.fromkeys(by_day.values(), 1)
