"""Times for people: in a room's zone, and the zone named once per table or row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from obctl.domain.time_span import local_day
from obctl.domain.zones import zone

if TYPE_CHECKING:
    from rich.text import Text

    from obctl.render.output import Column, JsonObject

_MINUTE = timedelta(minutes=1)


def day_text(day: date) -> str:
    """`Mon 2026-10-19`."""
    return f"{day:%a %Y-%m-%d}"


def clock_text(moment: datetime, zone_name: str) -> str:
    """`09:00` in a zone; in the hour that a clock change repeats, with its offset."""
    local = moment.astimezone(zone(zone_name))
    if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        return f"{local:%H:%M}"
    return f"{local:%H:%M}{local:%z}"


def moment_text(moment: datetime | str | None, zone_name: str) -> str:
    """`Mon 2026-10-19 09:00` in a zone, without the zone's name; empty for no moment."""
    if moment is None:
        return ""
    instant = _instant(moment)
    return f"{day_text(local_day(instant, zone(zone_name)))} {clock_text(instant, zone_name)}"


def span_lines(
    start: datetime,
    end: datetime,
    zone_name: str,
    *,
    all_day: bool,
    show_day: Callable[[date], str] = day_text,
) -> list[str]:
    """A span in a zone: one line within a day, two where it crosses midnight."""
    where = zone(zone_name)
    first = local_day(start, where)
    last = max(first, local_day(end - timedelta(microseconds=1), where))
    if all_day:
        if first == last:
            return [f"{show_day(first)} all day"]
        return [f"{show_day(first)} to", f"{show_day(last)} all day"]
    if first == last:
        # a meeting up to midnight ends on its own day, not at 00:00 of the next
        until = "24:00" if local_day(end, where) > first else clock_text(end, zone_name)
        return [f"{show_day(first)} {clock_text(start, zone_name)}-{until}"]
    beyond = local_day(end, where)
    return [
        f"{show_day(first)} {clock_text(start, zone_name)} to",
        f"{show_day(beyond)} {clock_text(end, zone_name)}",
    ]


def span_text(start: datetime, end: datetime, zone_name: str, *, all_day: bool = False) -> str:
    """A span in a zone on one line, the zone named at its end."""
    return f"{' '.join(span_lines(start, end, zone_name, all_day=all_day))} ({zone_name})"


def when_column(objects: Sequence[JsonObject], zone_of: Callable[[JsonObject], str]) -> Column:
    """The column of `start` and `end`: the zone stands in its head, or in each row if several."""
    from obctl.render.output import Column

    names = {zone_of(item) for item in objects}

    def cell(item: JsonObject) -> Text:
        from rich.text import Text

        name = zone_of(item)
        lines = span_lines(
            _instant(item["start"]),
            _instant(item["end"]),
            name,
            all_day=bool(item.get("all_day")),
            show_day=date.isoformat,  # the weekday would cost a narrow table too much
        )
        drawn = Text("\n".join(lines))
        if len(names) > 1:
            drawn.append(f"\n{name}", style="dim")
        return drawn

    head = f"when, {names.pop()}" if len(names) == 1 else "when"
    return Column(head, cell, no_wrap=True)


def ago_text(moment: datetime | str | None, now: datetime) -> str:
    """How long ago, in one unit: `never`, `now`, `5 min ago`, `3 h ago`, `12 days ago`."""
    if moment is None:
        return "never"
    passed = now - _instant(moment)
    if passed < _MINUTE:
        return "now"
    minutes = int(passed / _MINUTE)
    if minutes < 120:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"


def _instant(moment: datetime | str) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.fromisoformat(moment).astimezone(UTC)
