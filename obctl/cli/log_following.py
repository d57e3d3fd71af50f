"""`obctl log tail`: the newest entries, and those that come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import Context, context_of
from obctl.cli.listing import Listing, lists
from obctl.errors import UsageError
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.domain.company_log import LogEntry

_LOOK_EVERY_SECONDS = 0.5


@lists(csv_fields.LOG_ENTRY, few=False)
def tail(
    ctx: typer.Context,
    listing: Listing,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")
    ] = False,
    lines: Annotated[
        int, typer.Option("--lines", "-n", min=0, help="How many to start with.")
    ] = 10,
) -> None:
    """The newest entries, oldest of them first; times in the company's zone."""
    from obctl.render.output import message
    from obctl.render.streams import reader_is_gone
    from obctl.store.company_log import LogFilter, search_log

    context = context_of(ctx)
    if follow and listing.format is Format.CSV:
        raise UsageError("csv cannot be followed", hint="use -o jsonl", code="bad-format")
    if listing.format is Format.TABLE and not listing.fields:
        message(f"times in {context.zone.key}")
    newest = search_log(context.store, LogFilter(limit=max(lines, 1)))
    _show(context, newest[::-1] if lines else [], listing, follow=follow)
    last = newest[0].id or 0 if newest else 0
    while follow and not reader_is_gone():
        time.sleep(_LOOK_EVERY_SECONDS)
        new = search_log(context.store, LogFilter(after=last))[::-1]
        if new:
            _show(context, new, listing, follow=True)
            last = new[-1].id or last


def _show(context: Context, entries: list[LogEntry], listing: Listing, *, follow: bool) -> None:
    from obctl.render.listing import value_of
    from obctl.render.log import log_line
    from obctl.render.objects import log_object
    from obctl.render.output import console, plain, show_list, write_json_line

    # Asked for anew: a room may have been mapped since.
    rooms = context.rooms
    objects = [log_object(entry, rooms) for entry in entries]
    if listing.format is Format.TABLE:
        out = console()
        for item in objects:
            chosen = "  ".join(plain(value_of(item, name)) for name in listing.fields)
            out.print(chosen or log_line(item, context.zone.key), soft_wrap=True)
    elif follow:
        for item in objects:
            write_json_line(listing.chosen(item))
    else:
        show_list(listing, objects, [])
