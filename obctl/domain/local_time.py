"""Times in sentences: in a room's zone, which is named where nothing else names it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from obctl.domain.time_span import local_day
from obctl.domain.zones import zone


def day_text(day: date) -> str:
    """`Mon 2026-10-19`."""
    return f"{day:%a %Y-%m-%d}"


def clock_text(moment: datetime, zone_name: str) -> str:
    """`09:00` in a zone; in the hour that a clock change repeats, with its offset."""
    local = moment.astimezone(zone(zone_name))
    if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        return f"{local:%H:%M}"
    return f"{local:%H:%M}{local:%z}"


def local_text(moment: datetime, zone_name: str) -> str:
    """`Mon 2026-10-19 09:00` in a zone, without the zone's name."""
    # In UTC: of an hour that comes twice, both are equal to each other in their own zone.
    return _local_text(moment.astimezone(UTC), zone_name)


@lru_cache(maxsize=4096)  # a first night writes the same hours of the same days for every room
def _local_text(moment: datetime, zone_name: str) -> str:
    return f"{day_text(local_day(moment, zone(zone_name)))} {clock_text(moment, zone_name)}"


def zoned_text(moment: datetime, zone_name: str) -> str:
    """`Mon 2026-10-19 09:00 (Europe/Amsterdam)`."""
    return f"{local_text(moment, zone_name)} ({zone_name})"


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
