"""`obctl diff` and `obctl explain`: where both sides differ, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import Context, context_of
from obctl.cli.options import (
    CachedOption,
    FormatOption,
    LocationOption,
    RoomOption,
    parse_days,
)
from obctl.render.output import Format

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from obctl.domain.room import Room
    from obctl.engine.differences import RoomComparison
    from obctl.engine.outlook import Outlook

_DIFFERENT = 3
_INCONCLUSIVE = 8


def diff(
    ctx: typer.Context,
    day: Annotated[str, typer.Argument(help="YYYY-MM-DD, today, tomorrow, +N; the room's day.")],
    to: Annotated[str | None, typer.Option(help="Last day, included.")] = None,
    location: LocationOption = None,
    room: RoomOption = None,
    cached: CachedOption = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Apply the remedies that are safe: a pass, owed pushes.")
    ] = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """Compare Officebooking and Outlook, each difference with its cause.

    Exit 0: equal. Exit 3: differences. Exit 8: a room could not be compared.
    """
    from obctl.render.diff import diff_picture
    from obctl.render.objects import diff_object
    from obctl.render.output import message, show_one

    context = context_of(ctx)
    first, last = parse_days(day, to, now=context.now, zone=context.zone)
    rooms = context.chosen_rooms(location, room)
    compared = _compare(context, rooms, first, last, cached=cached)
    if fix:
        from obctl.engine.fixing import fix_differences

        fixed = context.with_graph(
            lambda gateway: fix_differences(context.company, gateway, compared)
        )
        before = sum(len(item.differences) for item in compared)
        rooms = context.chosen_rooms(location, room)
        compared = _compare(context, rooms, first, last, cached=False)
        left = sum(len(item.differences) for item in compared)
        message(f"{before} differences, a pass over {fixed} rooms, {left} left")
    differences = [d for item in compared for d in item.differences]
    differences.sort(key=lambda d: (d.start, d.room))
    item = diff_object(
        first.isoformat(),
        last.isoformat(),
        [c.verdict for c in compared],
        differences,
        context.rooms,
    )
    if format in (Format.JSONL, Format.CSV):
        from obctl.render.output import show_list

        show_list(format, item["differences"], [])
    else:
        zones = {r.mailbox: r.time_zone for r in rooms}
        show_one(format, item, lambda: diff_picture(item, zones))
    if any(c.verdict.condition for c in compared):
        raise typer.Exit(_INCONCLUSIVE)
    if differences:
        raise typer.Exit(_DIFFERENT)


def explain(
    ctx: typer.Context,
    item: Annotated[
        str, typer.Argument(metavar="NUMBER|EVENT-ID", help="A reservation or an event.")
    ],
    cached: CachedOption = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """The whole story of one item: both sides, what they agreed on, its log, the verdict."""
    from obctl.engine.outlook import Outlook
    from obctl.engine.story import tell
    from obctl.render.diff import story_object, story_picture
    from obctl.render.output import show_one

    context = context_of(ctx)
    company = context.company
    if cached:
        import asyncio

        story = asyncio.run(tell(company, Outlook(company, None), item))
    else:
        story = context.with_graph(lambda gateway: tell(company, Outlook(company, gateway), item))
    shown = story_object(story, context.rooms)
    show_one(format, shown, lambda: story_picture(shown, story.room.time_zone))
    if story.verdict.condition:
        raise typer.Exit(_INCONCLUSIVE)


def _compare(
    context: Context, rooms: list[Room], first: date, last: date, *, cached: bool
) -> list[RoomComparison]:
    from obctl.engine.differences import compare_rooms
    from obctl.engine.outlook import Outlook

    company = context.company
    work: Callable[[Outlook], Awaitable[list[RoomComparison]]] = lambda outlook: compare_rooms(  # noqa: E731
        company, outlook, rooms, first, last
    )
    if cached:
        import asyncio

        async def from_store() -> list[RoomComparison]:
            return await work(Outlook(company, None))

        return asyncio.run(from_store())
    return context.with_graph(lambda gateway: work(Outlook(company, gateway)))
