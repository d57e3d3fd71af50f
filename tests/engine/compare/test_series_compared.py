"""Series whose shape changed, as `diff` and `explain` see them before the next pass."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders import DAY
from night import Night, weekly

from obctl.domain.difference import Difference
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway

SECOND, THIRD = DAY + timedelta(weeks=1), DAY + timedelta(weeks=2)


def board(night: Night):
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    return meeting


def differences(night: Night) -> list[tuple[str, str, list[str], str]]:
    """Day, kind, fields and cause of each difference in the month."""

    async def look(gateway: Gateway) -> list[RoomComparison]:
        outlook = Outlook(night.company, gateway)
        return await compare_rooms(
            night.company, outlook, night.rooms, DAY, DAY + timedelta(days=30)
        )

    found: list[Difference] = [d for room in night.ask(look) for d in room.differences]
    return [
        (f"{d.start:%m-%d}", d.kind.value, sorted(d.fields), d.cause.code if d.cause else "")
        for d in found
    ]


@pytest.mark.parametrize(
    ("start", "fields"), [(None, ["event_id"]), ("2026-09-29T14:00", ["end", "start"])]
)
def test_a_split_shows_on_every_date_that_went_over(
    night: Night, start: str | None, fields: list[str]
) -> None:
    meeting = board(night)
    night.split(meeting, THIRD, start=start)
    shown = differences(night)
    if start is None:
        assert shown == [
            ("09-29", "changed", fields, "series-split"),
            ("10-06", "changed", fields, "series-split"),
        ]
    assert {(day, cause) for day, _, _, cause in shown} == {
        ("09-29", "series-split"),
        ("10-06", "series-split"),
    }
    night.run()
    assert differences(night) == []


def test_a_split_date_is_explained_by_its_number(night: Night) -> None:
    meeting = board(night)
    (number,) = [item.number for item in night.all() if item.start.date() == THIRD]
    night.split(meeting, THIRD)
    story = night.ask(
        lambda gateway: explain_item(night.company, Outlook(night.company, gateway), str(number))
    )
    assert story.cause is not None
    assert story.cause.code == "series-split"


def test_a_series_moved_to_other_days_shows_on_every_date_as_moved(night: Night) -> None:
    meeting = board(night)
    days = weekly(DAY + timedelta(days=2), count=4)
    night.change(meeting, recurrence=days, start="17 09:00", end="17 10:00")
    assert differences(night) == [
        (day, "changed", ["end", "start"], "series-edit-wiped-exceptions")
        for day in ("09-15", "09-22", "09-29", "10-06")
    ]
    night.run()
    assert differences(night) == []


def test_of_one_day_a_series_moved_to_another_is_told_as_moved(night: Night) -> None:
    meeting = board(night)
    days = weekly(DAY + timedelta(days=3), count=4)
    night.change(meeting, recurrence=days, start="18 09:00", end="18 10:00")

    async def look(gateway: Gateway) -> list[RoomComparison]:
        outlook = Outlook(night.company, gateway)
        return await compare_rooms(night.company, outlook, night.rooms, SECOND, SECOND)

    (found,) = [d for room in night.ask(look) for d in room.differences]
    assert (found.kind.value, sorted(found.fields)) == ("changed", ["end", "start"])


def test_a_series_moved_as_a_whole_has_wiped_nothing(night: Night) -> None:
    meeting = board(night)
    night.change(meeting, start="13:00", end="14:00")
    shown = differences(night)
    assert [day for day, _, _, _ in shown] == ["09-15", "09-22", "09-29", "10-06"]
    assert {cause for _, _, _, cause in shown} == {"awaiting-next-pass"}


def test_of_a_series_moved_as_a_whole_only_the_date_that_stood_alone_was_wiped(
    night: Night,
) -> None:
    meeting = board(night)
    night.change(meeting, day=SECOND, start="22 15:00", end="22 16:00")
    night.run()
    night.change(meeting, start="13:00", end="14:00")
    causes = {day: cause for day, _, _, cause in differences(night)}
    assert causes.pop("09-22") == "series-edit-wiped-exceptions"
    assert set(causes.values()) == {"awaiting-next-pass"}


def test_a_date_with_a_subject_of_its_own_is_wiped_like_any_other(night: Night) -> None:
    meeting = board(night)
    night.change(meeting, day=SECOND, subject="Board, with guests")
    night.run()
    night.change(meeting, start="13:00", end="14:00")
    causes = {day: cause for day, _, _, cause in differences(night)}
    assert causes.pop("09-22") == "series-edit-wiped-exceptions"
    assert set(causes.values()) == {"awaiting-next-pass"}


def test_what_was_booked_anew_for_the_same_slot_is_the_same_meeting(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.delete("Rembrandt", meeting)
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    assert differences(night) == [("09-15", "changed", ["event_id"], "awaiting-next-pass")]
    report = night.run(again=False)
    assert (report.created, report.updated, report.cancellation_requests) == (0, 1, 0)
    assert differences(night) == []


def test_what_left_for_another_room_is_not_what_was_booked_in_its_slot(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.change(meeting, rooms="Vermeer")
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    found = differences(night)
    assert "changed" not in {kind for _, kind, _, _ in found}
    assert "moved-to-other-room" in {cause for _, _, _, cause in found}


def test_a_meeting_about_something_else_in_the_place_of_a_deleted_one_is_another(
    night: Night,
) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.delete("Rembrandt", meeting)
    night.book("Rembrandt", "Quarter", "09:00", "10:00")
    assert differences(night) == [
        ("09-15", "missing_in_officebooking", [], "awaiting-next-pass"),
        ("09-15", "missing_in_outlook", [], "hard-deleted-by-delegate"),
    ]
    report = night.run(again=False)
    assert (report.created, report.cancellation_requests) == (1, 1)
    assert [cause for _, _, _, cause in differences(night)] == ["cancel-awaiting-approval"]


def test_a_date_that_goes_on_as_one_meeting_at_another_hour_is_changed(night: Night) -> None:
    meeting = board(night)
    night.change(meeting, recurrence=None, kind="singleInstance", start="10:00", end="11:00")
    assert differences(night)[0][:3] == ("09-15", "changed", ["end", "start"])
    report = night.run(again=False)
    assert report.updated == 1
    assert "09-15" not in {day for day, *_ in differences(night)}


def test_dates_before_the_split_are_no_difference(night: Night) -> None:
    night.split(board(night), THIRD)
    assert not {day for day, *_ in differences(night)} & {"09-15", "09-22"}
    assert date(2026, 9, 29) == THIRD
