"""`obctl causes`: which setting to mend first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from obctl.cli.context import Context, context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import (
    CachedOption,
    LocationOption,
    RoomOption,
    ensure_at_once,
    parse_day,
)
from obctl.domain.cause_counts import Grouping
from obctl.errors import UsageError
from obctl.render import csv_fields

if TYPE_CHECKING:
    from obctl.domain.room import Room
    from obctl.engine.compare.causes_over import CausesFound
    from obctl.engine.ports import Connect

_NOT_ALL = 8
_FOUR_WEEKS = timedelta(days=27)
_A_WEEK = timedelta(days=6)


@lists(csv_fields.CAUSE_COUNT)
def causes(
    ctx: typer.Context,
    listing: Listing,
    from_: Annotated[
        str, typer.Option("--from", help="First day: YYYY-MM-DD, today, -28.")
    ] = "today",
    to: Annotated[
        str | None, typer.Option(help="Last day, included. Default: four weeks in all.")
    ] = None,
    by: Annotated[Grouping, typer.Option(help="What to count by.")] = Grouping.CAUSE,
    location: LocationOption = None,
    room: RoomOption = None,
    risks: Annotated[
        bool,
        typer.Option(
            "--risks",
            help="Also look at each meeting on which both sides agree; asks Graph much more.",
        ),
    ] = False,
    cached: CachedOption = False,
) -> None:
    """Which setting to mend first: causes counted over some days, most frequent first.

    Counted are the differences of these days, as `diff` finds them now, and the cancellation
    requests about them, decided ones included. Exit 8: a room, or an event in it, could not be
    read; it is named, and what it has is not counted.
    """
    from obctl.render.causes import causes_picture, count_in_a_line
    from obctl.render.output import show_with_list, warning

    context = context_of(ctx)
    now, zone = context.now, context.zone
    first = parse_day(from_, now=now, zone=zone)
    last = first + _FOUR_WEEKS if to is None else parse_day(to, now=now, zone=zone)
    if last < first:
        raise UsageError(f"--to {last} is before {first}", code="bad-day")
    ensure_at_once(last - first)
    rooms = context.chosen_rooms(location, room)
    shown = _counted(context, rooms, (first, last), by, cached=cached, risks=risks)
    names = context.rooms.names()
    show_with_list(
        listing, shown, "counts", lambda item: causes_picture(item, names), line=count_in_a_line
    )
    if not rooms:
        warning("no room is mapped: obctl rooms discover")
    unread = [item for item in shown["rooms"] if item["condition"]]
    for item in unread:
        warning(f"{names.get(item['room'], item['room'])} is not counted: {item['condition']}")
    if unread:
        raise typer.Exit(_NOT_ALL)


def differences_ahead(context: Context) -> dict[str, Any]:
    """The causes of the coming week by the store alone."""
    today = parse_day("today", now=context.now, zone=context.zone)
    rooms = context.chosen_rooms(None, None)
    days = (today, today + _A_WEEK)
    return _counted(context, rooms, days, Grouping.CAUSE, cached=True, risks=False)


def _counted(
    context: Context,
    rooms: list[Room],
    days: tuple[date, date],
    by: Grouping,
    *,
    cached: bool,
    risks: bool,
) -> dict[str, Any]:
    """The object of `causes`."""
    from obctl.domain.cause_counts import count_causes
    from obctl.render.causes import causes_object

    company = context.company

    async def work(connect: Connect) -> CausesFound:
        from obctl.engine.compare.causes_over import causes_over
        from obctl.engine.compare.outlook_source import Outlook

        gateway = None if cached or not rooms else await connect()
        return await causes_over(company, Outlook(company, gateway), rooms, days, risks=risks)

    found = context.run(work)
    return causes_object(
        (days[0].isoformat(), days[1].isoformat()),
        by,
        count_causes(found.found, by),
        found.verdicts,
        context.rooms,
        unasked=found.unasked,
    )
