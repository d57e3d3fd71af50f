"""`obctl sync status`: how the company stands, once or again and again."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from obctl.cli.context import context_of
from obctl.cli.options import FormatOption, parse_duration
from obctl.cli.watch import WatchOption, watch
from obctl.render.output import Format


def status(
    ctx: typer.Context,
    max_age: Annotated[str, typer.Option(help="A good pass older than this is stale.")] = "26h",
    again: WatchOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """How the company stands: passes, outbox, inbox, subscriptions.

    Exit 3: something is stale or lost, a guard has stopped a room, a room is inconclusive, a write
    to Outlook failed, a reservation waits for a room that could not be read, an event cannot be
    read, or no room is mapped at all. With --watch it is shown anew until Ctrl-C (exit 130).
    """
    from obctl.engine.admin.status import current_status
    from obctl.render.output import message, show_one
    from obctl.render.sync import status_picture

    context = context_of(ctx)
    oldest = parse_duration(max_age)

    def look() -> tuple[dict[str, Any], bool]:
        return current_status(context.company, oldest)

    def picture(item: dict[str, Any]) -> Any:
        return status_picture(item, context.rooms.names(), context.zone.key)

    if again is not None:
        watch(again, format, context.zone, lambda: look()[0], lambda item: item, picture)
        return
    item, stale = look()
    show_one(format, item, lambda: picture(item))
    if not item["rooms"]:
        message("no room is mapped, so nothing is kept in step: obctl rooms discover")
    if format is Format.TABLE:
        # Below the table, so that a command stays on one line and can be pasted.
        for stop in item["stopped"]:
            message(f"{stop['room']} is stopped until somebody has looked:")
            message(f"    {stop['look']}")
            message("and where that is right:")
            message(f"    {stop['allow']}")
    if stale:
        raise typer.Exit(3)
