"""Zone names of Exchange, of IANA, and of nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from tzlocal.windows_tz import win_tz

from obctl.domain.zones import iana_name, usable_name, windows_name, zone
from obctl.errors import UnknownZone


@pytest.mark.parametrize(
    ("name", "iana"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("w. europe standard time", "Europe/Berlin"),
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("Eastern Standard Time", "America/New_York"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("UTC", "UTC"),
        ("Z", "UTC"),
    ],
)
def test_both_spellings_name_a_zone(name: str, iana: str) -> None:
    assert iana_name(name) == iana


@pytest.mark.parametrize(
    "name",
    ["", "Customized Time Zone", "tzone://Microsoft/Custom", "Mars/Olympus", "../etc/passwd",
     "Europe", "/etc/localtime"],
)  # fmt: skip
def test_what_names_no_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone(name)


@pytest.mark.parametrize(
    ("iana", "windows"),
    [("Europe/Amsterdam", "W. Europe Standard Time"), ("Asia/Tokyo", "Tokyo Standard Time")],
)
def test_exchange_is_told_its_own_name(iana: str, windows: str) -> None:
    assert windows_name(iana) == windows
    assert zone(windows_name(iana))


# Two hours apart in summer, or no zone at all: no Windows zone shows the same.
UNUSABLE = {"Antarctica/Troll", "Factory", "localtime"}
YEARS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days) for days in range(0, 1900, 3)]


def _clocks(name: str) -> list[timedelta | None]:
    where = ZoneInfo(name)
    return [moment.astimezone(where).utcoffset() for moment in YEARS]


@pytest.mark.parametrize("name", sorted(available_timezones()))
def test_every_zone_is_one_that_graph_takes_or_is_refused(name: str) -> None:
    if name in UNUSABLE:
        with pytest.raises(UnknownZone) as raised:
            usable_name(name)
        assert "the nearest that it knows: " in f"{raised.value.message} {raised.value.hint}"
        return
    assert usable_name(name) == ("UTC" if name == "Etc/UTC" else name)
    told = windows_name(name)
    assert told in win_tz
    assert _clocks(win_tz[told]) == _clocks(name)


@pytest.mark.parametrize("windows", sorted(win_tz))
def test_every_windows_zone_may_be_configured(windows: str) -> None:
    assert _clocks(win_tz[windows_name(usable_name(windows))]) == _clocks(win_tz[windows])


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Antarctica/Troll", "the nearest that it knows: Europe/Berlin, "),
        ("Europe/Amsterdm", "did you mean Europe/Amsterdam"),
        ("europe/amsterdam", "did you mean Europe/Amsterdam"),
        ("W. Europe Time", "W. Europe Standard Time"),
        ("Customized Time Zone", "use an IANA name"),
        ("", "use an IANA name"),
    ],
)
def test_a_zone_that_cannot_be_used_is_refused_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UnknownZone) as raised:
        usable_name(name)
    assert hint in f"{raised.value.message} {raised.value.hint}"
