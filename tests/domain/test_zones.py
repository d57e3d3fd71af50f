"""Zone names of Exchange, of IANA, and of nowhere."""

from __future__ import annotations

import pytest

from obctl.domain.zones import iana_name, windows_name, zone
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
