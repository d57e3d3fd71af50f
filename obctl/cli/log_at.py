"""`obctl log at`: a room as obctl knew it at an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from obctl.cli.context import Context, context_of
from obctl.cli.options import FormatOption, parse_day
from obctl.errors import NotOnRecord
from obctl.render.output import Format

if TYPE_CHECKING:
    from datetime import date

_INCONCLUSIVE = 8


def at(
    ctx: typer.Context,
    instant: Annotated[
        str, typer.Argument(metavar="INSTANT", help="2026-10-19T14:00, in the company's zone.")
    ],
    room: Annotated[str, typer.Option("--room", help="Address or unique name, then or now.")],
    day: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD, today (that is: then), +N; the room's day.")
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """The room's calendar and its reservations as obctl knew them then.

    Without --day all that was read, and what was reserved from there on. Exit 8: what cannot be
    known, because it was never read, pruned or is from before this was recorded; it is null.
    """
    from obctl.render.output import show_one
    from obctl.render.room_then import then_picture

    context = context_of(ctx)
    item = _then(context, instant, room, day)
    show_one(format, item, lambda: then_picture(item))
    if item["condition"] is not None:
        raise typer.Exit(_INCONCLUSIVE)


def _then(context: Context, instant: str, room: str, day: str | None) -> dict[str, Any]:
    from obctl.cli.past import parse_past
    from obctl.engine.compare.room_then import room_then
    from obctl.render.room_then import then_object, unknown_object
    from obctl.store.changes import newest_entry

    moment = parse_past(context, instant)

    def wanted(zone: Any) -> date | None:
        return parse_day(day, now=moment, zone=zone) if day is not None else None

    try:
        past = context.as_of(instant)
        found = past.room_ever(room)
    except NotOnRecord as error:
        today = context.room_ever(room)
        return unknown_object(today, moment, wanted(today.zone), error.code, error.message)
    chosen = wanted(found.zone)
    then = room_then(past.store, found, chosen)
    return then_object(then, moment, chosen, newest_entry(past.store) or None, past.rooms)
