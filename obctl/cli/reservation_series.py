"""`obctl reservations series`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import context_of
from obctl.cli.options import CachedOption, FormatOption
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.domain.series.overview import Series
    from obctl.engine.ports import Connect


def series(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="The number of any of its reservations.")],
    cached: CachedOption = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """A series: its pattern, its dates, what is otherwise than planned, and what is next.

    -o csv and jsonl: a line per date. Ends with 8 where Outlook did not tell the pattern.
    """
    from obctl.engine.reservations.series import find_series
    from obctl.render.output import show_one, warning, write_csv, write_json_line
    from obctl.render.series import series_object, series_picture

    context = context_of(ctx)
    company = context.company

    async def ask(connect: Connect) -> Series:
        return await find_series(company, None if cached else connect, number)

    found = context.run(ask)
    item = series_object(found, context.rooms)
    match format:
        case Format.CSV:
            write_csv(item["dates"], csv_fields.SERIES_DATE)
        case Format.JSONL:
            for date in item["dates"]:
                write_json_line(date)
        case _:
            show_one(format, item, lambda: series_picture(item))
    if found.condition is not None:
        warning(f"Outlook did not tell the pattern of this series: {found.why}")
        raise typer.Exit(8)
