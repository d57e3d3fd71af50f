"""`obctl reservations list` and `show`; what changes them is in `reservation_changes`."""

from __future__ import annotations

from typing import Annotated

import typer

from obctl.cli import reservation_changes, reservation_files, reservation_series
from obctl.cli.context import context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import (
    FormatOption,
    LocationOption,
    RoomOption,
)
from obctl.cli.reservation_search import search
from obctl.cli.rooms_remove import remark_on_removed
from obctl.domain.enums import ExternalState, Status
from obctl.errors import UsageError
from obctl.render import csv_fields
from obctl.render.output import Format

app = typer.Typer(no_args_is_help=True, help="Officebooking's reservations.")

_FROM_TO = "A day, or a time; both in each room's zone unless an offset is given."


@app.command("list")
@lists(csv_fields.RESERVATION)
def list_(
    ctx: typer.Context,
    listing: Listing,
    on: Annotated[
        str | None, typer.Option("--on", help="A day, as it passes in each room's zone.")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help=_FROM_TO)] = None,
    to: Annotated[str | None, typer.Option("--to", help="As --from; a day is included.")] = None,
    room: RoomOption = None,
    location: LocationOption = None,
    text: Annotated[
        str | None,
        typer.Option(help="Words in subject, organiser, room or services; all must occur."),
    ] = None,
    status: Annotated[Status | None, typer.Option(help="Default: any.")] = None,
    external_state: Annotated[
        int | None, typer.Option(help="0, 10, 20, 21, 100 (cancellation request) or 110.")
    ] = None,
) -> None:
    """Reservations by start, cancelled ones included; times are in each room's zone."""
    from obctl.render.objects import reservation_object
    from obctl.render.output import show_list
    from obctl.render.reservations import reservation_columns
    from obctl.store.reservations import Filter

    context = context_of(ctx)
    if external_state is not None and external_state not in list(ExternalState):
        known = ", ".join(str(int(state)) for state in ExternalState)
        raise UsageError(
            f"{external_state} is no external state", hint=f"one of {known}", code="bad-state"
        )
    rooms = context.rooms_ever(location, room)
    wanted = Filter(
        rooms=[item.id for item in rooms] if room or location else None,
        text=text,
        status=status,
        external_state=external_state,
        limit=listing.searched,
    )
    found = search(context, rooms, wanted, on, from_, to)
    remark_on_removed(rooms, found)
    words, now = context.rooms, context.now
    objects = [reservation_object(item, words, now) for item in found]
    show_list(
        listing,
        objects,
        reservation_columns(objects, {item.mailbox: item.time_zone for item in rooms}),
        empty="no reservation found",
        searched=True,
    )


@app.command("show")
def show(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="The reservation's number.")],
    format: FormatOption = Format.TABLE,
) -> None:
    """One reservation with its services; times are in the room's zone."""
    from obctl.render.objects import reservation_object
    from obctl.render.output import show_one
    from obctl.render.reservations import reservation_picture
    from obctl.store.reservations import find_reservation

    context = context_of(ctx)
    found = find_reservation(context.store, number)
    rooms = context.rooms
    remark_on_removed([rooms[found.room]], [found])
    item = reservation_object(found, rooms, context.now)
    zone_name = rooms.zone_name(found.room)
    show_one(format, item, lambda: reservation_picture(item, zone_name))


app.command()(reservation_series.series)
app.command("import")(reservation_files.import_)
app.command()(reservation_files.export)
reservation_changes.register(app)
