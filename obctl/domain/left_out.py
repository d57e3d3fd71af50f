"""Whether a series still has a date, as its master in one calendar tells."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from obctl.domain.event import SeriesMaster
from obctl.domain.time_span import local_day
from obctl.domain.zones import zone
from obctl.errors import UnknownZone


def is_left_out(master: SeriesMaster, original_start: datetime, room_zone: ZoneInfo) -> bool | None:
    """Whether the date was cancelled, or lies outside range or pattern; `None`: it does not say."""
    if master.is_single:
        own = local_day(master.event.start, room_zone)
        return local_day(original_start, room_zone) != own
    if master.recurrence is None or master.cancelled_dates is None:
        return None
    day = local_day(original_start, _zone(master, room_zone))
    return day in master.cancelled_dates or not master.recurrence.covers(day)


def _zone(master: SeriesMaster, room_zone: ZoneInfo) -> ZoneInfo:
    """The zone in which the series counts its dates; the room's where Exchange does not say."""
    name = master.recurrence.time_zone if master.recurrence else None
    try:
        return zone(name) if name and not master.event.all_day else room_zone
    except UnknownZone:
        return room_zone
