"""The frame of every page that obctl writes: it stands alone, loads nothing, runs nothing, prints.

All that comes from elsewhere goes through `shown`, or through `element` that calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from obctl.render.output import clean

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.45 system-ui, sans-serif; color: #1b1b1b; background: #fff;
  margin: 2rem auto; padding: 0 1rem; max-width: 70rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
p { margin: .3rem 0; }
.time, .note, .nothing { color: #555; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
  border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid #555; white-space: nowrap; }
tbody th { font-weight: 600; }
@media screen and (prefers-color-scheme: dark) {
  body { color: #eee; background: #16181a; }
  .time, .note, .nothing { color: #bbb; }
  th, td { border-color: #555; }
}
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 11px; }
  thead { display: table-header-group; } tr { break-inside: avoid; } }
"""
_NO_XML = re.compile("[\ufffe\uffff]")  # no character of XML, whatever is done to escape it


def page(title: str, body: Iterable[str], *, style: str = "") -> Iterator[str]:
    """The lines of a page; `title` is text, `body` and `style` are markup of ours."""
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield (
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield f"<title>{shown(title)}</title>"
    yield f"<style>{_STYLE}{style}</style>"
    yield "</head>"
    yield "<body>"
    yield from body
    yield "</body>"
    yield "</html>"


def shown(foreign: str) -> str:
    """Text as it stands in HTML, in XML and in their attributes."""
    return escape(_NO_XML.sub("\ufffd", clean(foreign)))


def element(name: str, *inside: str, **attributes: object) -> str:
    """An element around markup; in attributes `_` is `-`, and one that is `None` is left out.

    `class_` is the class: the word is Python's.
    """
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{shown(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if not inside:
        return f"<{name}{words}/>"
    return f"<{name}{words}>{''.join(inside)}</{name}>"


def table(
    head: Iterable[str],
    rows: Iterable[Iterable[str]],
    *,
    caption: str | None = None,
    named: bool = False,
) -> Iterator[str]:
    """A table of text; where its rows are `named`, the first cell of each is its head."""
    yield "<table>"
    if caption is not None:
        yield f"<caption>{shown(caption)}</caption>"
    names = "".join(f'<th scope="col">{shown(name)}</th>' for name in head)
    yield f"<thead><tr>{names}</tr></thead>"
    yield "<tbody>"
    for row in rows:
        cells = [f"<td>{shown(cell)}</td>" for cell in row]
        if named:
            cells[0] = f'<th scope="row">{cells[0][4:-5]}</th>'
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody>"
    yield "</table>"
