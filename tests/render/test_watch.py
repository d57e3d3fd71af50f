"""What is watched is drawn anew; a look that fails leaves the last good picture and says why."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from obctl.errors import TryLater, UsageError
from obctl.render.output import text
from obctl.render.watch import watch_lines, watch_picture


class Looks:
    """One look after the other; Ctrl-C once there are no more."""

    def __init__(self, *found: Any) -> None:
        self.found = list(found)
        self.paused: list[float] = []

    def __call__(self) -> Any:
        one = self.found.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        if not self.found:
            raise KeyboardInterrupt


def clock() -> Callable[[], str]:
    times = iter(range(100))
    return lambda: f"10:00:{next(times):02} (UTC)"


def screens(looks: Looks) -> list[list[str]]:
    """The screens that were drawn, without their empty lines."""
    out = Console(
        file=io.StringIO(), force_terminal=True, width=60, height=6, color_system=None,
        legacy_windows=False, _environ={},
    )  # fmt: skip
    with pytest.raises(KeyboardInterrupt):
        watch_picture(looks, 5, clock(), pause=looks.pause, out=out)
    drawn = out.file.getvalue()
    assert drawn.count("\x1b[?1049h") == drawn.count("\x1b[?1049l") == 1
    assert drawn.count("\x1b[?25h") >= 1
    pictures = drawn.rpartition("\x1b[?25h")[0].split("\x1b[H")[1:]
    return [
        [line.strip() for line in picture.splitlines() if line.strip()]
        for picture in pictures
        if "every 5 s" in picture
    ]


def test_each_look_is_drawn_with_its_time() -> None:
    looks = Looks([text("one")], [text("two")])
    assert screens(looks) == [
        ["as of 10:00:00 (UTC), every 5 s; Ctrl-C ends", "one"],
        ["as of 10:00:01 (UTC), every 5 s; Ctrl-C ends", "two"],
    ]
    assert looks.paused == [5, 5]


def test_the_last_good_picture_stays_where_a_look_fails() -> None:
    looks = Looks([text("one")], TryLater("Graph is busy"), [text("two")])
    assert screens(looks) == [
        ["as of 10:00:00 (UTC), every 5 s; Ctrl-C ends", "one"],
        [
            "as of 10:00:00 (UTC), every 5 s; Ctrl-C ends",
            "the look at 10:00:01 (UTC) failed: Graph is busy",
            "one",
        ],
        ["as of 10:00:02 (UTC), every 5 s; Ctrl-C ends", "two"],
    ]


def test_before_the_first_good_look_that_is_said() -> None:
    looks = Looks(TryLater("Graph is busy"))
    assert screens(looks) == [
        [
            "nothing seen yet, every 5 s; Ctrl-C ends",
            "the look at 10:00:00 (UTC) failed: Graph is busy",
        ]
    ]


@pytest.mark.parametrize("watched", ["picture", "lines"])
def test_wrong_words_end_it(watched: str) -> None:
    looks = Looks(UsageError("no such room"))
    out = Console(file=io.StringIO())

    def watch() -> None:
        if watched == "lines":
            watch_lines(looks, 5, pause=looks.pause)
        else:
            watch_picture(looks, 5, clock(), pause=looks.pause, out=out)

    with pytest.raises(UsageError):
        watch()


def test_lines_go_on_after_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    looks = Looks({"n": 1}, TryLater("Graph is busy"), {"n": 2})
    with pytest.raises(KeyboardInterrupt):
        watch_lines(looks, 0.5, pause=looks.pause)
    out, err = capsys.readouterr()
    assert [json.loads(line) for line in out.splitlines()] == [{"n": 1}, {"n": 2}]
    assert err == "this look failed: Graph is busy\n"


def rooms(number: int) -> list[Any]:
    return [text(f"room {one}") for one in range(number)]


def test_what_does_not_fit_is_counted() -> None:
    first, second = screens(Looks(rooms(9), rooms(1)))
    assert first == [
        "as of 10:00:00 (UTC), every 5 s; Ctrl-C ends", "room 0", "room 1", "room 2",
        "… 6 more lines below: a taller window shows them",
    ]  # fmt: skip
    assert second == ["as of 10:00:01 (UTC), every 5 s; Ctrl-C ends", "room 0"]


@pytest.mark.parametrize(
    ("number", "last"),
    [(4, "room 3"), (5, "… 2 more lines below: a taller window shows them")],
    ids=["fits", "one too many"],
)
def test_a_picture_that_just_fits_is_shown_whole(number: int, last: str) -> None:
    (drawn,) = screens(Looks(rooms(number)))
    assert drawn[-1] == last
