"""The day's sheet of the kitchen and the reception: `services list --kind … --on …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from obctl.cli.rooms_remove import remark_on_removed
from obctl.render.output import Format

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from obctl.cli.context import Context
    from obctl.cli.listing import Listing
    from obctl.domain.enums import ServiceKind


def show_sheet(
    context: Context,
    listing: Listing,
    day: date,
    kind: ServiceKind | None,
    location: str | None,
    html: Path | None,
) -> None:
    """Show the sheet, or write it as a page; scripts get its lines, and its remarks on stderr."""
    from obctl.engine.reservations.day_sheet import day_sheet
    from obctl.render.day_sheet import sheet_picture, sheet_rows
    from obctl.render.output import message, show_list, warning

    rooms = context.rooms
    sheet = day_sheet(context.company, context.rooms_ever(location, None), day, kind, location)
    remark_on_removed(context.rooms_ever(None, None), (line.reservation for line in sheet.lines))
    if html is not None:
        from obctl.cli.files import write_whole
        from obctl.render.day_sheet_page import sheet_page

        write_whole(html, [sheet_page(sheet, rooms, context.now)])
        message(f"{html} written")
    if listing.format is Format.TABLE and not listing.is_chosen:
        if html is None:
            from obctl.render.output import show_one

            show_one(Format.TABLE, {}, lambda: sheet_picture(sheet, rooms, context.now))
        return
    show_list(listing, sheet_rows(sheet, rooms, context.now), [], empty="no service found")
    for remark in sheet.remarks:
        warning(remark)
