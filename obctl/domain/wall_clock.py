"""A wall-clock time as an instant, where the clocks leave no doubt which one it is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from obctl.errors import UsageError

_HINT = "give the time with an offset, for example +01:00"


def of_wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """The instant, UTC, at which clocks in `zone` show `moment`, which names no zone.

    Raises `UsageError` for a time that the clocks skip or show twice.
    """
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise UsageError(
            f"{moment:%Y-%m-%dT%H:%M} does not exist in {zone.key}: the clocks skip it",
            hint=_HINT,
            code="bad-time",
        )
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise UsageError(
            f"{moment:%Y-%m-%dT%H:%M} happens twice in {zone.key}: the clocks go back",
            hint=_HINT,
            code="bad-time",
        )
    return local.astimezone(UTC)
