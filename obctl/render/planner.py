"""The planner's picture: rooms × hours, each room in its own zone, and what did not fit below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from obctl.domain.compare.planner import PlannerDay, PlannerRow, View
from obctl.domain.room import Verdict
from obctl.render.objects import at, event_object, unreadable_object
from obctl.render.output import clean, console
from obctl.render.pager import paged
from obctl.render.planner_bars import Bar, References, Ruler, draw_lane
from obctl.render.planner_items import SIGNS, Item, by_place, items_of, not_read
from obctl.render.planner_lanes import lanes
from obctl.render.planner_legend import WIDEST_NAME, legend
from obctl.render.planner_line import Drawn, Line, as_text, shortened
from obctl.render.times import day_text

_TAGS = {View.OFFICE365: "O365", View.OFFICEBOOKING: "OB"}
_TAG_STYLES = {View.OFFICE365: "bold blue", View.OFFICEBOOKING: "bold green"}
_LINES_AT_ONCE = 200  # a print of its own for each line would take longer than drawing them


def planner_object(day: PlannerDay) -> dict[str, Any]:
    """One day for scripts; sides that `view` leaves out are empty."""
    return {
        "day": day.day.isoformat(),
        "time_zone": day.time_zone,
        "rooms": _day_rows(day),
        "view": day.view.value,
    }


def _row_object(row: PlannerRow) -> dict[str, Any]:
    return {
        "room": row.room.mailbox,
        "name": row.room.name,
        "location": row.room.location,
        "office365": [event_object(event) for event in row.events],
        "officebooking": [
            {
                "number": reservation.number,
                "start": at(reservation.start),
                "end": at(reservation.end),
                "subject": reservation.subject,
                "status": reservation.status.value,
                "external_state": int(reservation.external_state),
            }
            for reservation in row.reservations
        ],
        "time_zone": row.room.time_zone,
        "verdict": (Verdict.INCONCLUSIVE if row.condition else Verdict.OK).value,
        "condition": row.condition,
        "unreadable": [unreadable_object(event) for event in row.unreadable],
    }


def planner_lines(day: PlannerDay) -> Iterator[dict[str, Any]]:
    """One flat object per item, for CSV."""
    for row in _day_rows(day):
        for side in ("office365", "officebooking"):
            for item in row[side]:
                yield {
                    "day": day.day.isoformat(),
                    "room": row["room"],
                    "side": side,
                    "number": item.get("number"),
                    "event_id": item.get("event_id"),
                    "start": item["start"],
                    "end": item["end"],
                    "subject": item["subject"],
                }


def _day_rows(day: PlannerDay) -> list[dict[str, Any]]:
    return [_row_object(row) for row in day.rows]


def planner_picture(day: PlannerDay, *, width: int, colour: bool) -> Iterator[Drawn]:
    """The day as lines of at most `width` cells.

    Without colour the sides are told apart by what fills their bars.
    """
    yield _title(day)
    names = min(WIDEST_NAME, max((cell_len(clean(row.room.name)) for row in day.rows), default=0))
    margin = names + (6 if day.view is View.BOTH else 1)
    drawn = {row.room.id: items_of(row, day.view) for row in day.rows}
    every = [item for items in drawn.values() for item in items]
    signs = {item.sign for item in every}
    if any(signs):
        said = [f"{sign} {meaning}" for sign, meaning in SIGNS.items() if sign in signs]
        yield Text("   ".join(said), style="dim")
    ruler = Ruler.for_items(every, width=width - margin)
    for location, zone, group in by_place(day.rows):
        references = References()
        yield Text()
        yield _heading(location, zone)
        yield Line(" " * margin + ruler.head(), style="dim")
        listed: list[tuple[PlannerRow, Item]] = []
        for row in group:
            yield from _row(row, drawn[row.room.id], day.view, names, ruler, references, colour)
            listed += [(row, item) for item in drawn[row.room.id]]
        yield from legend(listed, references, width)


def show_planner(days: Sequence[PlannerDay]) -> None:
    """Draw the days on the terminal, an empty line between them."""
    with paged():
        _draw(days)


def _draw(days: Sequence[PlannerDay]) -> None:
    out = console()
    width = out.width  # looked up in the surroundings each time
    colour = out.color_system is not None and not out.no_color
    for number, day in enumerate(days):
        if number:
            out.print()
        lines = planner_picture(day, width=width, colour=colour)
        if out.color_system is None:
            # Into a file or a pipe nothing is styled, and Rich would take longer than all else.
            out.file.writelines(f"{_cropped(line.plain, width)}\n" for line in lines)
            continue
        while some := list(islice(lines, _LINES_AT_ONCE)):
            out.print(Text("\n").join(map(as_text, some)), no_wrap=True, overflow="crop")


def planner_drawn(days: Sequence[PlannerDay]) -> list[Text]:
    """The days as they are drawn on the terminal, to be shown by somebody else."""
    out = console()
    colour = out.color_system is not None and not out.no_color
    drawn = []
    for day in days:
        lines = planner_picture(day, width=out.width, colour=colour)
        joined = Text("\n").join(map(as_text, lines))
        joined.no_wrap, joined.overflow = True, "crop"
        drawn.append(joined)
    return drawn


def _cropped(line: str, width: int) -> str:
    return line if cell_len(line) <= width else set_cell_size(line, width)


def _title(day: PlannerDay) -> Text:
    title = Text(day_text(day.day), style="bold")
    for side in (View.OFFICE365, View.OFFICEBOOKING):
        if day.view in (side, View.BOTH):
            name = "Office 365" if side is View.OFFICE365 else "Officebooking"
            title.append(f"   {_TAGS[side]} ", style=_TAG_STYLES[side])
            title.append(name, style="not bold")
    if day.view is View.BOTH:
        title.append("   ≠ ", style="bold red")
        title.append("differs", style="not bold")
    return title


def _heading(location: str, zone: str) -> Text:
    heading = Text(clean(location), style="bold")
    heading.append(f"  {zone}", style="dim not bold")
    return heading


def _row(
    row: PlannerRow,
    items: Sequence[Item],
    view: View,
    names: int,
    ruler: Ruler,
    references: References,
    colour: bool,  # noqa: FBT001  handed through
) -> Iterator[Line]:
    """The lines of one room: one per side, more where items overlap."""
    name = shortened(clean(row.room.name), names)
    name += " " * (names - cell_len(name))
    blank = " " * names
    if not items and row.condition is None:
        empty = f"{name} {' ' * 5 if view is View.BOTH else ''}"
        yield Line(empty).append_line(draw_lane([], ruler))
        return
    sides = [view] if view is not View.BOTH else [View.OFFICE365, View.OFFICEBOOKING]
    first = True
    for side in sides:
        bars = [
            Bar.of(item, ruler, references, colour=colour) for item in items if item.side is side
        ]
        theirs = side is View.OFFICE365
        unread = theirs and row.condition is not None and not row.unreadable
        for number, lane in enumerate(lanes(bars) or [[]]):
            line = Line(f"{name if first else blank} ")
            if view is View.BOTH:
                line.append(f"{_TAGS[side] if not number else '':5}", style=_TAG_STYLES[side])
            if unread:
                line.append((not_read(row) or "")[: ruler.width], style="yellow")
            else:
                line.append_line(draw_lane(lane, ruler))
            yield line
            first = False
        if theirs and row.unreadable:
            yield Line(" " * (names + (6 if view is View.BOTH else 1))).append(
                clean(not_read(row) or "")[: ruler.width], style="yellow"
            )
