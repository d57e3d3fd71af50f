"""The four formats of every command that shows data: table, json, jsonl, csv.

stdout is data, stderr is messages. Everything that comes from Outlook or Officebooking is foreign
text: it is never read as Rich markup, never reaches a terminal with its escapes, and never becomes
a formula in a spreadsheet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from obctl.render.csv_lines import write_csv as write_csv
from obctl.render.listing import Format as Format
from obctl.render.listing import JsonObject as JsonObject
from obctl.render.listing import Listing, Part, value_of
from obctl.render.pasting import to_paste
from obctl.render.plain import clean as clean
from obctl.render.plain import plain as plain
from obctl.render.streams import is_unicode, reader_is_gone

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text


@dataclass(frozen=True, slots=True)
class Column:
    """One table column: how a JSON object becomes a cell, and how the cell behaves when narrow."""

    header: str
    value: Callable[[JsonObject], str | Text | None]
    style: str | None = None
    justify: Literal["left", "right", "center"] = "left"
    no_wrap: bool = False
    ratio: int | None = None


def text(value: object, style: str = "") -> Text:
    """A table cell of foreign text."""
    from rich.text import Text

    return Text(clean("" if value is None else str(value)), style=style)


def console(*, stderr: bool = False) -> Console:
    """A console that reads no markup and highlights nothing; honours NO_COLOR."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=False)


def show_list(
    wanted: Format | Listing,
    objects: Iterable[JsonObject],
    columns: Sequence[Column],
    *,
    names: Sequence[str] = (),
    empty: str = "nothing found",
    title: str | None = None,
    searched: bool = False,
) -> None:
    """Show many objects; `empty` goes to stderr where a table would have no rows.

    `wanted` says which of them, which of their fields, and in which order; where it is a format
    alone all are shown, and `names` are the columns of CSV, which has its header also where there
    is nothing. `searched`: they were searched for with `Listing.searched`.

    JSON is written object by object: there may be too many to hold.
    """
    listing = wanted if isinstance(wanted, Listing) else Listing(wanted, names)
    part = listing.part(objects, searched=searched)
    with _paged():
        _show_part(listing, part, columns, empty=empty, title=title)
    if part.remark:
        message(part.remark)


def _show_part(
    listing: Listing, part: Part, columns: Sequence[Column], *, empty: str, title: str | None
) -> None:
    chosen = map(listing.chosen, part)
    match listing.format:
        case Format.TABLE:
            rows = list(part)
            if rows:
                shown = [] if listing.fields else columns
                shown = shown or [_column(name) for name in listing.fields or listing.names]
                console().print(table(rows, shown, title=title))
            else:
                message(empty)
        case Format.JSON:
            _write_json_array(chosen)
        case Format.JSONL:
            for item in chosen:
                if reader_is_gone():
                    return
                write_json_line(item)
        case Format.CSV:
            write_csv(list(chosen), listing.columns or listing.names)


def show_with_list(
    listing: Listing,
    item: JsonObject,
    name: str,
    picture: Callable[[JsonObject], RenderableType | Iterable[RenderableType]],
    *,
    line: Callable[[JsonObject], JsonObject] | None = None,
) -> None:
    """Show one object of which the list `name` is what people ask for.

    JSON Lines, CSV and a table of chosen fields show the list alone; `line` is how one of it reads
    as CSV.
    """
    format, objects = listing.format, item[name]
    if format in (Format.JSONL, Format.CSV) or (format is Format.TABLE and listing.fields):
        lines = map(line, objects) if line and format is Format.CSV else objects
        show_list(listing, lines, [])
        return
    part = listing.part(objects)
    whole = {**item, name: [listing.chosen(one) for one in part]}
    show_one(format, whole, lambda: picture(whole))
    if part.remark:
        message(part.remark)


def _column(field: str) -> Column:
    """A column that shows a field as it is; instants are in UTC, with their `Z`."""
    return Column(field, lambda item: plain(value_of(item, field)))


def show_one(
    format: Format,
    item: JsonObject,
    picture: Callable[[], RenderableType | Iterable[RenderableType]],
) -> None:
    """Show one object; `picture` draws it for people."""
    with _paged():
        match format:
            case Format.TABLE:
                drawn = picture()
                parts = drawn if isinstance(drawn, list | tuple) else (drawn,)
                out = console()
                for part in parts:
                    out.print(part)
            case _:
                write_one(format, item)


def _paged() -> AbstractContextManager[None]:
    """A pager where somebody sits at a terminal."""
    if not sys.stdout.isatty():
        return nullcontext()
    from obctl.render.pager import paged

    return paged()


def write_one(format: Format, item: JsonObject) -> None:
    """One object for scripts, in the format they asked for."""
    match format:
        case Format.JSONL:
            write_json_line(item)
        case Format.CSV:
            write_csv([item])
        case _:
            write_json(item)


def table(
    objects: Sequence[JsonObject], columns: Sequence[Column], *, title: str | None = None
) -> RenderableType:
    """A table of objects that fits the terminal."""
    from rich import box
    from rich.table import Table

    drawn = Table(
        box=box.SIMPLE_HEAD,
        title=title,
        title_justify="left",
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),  # two blanks between columns: 80 are few
    )
    for column in columns:
        drawn.add_column(
            column.header,
            style=column.style,
            justify=column.justify,
            no_wrap=column.no_wrap,
            ratio=column.ratio,
            overflow="ellipsis" if column.no_wrap else "fold",
        )
    for item in objects:
        cells = (column.value(item) for column in columns)
        drawn.add_row(
            *(text(cell) if cell is None or isinstance(cell, str) else cell for cell in cells)
        )
    return drawn


def fields(pairs: Iterable[tuple[str, object]], *, title: str | None = None) -> RenderableType:
    """Name and value of one thing, line by line; values may be `Text` of our own."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table.grid(padding=(0, 2))
    drawn.title = title
    drawn.title_justify = "left"
    drawn.add_column(style="dim", no_wrap=True)
    drawn.add_column(overflow="fold")
    for name, value in pairs:
        drawn.add_row(name, value if isinstance(value, Text) else text(value))
    return drawn


def write_json(value: object) -> None:
    """JSON to stdout; never through Rich, which would wrap it."""
    import json

    print(json.dumps(value, ensure_ascii=not is_unicode(sys.stdout), indent=2))


def _write_json_array(objects: Iterable[object]) -> None:
    """The same text as `write_json` of them all."""
    import json

    before, ascii_only = "[", not is_unicode(sys.stdout)
    for item in objects:
        if reader_is_gone():
            return
        shown = json.dumps(item, ensure_ascii=ascii_only, indent=2).replace("\n", "\n  ")
        print(f"{before}\n  {shown}", end="")
        before = ","
    print("[]" if before == "[" else "\n]")


def write_json_line(value: object) -> None:
    import json

    print(json.dumps(value, ensure_ascii=not is_unicode(sys.stdout)), flush=True)


_QUIET = False


def set_quiet(quiet: bool) -> None:  # noqa: FBT001  a setter
    """Silence remarks and progress (`--quiet`); errors still show."""
    global _QUIET  # noqa: PLW0603  one process, one terminal
    _QUIET = quiet


def is_quiet() -> bool:
    return _QUIET


def message(words: str) -> None:
    """A remark for people, on stderr; plain, so that it costs no Rich."""
    if not _QUIET:
        print(clean(to_paste(words)), file=sys.stderr)


def warning(words: str) -> None:
    """Something that went wrong without ending the command, on stderr."""
    console(stderr=True).print(clean(to_paste(words)), style="yellow", soft_wrap=True)
