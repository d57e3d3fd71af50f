"""A line of the planner's picture: words and their styles, side by side.

Rich's `Text` does as much and more, at several times the cost: a day of many rooms has thousands
of lines, and into a file or a pipe only their words go.
"""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.text import Text


class Line:
    """Words with their styles, from left to right."""

    __slots__ = ("_parts",)

    def __init__(self, words: str = "", style: str = "") -> None:
        self._parts = [(words, style)]

    def append(self, words: str, style: str = "") -> Line:
        self._parts.append((words, style))
        return self

    def append_line(self, line: Line) -> Line:
        self._parts += line._parts
        return self

    @property
    def plain(self) -> str:
        return "".join([words for words, _style in self._parts])

    @property
    def cell_len(self) -> int:
        return sum([cell_len(words) for words, _style in self._parts])

    def __rich__(self) -> Text:
        return self.text()

    def text(self) -> Text:
        drawn = Text()
        for words, style in self._parts:
            drawn.append(words, style)
        return drawn


Drawn = Line | Text
"""What a console prints, and `plain` tells without it."""


def as_text(drawn: Drawn) -> Text:
    return drawn.text() if isinstance(drawn, Line) else drawn


def shortened(words: str, width: int) -> str:
    """Words in at most `width` cells, with an ellipsis where some are cut."""
    return words if cell_len(words) <= width else set_cell_size(words, width - 1) + "…"
