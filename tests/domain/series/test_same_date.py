from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from builders import make_event, make_reservation, moment

from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.series.same_date import is_same_date, is_same_day
from obctl.domain.values import replace

BIRTH = "0000000000000000"
TAIL = "0000000000000000" + "10000000" + "00" * 16
CLASS = "040000008200E00074C5B7101A82E008"
INVITED_ALONE = CLASS + "07EA0916" + BIRTH + TAIL


def held(start: str | None, **more: str) -> Reservation:
    original = moment(start) if start else None
    return replace(make_reservation(), series_key="K", original_start=original, **more)


def shown(start: str | None, day: date | None = None, **more: str) -> Event:
    original = moment(start) if start else None
    return replace(make_event(), series_key="K", original_start=original, instance_date=day, **more)


TUESDAY = date(2026, 9, 22)


@pytest.mark.parametrize(
    ("reservation", "event", "same"),
    [
        pytest.param(held(None), shown(None), True, id="single"),
        pytest.param(held(None), replace(shown(None), series_key="L"), False, id="another meeting"),
        pytest.param(held(None), shown("2026-09-15 09:00"), True, id="became a series"),
        pytest.param(held(None), shown("2026-09-22 09:00"), False, id="a later date of it"),
        pytest.param(held("2026-09-15 09:00"), shown(None), True, id="became one meeting"),
        pytest.param(held("2026-09-22 09:00"), shown(None), False, id="a date no more"),
        pytest.param(
            replace(held(None), series_key=None), replace(shown(None), series_key=None), False,
            id="no key",
        ),
        pytest.param(held("2026-09-22 09:00"), shown("2026-09-22 09:00"), True, id="date"),
        pytest.param(held("2026-09-22 09:00"), shown("2026-09-22 15:00"), True, id="other hour"),
        pytest.param(
            held("2026-09-22 08:00"), shown("2026-09-22 21:00"), True, id="more than half a day on"
        ),
        pytest.param(
            held("2026-09-22 21:00"), shown("2026-09-22 22:30"), True, id="past midnight"
        ),
        pytest.param(
            held("2026-09-22 22:30"), shown("2026-09-23 08:00", time_zone="America/New_York"), True,
            id="one day where the series counts",
        ),
        pytest.param(held("2026-09-22 09:00"), shown("2026-09-23 09:00"), False, id="next day"),
        pytest.param(held("2026-09-22 09:00"), shown(None, TUESDAY), True, id="invited alone"),
        pytest.param(
            held("2026-09-29 09:00"), shown(None, TUESDAY), False, id="invited to another date"
        ),
        pytest.param(
            held(None, ical_uid=INVITED_ALONE), shown("2026-09-22 09:00"), True, id="back home"
        ),
        pytest.param(
            held(None, ical_uid=INVITED_ALONE), shown(None, date(2026, 9, 29)), False,
            id="two dates invited alone",
        ),
        pytest.param(
            held("2026-09-23 01:00"), shown(None, TUESDAY, time_zone="America/New_York"), True,
            id="by the zone of the series",
        ),
        pytest.param(
            held("2026-09-22 09:00"), shown(None, TUESDAY, time_zone="Customized Time Zone"), True,
            id="a zone nobody knows",
        ),
    ],
)  # fmt: skip
def test_what_is_the_same_date(reservation: Reservation, event: Event, same: bool) -> None:
    assert is_same_date(reservation, event, ZoneInfo("Europe/Amsterdam")) is same


@pytest.mark.parametrize(
    ("reservation", "event", "same"),
    [
        pytest.param(held("2026-09-22 08:00"), shown("2026-09-22 21:00"), True, id="its own day"),
        pytest.param(held("2026-09-22 21:00"), shown("2026-09-22 22:30"), False, id="the next day"),
        pytest.param(held(None), shown("2026-09-22 21:00"), False, id="no date of a series"),
        pytest.param(
            held("2026-09-22 08:00"), replace(shown("2026-09-22 21:00"), series_key="L"), False,
            id="of another series",
        ),
    ],
)  # fmt: skip
def test_what_is_the_same_day_of_a_series(
    reservation: Reservation, event: Event, same: bool
) -> None:
    assert is_same_day(reservation, event, ZoneInfo("Europe/Amsterdam")) is same
