"""A day's sheet as a page that stands alone: to be printed, or opened at the reception's desk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from obctl.domain.enums import ServiceKind
from obctl.domain.local_time import span_lines
from obctl.render.output import JsonObject
from obctl.render.page import element, page, shown, table
from obctl.render.services import changes_text, totals
from obctl.render.times import day_text, moment_text

_TITLES = {
    ServiceKind.CATERING: "Catering",
    ServiceKind.VISITOR: "Visitors",
    ServiceKind.OTHER: "Other services",
    None: "Services",
}
_COLUMNS = ("When", "Room", "What", "Number", "Meeting", "Organiser", "No.", "State", "Changed")
_STYLE = """
th, td { overflow-wrap: break-word; }
.warn { border-left: .35rem solid #a4160c; padding: .3rem .8rem; }
@page { size: A4 landscape; margin: 10mm; }
@media screen and (prefers-color-scheme: dark) { .warn { border-color: #ff9d94; } }
"""


def service_page(
    rows: Sequence[JsonObject],
    day: date,
    now: datetime,
    zone_name: str,
    kind: ServiceKind | None,
    location: str | None,
    notes: Sequence[str],
    read: str,
) -> Iterator[str]:
    """The lines of the page; `rows` are those of the list, `notes` what the sheet does not know."""
    where = f", {location}" if location else ""
    title = f"{_TITLES[kind]}, {day_text(day)}{where}"
    made = f"Made {moment_text(now, zone_name)} ({zone_name}); changes are since yesterday; {read}."
    lines = page(title, _body(title, made, rows, notes, day), style=_STYLE)
    return (f"{line}\n" for line in lines)


def _body(
    title: str, made: str, rows: Sequence[JsonObject], notes: Sequence[str], day: date
) -> Iterator[str]:
    yield element("h1", shown(title))
    yield element("p", shown(made), class_="time")
    yield from (element("p", shown(f"{note}."), class_="warn") for note in notes)
    if not rows:
        yield element("p", "Nothing is known to be ordered for this day.", class_="nothing")
        return
    several = len({row["time_zone"] for row in rows}) > 1
    cells = (_cells(row, day, zones=several) for row in rows)
    yield from table(_COLUMNS, cells, named=True)
    yield element("h2", "In all")
    yield from table(
        ("Kind", "What", "Number"),
        ((kind, what, str(number)) for kind, what, number in totals(rows)),
    )


def _cells(row: JsonObject, day: date, *, zones: bool) -> tuple[str, ...]:
    start, end = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
    when = " ".join(
        span_lines(
            start, end, row["time_zone"], all_day=row["all_day"],
            show_day=lambda other: "" if other == day else day_text(other),
        )
    ).strip()  # fmt: skip
    state = "not here any more" if row["away"] else row["status"]
    organizer = row["organizer"]["name"] or row["organizer"]["email"] or ""
    what = f"{row['kind']}: {row['description']}"
    if zones:
        when += f" ({row['time_zone']})"
    return (
        when, row["room_name"], what, str(row["quantity"]), row["subject"], organizer,
        str(row["reservation"]), state, changes_text(row),
    )  # fmt: skip
