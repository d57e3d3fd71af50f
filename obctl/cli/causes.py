"""`obctl causes`: which setting to mend first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import context_of
from obctl.cli.options import (
    CachedOption,
    FormatOption,
    LocationOption,
    RoomOption,
    ensure_at_once,
    parse_day,
)
from obctl.domain.cause_counts import Grouping
from obctl.errors import UsageError
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.engine.compare.causes_over import CausesFound
    from obctl.engine.ports import Connect

_NOT_ALL = 8
_FOUR_WEEKS = timedelta(days=27)


def causes(
    ctx: typer.Context,
    from_: Annotated[
        str, typer.Option("--from", help="First day: YYYY-MM-DD, today, -28.")
    ] = "today",
    to: Annotated[
        str | None, typer.Option(help="Last day, included. Default: four weeks in all.")
    ] = None,
    by: Annotated[Grouping, typer.Option(help="What to count by.")] = Grouping.CAUSE,
    location: LocationOption = None,
    room: RoomOption = None,
    cached: CachedOption = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """Which setting to mend first: causes counted over some days, most frequent first.

    Counted are the differences of these days, as `diff` finds them now, and the cancellation
    requests about them, decided ones included. Exit 8: a room, or an event in it, could not be
    read; it is named, and what it has is not counted.
    """
    from obctl.domain.cause_counts import count_causes
    from obctl.render.causes import causes_object, causes_picture
    from obctl.render.output import show_list, show_one, warning

    context = context_of(ctx)
    now, zone = context.now, context.zone
    first = parse_day(from_, now=now, zone=zone)
    last = first + _FOUR_WEEKS if to is None else parse_day(to, now=now, zone=zone)
    if last < first:
        raise UsageError(f"--to {last} is before {first}", code="bad-day")
    ensure_at_once(last - first)
    rooms = context.chosen_rooms(location, room)
    company = context.company

    async def work(connect: Connect) -> CausesFound:
        from obctl.engine.compare.causes_over import causes_over
        from obctl.engine.compare.outlook_source import Outlook

        gateway = None if cached or not rooms else await connect()
        return await causes_over(company, Outlook(company, gateway), rooms, first, last)

    found = context.run(work)
    shown = causes_object(
        (first.isoformat(), last.isoformat()),
        by,
        count_causes(found.found, by),
        found.verdicts,
        context.rooms,
        risks=False,
    )
    names = context.rooms.names()
    if format in (Format.JSONL, Format.CSV):
        show_list(format, shown["counts"], [])
    else:
        show_one(format, shown, lambda: causes_picture(shown, names))
    if not rooms:
        warning("no room is mapped: obctl rooms discover")
    unread = [item for item in shown["rooms"] if item["condition"]]
    for item in unread:
        warning(f"{names.get(item['room'], item['room'])} is not counted: {item['condition']}")
    if unread:
        raise typer.Exit(_NOT_ALL)
