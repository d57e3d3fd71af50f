"""`obctl rooms free`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import Context, context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import (
    CachedOption,
    LocationOption,
    ensure_at_once,
    parse_instant,
)
from obctl.errors import UsageError
from obctl.render import csv_fields

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from obctl.domain.room import Room
    from obctl.engine.rooms.free import Availability


@lists(csv_fields.FREE_ROOM)
def free(
    ctx: typer.Context,
    listing: Listing,
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            help="ISO 8601, or `tomorrow 14:00`. Without an offset: in the zone that the rooms of"
            " --location share, else the company's.",
        ),
    ],
    to: Annotated[str, typer.Option("--to", help="As --from.")],
    capacity: Annotated[int | None, typer.Option(min=1, help="People it must hold.")] = None,
    location: LocationOption = None,
    cached: CachedOption = False,
) -> None:
    """Rooms free on both sides for a whole time, tightest fit first."""
    from obctl.domain.time_span import TimeSpan
    from obctl.engine.rooms.free import find_free_cached, find_free_live
    from obctl.render.objects import free_room_object
    from obctl.render.output import show_list, warning
    from obctl.render.rooms import free_columns
    from obctl.render.times import span_text

    context = context_of(ctx)
    rooms = context.chosen_rooms(location, None)
    zone = _zone(context, rooms, location)
    start = parse_instant(from_, now=context.now, zone=zone)
    end = parse_instant(to, now=context.now, zone=zone)
    if end <= start:
        raise UsageError(f"--to {to} is not after --from {from_}", code="bad-time")
    ensure_at_once(end - start)
    span = TimeSpan(start, end)
    if cached or not rooms:
        found = find_free_cached(context.company, rooms, span, capacity)
    else:
        found = context.with_graph(
            lambda gateway: find_free_live(context.company, gateway, rooms, span, capacity)
        )
    asked = span_text(start, end, zone.key)
    show_list(
        listing,
        [free_room_object(item) for item in found.free],
        free_columns({room.mailbox: room.time_zone for room in rooms}),
        empty=_nothing(found, asked) if rooms else "no room is mapped yet",
        title=f"free {asked}",
    )
    for room, error in found.unknown:
        warning(f"left out, its schedule could not be read: {room.name}: {error.message}")
    if found.unknown:
        raise typer.Exit(8)


def _nothing(found: Availability, asked: str) -> str:
    return f"no room is {'known to be ' if found.unknown else ''}free {asked}"


def _zone(context: Context, rooms: list[Room], location: str | None) -> ZoneInfo:
    shared = {room.zone for room in rooms}
    return shared.pop() if location and len(shared) == 1 else context.zone
