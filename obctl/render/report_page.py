"""The morning report as a page that stands alone: it loads nothing, runs nothing, and prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from obctl.render.page import page, shown, table
from obctl.render.report import Section, headline, sections
from obctl.render.times import moment_text

JsonObject = Mapping[str, Any]

_STYLE = """
.short { border-left: .35rem solid #0b6a2e; padding: .3rem .8rem; margin: 1rem 0;
  list-style: none; }
.short.act { border-color: #a4160c; font-weight: 600; }
h2.act::before { content: "\\25B2 "; color: #a4160c; }
@media screen and (prefers-color-scheme: dark) {
  .short { border-color: #7fcf8f; }
  .short.act { border-color: #ff9d94; }
  h2.act::before { color: #ff9d94; }
}
"""


def report_page(item: JsonObject, names: Mapping[str, str]) -> str:
    """The whole page; all that comes from elsewhere is text in it and nothing else."""
    since = moment_text(item["since"], item["time_zone"])
    title = f"{item['company']}: rooms since {since}"
    return "".join(f"{line}\n" for line in page(title, _body(item, names), style=_STYLE))


def _body(item: JsonObject, names: Mapping[str, str]) -> Iterator[str]:
    zone = item["time_zone"]
    since, until = (moment_text(item[name], zone) for name in ("since", "until"))
    parts = sections(item, names)
    act = any(part.urgent and part.rows for part in parts) or not _is_quiet(item)
    yield f"<h1>{shown(item['company'])}</h1>"
    yield f'<p class="time">{shown(f"{since} to {until} ({zone})")}</p>'
    yield f'<ul class="short{" act" if act else ""}">'
    yield from (f"<li>{shown(line)}</li>" for line in headline(item))
    yield "</ul>"
    for part in parts:
        yield from _section(part)


def _is_quiet(item: JsonObject) -> bool:
    runs = item["runs"]
    return bool(item["rooms"] and runs) and all(run["exit"] == 0 for run in runs)


def _section(part: Section) -> Iterator[str]:
    act = ' class="act"' if part.urgent and part.rows else ""
    yield "<section>"
    yield f"<h2{act}>{shown(part.title)}</h2>"
    if not part.rows:
        yield f'<p class="nothing">{shown(part.nothing)}</p>'
    else:
        rows = ((cell(row) for _, cell in part.columns) for row in part.rows)
        yield from table((name for name, _ in part.columns), rows)
        if part.note:
            yield f'<p class="note">{shown(part.note)}</p>'
    yield "</section>"
