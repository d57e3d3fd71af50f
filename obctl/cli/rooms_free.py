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
    from obctl.engine.rooms.free import Availability, Wanted


_OFFSET = "Without an offset: in the zone that the rooms of --location share, else the company's."


@lists(csv_fields.FREE_ROOM)
def free(
    ctx: typer.Context,
    listing: Listing,
    from_: Annotated[
        str | None, typer.Option("--from", help=f"ISO 8601, or `tomorrow 14:00`. {_OFFSET}")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="As --from.")] = None,
    capacity: Annotated[int | None, typer.Option(min=1, help="People it must hold.")] = None,
    location: LocationOption = None,
    like: Annotated[
        int | None,
        typer.Option(
            help="For the time, the people and the location of this reservation, and for the dates"
            " ahead of its series; it does not stand in its own way."
        ),
    ] = None,
    repeat: Annotated[
        str | None, typer.Option(help='On all dates of a rule: "FREQ=WEEKLY;COUNT=10".')
    ] = None,
    cached: CachedOption = False,
) -> None:
    """Rooms free on both sides for a whole time, tightest fit first.

    For several dates: also the rooms that are free on some, with the dates on which they are not.
    """
    from obctl.engine.rooms.free import find_free_cached, find_free_live
    from obctl.render.objects import free_room_object
    from obctl.render.output import show_list, warning
    from obctl.render.rooms import free_columns

    context = context_of(ctx)
    if like is None:
        rooms = context.chosen_rooms(location, None)
        zone = _zone(context, rooms, location)
        wanted = _typed(context, from_, to, zone, repeat, capacity)
    else:
        if from_ or to:
            raise UsageError("--like and --from/--to exclude each other", code="usage")
        wanted, zone, place = _like(context, like, repeat, capacity)
        rooms = context.chosen_rooms(location or place, None)
    if cached or not rooms:
        found = find_free_cached(context.company, rooms, wanted)
    else:
        found = context.with_graph(
            lambda gateway: find_free_live(context.company, gateway, rooms, wanted)
        )
    asked = _asked(wanted, zone)
    show_list(
        listing,
        [free_room_object(item) for item in found.free],
        free_columns({room.mailbox: room.time_zone for room in rooms}, len(wanted.spans)),
        empty=_nothing(found, asked) if rooms else "no room is mapped yet",
        title=f"free {asked}",
    )
    if like is not None and repeat is None:
        _say_how_far(context, like, wanted)
    for room, error in found.unknown:
        warning(f"left out, its schedule could not be read: {room.name}: {error.message}")
    if found.unknown:
        raise typer.Exit(8)


def _typed(
    context: Context,
    from_: str | None,
    to: str | None,
    zone: ZoneInfo,
    repeat: str | None,
    capacity: int | None,
) -> Wanted:
    """The time that was typed, or the dates that begin with it."""
    from obctl.domain.time_span import TimeSpan
    from obctl.engine.reservations.repeated import repeated
    from obctl.engine.rooms.free import Wanted

    if from_ is None or to is None:
        raise UsageError(
            "for which time? give --from and --to, or --like NUMBER",
            hint="obctl rooms free --from 'tomorrow 9:00' --to 'tomorrow 10:00'",
            code="usage",
        )
    start = parse_instant(from_, now=context.now, zone=zone)
    end = parse_instant(to, now=context.now, zone=zone)
    if end <= start:
        raise UsageError(f"--to {to} is not after --from {from_}", code="bad-time")
    ensure_at_once(end - start)
    return Wanted(repeated(repeat, TimeSpan(start, end), zone), capacity)


def _like(
    context: Context, number: int, repeat: str | None, capacity: int | None
) -> tuple[Wanted, ZoneInfo, str | None]:
    """What a reservation needs, its zone and its location; of a series, what is ahead of it."""
    from obctl.domain.time_span import TimeSpan
    from obctl.engine.reservations.repeated import repeated
    from obctl.engine.reservations.series_scope import SeriesScope, chosen_of
    from obctl.engine.rooms.free import Wanted
    from obctl.store.reservations import find_reservation
    from obctl.store.rooms import find_room_by_id

    first = find_reservation(context.store, number)
    room = find_room_by_id(context.store, first.room)
    own = sorted(
        chosen_of(context.company, first, SeriesScope.FOLLOWING), key=lambda item: item.start
    )
    if repeat is None:
        spans = [TimeSpan(item.start, item.end) for item in own]
    else:
        spans = repeated(repeat, TimeSpan(first.start, first.end), room.zone)
    return Wanted(spans, capacity or first.attendees or None, own), room.zone, room.location


def _say_how_far(context: Context, number: int, wanted: Wanted) -> None:
    """Of a series made in Outlook: that it may go on after the dates that are reserved."""
    from obctl.domain.reservation import Source
    from obctl.render.output import message
    from obctl.render.times import moment_text
    from obctl.store.reservations import find_reservation

    item = find_reservation(context.store, number)
    if item.series_master_id is None or item.source is not Source.OUTLOOK:
        return
    last = moment_text(wanted.spans[-1].start, item.time_zone)
    message(
        f"dates of the series after {last} were not looked at: obctl reservations series {number}"
    )


def _asked(wanted: Wanted, zone: ZoneInfo) -> str:
    from obctl.render.times import moment_text, span_text

    first = wanted.spans[0]
    words = span_text(first.start, first.end, zone.key)
    if len(wanted.spans) == 1:
        return words
    last = moment_text(wanted.spans[-1].start, zone.key)
    return f"{words} and on {len(wanted.spans) - 1} more, until {last}"


def _nothing(found: Availability, asked: str) -> str:
    return f"no room is {'known to be ' if found.unknown else ''}free {asked}"


def _zone(context: Context, rooms: list[Room], location: str | None) -> ZoneInfo:
    shared = {room.zone for room in rooms}
    return shared.pop() if location and len(shared) == 1 else context.zone
