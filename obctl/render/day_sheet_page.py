"""The day's sheet as a page for the kitchen's wall: it stands alone, loads nothing, and prints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from obctl.domain.day_sheet import DaySheet
from obctl.render.day_sheet import HEADS, cells, notes, nothing_text, title_text, total_rows
from obctl.render.objects import Rooms
from obctl.render.page import page, shown, table

_STYLE = """
caption { text-align: left; font-weight: 600; padding: 1rem 0 .3rem; }
"""


def sheet_page(sheet: DaySheet, rooms: Rooms, now: datetime) -> str:
    """The whole page; all that comes from elsewhere is text in it and nothing else."""
    body = _body(sheet, rooms, now)
    return "".join(f"{line}\n" for line in page(title_text(sheet), body, style=_STYLE))


def _body(sheet: DaySheet, rooms: Rooms, now: datetime) -> Iterator[str]:
    title = title_text(sheet)
    yield f"<h1>{shown(title)}</h1>"
    yield from (f'<p class="note">{shown(note)}</p>' for note in notes(sheet))
    if sheet.lines:
        rows = (
            [", ".join(cell) for cell in cells(line, sheet, rooms, now)] for line in sheet.lines
        )
        yield from table(HEADS, rows, caption="By time", named=True)
    else:
        yield f'<p class="nothing">{shown(nothing_text(sheet))}</p>'
    if totals := total_rows(sheet):
        yield from table(("number", "what"), totals, caption="In all")
