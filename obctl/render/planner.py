"""The planner's picture: rooms × hours, each room in its own zone, and what did not fit below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text

from obctl.domain.planner import PlannerDay, PlannerRow, View
from obctl.domain.room import Verdict
from obctl.render.objects import at, event_object
from obctl.render.output import clean
from obctl.render.planner_bars import Bar, References, Ruler, draw_lane, lanes
from obctl.render.planner_items import SIGNS, Item, items_of
from obctl.render.times import day_text

if TYPE_CHECKING:
    from rich.console import RenderableType

_TAGS = {View.OFFICE365: "O365", View.OFFICEBOOKING: "OB"}
_TAG_STYLES = {View.OFFICE365: "bold blue", View.OFFICEBOOKING: "bold green"}
_WIDEST_NAME = 20


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


def planner_picture(day: PlannerDay, *, width: int, colour: bool) -> Iterator[RenderableType]:
    """The day as lines of at most `width` cells.

    Without colour the sides are told apart by what fills their bars.
    """
    yield _title(day)
    names = min(_WIDEST_NAME, max((cell_len(clean(row.room.name)) for row in day.rows), default=0))
    margin = names + (6 if day.view is View.BOTH else 1)
    drawn = {row.room.id: items_of(row, day.view) for row in day.rows}
    every = [item for items in drawn.values() for item in items]
    signs = {item.sign for item in every}
    if any(signs):
        said = [f"{sign} {meaning}" for sign, meaning in SIGNS.items() if sign in signs]
        yield Text("   ".join(said), style="dim")
    ruler = Ruler.for_items(every, width=width - margin)
    rows = sorted(day.rows, key=lambda r: (r.room.location or "", r.room.time_zone, r.room.name))
    for (location, zone), group in groupby(
        rows, key=lambda r: (r.room.location or "no location", r.room.time_zone)
    ):
        references = References()
        yield Text()
        yield _heading(location, zone)
        yield Text(" " * margin + ruler.head(), style="dim")
        listed: list[tuple[PlannerRow, Item]] = []
        for row in group:
            yield from _row(row, drawn[row.room.id], day.view, names, ruler, references, colour)
            listed += [(row, item) for item in drawn[row.room.id]]
        yield from _legend(listed, references)


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
) -> Iterator[Text]:
    """The lines of one room: one per side, more where items overlap."""
    name = Text(clean(row.room.name))
    name.truncate(names, overflow="ellipsis", pad=True)
    blank = Text(" " * names)
    if not items and row.condition is None:
        empty = f"{name.plain} {' ' * 5 if view is View.BOTH else ''}"
        yield Text(empty).append_text(draw_lane([], ruler))
        return
    sides = [view] if view is not View.BOTH else [View.OFFICE365, View.OFFICEBOOKING]
    first = True
    for side in sides:
        bars = [
            Bar.of(item, ruler, references, colour=colour) for item in items if item.side is side
        ]
        unread = side is View.OFFICE365 and row.condition is not None
        for number, lane in enumerate(lanes(bars) or [[]]):
            line = (name if first else blank).copy()
            line.append(" ")
            if view is View.BOTH:
                line.append(f"{_TAGS[side] if not number else '':5}", style=_TAG_STYLES[side])
            if unread:
                line.append(f"not read: {row.condition}"[: ruler.width], style="yellow")
            else:
                line.append_text(draw_lane(lane, ruler))
            yield line
            first = False


def _legend(listed: Iterable[tuple[PlannerRow, Item]], references: References) -> Iterator[Any]:
    """What did not fit into its bar, and every difference."""
    from rich.table import Table

    drawn = Table.grid(padding=(0, 2, 0, 0))
    drawn.add_column(no_wrap=True)
    drawn.add_column(no_wrap=True)
    drawn.add_column(overflow="ellipsis", max_width=_WIDEST_NAME, no_wrap=True)
    drawn.add_column(ratio=1, overflow="fold")
    halves: dict[str, list[Item]] = {}
    for _, item in listed:
        halves.setdefault(item.key, []).append(item)
    rooms = {item.key: row.room.name for row, item in listed}
    for key, items in halves.items():
        reference = references.of(items[0])
        difference = next((item.difference for item in items if item.difference), None)
        if reference is None and difference is None:
            continue
        mark = Text(reference or "", style="bold")
        if difference:
            mark.append("≠", style="bold red")
        drawn.add_row(
            mark, _times(items[0]), Text(clean(rooms[key]), style="dim"), _what(items, difference)
        )
    if drawn.row_count:
        yield drawn


def _what(items: Sequence[Item], difference: str | None) -> Text:
    """What an item is, from both of its halves."""
    what = Text(clean(items[0].subject))
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
