"""Time-zone names: Windows <-> IANA.

Graph and Exchange speak Windows names ("W. Europe Standard Time") and accept IANA names; everything
inside obctl is IANA. The table is Unicode CLDR's windowsZones.xml as carried by tzlocal.
"""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo

from obctl.errors import UnknownZone

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


def nearest_names(text: str, most: int = 3) -> list[str]:
    """The names of zones, IANA and Windows, that a mistyped one may stand for."""
    import difflib
    from zoneinfo import available_timezones

    from tzlocal.windows_tz import win_tz

    known = {name.casefold(): name for name in (*win_tz, *sorted(available_timezones()))}
    wanted = text.strip().casefold().replace(" ", "_")
    cities = [name for key, name in known.items() if wanted and key.endswith(f"/{wanted}")]
    close = difflib.get_close_matches(text.strip().casefold(), known, n=most, cutoff=0.55)
    return list(dict.fromkeys([*cities, *(known[key] for key in close)]))[:most]


def windows_name(name: str) -> str:
    """The Windows name for an IANA or Windows `name`; raises `UnknownZone`."""
    from tzlocal.windows_tz import tz_win

    iana = iana_name(name)
    windows = tz_win.get(iana)
    if windows is None:
        raise UnknownZone(
            f"{iana} has no Windows name, so Exchange cannot use it",
            hint="choose the zone of the nearest large city, for example Europe/Amsterdam",
        )
    return str(windows)


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
