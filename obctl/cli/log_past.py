"""`obctl log at` and `log replay`: what obctl knew at an instant, shown and written down."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from obctl.cli.context import Context, context_of
from obctl.cli.options import FormatOption, parse_day
from obctl.domain.counted import counted
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


def replay(
    ctx: typer.Context,
    into: Annotated[Path, typer.Option("--into", help="A file that does not exist yet.")],
    until: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="As it was then; without it, as it is.")
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Rebuild reservations and agreed states from what was recorded, into a new store.

    With the log up to then; without delta links and other secrets. The file is readable by you
    alone, and written whole or not at all. As `store.db` in a company's folder every command that
    reads works on it.
    """
    from obctl.cli.past import parse_past
    from obctl.render.objects import at as instant_text
    from obctl.render.output import message, write_one
    from obctl.store.replay_into import replay_into

    context = context_of(ctx)
    moment = parse_past(context, until) if until is not None else None
    made = replay_into(context.store, into, moment)
    if format is Format.TABLE:
        message(
            f"{into} written: {counted(made.rooms, 'room')},"
            f" {counted(made.reservations, 'reservation')},"
            f" {counted(made.agreed_states, 'agreed state')},"
            f" {counted(made.entries, 'entry', 'entries')}"
        )
        if made.without_original:
            message(f"of {counted(made.without_original, 'event')} the original was pruned")
        return
    write_one(format, {"file": str(into), "until": instant_text(moment), **asdict(made)})


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
