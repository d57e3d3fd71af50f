"""A meeting whose hours differ: moved, cut short by a panel, shifted by a zone, or all day long."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from builders import DAY
from night import Night, at, daily, mailbox_of, weekly

from obctl.domain.difference import Difference
from obctl.engine.compare.diff import compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.sandbox.steps import Rewrite

ROOM = "Rembrandt"
NEXT_WEEK = DAY + timedelta(weeks=1)


def causes(night: Night, first: date = DAY, days: int = 45) -> dict[str, tuple[str, str]]:
    """Code and confidence of each difference, by its day; `explain` says the same."""

    async def ask(gateway: Gateway) -> tuple[Difference, ...]:
        outlook, rooms = Outlook(night.company, gateway), [night.room(ROOM)]
        last = first + timedelta(days=days)
        (item,) = await compare_rooms(night.company, outlook, rooms, first, last)
        return item.differences

    found: dict[str, tuple[str, str]] = {}
    for item in night.ask(ask):
        assert item.cause is not None
        found[f"{item.start:%m-%d}"] = said = (item.cause.code, item.cause.confidence.value)
        assert explained(night, item) == said
    return found


def explained(night: Night, item: Difference) -> tuple[str, str]:
    wanted = str(item.reservation or item.event_id)
    story = night.ask(
        lambda gateway: explain_item(night.company, Outlook(night.company, gateway), wanted)
    )
    assert story.cause is not None
    return story.cause.code, story.cause.confidence.value


def only(found: dict[str, tuple[str, str]]) -> tuple[str, str]:
    (cause,) = found.values()
    return cause


def rewrite(night: Night, meeting: Any, day: date | None = None, **fields: Any) -> None:
    """Somebody writes into the room's own copy: a delegate, a panel, a broken client."""
    night.server.service.handles["it"] = meeting
    night.act(Rewrite(meeting="it", mailbox=mailbox_of(ROOM), fields=fields, day=day))


def by(night: Night, time: str) -> None:
    night.tenant.set_clock(at(time))


# -- nobody came, and the panel at the door gave the room back --------------------------------


@pytest.mark.parametrize("written", ["09:15", "09:31", "11:00", "16 07:00"])
@pytest.mark.parametrize("more", [{}, {"recurrence": daily(count=3)}], ids=["single", "a date"])
def test_a_panel_may_write_down_a_release_long_after_it(
    night: Night, written: str, more: dict[str, Any]
) -> None:
    meeting = night.book(ROOM, "Budget", "09:00", "10:00", **more)
    night.run()
    by(night, written)
    rewrite(night, meeting, DAY if more else None, end="2026-09-15T09:15")
    assert only(causes(night, days=0)) == ("no-show-released", "likely")
    night.fail("forbidden", "anna")
    assert only(causes(night, days=0)) == ("no-show-released", "possible")


@pytest.mark.parametrize(
    ("written", "end"),
    [
        pytest.param("08:30", "09:15", id="in good time"),
        pytest.param("09:05", "09:45", id="while it runs"),
        pytest.param("09:14", "09:15", id="at that moment"),
        pytest.param("09:31", "09:15", id="afterwards"),
        pytest.param("09:31", "11:00", id="for longer"),
    ],
)
def test_an_organiser_who_changes_the_end_releases_nothing(
    night: Night, written: str, end: str
) -> None:
    meeting = night.book(ROOM, "Budget", "09:00", "10:00")
    night.run()
    by(night, written)
    night.change(meeting, end=end)
    assert only(causes(night)) == ("awaiting-next-pass", "certain")


def test_what_only_the_room_shows_is_not_certain_to_be_what_somebody_wants(night: Night) -> None:
    meeting = night.book(ROOM, "Budget", "09:00", "17:00")
    night.run()
    by(night, "10:45")
    rewrite(night, meeting, end="2026-09-15T10:30")
    assert only(causes(night)) == ("awaiting-next-pass", "likely")


# -- the window has rolled on, and no night has passed over the room ----------------------------


@pytest.mark.parametrize(
    "recurrence",
    [
        pytest.param(None, id="a single meeting"),
        pytest.param(weekly(DAY, count=20, interval=2), id="every second week"),
        pytest.param(daily(DAY, count=90), id="daily"),
    ],
)
def test_what_the_window_reached_since_the_last_pass_awaits_the_next(
    night: Night, recurrence: dict[str, Any] | None
) -> None:
    start = DAY if recurrence else DAY + timedelta(weeks=6)
    night.book(
        ROOM, "Budget", f"{start} 09:00", f"{start} 10:00",
        **({"recurrence": recurrence} if recurrence else {}),
    )  # fmt: skip
    night.run()
    night.sleep(14)
    found = causes(night, days=60)
    ends = night.company.now + timedelta(days=30)
    near = {day: cause for day, cause in found.items() if day <= f"{ends:%m-%d}"}
    assert near
    assert set(near.values()) == {("awaiting-next-pass", "certain")}
    beyond = {cause for day, cause in found.items() if day not in near}
    assert beyond <= {("outside-sync-window", "certain")}
    night.run()
    assert not near.keys() & causes(night, days=60).keys()


