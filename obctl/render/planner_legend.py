"""What stands below the planner's timeline: what did not fit, and every difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from rich.text import Text

from obctl.domain.compare.planner import PlannerRow
from obctl.render.output import clean, console
from obctl.render.planner_bars import References
from obctl.render.planner_items import Item
from obctl.render.planner_line import Drawn, Line, shortened

WIDEST_NAME = 20


def legend(
    listed: Iterable[tuple[PlannerRow, Item]], references: References, width: int
) -> Iterator[Drawn]:
    """What did not fit into its bar, and every difference."""
    halves: dict[str, list[Item]] = {}
    rooms: dict[str, str] = {}
    for row, item in listed:
        halves.setdefault(item.key, []).append(item)
        rooms[item.key] = row.room.name
    lines: list[tuple[Line, Line, Line, Line]] = []
    for key, items in halves.items():
        reference = references.of(items[0])
        difference = next((item.difference for item in items if item.difference), None)
        if reference is None and difference is None:
            continue
        mark = Line(reference or "", style="bold")
        if difference:
            mark.append("≠", style="bold red")
        name = Line(shortened(clean(rooms[key]), WIDEST_NAME), style="dim")
        lines.append((mark, Line(_times(items[0])), name, _what(items, difference)))
    # Columns of our own: a rich table takes longer for this than all else for the picture.
    sizes = [max((line[place].cell_len for line in lines), default=0) + 2 for place in range(3)]
    for *heads, what in lines:
        line = Line()
        for cell, size in zip(heads, sizes, strict=True):
            line.append_line(cell).append(" " * (size - cell.cell_len))
        rest = max(width - sum(sizes), 1)
        if what.cell_len <= rest:
            yield line.append_line(what)
            continue
        first, *folded = what.text().wrap(console(), rest, overflow="fold")
        yield line.text().append_text(first)
        for more in folded:
            yield Text(" " * sum(sizes)).append_text(more)


def _what(items: Sequence[Item], difference: str | None) -> Line:
    """What an item is, from both of its halves."""
    what = Line(clean(items[0].subject))
    number = next((item.number for item in items if item.number is not None), None)
    if number is not None:
        what.append(f" #{number}", style="green")
    for note in dict.fromkeys(note for item in items for note in item.notes):
        what.append(f" · {note}", style="dim")
    if difference:
        what.append(f" · {difference}", style="red")
    return what


def _times(item: Item) -> str:
    if item.all_day:
        return "all day"
    return f"{_clock(item.start, item)}-{_clock(item.end, item, end=True)}"


def _clock(moment: datetime, item: Item, *, end: bool = False) -> str:
    """A wall-clock time of the day; where an item goes on beyond it, the day's edge."""
    local = moment.astimezone(item.zone)
    if not end and moment <= item.day.start:
        return "00:00" if moment == item.day.start else "…"
    if end and moment >= item.day.end:
        return "24:00" if moment == item.day.end else "…"
    return f"{local:%H:%M}"
