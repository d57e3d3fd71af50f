"""How services look in a list: each with the reservation it hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from obctl.render.objects import Rooms, at, service_object
from obctl.render.output import Column, JsonObject
from obctl.render.reservations import service_state
from obctl.render.times import when_column

if TYPE_CHECKING:
    from obctl.domain.reservation import Reservation


def service_rows(
    reservations: Iterable[Reservation], rooms: Rooms, now: datetime
) -> list[dict[str, Any]]:
    """The services, each with when and where it is wanted, and for whom."""
    return [
        {
            **service_object(service, now),
            "room": rooms.mailbox(reservation.room),
            "start": at(reservation.start),
            "end": at(reservation.end),
            "subject": reservation.subject,
            "organizer": {
                "name": reservation.organizer.name,
                "email": reservation.organizer.email,
            },
            "room_name": rooms.name(reservation.room),
            "all_day": reservation.all_day,
            "time_zone": rooms.zone_name(reservation.room),
        }
        for reservation in reservations
        for service in reservation.services
    ]


def service_columns(rows: Sequence[JsonObject]) -> list[Column]:
    return [
        Column("id", lambda o: str(o["id"]), justify="right", no_wrap=True),
        Column("reservation", lambda o: f"{o['reservation']}, {o['room_name']}"),
        when_column(rows, lambda o: o.get("time_zone", "UTC")),
        Column("what", lambda o: f"{o['quantity']} × {o['kind']}: {o['description']}", ratio=1),
        Column("state", service_state),
    ]
