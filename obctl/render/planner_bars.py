"""The planner's geometry: hours to cells, items to bars, bars to lanes."""

from __future__ import annotations

import math
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len, set_cell_size

from obctl.domain.compare.planner import View
from obctl.render.output import clean
from obctl.render.planner_items import Item, hours_shown
from obctl.render.planner_line import Line

_LETTERS = string.ascii_lowercase + string.ascii_uppercase + "αβγδεζηθικλμνξοπρστυφχψω"
_FILLS = {View.OFFICE365: "░", View.OFFICEBOOKING: "▒"}
_STYLES = {View.OFFICE365: "bright_white on blue", View.OFFICEBOOKING: "black on green"}
_EDGES = {View.OFFICE365: "bright_blue on blue", View.OFFICEBOOKING: "bright_green on green"}
_GONE = {View.OFFICE365: "blue", View.OFFICEBOOKING: "green"}
_DIFFERS = "bold bright_white on red"


@dataclass(frozen=True, slots=True)
class Ruler:
    """The hours shown, and how many cells each of them takes."""

    first: int
    last: int
    cells: int

    @classmethod
    def for_items(cls, items: Iterable[Item], *, width: int) -> Ruler:
        first, last = hours_shown(items)
        return cls(first, last, max(1, width // (last - first)))

    @property
    def width(self) -> int:
        return (self.last - self.first) * self.cells

    def head(self) -> str:
        """`07  08  09 …`, every second hour where they would touch."""
        step = 1 if self.cells > 2 else 2 if self.cells > 1 else 4
        return "".join(
            f"{hour:02d}".ljust(self.cells * step) for hour in range(self.first, self.last, step)
        )[: self.width + 1]

    def grid(self, start: int, end: int) -> str:
        """The empty cells from `start` to `end`: a dot where an hour begins."""
        return ("·".ljust(self.cells) * (self.last - self.first))[start:end]

    def cell(self, hour: float) -> float:
        return min(max((hour - self.first) * self.cells, 0.0), float(self.width))


@dataclass(slots=True)
class References:
    """Letters for the bars that cannot hold their label; the halves of one meeting share one."""

    _given: dict[str, str] = field(default_factory=dict)

    def give(self, item: Item) -> str:
        if item.key not in self._given:
            number = len(self._given)
            self._given[item.key] = _LETTERS[number] if number < len(_LETTERS) else "*"
        return self._given[item.key]

    def of(self, item: Item) -> str | None:
        return self._given.get(item.key)


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled span of cells."""

    start: int
    end: int
    item: Item
    label: str
    colour: bool

    @classmethod
    def of(cls, item: Item, ruler: Ruler, references: References, *, colour: bool) -> Bar:
        first, last = item.hours
        start = min(math.floor(ruler.cell(first) + 1e-9), ruler.width - 1)
        end = max(math.ceil(ruler.cell(last) - 1e-9), start + 1)
        return cls(start, end, item, _label(item, end - start, references), colour)

    def draw(self) -> Line:
        """An edge, the label, and the side's filling."""
        width = self.end - self.start
        differs = self.item.difference is not None
        gone = self.item.sign == "✕"
        edge = "≠" if differs else "▌" if width > 1 else ""
        room = width - len(edge)
        filling = " " if self.colour or gone else _FILLS[self.item.side]
        label, size = self.label, cell_len(self.label)
        if size > room:
            label, size = set_cell_size(label, room), room
        body = label + filling * (room - size)
        edge_style = _GONE[self.item.side] if gone else _EDGES[self.item.side]
        drawn = Line(edge, style=_DIFFERS if differs else edge_style)
        return drawn.append(body, style=_GONE[self.item.side] if gone else _STYLES[self.item.side])


def draw_lane(bars: Sequence[Bar], ruler: Ruler) -> Line:
    """One line of the timeline."""
    drawn, cell = Line(), 0
    for bar in bars:
        drawn.append(ruler.grid(cell, bar.start), style="dim")
        drawn.append_line(bar.draw())
        cell = bar.end
    drawn.append(ruler.grid(cell, ruler.width), style="dim")
    return drawn


def _label(item: Item, width: int, references: References) -> str:
    """What fits: number and subject, the subject, else a letter and the start of the subject."""
    subject = clean(item.subject)
    if item.all_day:
        subject = f"all day: {subject}"
    if item.sign:
        subject = f"{item.sign} {subject}"
    room = width - 1
    if item.side is View.OFFICEBOOKING and cell_len(f"{item.number} {subject}") <= room:
        return f"{item.number} {subject}"
    if cell_len(subject) <= room:
        return subject
    letter = references.give(item)
    if room < 5:
        return letter
    cut = set_cell_size(f"{letter} {subject}", room - 1).rstrip()
    return f"{cut}…"
