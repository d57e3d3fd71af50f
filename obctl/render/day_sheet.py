"""The day's sheet in words, rows and tables: what its page and its screen have in common."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from obctl.domain.day_sheet import DaySheet, Line, LineState
from obctl.domain.local_time import day_text, span_lines
from obctl.domain.reservation import ServiceKind
from obctl.render.objects import Rooms
from obctl.render.output import Column, JsonObject, clean, table, text
from obctl.render.services import service_row
from obctl.render.times import moment_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

_TITLES = {
    ServiceKind.CATERING: "Catering",
    ServiceKind.VISITOR: "Visitors",
    ServiceKind.OTHER: "Other services",
    None: "Services",
}


def sheet_rows(sheet: DaySheet, rooms: Rooms, now: datetime) -> list[dict[str, Any]]:
    """The lines as objects; `changes` is empty where nothing changed."""
    return [
        {
            **service_row(line.service, line.reservation, line.place, rooms, now),
            "status": line.state.value,
            "changes": "; ".join(line.changes),
            "cancellation_request": line.request,
        }
        for line in sheet.lines
    ]


def title_text(sheet: DaySheet) -> str:
    where = f", {sheet.location}" if sheet.location else ""
    zone = f" ({sheet.time_zones[0]})" if len(sheet.time_zones) == 1 else ""
    return f"{_TITLES[sheet.kind]} on {day_text(sheet.day)}{where}{zone}"


def notes(sheet: DaySheet) -> list[str]:
    """When the rooms were read, since when changes are told, and what is not known."""
    zone_name = sheet.time_zones[0]
    since = f"changes since {moment_text(sheet.since, zone_name)} ({zone_name})"
    if len(sheet.time_zones) > 1:
        since = "changes since the beginning of yesterday in each room's zone"
    if sheet.read is None:
        read = "no room was ever read: what Outlook has is not known"
    else:
        first, last = (moment_text(moment, zone_name) for moment in sheet.read)
        span = first if first == last else f"between {first} and {last}"
        read = f"rooms last read {span} ({zone_name})"
    return [since, read, *(f"not known: {remark}" for remark in sheet.remarks)]


def nothing_text(sheet: DaySheet) -> str:
    """That there is nothing, of what."""
    what = {"catering": "catering", "visitor": "visitor", "other": "other service"}
    word = what[sheet.kind.value] if sheet.kind else "service"
    return f"no {word} on this day, as far as the store knows"


def _time(line: Line, sheet: DaySheet, rooms: Rooms) -> list[str]:
    """`09:00-10:00` on the sheet's day; with the days where it begins or ends on another."""
    room = rooms[line.place.room]
    lines = span_lines(
        line.place.start, line.place.end, room.time_zone, all_day=line.reservation.all_day
    )
    if len(lines) == 1:
        lines = [lines[0].removeprefix(f"{day_text(sheet.day)} ")]
    return [*lines, room.time_zone] if len(sheet.time_zones) > 1 else lines


def _room(line: Line, sheet: DaySheet, rooms: Rooms) -> str:
    room = rooms[line.place.room]
    return room.name if sheet.location or not room.location else f"{room.name}, {room.location}"


def _what(line: Line, sheet: DaySheet) -> str:
    kind = f"{line.service.kind.value}: " if sheet.kind is None else ""
    return f"{kind}{line.service.description}"


def _state(line: Line, now: datetime) -> str:
    match line.state:
        case LineState.CANCELLED:
            word = "CANCELLED"
        case LineState.MOVED_AWAY:
            word = "GONE FROM HERE"
        case LineState.ORDERED:
            word = "ordered, locked" if line.service.is_locked(now) else "ordered"
    if line.request is not None and line.state is not LineState.CANCELLED:
        word += f"; may be cancelled: request {line.request} waits"
    return word


def total_rows(sheet: DaySheet) -> list[tuple[str, str]]:
    """How many and of what are to be brought; visitors, who are not, are left out."""
    return [
        (str(number), words if sheet.kind else f"{kind.value}: {words}")
        for kind, words, number in sheet.totals
        if kind is not ServiceKind.VISITOR
    ]


def cells(line: Line, sheet: DaySheet, rooms: Rooms, now: datetime) -> tuple[list[str], ...]:
    """A line as it stands under `HEADS`, each cell line by line."""
    organizer = line.reservation.organizer
    return (
        _time(line, sheet, rooms),
        [_room(line, sheet, rooms)],
        [str(line.service.quantity)],
        [_what(line, sheet)],
        [line.reservation.subject, organizer.name or organizer.email or ""],
        [_state(line, now)],
        list(line.changes),
    )


HEADS = ("time", "room", "no.", "what", "subject, organiser", "state", "changes")


def sheet_picture(sheet: DaySheet, rooms: Rooms, now: datetime) -> list[RenderableType]:
    """The sheet on a screen of 80 columns."""
    parts: list[RenderableType] = [text(title_text(sheet), "bold")]
    if sheet.lines:
        rows = [{"cells": cells(line, sheet, rooms, now)} for line in sheet.lines]
        parts.append(table(rows, [_column(number) for number in range(len(HEADS))]))
    else:
        parts.append(text(nothing_text(sheet)))
    if totals := total_rows(sheet):
        parts += [text(""), text("in all", "bold")]
        parts += [text(f"{number} × {what}") for number, what in totals]
    return [*parts, text(""), *map(text, notes(sheet))]


def _column(number: int) -> Column:
    def cell(row: JsonObject) -> Text:
        from rich.text import Text

        return Text("\n".join(map(clean, row["cells"][number])))

    short = HEADS[number] in ("time", "no.")
    justify: Literal["left", "right"] = "right" if HEADS[number] == "no." else "left"
    return Column(HEADS[number], cell, justify=justify, no_wrap=short)
