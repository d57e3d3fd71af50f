"""`obctl sync report`, `history` and `show`: what the runs did."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from obctl.cli.context import context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import FormatOption, parse_duration
from obctl.render import csv_fields
from obctl.render.output import Format


def report(
    ctx: typer.Context,
    since: Annotated[str, typer.Option(help="How far back: 24h, 3d.")] = "24h",
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it as a page that stands alone, for you alone."),
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """The morning's page: what changed, what waits for a person, what could not be read.

    It is read from the store, without asking Graph, and ends with 0 whatever it tells: `sync
    status` is what tells a monitoring system.
    """
    from obctl.cli.causes import differences_ahead
    from obctl.engine.admin.report import morning_report
    from obctl.render.output import message, show_one
    from obctl.render.report import report_object, report_picture

    context = context_of(ctx)
    rooms = context.rooms
    found = morning_report(context.company, parse_duration(since))
    item = report_object(found, differences_ahead(context), rooms, context.now)
    if html is not None:
        from obctl.cli.files import write_whole
        from obctl.render.report_page import report_page

        write_whole(html, [report_page(item, rooms.names())])
        message(f"{html} written")
    if html is None or format is not Format.TABLE:
        show_one(format, item, lambda: report_picture(item, rooms.names()))


@lists(csv_fields.RUN, page=20, always=True)
def history(
    ctx: typer.Context,
    listing: Listing,
) -> None:
    """The latest runs, newest first."""
    from obctl.engine.admin.status import run_summary
    from obctl.render.output import show_list
    from obctl.render.sync import HISTORY
    from obctl.store.runs import load_runs

    context = context_of(ctx)
    found = load_runs(context.store, limit=listing.searched)
    items = [run_summary(context.company, record) for record in found]
    show_list(listing, items, HISTORY, empty="no run yet: obctl sync run", searched=True)


def show(
    ctx: typer.Context,
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Run id of `sync history`.")],
    format: FormatOption = Format.TABLE,
) -> None:
    """One run's report."""
    from obctl.engine.admin.status import run_summary
    from obctl.render.output import show_one
    from obctl.render.sync import report_picture
    from obctl.store.runs import find_run

    context = context_of(ctx)
    record = find_run(context.store, run_id)
    item: dict[str, Any] = record.report or run_summary(context.company, record)
    show_one(format, item, lambda: report_picture(item))
