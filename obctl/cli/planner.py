"""`obctl planner`: a day of rooms as Office 365 and Officebooking see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from obctl.cli.context import context_of
from obctl.cli.options import CachedOption, FormatOption, LocationOption, RoomOption, parse_days
from obctl.cli.past import AtOption
from obctl.cli.watch import WatchOption, watch
from obctl.domain.enums import View
from obctl.errors import UsageError
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from obctl.cli.context import Context
    from obctl.domain.compare.planner import PlannerDay
    from obctl.domain.room import Room
    from obctl.engine.compare.planner import Calendars
    from obctl.engine.ports import Gateway

_LONGEST_DAYS = 62


def planner(
    ctx: typer.Context,
    day: Annotated[
        str,
        typer.Argument(help="YYYY-MM-DD, today, monday, +N or -N; a day in each room's zone."),
    ] = "today",
    to: Annotated[str | None, typer.Option("--to", help="Last day, included.")] = None,
    location: LocationOption = None,
    room: RoomOption = None,
    view: Annotated[
        View, typer.Option(help="Office 365 read directly, Officebooking, or both.")
    ] = (View.BOTH),
    cached: CachedOption = False,
    at: AtOption = None,
    export: Annotated[
        Path | None, typer.Option(help="Draw into FILE.html, with the same as tables, or FILE.svg.")
    ] = None,
    again: WatchOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Rooms × hours: Office 365 in blue, Officebooking in green, differences marked.

    -o json: one object for one day; {"days": [...]} with --to. csv: a line per item. With --watch
    it is drawn anew until Ctrl-C (exit 130). With --at, words such as today mean the day then.
    """
    from obctl.engine.compare.planner import plan_days, read_calendars

    if at is not None and again is not None:
        raise UsageError("--at and --watch exclude each other", code="usage")
    context = context_of(ctx).as_of(at)
    cached = cached or at is not None
    first, last = parse_days(day, to, now=context.now, zone=context.zone)
    if (last - first).days >= _LONGEST_DAYS:
        raise UsageError(f"more than {_LONGEST_DAYS} days are no planner", code="bad-day")
    if export is not None and export.suffix.lower() not in (".svg", ".html"):
        raise UsageError(f"{export} is neither .svg nor .html", code="bad-file")
    if export is not None and again is not None:
        raise UsageError("--export and --watch exclude each other", code="usage")
    rooms = context.chosen_rooms(location, room)

    async def ask(gateway: Gateway) -> Calendars:
        return await read_calendars(gateway, rooms, first, last)

    def look() -> list[PlannerDay]:
        if view is View.OFFICEBOOKING or not rooms:
            calendars: Calendars | None = {}
        elif cached:
            calendars = None
        else:
            calendars = context.with_graph(ask)
        return plan_days(context.company, rooms, (first, last), view, calendars)

    if again is not None:
        _watch(look, again, format, context.zone, several=to is not None)
        return
    days = look()
    if export is not None:
        _export(days, export, context.now, _source(context, rooms, view, cached=cached))
    if export is None or format is not Format.TABLE:
        _show(days, format, several=to is not None)
    _remark(days, at)


def _watch(
    look: Callable[[], list[PlannerDay]],
    seconds: float,
    format: Format,
    zone: ZoneInfo,
    *,
    several: bool,
) -> None:
    from obctl.render.planner import planner_drawn, planner_object

    def shown_as(days: list[PlannerDay]) -> dict[str, Any]:
        objects = [planner_object(item) for item in days]
        return {"days": objects} if several else objects[0]

    watch(seconds, format, zone, look, shown_as, planner_drawn)


def _show(days: list[PlannerDay], format: Format, *, several: bool) -> None:
    from obctl.render.output import message, write_csv, write_json, write_json_line
    from obctl.render.planner import planner_lines, planner_object, show_planner

    match format:
        case Format.JSON if several:
            write_json({"days": [planner_object(item) for item in days]})
        case Format.JSON:
            write_json(planner_object(days[0]))
        case Format.JSONL:
            for item in days:
                write_json_line(planner_object(item))
        case Format.CSV:
            lines = [line for item in days for line in planner_lines(item)]
            write_csv(lines, csv_fields.PLANNER_ITEM)
        case Format.TABLE if not days[0].rows:
            message("no room is mapped yet: obctl rooms discover")
        case Format.TABLE:
            show_planner(days)


def _export(days: list[PlannerDay], path: Path, now: datetime, source: str) -> None:
    from obctl.cli.files import write_whole
    from obctl.render.output import message
    from obctl.render.planner_export import planner_drawing, planner_page

    drawn = planner_page if path.suffix.lower() == ".html" else planner_drawing
    write_whole(path, drawn(days, now, source))
    message(f"{path} written")


def _source(context: Context, rooms: Sequence[Room], view: View, *, cached: bool) -> str:
    """Where a picture's Office 365 side comes from, in words that stay true on paper."""
    from obctl.domain.counted import counted
    from obctl.render.times import moment_text

    if view is View.OFFICEBOOKING:
        return "Officebooking alone: Outlook was not asked."
    if not cached:
        return "Office 365 as Outlook had it then."
    read = [room.last_synced_at for room in rooms if room.last_synced_at is not None]
    if not read:
        return "Office 365 was never read."
    zone = context.zone
    first, last = (moment_text(moment, zone.key) for moment in (min(read), max(read)))
    when = first if first == last else f"between {first} and {last}"
    never = len(rooms) - len(read)
    rest = f"; {counted(never, 'room')} never" if never else ""
    return f"Office 365 as obctl last read it, {when} ({zone.key}){rest}."


def _remark(days: list[PlannerDay], at: str | None) -> None:
    """What the picture leads to; ends with 8 where a room, or an event, could not be read."""
    from shlex import quote

    from obctl.domain.counted import counted
    from obctl.domain.unreadable_event import EVENT_UNREADABLE
    from obctl.render.output import message, warning

    differences = sum(len(row.differences) for item in days for row in item.rows)
    if differences:
        first, last = days[0].day, days[-1].day
        asked = f"{first}" if first == last else f"{first} --to {last}"
        if at is not None:
            asked += f" --at {quote(at)}"
        number = counted(differences, "difference")
        message(f"{number}: obctl diff {asked} explains what and why")
    unread = {row.room.name: row.condition for item in days for row in item.rows if row.condition}
    hidden = {
        (row.room.name, event.handle): event
        for item in days
        for row in item.rows
        for event in row.unreadable
    }
    for name, condition in unread.items():
        if condition != EVENT_UNREADABLE:
            warning(f"{name} could not be read: {condition}")
    for (name, _handle), event in hidden.items():
        warning(f"{name}: {event.named} cannot be read: {event.wrong}")
    if unread:
        raise typer.Exit(8)
