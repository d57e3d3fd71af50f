"""How the demo looks: a sentence, a command as one would type it, what it said.

Styles vanish where stdout is no terminal or `NO_COLOR` is set; the text stays the same.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import textwrap
from collections.abc import Sequence

import typer

NARROWEST, WIDEST = 80, 120
_INVISIBLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Screen:
    """Prints the story, `width` columns wide, and waits for Enter where asked to."""

    def __init__(self, *, pause: bool) -> None:
        terminal = sys.stdout.isatty()
        self.colour = terminal and not os.environ.get("NO_COLOR")
        columns = shutil.get_terminal_size((NARROWEST, 24)).columns if terminal else NARROWEST
        self.width = min(max(columns, NARROWEST), WIDEST)
        self._pause = pause
        self._steps = 0
        self._waiting = False

    def title(self, text: str) -> None:
        """The first line."""
        self._print(text, bold=True)

    def prose(self, text: str) -> None:
        """A paragraph."""
        self._print(self._folded("", text))

    def chapter(self, text: str) -> None:
        """It is another time of the day."""
        self._wait()
        self._print()
        self._print(f"── {text} ".ljust(self.width, "─"), fg=typer.colors.BRIGHT_BLACK)

    def step(self, sentence: str) -> None:
        """A new step, in one sentence."""
        self._wait()
        self._steps += 1
        self._waiting = self._pause
        self._print()
        self._print(self._folded(f"{self._steps}. ", sentence), bold=True)

    def meanwhile(self, sentence: str) -> None:
        """Somebody does something in Outlook."""
        self._print(self._folded("Outlook » ", sentence), fg=typer.colors.BLUE)

    def command(self, words: Sequence[str], *, background: bool = False) -> None:
        """`$ obctl …`, folded between words as a shell reads it."""
        lines = ["$ obctl"]
        for word in [*map(shlex.quote, words), *(["&"] if background else [])]:
            if len(lines[-1]) + len(word) + len("  \\") > self.width:
                lines[-1] += " \\"
                lines.append("   ")
            lines[-1] += f" {word}"
        self._print("\n".join(lines), fg=typer.colors.CYAN)

    def output(self, text: str, most: tuple[int, int] | None = None) -> None:
        """What a command said; of a long answer the first and the last lines."""
        lines = text.rstrip("\n").split("\n") if text.strip() else []
        while lines and not _INVISIBLE.sub("", lines[0]).strip():  # a progress bar was here
            lines = lines[1:]
        if most is not None and len(lines) > sum(most) + 1:
            first, last = most
            left_out = len(lines) - first - last
            for line in lines[:first]:
                self._print(line)
            self._print(f"    … {left_out} lines more …", fg=typer.colors.BRIGHT_BLACK)
            lines = lines[len(lines) - last :]
        for line in lines:
            self._print(line)

    def _wait(self) -> None:
        if not self._waiting:
            return
        self._waiting = False
        try:
            input("    Enter goes on ")
        except EOFError:
            self._pause = False

    def _folded(self, mark: str, text: str) -> str:
        return textwrap.fill(
            mark + text,
            self.width,
            subsequent_indent=" " * len(mark),
            break_long_words=False,
            break_on_hyphens=False,
        )

    def _print(self, text: str = "", *, bold: bool = False, fg: str | None = None) -> None:
        styled = typer.style(text, fg=fg, bold=bold) if self.colour and (bold or fg) else text
        print(styled, flush=True)
