"""Which date of a new series in Outlook stands for which reservation."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from builders import make_event, make_reservation, moment

from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.series.pair_dates import pair_dates

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def ours(*days: str) -> list[Reservation]:
    return [
        make_reservation(number, starts=day, original_start=moment(day))
        for number, day in enumerate(days, start=1)
    ]


def theirs(*days: str) -> list[Event]:
    return [make_event(day, starts=day, original_start=moment(day)) for day in days]


@pytest.mark.parametrize(
    ("here", "there", "pairs"),
    [
        pytest.param(
            ["2026-09-15 07:00", "2026-09-16 07:00"],
            ["2026-09-16 07:00", "2026-09-15 07:00"],
            {1: "2026-09-15 07:00", 2: "2026-09-16 07:00"},
            id="the same starts in any order",
        ),
        pytest.param(
            ["2027-03-27 01:30", "2027-03-28 01:30"],
            ["2027-03-27 01:30", "2027-03-28 01:00"],
            {1: "2027-03-27 01:30", 2: "2027-03-28 01:00"},
            id="another instant of the same day",
        ),
        pytest.param(
            ["2026-09-15 22:30"],
            ["2026-09-15 21:30"],
            {},
            id="the same day in UTC, but not in the room's zone",
        ),
        pytest.param(
            ["2026-09-15 07:00", "2026-09-16 07:00"],
            ["2026-09-15 07:00", "2026-09-17 07:00"],
            {1: "2026-09-15 07:00"},
            id="another day",
        ),
        pytest.param(
            ["2026-09-15 07:00"],
            ["2026-09-15 05:00", "2026-09-15 07:00"],
            {1: "2026-09-15 07:00"},
            id="the start goes before the day",
        ),
    ],
)
def test_dates_are_paired_by_start_and_then_by_day(
    here: list[str], there: list[str], pairs: dict[int, str]
) -> None:
    found = pair_dates(ours(*here), theirs(*there), AMSTERDAM)
    assert {one.number: event.id for one, event in found.pairs} == pairs
    assert {one.number for one in found.without_event} == set(range(1, len(here) + 1)) - set(pairs)
    assert {event.id for event in found.without_reservation} == set(there) - set(pairs.values())


def test_an_exception_that_does_not_say_where_it_was_is_found_where_it_is() -> None:
    event = make_event("E1", starts="09:00", original_start=None)
    (pair,) = pair_dates(ours("2026-09-15 07:00"), [event], AMSTERDAM).pairs
    assert pair[1] == event
