"""Times for people: in a room's zone, and the zone named once per table or row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from obctl.domain.local_time import clock_text as clock_text
from obctl.domain.local_time import day_text as day_text
from obctl.domain.local_time import local_text, span_lines
from obctl.domain.local_time import span_text as span_text

if TYPE_CHECKING:
    from rich.text import Text

    from obctl.render.output import Column, JsonObject

_MINUTE = timedelta(minutes=1)


def moment_text(moment: datetime | str | None, zone_name: str) -> str:
    """`Mon 2026-10-19 09:00` in a zone, without the zone's name; empty for no moment."""
    if moment is None:
        return ""
    return local_text(_instant(moment), zone_name)


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
