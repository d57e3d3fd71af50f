"""What a person reads at the end of a run."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from obctl.render.sync import report_picture


def drawn(**rooms: int) -> str:
    report: dict[str, Any] = {"run": "r1", "rooms": {"ok": 2} | rooms, "changes": {"created": 0}}
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        for part in report_picture(report):
            console.print(part)
    return capture.get()


def test_a_run_without_changes_says_that_both_sides_are_in_step() -> None:
    assert "nothing: both sides are in step" in drawn()


@pytest.mark.parametrize("left_over", ["failed", "inconclusive", "stopped"])
def test_a_run_that_left_rooms_over_does_not_call_them_in_step(left_over: str) -> None:
    said = drawn(**{left_over: 1})
    assert "in step" not in said
    assert "nothing: not every room could be done" in said
