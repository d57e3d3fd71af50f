"""The planner as a file: a page with the drawing and the same as tables, or the drawing alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from obctl.domain.compare.planner import PlannerDay, View
from obctl.render.page import element, page, shown, table
from obctl.render.planner_colours import style
from obctl.render.planner_items import by_place, items_of, not_read
from obctl.render.planner_layout import lay_out
from obctl.render.planner_svg import LEAST, WIDTH, Block, blocks, definitions, key
from obctl.render.times import day_text, moment_text

_NAMED = {View.OFFICE365: "Office 365", View.OFFICEBOOKING: "Officebooking"}
_COLUMNS = ("Room", "Side", "When", "What", "Reservation", "State", "Difference")
_PAGE_STYLE = """
body { max-width: 84rem; }
svg.planner { display: block; width: 100%; height: auto; margin: 0 0 .6rem; }
svg.patterns { position: absolute; width: 0; height: 0; }
caption { text-align: left; font-weight: 600; padding: 1rem 0 .3rem; }
@page { size: A4 landscape; margin: 10mm; }
@media print { svg.planner { break-inside: avoid; }
  .days > section + section { break-before: page; }
  .tables { break-before: page; } h2 { margin-top: .4rem; break-after: avoid; } }
"""


def planner_page(days: Sequence[PlannerDay], now: datetime, source: str) -> Iterator[str]:
    """The lines of an HTML file: each day drawn, and below all of them each day as a table.

    `source` says in words where the Office 365 side comes from.
    """
    lines = page(_title(days), _body(days, now, source), style=style() + _PAGE_STYLE)
    return (f"{line}\n" for line in lines)


def planner_drawing(days: Sequence[PlannerDay], now: datetime, source: str) -> Iterator[str]:
    """The pieces of an SVG file that holds all days, one below the other."""
    title, meaning = _title(days), key(days[0].view)
    parts = [element("svg", meaning.markup, y=48, width=WIDTH, height=meaning.height)]
    top = 48 + meaning.height + 26
    for drawing in lay_out(days, now, least=LEAST):
        parts.append(element("text", shown(day_text(drawing.day.day)), x=4, y=top, class_="day"))
        top += 12
        for block in blocks(drawing):
            parts.append(element("svg", block.markup, y=top, width=WIDTH, height=block.height))
            top += block.height + 14
        top += 26
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield element(
        "svg",
        element("title", shown(title)),
        element("desc", shown(_drawn(days, now, source))),
        f"<style>{style()}</style>",
        definitions(),
        element("rect", width=WIDTH, height=top, class_="ground"),
        element("text", shown(title), x=4, y=18, class_="place"),
        element("text", shown(_drawn(days, now, source)), x=4, y=36, class_="zone"),
        *parts,
        xmlns="http://www.w3.org/2000/svg", lang="en", class_="planner", role="img",
        viewBox=f"0 0 {WIDTH} {top}", width=WIDTH, height=top,
    )  # fmt: skip
    yield "\n"


def _title(days: Sequence[PlannerDay]) -> str:
    return f"Planner {' to '.join(dict.fromkeys([day_text(days[0].day), day_text(days[-1].day)]))}"


def _drawn(days: Sequence[PlannerDay], now: datetime, source: str) -> str:
    zone = days[0].time_zone
    return f"Drawn {moment_text(now, zone)} ({zone}). {source}"


def _body(days: Sequence[PlannerDay], now: datetime, source: str) -> Iterator[str]:
    yield element("h1", shown(_title(days)))
    yield element("p", shown(_drawn(days, now, source)), class_="time")
    yield element("svg", definitions(), class_="planner patterns", aria_hidden="true")
    yield _svg(key(days[0].view))
    yield '<div class="days">'
    for drawing in lay_out(days, now, least=LEAST):
        yield "<section>"
        yield element("h2", shown(day_text(drawing.day.day)))
        if not drawing.places:
            yield element("p", "No room is shown.", class_="nothing")
        yield from (_svg(block) for block in blocks(drawing))
        yield "</section>"
    yield "</div>"
    yield '<section class="tables">'
    yield element("h2", "The same as tables")
    for day in days:
        yield from table(_COLUMNS, _rows(day), caption=day_text(day.day), named=True)
    yield "</section>"


def _svg(block: Block) -> str:
    return element(
        "svg",
        block.markup,
        class_="planner", role="img", aria_label=block.name,
        viewBox=f"0 0 {WIDTH} {block.height}",
    )  # fmt: skip


def _rows(day: PlannerDay) -> Iterator[Sequence[str]]:
    """A row for each item, for what could not be read, and for each side that has nothing."""
    for _location, _zone, rows in by_place(day.rows):
        for row in rows:
            items = items_of(row, day.view)
            for side in (View.OFFICE365, View.OFFICEBOOKING):
                if day.view not in (side, View.BOTH):
                    continue
                mine = [item for item in items if item.side is side]
                unread = not_read(row) if side is View.OFFICE365 else None
                for item in mine:
                    yield (
                        row.room.name, _NAMED[side], item.times, item.subject,
                        "" if item.number is None else str(item.number),
                        ", ".join(item.notes), item.difference or "",
                    )  # fmt: skip
                if unread:
                    yield (row.room.name, _NAMED[side], "", unread, "", "", "")
                elif not mine:
                    yield (row.room.name, _NAMED[side], "", "nothing", "", "", "")
