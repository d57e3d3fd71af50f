"""Graph's times -> UTC instants.

Instants carry `Z` or an offset, wall-clock times a zone name beside them; fractions have up to
seven digits, of which Python keeps six.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from obctl.domain.time_span import TimeSpan, found, instant_text, later, local_day, midnight
from obctl.domain.zones import has_windows_name, windows_name, zone
from obctl.errors import UnknownZone
from obctl.graph.wire import WallTime

# [MS-OXOCAL] counts minutes from 1601 on and writes the last day of August 4500 for "no end".
_EXCHANGE = TimeSpan(datetime(1601, 1, 1, tzinfo=UTC), datetime(4500, 8, 31, tzinfo=UTC))
_UNSET_YEAR = 1  # Exchange's "0001-01-01T00:00:00Z": never


def read_instant(text: str | None) -> datetime | None:
    """An instant; one without a zone is UTC, as Graph means it."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.year == _UNSET_YEAR:
        return None
    return found(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)


def read_wall(wall: WallTime) -> datetime:
    """The instant of a dateTimeTimeZone, UTC as asked or whatever zone came instead."""
    return _instant_of(wall.date_time, wall.time_zone)


@lru_cache(maxsize=16_384)
def _instant_of(date_time: str, time_zone: str | None) -> datetime:
    # Meetings start and end on the same half hours in every room.
    moment = datetime.fromisoformat(date_time)
    if moment.tzinfo is not None:
        return found(moment)
    named = UTC if time_zone in ("UTC", None, "") else zone(time_zone)
    return found(moment.replace(tzinfo=named))


def read_day(wall: WallTime, room_zone: ZoneInfo) -> datetime:
    """The room's midnight of an all-day boundary: its date as written, whatever zone is named."""
    return found(midnight(date.fromisoformat(wall.date_time[:10]), room_zone))


def meant_midnight(
    moment: datetime, time_zone: str | None, day: date | None, room_zone: ZoneInfo
) -> datetime:
    """The room's midnight meant by `moment`, which was midnight in `time_zone`.

    Where that names no zone, `day` says which one is meant, else the nearest is: a midnight less
    than half a day away. What is no midnight in a zone that is known is left as it is: a meeting of
    some hours, one date of which takes the whole day.
    """
    try:
        local = moment.astimezone(zone(time_zone or ""))
    except UnknownZone:
        near = later(moment, timedelta(hours=12))
        return midnight(day or local_day(near, room_zone), room_zone)
    return moment if local.time() != time() else midnight(local.date(), room_zone)


def write_wall(moment: datetime, time_zone: str) -> dict[str, str]:
    """A dateTimeTimeZone at the wall clock of `time_zone`, under the Windows name of that.

    Raises `UnknownZone` where Exchange has none for it.
    """
    return {"dateTime": _local_text(moment, time_zone), "timeZone": windows_name(time_zone)}


def write_day(moment: datetime, time_zone: str) -> dict[str, str]:
    """The dateTimeTimeZone of a day's midnight in `time_zone`: the day counts, in whatever zone."""
    named = windows_name(time_zone) if has_windows_name(time_zone) else "UTC"
    return {"dateTime": _local_text(moment, time_zone), "timeZone": named}


def _local_text(moment: datetime, time_zone: str) -> str:
    return moment.astimezone(zone(time_zone)).replace(tzinfo=None, microsecond=0).isoformat()


def is_ambiguous(moment: datetime, time_zone: str) -> bool:
    """Whether the wall clock of `time_zone` shows this time twice, as when summer time ends."""
    local = moment.astimezone(zone(time_zone))
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def span_texts(span: TimeSpan) -> tuple[str, str]:
    """`startDateTime` and `endDateTime`, inside what Exchange can store: it refuses the rest."""
    start = min(max(span.start, _EXCHANGE.start), _EXCHANGE.end - timedelta(days=1))
    end = max(min(span.end, _EXCHANGE.end), start + timedelta(minutes=1))
    return instant_text(start), instant_text(end)
