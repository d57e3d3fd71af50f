"""What a person reads at the end of a run."""

from __future__ import annotations

from typing import Any

import pytest
from builders import make_event, make_reservation, make_room
from rich.console import Console

from obctl.domain.room import RoomId
from obctl.domain.sync.change import Move, Update
from obctl.domain.sync.plan import Plan, plan_object
from obctl.render.sync import report_picture, with_addresses

ATRIUM = make_room("Atrium")
LIBERTY = make_room("Liberty", id=RoomId(2), time_zone="America/New_York")
MOVE = Plan(
    LIBERTY,
    (Move(make_reservation(), make_reservation(room=RoomId(2)), make_event()),),
)
UPDATE = Plan(ATRIUM, (Update(make_reservation(), make_reservation(starts="10:00"), make_event()),))


def planned(*plans: Plan) -> Any:
    item = {"run": "r1", "dry_run": True, "plans": [plan_object(plan) for plan in plans]}
    return with_addresses(item, [ATRIUM, LIBERTY])


def plan_drawn(*plans: Plan) -> str:
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        for part in report_picture(planned(*plans), {r.mailbox: r for r in (ATRIUM, LIBERTY)}):
            console.print(part)
    return " ".join(capture.get().split())


def test_a_plan_names_rooms_and_their_own_times() -> None:
    said = plan_drawn(UPDATE)
    assert "start, Europe/Amsterdam" in said
    assert "start: Tue 2026-09-15 11:00 →" in said
    assert "2026-09-15T" not in said
    both = plan_drawn(UPDATE, MOVE)
    assert "(America/New_York)" in both
    assert "room: Atrium → Liberty" in both


def test_a_plan_as_data_names_rooms_by_address() -> None:
    ((change,),) = (plan["changes"] for plan in planned(MOVE)["plans"])
    assert change["fields"]["room"] == {"from": ATRIUM.mailbox, "to": LIBERTY.mailbox}


def drawn(*, left_alone: dict[str, int] | None = None, **rooms: int) -> str:
    report: dict[str, Any] = {"run": "r1", "rooms": {"ok": 2} | rooms, "changes": {"created": 0}}
    report["left_alone"] = left_alone or {}
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        for part in report_picture(report):
            console.print(part)
    return capture.get()


def test_a_run_without_changes_says_no_more_than_that_there_were_none() -> None:
    assert "nothing: neither side has anything new" in drawn()
    assert "left alone" not in drawn()


def test_events_that_are_none_of_ours_are_counted_with_the_way_to_take_them_over() -> None:
    said = drawn(left_alone={"created-before-activation": 270, "outside-sync-window": 2})
    assert "left alone  270 created-before-activation: obctl rooms import-existing" in said
    assert "            2 outside-sync-window" in said


@pytest.mark.parametrize("left_over", ["failed", "inconclusive", "stopped"])
def test_a_run_that_left_rooms_over_does_not_call_them_in_step(left_over: str) -> None:
    said = drawn(**{left_over: 1})
    assert "in step" not in said
    assert "nothing: not every room could be done" in said


def test_a_run_over_no_room_does_not_call_anything_in_step() -> None:
    assert "nothing: no room was looked at" in drawn(ok=0)
