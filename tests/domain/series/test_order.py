"""Dates of a series keep their order: who may move where, and who goes first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import make_occurrence_reservation, make_room, moment

from obctl.domain.outbox import wait_after
from obctl.domain.reservation import Reservation, Status
from obctl.domain.series.order import Move, ensure_in_order, in_passing_order
from obctl.domain.values import replace
from obctl.errors import Refused


def date(number: int, day: int, *, now_on: str | None = None) -> Reservation:
    original = f"2026-09-{day:02} 09:00"
    return make_occurrence_reservation(
        number, event=f"O{number}", original=original, starts=now_on or original
    )


WEEKS = [date(1, 15), date(2, 22), date(3, 29)]


def move(before: Reservation, to: str) -> Move:
    start = moment(to)
    return before, replace(before, start=start, end=start + timedelta(hours=1))


@pytest.mark.parametrize(
    ("to", "fits"),
    [
        ("2026-09-22 15:00", True),
        ("2026-09-16 09:00", True),
        ("2026-09-28 21:30", True),
        ("2026-09-28 22:30", False),  # half past midnight on the 29th in Amsterdam
        ("2026-09-29 09:00", False),
        ("2026-09-15 20:00", False),
        ("2026-09-14 09:00", False),
        ("2026-10-20 09:00", False),
    ],
)
def test_a_date_stays_between_the_days_of_its_neighbours(to: str, fits: bool) -> None:
    if fits:
        ensure_in_order(make_room(), WEEKS, [move(WEEKS[1], to)])
        return
    with pytest.raises(Refused, match="reservation 2 cannot move") as told:
        ensure_in_order(make_room(), WEEKS, [move(WEEKS[1], to)])
    assert told.value.code == "occurrence-crossing"


def test_neighbours_count_where_they_stand_now() -> None:
    moved = [WEEKS[0], date(2, 22, now_on="2026-09-17 09:00"), WEEKS[2]]
    with pytest.raises(Refused, match="reservation 2 of its series is on 2026-09-17"):
        ensure_in_order(make_room(), moved, [move(WEEKS[0], "2026-09-18 09:00")])


def test_a_cancelled_date_is_nobodys_neighbour() -> None:
    cancelled = [WEEKS[0], replace(WEEKS[1], status=Status.CANCELLED), WEEKS[2]]
    ensure_in_order(make_room(), cancelled, [move(WEEKS[0], "2026-09-24 09:00")])


def test_what_stands_out_of_order_already_is_in_no_other_dates_way() -> None:
    odd = [date(1, 1, now_on="2026-09-09 09:00"), date(2, 8), *WEEKS[1:]]
    ensure_in_order(make_room(), odd, [move(WEEKS[2], "2026-09-30 09:00")])


def test_dates_make_way_before_others_come() -> None:
    moves = [
        move(WEEKS[0], "2026-09-17 09:00"),
        move(WEEKS[1], "2026-09-24 09:00"),
        move(WEEKS[2], "2026-09-27 09:00"),
    ]
    assert [before.number for before, _ in in_passing_order(moves)] == [2, 1, 3]


@pytest.mark.parametrize(
    ("attempts", "final", "minutes"),
    [(0, False, 1), (3, False, 8), (10, False, 360), (90, False, 360), (0, True, 1200)],
)
def test_waits_grow_to_a_limit_and_are_long_where_waiting_cures_nothing(
    attempts: int, final: bool, minutes: int
) -> None:
    assert wait_after(attempts, final=final) == timedelta(minutes=minutes)
