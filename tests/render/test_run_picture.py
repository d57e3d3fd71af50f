"""What a person reads at the end of a run."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from obctl.render.sync import report_picture


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
