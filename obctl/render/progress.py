"""Progress on a terminal's stderr; nothing elsewhere, and nothing with --quiet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from obctl.render.output import clean, console, is_quiet, warning

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Shown:
    """A bar over rooms, or nothing."""

    def __init__(self, bar: Progress | None = None, task: TaskID | None = None) -> None:
        self._bar = bar
        self._task = task

    def step(self, words: str) -> None:
        """Say what is being done now."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=words)

    def advance(self) -> None:
        """One room more is done."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task)

    def warn(self, words: str) -> None:
        """A warning that does not disturb the bar."""
        if self._bar is None:
            warning(words)
        else:
            self._bar.console.print(clean(words), style="yellow", soft_wrap=True)


@contextmanager
def progress(rooms: int) -> Iterator[Shown]:
    """A progress bar over `rooms` rooms while the block runs."""
    out = console(stderr=True)
    if is_quiet() or not out.is_terminal:
        yield Shown()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        yield Shown(bar, bar.add_task("starting", total=rooms))
