"""`obctl diff` and `obctl explain`: where both sides differ, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import (
    ByOption,
    CachedOption,
    FormatOption,
    LocationOption,
    RoomOption,
    ensure_at_once,
    parse_days,
)
from obctl.cli.past import AtOption
from obctl.domain.counted import counted
from obctl.errors import UsageError
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.domain.causes.story import Story
    from obctl.engine.ports import Connect

_DIFFERENT = 3
_INCONCLUSIVE = 8


@lists(csv_fields.DIFFERENCE)
def diff(
    ctx: typer.Context,
    listing: Listing,
    day: Annotated[str, typer.Argument(help="YYYY-MM-DD, today, monday, +N; the room's day.")],
    to: Annotated[str | None, typer.Option(help="Last day, included.")] = None,
    location: LocationOption = None,
    room: RoomOption = None,
    cached: CachedOption = False,
    at: AtOption = None,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Apply the remedies that are safe: a pass, pending writes."),
    ] = False,
    by: ByOption = None,
) -> None:
    """Compare Officebooking and Outlook, each difference with its cause.

    Exit 0: equal. Exit 3: differences. Exit 8: a room, or an event in it, could not be read.
    """
    from obctl.engine.fix import compare_and_fix
    from obctl.render.diff import diff_picture
    from obctl.render.objects import diff_object
    from obctl.render.output import message, show_with_list

    if at is not None and fix:
        raise UsageError(
            "--at and --fix exclude each other: what is past is only read", code="usage"
        )
    context = context_of(ctx).as_of(at)
    cached = cached or at is not None
    context.act_as(by)
    first, last = parse_days(day, to, now=context.now, zone=context.zone)
    ensure_at_once(last - first)
    rooms = context.chosen_rooms(location, room)
    company = context.company
    compared = context.run(
        lambda connect: compare_and_fix(
            company, connect, rooms, (first, last), cached=cached, fix=fix
        )
    )
    if fix:
        message(
            f"{counted(compared.before, 'difference')}, a pass over"
            f" {counted(compared.fixed, 'room')}, {len(compared.differences)} left"
        )
    shown = diff_object(
        first.isoformat(),
        last.isoformat(),
        [item.verdict for item in compared.rooms],
        compared.differences,
        context.rooms,
        {item.room.id: item.unreadable for item in compared.rooms},
    )
    if (before := context.said_before()) is not None:
        from obctl.render.bundle import add_said_before

        add_said_before(shown, before)
    zones = {item.room.mailbox: item.room.time_zone for item in compared.rooms}
    show_with_list(listing, shown, "differences", lambda item: diff_picture(item, zones))
    if not rooms:
        message("no room is mapped, so nothing was compared: obctl rooms discover")
    if any(item.verdict.condition for item in compared.rooms):
        raise typer.Exit(_INCONCLUSIVE)
    if compared.differences:
        raise typer.Exit(_DIFFERENT)


def explain(
    ctx: typer.Context,
    item: Annotated[
        str, typer.Argument(metavar="NUMBER|EVENT-ID", help="A reservation or an event.")
    ],
    cached: CachedOption = False,
    at: AtOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """The whole story of one item: both sides, what they agreed on, its log, the verdict."""
    from obctl.engine.compare.explain import explain_item
    from obctl.engine.compare.outlook_source import Outlook
    from obctl.render.diff import story_object, story_picture
    from obctl.render.output import message, show_one

    context = context_of(ctx).as_of(at)
    cached = cached or at is not None
    company = context.company

    async def work(connect: Connect) -> Story:
        return await explain_item(
            company, Outlook(company, None if cached else await connect()), item
        )

    story = context.run(work)
    if story.room.removed_at is not None:
        message(
            f"{story.room.name} is not mapped any more since {story.room.removed_at:%Y-%m-%d}:"
            " Outlook is shown as it was last read"
        )
    shown = story_object(story, context.rooms)
    if (before := context.said_before()) is not None:
        from obctl.render.bundle import add_said_before

        add_said_before(shown, before)
    show_one(format, shown, lambda: story_picture(shown, story.room.time_zone))
    if story.verdict.condition:
        raise typer.Exit(_INCONCLUSIVE)
