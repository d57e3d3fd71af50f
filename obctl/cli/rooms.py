"""`obctl rooms`: which rooms there are, and which of them obctl keeps in step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli import room_policy, rooms_free, rooms_remove
from obctl.cli.context import Context, confirm, context_of
from obctl.cli.left_out import name_unreadable
from obctl.cli.listing import Listing, lists
from obctl.cli.options import ByOption, FormatOption, LocationOption, YesOption, parse_instant
from obctl.domain.counted import counted
from obctl.errors import UsageError
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.domain.room import Room

app = typer.Typer(no_args_is_help=True, help="The rooms obctl keeps in step.")
app.add_typer(room_policy.app, name="policy")
app.command("free")(rooms_free.free)
app.command("remove")(rooms_remove.remove)


@app.command("discover")
@lists(csv_fields.FOUND_ROOM)
def discover(
    ctx: typer.Context,
    listing: Listing,
    add: Annotated[
        bool,
        typer.Option(
            "--add",
            help="Map all that are not mapped yet, from now on: older events are left alone."
            " Rooms get the company's time zone where Graph names none.",
        ),
    ] = False,
    by: ByOption = None,
) -> None:
    """The rooms of the tenant as Graph lists them, and whether they are mapped."""
    from obctl.domain.listed import Listed
    from obctl.engine.ports import Gateway
    from obctl.engine.rooms import discovery
    from obctl.render.objects import found_room_object
    from obctl.render.output import message, show_list
    from obctl.render.rooms import FOUND

    context = context_of(ctx)
    context.act_as(by)
    new: list[Room] = []
    followed: list[tuple[Room, Room]] = []

    async def ask(gateway: Gateway) -> Listed[discovery.Discovered]:
        found = await discovery.discover(context.company, gateway)
        if add:
            followed.extend(await discovery.follow_addresses(context.company, gateway, found))
            new.extend(await discovery.map_discovered(context.company, gateway, found))
        return found

    found = context.with_graph(ask)
    show_list(
        listing,
        [
            found_room_object(item.found, mapped=item.mapped or (add and not item.removed))
            for item in found
        ],
        FOUND,
        empty="Graph lists no room; they need a place record (Set-Place) to be listed",
    )
    for before, after in followed:
        message(f"{before.name} has another address: {before.mailbox} -> {after.mailbox}")
    corrected = {after.id for _before, after in followed}
    for item in found:
        if item.readdressed and item.known and item.known.id not in corrected:
            message(
                f"{item.found.mailbox} is the place that is known as {item.known.mailbox}:"
                " its address, or its mailbox, is another now"
            )
    if add:
        message(_mapped_now(len(new)))
        removed = [item.found.mailbox for item in found if item.removed]
        if removed:
            message(f"left out, as it was taken out: {', '.join(removed)} (`obctl rooms add`)")
        zones = sorted({room.time_zone for room in new})
        if zones:
            message(f"their zone: {', '.join(zones)}; `obctl rooms change` corrects it")
    elif any(not item.mapped for item in found):
        message("next: obctl rooms add MAILBOX, or obctl rooms discover --add for all")
    name_unreadable(found.unreadable, kept="the others are shown")


@app.command("add")
def add(
    ctx: typer.Context,
    mailbox: Annotated[str, typer.Argument(help="The room's address.")],
    name: Annotated[str | None, typer.Option(help="Default: as in Graph.")] = None,
    location: Annotated[str | None, typer.Option(help="Default: its room list in Graph.")] = None,
    floor: Annotated[str | None, typer.Option(help="Default: as in Graph.")] = None,
    capacity: Annotated[
        int | None, typer.Option(min=1, help="People it holds. Default: as in Graph.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="IANA or Windows name. Default: the company's.")
    ] = None,
    activated_at: Annotated[
        str | None,
        typer.Option(
            help="Events created earlier are left alone. ISO 8601, in the room's zone where it"
            " names none. Default: now."
        ),
    ] = None,
    not_a_room: Annotated[
        bool,
        typer.Option("--not-a-room", help="Map a mailbox that is, or may be, no room's."),
    ] = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Map a room: from now on obctl keeps it in step."""
    from obctl.domain.zones import usable_name, zone
    from obctl.engine.rooms.mapping import NewRoom, map_room
    from obctl.render.objects import room_object
    from obctl.render.output import message, warning, write_one

    context = context_of(ctx)
    context.act_as(by)
    if "@" not in mailbox.strip("@"):
        raise UsageError(f"{mailbox!r} is no address", code="bad-address")
    where = zone(usable_name(time_zone)) if time_zone else context.zone
    wanted = NewRoom(
        mailbox,
        name=name,
        location=location,
        floor=floor,
        capacity=capacity,
        time_zone=time_zone,
        activated_at=parse_instant(activated_at, now=context.now, zone=where)
        if activated_at
        else None,
    )
    known = {item.id for item in context.rooms_ever(None, None)}
    room, untold = context.with_graph(
        lambda gateway: map_room(context.company, gateway, wanted, not_a_room=not_a_room)
    )
    if untold:
        warning(untold)
    if format is Format.TABLE:
        again = " again" if room.id in known else ""
        message(f"{room.name} ({room.mailbox}) is mapped{again}, {room.time_zone}")
        message("next: obctl sync run")
    else:
        write_one(format, room_object(room, None, context.now))


