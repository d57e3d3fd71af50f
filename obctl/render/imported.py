"""How the reservations of a file look, made or yet to be made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from obctl.domain.event import Person
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.render.objects import at
from obctl.render.output import Column, JsonObject
from obctl.render.times import when_column


def planned_object(
    line: int,
    room: Room,
    subject: str,
    organizer: Person,
    slots: Sequence[TimeSpan],
    repeat: str | None,
    number: int | None,
) -> dict[str, Any]:
    """One entry of a file for scripts; `number` is that of its first reservation, once made."""
    return {
        "line": line,
        "number": number,
        "room": room.mailbox,
        "room_name": room.name,
        "subject": subject,
        "organizer": {"name": organizer.name, "email": organizer.email},
        "start": at(slots[0].start),
        "end": at(slots[0].end),
        "time_zone": room.time_zone,
        "repeat": repeat,
        "dates": len(slots),
    }


def planned_columns(objects: Sequence[JsonObject], *, made: bool) -> list[Column]:
    columns = [
        Column("line", lambda o: str(o["line"]), justify="right", no_wrap=True),
        when_column(objects, lambda o: o["time_zone"]),
        Column("room", lambda o: o["room_name"]),
        Column("subject", lambda o: o["subject"], ratio=1),
        Column("dates", lambda o: str(o["dates"]), justify="right"),
    ]
    if made:
        number = Column("no.", lambda o: str(o["number"]), justify="right", no_wrap=True)
        columns.insert(1, number)
    return columns
