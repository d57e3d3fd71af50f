"""`obctl demo`: a simulated tenant, a company, and one night on it."""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.errors import UsageError

if TYPE_CHECKING:
    from obctl.cli.demo_screen import Screen
    from obctl.cli.demo_stage import Stage


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the folder, and say how to go on with it.")
    ] = False,
    pause: Annotated[bool, typer.Option("--pause", help="Wait for Enter after each step.")] = False,
) -> None:
    """See one night happen: a simulated tenant, a company, and the commands on it."""
    from obctl.cli.demo_screen import Screen
    from obctl.cli.demo_stage import Stage
    from obctl.cli.demo_story import MONDAY_MORNING, explain_item

    if pause and not sys.stdin.isatty():
        raise UsageError("--pause needs a terminal to wait on")
    screen = Screen(pause=pause)
    with _folder(keep=keep) as folder:
        _open(screen, folder)
        with Stage(folder, screen, MONDAY_MORNING) as stage:
            explain_item(stage)
        _close(screen, stage, keep=keep)


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    """A folder for the demo, gone afterwards unless it is kept, whatever ends the demo."""
    folder = Path(tempfile.mkdtemp(prefix="obctl-demo-"))
    numbers = [signal.SIGTERM]
    if sys.platform != "win32":
        numbers.append(signal.SIGHUP)
    before = {
        number: signal.signal(number, lambda number, _: sys.exit(128 + number))
        for number in numbers
    }
    try:
        yield folder
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _open(screen: Screen, folder: Path) -> None:
    screen.title("obctl demo: one night between Outlook and Officebooking")
    screen.prose(
        "The tenant is simulated, with twelve rooms in Amsterdam, Berlin and New York; all else is"
        " real: each command is a process of its own, speaks HTTP through the Graph SDK, and what"
        " it claims is checked."
    )
    screen.prose(f"Everything lies in {folder}.")


def _close(screen: Screen, stage: Stage, *, keep: bool) -> None:
    screen.chapter("That was the night")
    if keep:
        port = stage.url.rpartition(":")[2].partition("/")[0]
        screen.prose(f"All of it is kept in {stage.folder}. To go on where it stopped:")
        for name, value in stage.exports.items():
            print(f"  export {name}={shlex.quote(value)}")
        print(f"  obctl sandbox serve --port {port} --state {shlex.quote(str(stage.state))} &")
        print("  obctl planner today")
    else:
        screen.prose(
            f"The folder {stage.folder} is gone again; `obctl demo --keep` leaves it and says how"
            " to go on with it."
        )
    screen.prose("What to try next:")
    for command, words in (
        ("obctl demo --keep", "a company and a tenant to play with"),
        ("obctl demo --pause", "the same, step by step"),
        ("obctl sandbox serve", "a tenant of your own; `obctl sandbox trigger` stirs it"),
        ("obctl --help", "all commands; README.md tells them by group"),
    ):
        if not (keep and "--keep" in command):
            print(f"  {command:<22}{words}")