@app.command("change")
def change(
    ctx: typer.Context,
    room: Annotated[str, typer.Argument(help="Address or unique name.")],
    name: Annotated[str | None, typer.Option(help="Its name.")] = None,
    location: Annotated[str | None, typer.Option(help="Its location.")] = None,
    floor: Annotated[str | None, typer.Option(help="Its floor.")] = None,
    capacity: Annotated[int | None, typer.Option(min=1, help="People it holds.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA or Windows name.")] = None,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Correct what obctl knows of a room; its mailbox is not touched."""
    from obctl.engine.rooms.mapping import RoomDetails, change_room
    from obctl.render.output import message

    context = context_of(ctx)
    context.act_as(by)
    found = context.room(room)
    details = RoomDetails(name, location, floor, capacity, time_zone)
    if details == RoomDetails():
        raise UsageError("nothing to change", hint="see obctl rooms change --help", code="usage")
    said = change_room(context.company, found, details)
    if format is not Format.TABLE:
        _show_rooms(context, [context.room(found.mailbox)], format, "")
    for line in said or ["nothing to change: it is so already"]:
        message(line)


@app.command("list")
@lists(csv_fields.ROOM)
def list_(
    ctx: typer.Context,
    listing: Listing,
    location: LocationOption = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="Those that were taken out instead.")
    ] = False,
) -> None:
    """The mapped rooms; a live one has a subscription, so that changes are seen at once."""
    context = context_of(ctx)
    if removed:
        gone = [room for room in context.rooms_ever(location, None) if not room.is_mapped]
        _show_rooms(context, gone, listing, "no room was taken out")
        return
    _show_rooms(
        context,
        context.chosen_rooms(location, None),
        listing,
        "no room is mapped yet: obctl rooms discover",
    )


@app.command("show")
def show(
    ctx: typer.Context,
    room: Annotated[str, typer.Argument(help="Address or unique name.")],
    format: FormatOption = Format.TABLE,
) -> None:
    """One room, with its subscription and its Exchange settings as far as known."""
    from obctl.engine.rooms.mapping import newest_subscriptions
    from obctl.render.objects import room_object
    from obctl.render.output import show_one
    from obctl.render.rooms import room_picture

    context = context_of(ctx)
    found = context.room_ever(room)
    subscription = newest_subscriptions(context.company).get(found.id)
    show_one(
        format,
        room_object(found, subscription, context.now),
        lambda: room_picture(found, subscription, context.now),
    )


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, UTF-8, with the header mailbox,name,location,floor,capacity,time_zone,"
            "activated_at; only the first two are required."
        ),
    ],
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Map the rooms of a file, all of them or none. Graph is not asked."""
    from obctl.engine.rooms.csv_import import read_rooms
    from obctl.engine.rooms.mapping import save_new_rooms
    from obctl.render.output import message

    context = context_of(ctx)
    context.act_as(by)
    rooms = save_new_rooms(context.company, read_rooms(context.company, file))
    _show_rooms(context, rooms, format, f"{file} holds no room")
    message(f"{_mapped_now(len(rooms))}; next: obctl doctor, obctl sync run")


@app.command("import-existing")
def import_existing(
    ctx: typer.Context,
    rooms: Annotated[
        list[str] | None, typer.Argument(help="Addresses or unique names of rooms.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All mapped rooms.")] = False,
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Have the next sync run import events that are older than the room's activation."""
    from obctl.engine.rooms import mapping
    from obctl.render.output import message

    context = context_of(ctx)
    context.act_as(by)
    if bool(rooms) == all_:
        raise UsageError("name rooms, or use --all", code="which-rooms")
    chosen = context.chosen_rooms(None, rooms)
    number = counted(len(chosen), "room")
    question = f"Import the older events of {number} with the next sync run?"
    confirm(question, yes=yes, on_terminal_only=True)
    mapping.import_existing(context.company, chosen)
    changed = [context.room(room.mailbox) for room in chosen]
    if format is not Format.TABLE:
        _show_rooms(context, changed, format, "")
    message(f"{number}: older events will be imported; run `obctl sync run` now")


def _show_rooms(context: Context, rooms: list[Room], wanted: Format | Listing, empty: str) -> None:
    from obctl.engine.rooms.mapping import newest_subscriptions
    from obctl.render.objects import room_object
    from obctl.render.output import show_list
    from obctl.render.rooms import room_columns

    subscriptions = newest_subscriptions(context.company)
    show_list(
        wanted,
        [room_object(room, subscriptions.get(room.id), context.now) for room in rooms],
        room_columns(rooms, context.now),
        names=csv_fields.ROOM,
        empty=empty,
    )


def _mapped_now(number: int) -> str:
    return f"{counted(number, 'room')} {'is' if number == 1 else 'are'} mapped now"
