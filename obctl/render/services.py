"""How services look in a list: each with the reservation it hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from obctl.render.objects import Rooms, at, service_object
from obctl.render.output import Column, JsonObject, table, text
from obctl.render.reservations import service_state
from obctl.render.times import when_column

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from obctl.domain.day_sheet import SheetLine


def service_rows(lines: Iterable[SheetLine], rooms: Rooms, now: datetime) -> list[dict[str, Any]]:
    """The services, each with when and where it is wanted, for whom, and what has changed."""
    return [
        {
            **service_object(line.service, now),
            "room": rooms.mailbox(line.reservation.room),
            "start": at(line.reservation.start),
            "end": at(line.reservation.end),
            "subject": line.reservation.subject,
            "organizer": {
                "name": line.reservation.organizer.name,
                "email": line.reservation.organizer.email,
            },
            "room_name": rooms.name(line.reservation.room),
            "all_day": line.reservation.all_day,
            "time_zone": rooms.zone_name(line.reservation.room),
            "changes": list(line.changes),
            "away": line.away,
        }
        for line in lines
    ]


def totals(rows: Iterable[JsonObject]) -> list[tuple[str, str, int]]:
    """How many of each thing are to be brought: kind, what and number.

    Case and blanks make no other thing of it.
    """
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for row in rows:
        if row["status"] == "ordered" and row["away"] is None:
            key = row["kind"], " ".join(row["description"].casefold().split())
            what, number = found.get(key, (row["description"], 0))
            found[key] = what, number + row["quantity"]
    return [(kind, what, number) for (kind, _), (what, number) in sorted(found.items())]


def sheet_picture(rows: Sequence[JsonObject], notes: Iterable[str]) -> list[RenderableType]:
    """A day's sheet on a screen, with how many of each thing, and what is to be known of it."""
    if not rows:
        parts: list[RenderableType] = [text("no service is known for this day")]
    else:
        parts = [table(rows, sheet_columns(rows))]
        wanted = [item for item in totals(rows) if item[0] != "visitor"]
        parts += [text("")] if wanted else []
        parts += [text(f"in all: {number} × {what}") for _kind, what, number in wanted]
    return [*parts, text(""), *map(text, notes)]


def changes_text(item: JsonObject) -> str:
    """What has changed since yesterday, in words; empty for nothing."""
    return item["away"] or ", ".join(item["changes"])


def sheet_columns(rows: Sequence[JsonObject]) -> list[Column]:
    """The columns of a day's sheet."""
    return [
        when_column(rows, lambda o: o["time_zone"]),
        Column("room", lambda o: o["room_name"]),
        Column("no.", lambda o: str(o["reservation"]), justify="right", no_wrap=True),
        Column("what", lambda o: f"{o['quantity']} × {o['description']}", ratio=1),
        Column("meeting", _meeting),
        Column("state", _sheet_state),
    ]


def _meeting(item: JsonObject) -> Text:
    organizer = item["organizer"]["name"] or item["organizer"]["email"] or ""
    return text(item["subject"]).append("\n").append_text(text(organizer, "dim"))


def _sheet_state(item: JsonObject) -> Text:
    state = text("not here any more", "yellow") if item["away"] else service_state(item)
    said = changes_text(item)
    if item["status"] == "cancelled":
        said = ", ".join(words for words in item["changes"] if words != "cancelled")
    return state.append(f"\n{said}", style="yellow") if said else state


def service_columns(rows: Sequence[JsonObject]) -> list[Column]:
    return [
        Column("id", lambda o: str(o["id"]), justify="right", no_wrap=True),
        Column("reservation", lambda o: f"{o['reservation']}, {o['room_name']}"),
        when_column(rows, lambda o: o.get("time_zone", "UTC")),
        Column("what", lambda o: f"{o['quantity']} × {o['kind']}: {o['description']}", ratio=1),
        Column("state", service_state),
    ]
