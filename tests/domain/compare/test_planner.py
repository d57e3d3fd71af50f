from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from builders import (
    DAY,
    make_cancelled_reservation,
    make_event,
    make_reservation,
    make_room,
    moment,
)

from obctl.domain.compare.planner import PlannerRow, plan_row
from obctl.domain.event import EventType, Response

ROOM = make_room()
NEW_YORK = make_room(time_zone="America/New_York")


def _ids(row: PlannerRow) -> list[str]:
    return [str(event.id) for event in row.events]


@pytest.mark.parametrize(
    ("starts", "ends", "shown"),
    [
        ("2026-09-14 21:00", "2026-09-14 22:00", False),
        ("2026-09-14 21:00", "2026-09-14 22:01", True),
        ("2026-09-14 22:00", "2026-09-14 23:00", True),
        ("2026-09-15 21:59", "2026-09-16 03:00", True),
        ("2026-09-15 22:00", "2026-09-15 23:00", False),
        ("2026-09-10 00:00", "2026-09-20 00:00", True),
        ("2026-09-14 22:00", "2026-09-14 22:00", True),
    ],
    ids=["ends at midnight", "over midnight", "from midnight", "into tomorrow", "tomorrow",
         "around", "empty at midnight"],
)  # fmt: skip
def test_an_item_is_shown_on_each_day_of_the_room_that_it_touches(
    starts: str, ends: str, shown: bool
) -> None:
    event = make_event(starts=starts, ends=ends)
    reservation = make_reservation(starts=starts, ends=ends)
    row = plan_row(ROOM, DAY, events=[event], reservations=[reservation])
    assert (bool(row.events), bool(row.reservations)) == (shown, shown)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"is_cancelled": True}, True),
        ({"response": Response.NOT_RESPONDED}, True),
        ({"show_as": "free"}, True),
        ({"response": Response.DECLINED}, False),
        ({"is_draft": True}, False),
        ({"type": EventType.MASTER}, False),
    ],
    ids=str,
)
def test_what_stands_on_the_calendar_is_shown(changes: dict[str, Any], shown: bool) -> None:
    assert bool(plan_row(ROOM, DAY, events=[make_event(**changes)]).events) is shown


def test_cancelled_reservations_are_not_shown() -> None:
    assert plan_row(ROOM, DAY, reservations=[make_cancelled_reservation()]).reservations == ()


def test_a_day_is_the_rooms_own() -> None:
    late = make_event("late", starts="2026-09-16 01:00")
    assert _ids(plan_row(ROOM, DAY, events=[late])) == []
    assert _ids(plan_row(NEW_YORK, DAY, events=[late])) == ["late"]


def test_the_day_on_which_the_clocks_go_back_has_25_hours() -> None:
    row = plan_row(ROOM, date(2026, 10, 25))
    assert (row.span.start, row.span.end) == (
        moment("2026-10-24 22:00"),
        moment("2026-10-25 23:00"),
    )


def test_all_day_items_come_first_then_the_earliest() -> None:
    events = [
        make_event("noon", starts="12:00"),
        make_event("long", starts="09:00", ends="11:00"),
        make_event("short", starts="09:00", ends="09:30"),
        make_event("day", starts="2026-09-14 22:00", ends="2026-09-15 22:00", all_day=True),
    ]
    assert _ids(plan_row(ROOM, DAY, events=events)) == ["day", "short", "long", "noon"]