def test_a_wider_window_awaits_the_next_pass(night: Night) -> None:
    night.book(ROOM, "Budget", "2026-10-26 09:00", "2026-10-26 10:00")
    night.run()
    assert only(causes(night)) == ("outside-sync-window", "certain")
    night.configure(future_days=60)
    assert only(causes(night)) == ("awaiting-next-pass", "certain")


# -- off by what separates two zones ------------------------------------------------------------


def test_a_meeting_from_another_zone_that_moves_by_the_offset_has_moved(night: Night) -> None:
    meeting = night.tenant.book(
        "anna@contoso.example", [mailbox_of(ROOM)], "Budget", "2026-09-15T08:00",
        "2026-09-15T09:00", time_zone="Europe/London",
    )  # fmt: skip
    night.settle()
    night.run()
    night.sleep(0, hours=1)
    night.tenant.change(meeting, start="2026-09-15T09:00", end="2026-09-15T10:00")
    night.settle()
    assert only(causes(night)) == ("awaiting-next-pass", "certain")
    night.fail("forbidden", "anna")
    assert only(causes(night)) == ("awaiting-next-pass", "likely")


@pytest.mark.parametrize("more", [{}, {"recurrence": weekly(count=3)}], ids=["single", "a date"])
@pytest.mark.parametrize("zone", ["Europe/London", "UTC", "Asia/Kolkata"])
def test_the_same_clock_in_another_zone_is_a_shift(
    night: Night, zone: str, more: dict[str, Any]
) -> None:
    meeting = night.book(ROOM, "Budget", "13:00", "14:00", **more)
    night.run()
    night.sleep(0, hours=1)
    rewrite(night, meeting, DAY if more else None, zone=zone, end_zone=zone)
    assert only(causes(night)) == ("timezone-shift", "likely")
    night.fail("forbidden", "anna")
    assert only(causes(night)) == ("timezone-shift", "possible")


def test_a_date_moved_by_an_hour_before_the_clocks_change_has_moved(night: Night) -> None:
    night.sleep(30)
    first = date(2026, 10, 20)
    meeting = night.book(
        ROOM, "Budget", f"{first} 09:00", f"{first} 10:00", recurrence=weekly(first, count=4)
    )
    night.run()
    night.sleep(0, hours=1)
    night.change(meeting, day=first, start=f"{first} 10:00", end=f"{first} 11:00")
    assert only(causes(night, first)) == ("awaiting-next-pass", "certain")


def test_a_series_in_a_zone_without_summer_time_is_shifted_until_winter(night: Night) -> None:
    night.sleep(30)
    first = date(2026, 10, 20)
    meeting = night.book(
        ROOM, "Budget", f"{first} 09:00", f"{first} 10:00", recurrence=weekly(first, count=4)
    )
    night.run()
    night.sleep(0, hours=1)
    rewrite(night, meeting, zone="Etc/GMT-1", end_zone="Etc/GMT-1")
    assert only(causes(night, first)) == ("timezone-shift", "likely")


# -- all day long -------------------------------------------------------------------------------


def all_day(night: Night, **more: Any) -> Any:
    meeting = night.book(ROOM, "Audit", "00:00", "16 00:00", all_day=True, **more)
    night.run()
    night.sleep(0, hours=1)
    return meeting


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"start": "16 00:00", "end": "17 00:00"}, id="to the next day"),
        pytest.param({"start": "09:00", "end": "17:00", "all_day": False}, id="to office hours"),
        pytest.param({"start": "18 00:00", "end": "19 00:00"}, id="by three days"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"recurrence": weekly(count=2)}], ids=["single", "a date"])
def test_an_organiser_who_moves_a_whole_day_has_moved_it(
    night: Night, change: dict[str, Any], more: dict[str, Any]
) -> None:
    meeting = all_day(night, **more)
    night.change(meeting, day=DAY if more else None, **change)
    assert only(causes(night)) == ("awaiting-next-pass", "certain")


def test_an_hour_that_became_a_whole_day_was_changed_by_its_organiser(night: Night) -> None:
    meeting = night.book(ROOM, "Budget", "09:00", "10:00")
    night.run()
    night.sleep(0, hours=1)
    night.change(meeting, start="00:00", end="16 00:00", all_day=True)
    assert only(causes(night)) == ("awaiting-next-pass", "certain")


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"start": "2026-09-16T00:00", "end": "2026-09-17T00:00"}, id="a day on"),
        pytest.param({"start": "2026-09-14T00:00", "end": "2026-09-15T00:00"}, id="a day back"),
        pytest.param(
            {"start": "2026-09-15T02:00", "end": "2026-09-16T02:00", "all_day": False},
            id="from two to two",
        ),
    ],
)
def test_a_whole_day_that_the_room_alone_has_elsewhere_is_a_misread_midnight(
    night: Night, fields: dict[str, Any]
) -> None:
    rewrite(night, all_day(night), **fields)
    assert only(causes(night, DAY - timedelta(days=1))) == ("all-day-boundary", "likely")


def test_a_night_that_is_moved_by_an_hour_is_no_whole_day(night: Night) -> None:
    meeting = night.book(ROOM, "Inventory", "22:00", "16 06:00")
    night.run()
    night.sleep(0, hours=1)
    night.change(meeting, start="23:00", end="16 07:00")
    assert only(causes(night)) == ("awaiting-next-pass", "certain")
