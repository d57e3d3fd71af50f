"""Time-zone names: Windows <-> IANA.

Graph and Exchange speak Windows names ("W. Europe Standard Time") and accept some IANA names; all
inside obctl is IANA. The table is Unicode CLDR's windowsZones.xml as carried by tzlocal, and what
it lacks. Graph takes every Windows name (resource type `dateTimeTimeZone`): it is told no other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from obctl.errors import UnknownZone

# Names that CLDR leaves out, and places whose clocks have left the zone it pairs them with: each
# has a Windows zone whose clocks show the same.
_SAME_CLOCKS = {
    "America/Scoresbysund": "Greenland Standard Time",
    "Antarctica/Casey": "W. Australia Standard Time",
    "Antarctica/Vostok": "West Asia Standard Time",
    "CST6CDT": "Central Standard Time",
    "EST5EDT": "Eastern Standard Time",
    "Europe/Uzhgorod": "FLE Standard Time",
    "Europe/Zaporozhye": "FLE Standard Time",
    "GMT": "UTC",
    "MST7MDT": "Mountain Standard Time",
    "PST8PDT": "Pacific Standard Time",
    "US/East-Indiana": "US Eastern Standard Time",
}
# Places whose clocks no Windows zone shows. A test holds all others against the table, so that a
# name of a place is known to be usable without reading it: every command checks the company's zone.
_UNKNOWN_TO_EXCHANGE = frozenset({"Antarctica/Troll"})
_UTC_NAMES = frozenset({"utc", "etc/utc", "tzone://microsoft/utc", "z"})


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA or Windows `name`.

    Raises `UnknownZone` for anything else, "Customized Time Zone" and "" included: Exchange sends
    both, and neither says which zone is meant.
    """
    if name.lower() in _UTC_NAMES:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(name if "/" in name else _of_windows(name))
    except (KeyError, ValueError, OSError) as error:  # a file path or a folder is no zone either
        raise _unknown(name) from error


def iana_name(name: str) -> str:
    """The IANA spelling of an IANA or Windows `name`; raises `UnknownZone`."""
    return zone(name).key


def windows_name(name: str) -> str:
    """The Windows name for an IANA or Windows `name`; raises `UnknownZone`."""
    from tzlocal.windows_tz import tz_win

    iana = iana_name(name)
    windows = _SAME_CLOCKS.get(iana) or tz_win.get(iana)
    if windows is None:
        raise UnknownZone(
            f"Exchange does not know the zone {iana}; the nearest that it knows:"
            f" {', '.join(_nearest(iana))}",
            hint="`rooms change --time-zone` gives a room another zone",
        )
    return str(windows)


def has_windows_name(name: str) -> bool:
    """Whether Exchange knows the zone of an IANA or Windows `name`."""
    try:
        windows_name(name)
    except UnknownZone:
        return False
    return True


def usable_name(name: str) -> str:
    """The IANA spelling of a zone that Exchange knows as well: one that may be configured.

    Raises `UnknownZone`, which names what comes nearest.
    """
    try:
        iana = iana_name(name)
    except UnknownZone as error:
        raise UnknownZone(error.message + _did_you_mean(name), hint=error.hint) from error
    if iana != "UTC" and ("/" not in iana or iana in _UNKNOWN_TO_EXCHANGE):
        windows_name(iana)
    return iana


def is_paired(name: str) -> bool:
    """Whether `name` is a Windows name, or an IANA name that CLDR itself pairs with one."""
    from tzlocal.windows_tz import tz_win

    lowered = name.lower()
    return name in tz_win or lowered in _windows_by_lower() or lowered in _UTC_NAMES


def _of_windows(name: str) -> str:
    """The IANA name of a Windows name; none of those has a slash. Else `name` itself."""
    return _windows_by_lower().get(name.lower(), name)


@cache
def _windows_by_lower() -> dict[str, str]:
    from tzlocal.windows_tz import win_tz

    return {name.lower(): iana for name, iana in win_tz.items()}


def _unknown(name: str) -> UnknownZone:
    return UnknownZone(
        f"unknown time zone {name!r}",
        hint="use an IANA name (Europe/Amsterdam) or a Windows name (W. Europe Standard Time)",
    )


def _nearest(iana: str) -> list[str]:
    """The zones whose clocks differ least through a year, those of the same continent first."""
    from tzlocal.windows_tz import win_tz

    ours, area = _clocks(iana), iana.partition("/")[0]

    def distance(other: str) -> tuple[timedelta, bool, str]:
        apart = sum((abs(a - b) for a, b in zip(ours, _clocks(other), strict=True)), timedelta())
        return apart, other.partition("/")[0] != area, other

    return sorted(set(win_tz.values()), key=distance)[:3]


def _clocks(iana: str) -> list[timedelta]:
    months = (datetime(2027, month, 15, tzinfo=UTC) for month in range(1, 13))
    return [month.astimezone(ZoneInfo(iana)).utcoffset() or timedelta() for month in months]


def _did_you_mean(name: str) -> str:
    from difflib import get_close_matches

    known = {known.lower(): known for known in available_timezones() if is_paired(known)}
    known |= _windows_spelling()
    close = [known[match] for match in get_close_matches(name.lower(), known, n=3)]
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _windows_spelling() -> dict[str, str]:
    from tzlocal.windows_tz import win_tz

    return {name.lower(): name for name in win_tz}
