"""A series as a whole, one state per row of the table in the module's head."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import make_reservation, make_room
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.recurrence import Recurrence, starts
from obctl.domain.reservation import ExternalState, Reservation, Status
from obctl.domain.room import RoomId
from obctl.domain.series.overview import DateState, Pattern, SeriesOverview, overview
from obctl.domain.values import replace

HERE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 10, 12, 8, tzinfo=UTC)
LATER = datetime(2026, 10, 14, 7, tzinfo=UTC)
TUESDAYS = Recurrence("weekly", 1, date(2026, 10, 6), days=("tuesday",), count=8)


def weekly(**more: Any) -> Pattern:
    recurrence = replace(TUESDAYS, **more)
    return Pattern(
        recurrence, datetime(2026, 10, 6, 9, tzinfo=HERE), frozenset({date(2026, 11, 3)})
    )


def day(number: int, **changes: Any) -> Reservation:
    """The reservation of date `number`, from 0; 9:00 also after the change of clocks."""
    start = datetime(2026, 10, 6 + 7 * number, 9, tzinfo=HERE) if number < 4 else None
    start = start or datetime(2026, 11, 3 + 7 * (number - 4), 9, tzinfo=HERE)
    planned = start.astimezone(UTC)
    fields = {"starts": planned, "ends": planned + timedelta(hours=1), "original_start": planned}
    return make_reservation(100 + number, event=f"E{number}", key="weekly", **fields | changes)


def seen(
    *dates: Reservation, pattern: Pattern | None = None, until: str = "2026-11-12"
) -> SeriesOverview:
    read = datetime.fromisoformat(until).replace(tzinfo=UTC)
    return overview(dates, make_room(), pattern, read_until=read, now=NOW)


@pytest.mark.parametrize(
    ("changes", "state", "changed"),
    [
        ({}, "as-planned", ()),
        ({"starts": LATER, "ends": LATER + timedelta(hours=1)}, "moved", ("start",)),
        ({"room": RoomId(2)}, "moved", ("room",)),
        ({"ends": datetime(2026, 10, 13, 9, tzinfo=UTC)}, "changed", ("length",)),
        ({"subject": "Special"}, "changed", ("subject",)),
        ({"status": Status.CANCELLED}, "cancelled", ()),
        ({"external_state": ExternalState.CANCELLATION_REQUEST}, "cancellation-request", ()),
    ],
    ids=["same", "another-day", "another-room", "longer", "subject", "cancelled", "request"],
)
def test_a_reserved_date_is_told_by_what_differs(
    changes: dict[str, Any], state: str, changed: tuple[str, ...]
) -> None:
    found = seen(day(0), day(1, **changes), day(2))
    assert [item.state for item in found.dates] == ["as-planned", state, "as-planned"]
    assert found.dates[1].changed == changed
    assert len(found.exceptions) == (state != "as-planned")


def test_a_date_without_reservation_is_called_off_or_missing_and_what_was_not_read_is_counted() -> (
    None
):
    found = seen(day(0), day(1), day(3), pattern=weekly())
    assert [(f"{item.planned:%m-%d}", item.state.value) for item in found.dates] == [
        ("10-06", "as-planned"),
        ("10-13", "as-planned"),
        ("10-20", "without-reservation"),
        ("10-27", "as-planned"),
        ("11-03", "called-off"),
        ("11-10", "without-reservation"),
    ]
    assert found.not_read == 2, "the dates of 17 and 24 November"
    assert found.next is not None
    assert found.next.reservation is not None
    assert found.next.reservation.number == 101


def test_a_series_without_end_and_one_of_unknown_pattern_count_nothing() -> None:
    assert seen(day(1), pattern=weekly(count=None)).not_read is None
    found = seen(day(1))
    assert (found.not_read, found.pattern, len(found.dates)) == (None, None, 1)


def test_next_is_what_takes_place_next_and_not_what_was_planned_next() -> None:
    later = datetime(2026, 10, 22, 7, tzinfo=UTC)
    moved = day(1, starts=later, ends=later + timedelta(hours=1))
    found = seen(moved, day(2), day(3, status=Status.CANCELLED))
    assert found.next is not None
    assert found.next.planned == day(2).start
    over = overview([day(0)], make_room(), None, read_until=None, now=NOW)
    assert (over.next, over.read_until) == (None, None)


@given(st.sets(st.integers(0, 7), min_size=1), st.integers(0, 60))
def test_every_date_ahead_is_named_or_counted_once(reserved: set[int], days: int) -> None:
    until = NOW + timedelta(days=days)
    found = overview(
        [day(n) for n in sorted(reserved)], make_room(), weekly(), read_until=until, now=NOW
    )
    planned = [item.planned for item in found.dates]
    assert len(planned) == len(set(planned))
    all_dates = {s.astimezone(UTC) for s in starts(TUESDAYS, weekly().first, NOW + timedelta(400))}
    ahead = {moment for moment in all_dates if moment > NOW}
    unnamed = ahead - set(planned)
    off = {m for m in unnamed if m.astimezone(HERE).date() == date(2026, 11, 3)}
    assert found.not_read == len(unnamed - off)
    assert all(
        item.state in (DateState.CALLED_OFF, DateState.WITHOUT_RESERVATION)
        for item in found.dates
        if item.reservation is None
    )
