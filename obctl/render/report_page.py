"""The morning report as a page that stands alone: it loads nothing, runs nothing, and prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from obctl.render.output import clean
from obctl.render.report import Section, headline, sections
from obctl.render.times import moment_text

JsonObject = Mapping[str, Any]

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; color: #1b1b1b; background: #fff;
  margin: 2rem auto; padding: 0 1rem; max-width: 70rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
p { margin: .3rem 0; }
.time, .note, .nothing { color: #555; }
.short { border-left: .35rem solid #0b6a2e; padding: .3rem .8rem; margin: 1rem 0;
  list-style: none; }
.short.act { border-color: #a4160c; font-weight: 600; }
h2.act::before { content: "\\25B2 "; color: #a4160c; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
  border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }
th { border-bottom: 2px solid #555; white-space: nowrap; }
@media print { body { margin: 0; font-size: 11px; } tr { break-inside: avoid; } }
"""


def report_page(item: JsonObject, names: Mapping[str, str]) -> str:
    """The whole page; all that comes from elsewhere is text in it and nothing else."""
    return "".join(f"{line}\n" for line in _lines(item, names))


def _lines(item: JsonObject, names: Mapping[str, str]) -> Iterator[str]:
    zone = item["time_zone"]
    since, until = (moment_text(item[name], zone) for name in ("since", "until"))
    title = f"{item['company']}: rooms since {since}"
    parts = sections(item, names)
    act = any(part.urgent and part.rows for part in parts) or not _is_quiet(item)
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield (
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield f"<title>{_text(title)}</title>"
    yield f"<style>{_STYLE}</style>"
    yield "</head>"
    yield "<body>"
    yield f"<h1>{_text(item['company'])}</h1>"
    yield f'<p class="time">{_text(f"{since} to {until} ({zone})")}</p>'
    yield f'<ul class="short{" act" if act else ""}">'
    yield from (f"<li>{_text(line)}</li>" for line in headline(item))
    yield "</ul>"
    for part in parts:
        yield from _section(part)
    yield "</body>"
    yield "</html>"


def _is_quiet(item: JsonObject) -> bool:
    runs = item["runs"]
    return bool(item["rooms"] and runs) and all(run["exit"] == 0 for run in runs)


def _section(part: Section) -> Iterator[str]:
    act = ' class="act"' if part.urgent and part.rows else ""
    yield "<section>"
    yield f"<h2{act}>{_text(part.title)}</h2>"
    if not part.rows:
        yield f'<p class="nothing">{_text(part.nothing)}</p>'
    else:
        head = "".join(f'<th scope="col">{_text(name)}</th>' for name, _ in part.columns)
        yield "<table>"
        yield f"<thead><tr>{head}</tr></thead>"
        yield "<tbody>"
        for row in part.rows:
            cells = "".join(f"<td>{_text(cell(row))}</td>" for _, cell in part.columns)
            yield f"<tr>{cells}</tr>"
        yield "</tbody>"
        yield "</table>"
        if part.note:
            yield f'<p class="note">{_text(part.note)}</p>'
    yield "</section>"


def _text(foreign: str) -> str:
    return escape(clean(foreign))
