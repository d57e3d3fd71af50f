"""A picture that is drawn anew every few seconds, on a screen of its own.

Where one look fails the last good picture stays, and what went wrong is named above it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from obctl.domain.counted import counted
from obctl.errors import ObctlError
from obctl.render.output import console, message, text, write_json_line
from obctl.render.streams import reader_is_gone

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from obctl.render.output import JsonObject

_WRONG_WORDS = 2  # an exit code: what was typed or configured does not become right by waiting

Pause = Callable[[float], None]


def watch_picture(
    look: Callable[[], Sequence[RenderableType]],
    seconds: float,
    clock: Callable[[], str],
    *,
    pause: Pause = time.sleep,
    out: Console | None = None,
) -> None:
    """Look and draw until Ctrl-C; `clock` tells the time in words, with its zone.

    Raises what the first look raises where that is a matter of words: an unknown room, say.
    """
    from rich.console import Group
    from rich.live import Live

    shown: Sequence[RenderableType] = ()
    good = "nothing seen yet"
    screen = out or console()
    with Live(console=screen, screen=True, auto_refresh=False) as live:
        while True:
            now = clock()
            try:
                shown, good, problem = look(), f"as of {now}", None
            except ObctlError as error:
                if error.exit_code == _WRONG_WORDS:
                    raise
                problem = text(f"the look at {now} failed: {error.message}", "red")
            head = [text(f"{good}, every {seconds:g} s; Ctrl-C ends", "dim")]
            head += [problem] if problem else []
            live.update(_fitting(screen, Group(*head, "", *shown)), refresh=True)
            pause(seconds)


def _fitting(screen: Console, picture: RenderableType) -> RenderableType:
    """The picture; where it is taller than the screen, what fits of it and how much does not."""
    from rich.console import Group
    from rich.segment import Segment, Segments

    height = screen.size.height
    drawn = screen.render_lines(picture, pad=False)
    if len(drawn) <= height:
        return picture
    kept = drawn[: height - 1]
    more = counted(len(drawn) - len(kept), "more line")
    ended = [segment for line in kept for segment in (*line, Segment.line())]
    return Group(Segments(ended), text(f"… {more} below: a taller window shows them", "dim"))


def watch_lines(
    look: Callable[[], JsonObject], seconds: float, *, pause: Pause = time.sleep
) -> None:
    """A JSON line for each look, until Ctrl-C or until nobody reads; a failed look is a remark."""
    while not reader_is_gone():
        try:
            write_json_line(look())
        except ObctlError as error:
            if error.exit_code == _WRONG_WORDS:
                raise
            message(f"this look failed: {error.message}")
        pause(seconds)
