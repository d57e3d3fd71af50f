"""How a room looks as it was known at an instant: both sides, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from obctl.domain.room import Verdict
from obctl.render.objects import Rooms, at, event_object, reservation_object, unreadable_object
from obctl.render.output import Column, JsonObject, fields, table, text
from obctl.render.reservations import state_text
from obctl.render.times import moment_text, when_column

if TYPE_CHECKING:
    from datetime import date, datetime

    from rich.console import RenderableType

    from obctl.domain.compare.room_then import RoomThen
    from obctl.domain.event import Event
    from obctl.domain.room import Room


def then_object(
    then: RoomThen, instant: datetime, day: date | None, entry: int | None, rooms: Rooms
) -> dict[str, Any]:
    """For scripts; a side that is not known is `null`, one without anything is empty."""
    calendar = then.calendar
    return {
        **_head(then.room, instant, day),
        "entry": entry,
        "verdict": (Verdict.INCONCLUSIVE if then.condition else Verdict.OK).value,
        "condition": then.condition,
        "why_unknown": then.why,
        "last_synced_at": at(then.room.last_synced_at),
        "read": {"from": at(then.read.start), "to": at(then.read.end)} if then.read else None,
        "office365": None if calendar is None else [_event(event) for event in calendar],
        "unreadable": []
        if calendar is None
        else [unreadable_object(event) for event in calendar.unreadable],
        "officebooking": [reservation_object(item, rooms, instant) for item in then.reservations],
    }


def unknown_object(
    room: Room, instant: datetime, day: date | None, condition: str, why: str
) -> dict[str, Any]:
    """The same of a room of which nothing at all is known at that instant."""
    return {
        **_head(room, instant, day),
        "entry": None,
        "verdict": Verdict.INCONCLUSIVE.value,
        "condition": condition,
        "why_unknown": why,
        "last_synced_at": None,
        "read": None,
        "office365": None,
        "unreadable": [],
        "officebooking": None,
    }


def then_picture(item: JsonObject) -> list[RenderableType]:
    """Both sides for people; what is not known is said to be so."""
    zone = item["time_zone"]
    read = item["read"]
    days = "never"
    if read:
        days = f"{moment_text(read['from'], zone)} to {moment_text(read['to'], zone)}"
    if item["why_unknown"] and item["officebooking"] is None:
        days = "not known"
    last = moment_text(item["last_synced_at"], zone)
    pairs: list[tuple[str, object]] = [
        ("room", f"{item['room_name']} ({item['room']})"),
        ("as known at", f"{moment_text(item['at'], zone)} ({zone})"),
        ("day", item["day"]),
        ("last entry", item["entry"]),
        ("last good pass", last),
        ("Outlook was read", days),
    ]
    shown = ((name, value) for name, value in pairs if value not in (None, ""))
    drawn: list[RenderableType] = [fields(shown)]
    for name, side, empty in (
        ("Outlook", "office365", "nothing was in the calendar"),
        ("Officebooking", "officebooking", "nothing was reserved"),
    ):
        drawn += ["", text(name, "bold blue" if side == "office365" else "bold green")]
        if item[side] is None:
            drawn.append(text(f"not known: {item['why_unknown']}", "yellow"))
        elif not item[side]:
            drawn.append(text(empty, "dim"))
        else:
            drawn.append(_side(item[side], side, zone))
    for event in item["unreadable"]:
        drawn.append(text(f"not readable: {event['subject'] or event['event_id']}", "yellow"))
    return drawn


def _head(room: Room, instant: datetime, day: date | None) -> dict[str, Any]:
    return {
        "at": at(instant),
        "room": room.mailbox,
        "room_name": room.name,
        "time_zone": room.time_zone,
        "day": day.isoformat() if day else None,
    }


def _event(event: Event) -> dict[str, Any]:
    organizer = {"name": event.organizer.name, "email": event.organizer.email}
    return {**event_object(event), "all_day": event.all_day, "organizer": organizer}


def _side(objects: list[JsonObject], side: str, zone: str) -> RenderableType:
    when = when_column(objects, lambda _item: zone)
    if side == "office365":
        return table(objects, [when, Column("subject", lambda o: o["subject"], ratio=1)])
    return table(
        objects,
        [
            Column("no.", lambda o: str(o["number"]), justify="right", no_wrap=True),
            when,
            Column("subject", lambda o: o["subject"], ratio=1),
            Column("state", state_text),
        ],
    )
