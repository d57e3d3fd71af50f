"""Times as Graph writes and reads them.

A meeting keeps its wall clock and the zone's name; instants are aware UTC datetimes.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from obctl.domain import zones
from obctl.sandbox.refusal import Refusal

UNSET_TIME = "0001-01-01T00:00:00Z"
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_TICKS_EPOCH = date(1, 1, 1)
_TICKS_A_DAY = 864_000_000_000
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(d|h|m|s)")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def wall_text(wall: datetime) -> str:
    """`2026-10-19T09:00:00.0000000`: Graph writes seven fraction digits and no offset."""
    return wall.isoformat(timespec="microseconds") + "0"


def instant_text(instant: datetime) -> str:
    """`2026-10-19T07:00:00Z`, with a fraction only where there is one, as Graph has it."""
    text = instant.replace(tzinfo=None).isoformat()
    return f"{text}0Z" if "." in text else f"{text}Z"


def parse_instant(text: str, *, name: str) -> datetime:
    """An instant from a query or a body; without an offset it is UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal(
            400, "ErrorInvalidRequest", f"The value '{text}' of '{name}' is not a valid DateTime."
        ) from error
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def to_utc(wall: datetime, zone: str) -> datetime:
    """The instant at which clocks in `zone` show `wall`."""
    return wall.replace(tzinfo=zones.zone(zone)).astimezone(UTC)


def to_wall(instant: datetime, zone: str) -> datetime:
    """What clocks in `zone` show at `instant`."""
    return instant.astimezone(zones.zone(zone)).replace(tzinfo=None)


def known_zone(name: str) -> str:
    """`name` itself, or a refusal as Graph words it: Exchange knows some of the IANA names."""
    if not zones.is_paired(name):
        raise Refusal(
            400,
            "TimeZoneNotSupportedException",
            f"A valid TimeZone value must be specified. The following TimeZone value is not "
            f"supported: '{name}'.",
        )
    return name


def filetime(instant: datetime) -> int:
    """100-nanosecond steps since 1601: how Exchange stores the birth of a meeting."""
    return (instant - _FILETIME_EPOCH) // timedelta(microseconds=1) * 10


def day_ticks(day: date) -> int:
    """.NET ticks of a day's midnight: how Exchange marks an occurrence inside an id."""
    return (day - _TICKS_EPOCH).days * _TICKS_A_DAY


def day_of_ticks(ticks: int) -> date:
    """The inverse of `day_ticks`; raises `OverflowError` for ticks that are no day."""
    return _TICKS_EPOCH + timedelta(days=ticks // _TICKS_A_DAY)


def parse_duration(text: str) -> timedelta:
    """`8h`, `90m`, `1h30m`, `2d`, `-15m`; raises `ValueError` for anything else."""
    bare = text.strip().lstrip("+")
    sign = -1 if bare.startswith("-") else 1
    bare = bare.lstrip("-")
    parts = _DURATION_PART.findall(bare)
    if not parts or _DURATION_PART.sub("", bare).strip():
        raise ValueError(f"{text!r} is no duration; write 8h, 90m, 1h30m or 2d")
    return sign * sum(
        (timedelta(**{_UNITS[unit]: float(amount)}) for amount, unit in parts), timedelta()
    )
