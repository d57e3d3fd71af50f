"""`obctl rooms policy`: what Exchange does with each room's invitations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from obctl.cli.context import context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import ByOption, FormatOption, LocationOption, RoomOption
from obctl.render import csv_fields
from obctl.render.output import Format

app = typer.Typer(
    no_args_is_help=True,
    help="Each room's Set-CalendarProcessing settings, which Graph does not show.",
)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="JSON from PowerShell: Get-Mailbox -RecipientTypeDetails RoomMailbox |"
            " Get-CalendarProcessing | ConvertTo-Json. UTF-8 or UTF-16."
        ),
    ],
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Keep the settings of every mapped room that the file names."""
    from obctl.engine.rooms.calendar_processing import import_policy
    from obctl.render.output import Column, message, show_list

    context = context_of(ctx)
    context.act_as(by)
    done = import_policy(context.company, file)
    show_list(
        format,
        [{"room": room.mailbox, "name": room.name} for room in done.rooms],
        [Column("room", lambda o: o["room"]), Column("name", lambda o: o["name"])],
        names=csv_fields.POLICY_ROOM,
        empty="the file names no mapped room",
    )
    if done.unknown:
        message(f"not mapped, left out: {', '.join(done.unknown)}")
    if done.rooms:
        message("next: obctl rooms policy lint")


@app.command("lint")
@lists(csv_fields.ROOM_POLICY)
def lint(
    ctx: typer.Context,
    listing: Listing,
    location: LocationOption = None,
    room: RoomOption = None,
) -> None:
    """The settings that make Outlook and Officebooking differ, and how."""
    from obctl.engine.rooms.calendar_processing import lint_rooms
    from obctl.render.output import message, show_list
    from obctl.render.rooms import POLICY

    context = context_of(ctx)
    found, unknown = lint_rooms(context.company, context.chosen_rooms(location, room))
    show_list(
        listing,
        [
            {
                "room": item.mailbox,
                "setting": warning.setting,
                "value": warning.value,
                "cause": warning.cause,
                "message": warning.sentence,
            }
            for item, warning in found
        ],
        POLICY,
        empty="no setting that leads to differences",
    )
    if unknown:
        names = ", ".join(item.name for item in unknown)
        message(f"settings unknown: {names}; `obctl rooms policy import FILE.json` brings them")
