"""Which new date of a series stands for which of the old, and where nobody knows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from builders import (
    BRAM,
    NOW,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_situation,
    moment,
    span_of,
)
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.event import Event, Response
from obctl.domain.recurrence import DAYS, Recurrence
from obctl.domain.reservation import Reservation
from obctl.domain.sync.change import Update
from obctl.domain.sync.goes_on import with_successors
from obctl.domain.sync.other_days import unread_days, whole_days
from obctl.domain.sync.reconcile import plan_room
from obctl.domain.sync.situation import Situation
from obctl.domain.values import replace

TUESDAYS = ("2026-09-15", "2026-09-22", "2026-09-29")
THURSDAYS = ("2026-09-17", "2026-09-24", "2026-10-01")


def weekly(*days: str, start: date = date(2026, 9, 1), **more: Any) -> Recurrence:
    return Recurrence("weekly", 1, start, days=days, time_zone="Europe/Amsterdam", **more)


def held(*days: str) -> list[Reservation]:
    return [
        make_occurrence_reservation(1001 + n, event=f"O{day}", starts=f"{day} 09:00")
        for n, day in enumerate(days)
    ]


def shown(*days: str, **more: Any) -> list[Event]:
    return [make_occurrence(f"N{day}", starts=f"{day} 09:00", **more) for day in days]


def room(
    reservations: list[Reservation], events: list[Event], recurrence: Recurrence, **more: Any
) -> Situation:
    cancelled = more.pop("cancelled", ())
    master = make_master(recurrence=recurrence, cancelled=cancelled)
    return make_situation(reservations, events, masters=[master], **more)


def pairs(situation: Situation, **more: Any) -> dict[int, str]:
    after = with_successors(situation.matching, **{"now": situation.now} | more)
    return {owner.number: event.id for owner, event in after.pairs}


def test_each_date_becomes_the_one_in_its_week() -> None:
    situation = room(held(*TUESDAYS), shown(*THURSDAYS), weekly("thursday"))
    assert pairs(situation) == {
        1001: "N2026-09-17", 1002: "N2026-09-24", 1003: "N2026-10-01",
    }  # fmt: skip
    assert [type(change) for change in plan_room(situation).changes] == [Update] * 3


@pytest.mark.parametrize(
    ("first_day", "wanted"),
    [("sunday", {1001: "N2026-09-13"}), ("monday", {1001: "N2026-09-20"})],
)
def test_a_week_begins_where_the_series_says(first_day: str, wanted: dict[int, str]) -> None:
    recurrence = replace(weekly("sunday"), first_day=first_day)
    events = shown("2026-09-13", "2026-09-20")
    situation = room(held("2026-09-15"), events, recurrence, now=moment("2026-09-12 09:00"))
    assert pairs(situation) == wanted


@pytest.mark.parametrize(
    ("lost", "new", "recurrence", "more"),
    [
        pytest.param(TUESDAYS[:1], ("2026-09-16", "2026-09-17"),
                     weekly("wednesday", "thursday"), {}, id="two-for-one"),
        pytest.param(("2026-09-15", "2026-09-18"), THURSDAYS[:1],
                     weekly("thursday"), {}, id="one-for-two"),
        pytest.param(TUESDAYS[:1], (), weekly("thursday"), {}, id="none-is-shown"),
        pytest.param(TUESDAYS[:1], THURSDAYS[:1], weekly("thursday"),
                     {"cancelled": (date(2026, 9, 17),)}, id="the-new-one-is-listed-as-off"),
        pytest.param(("2026-09-15", "2026-09-18"), ("2026-09-16",),
                     weekly("wednesday", "saturday"), {}, id="one-of-two-was-not-taken"),
        pytest.param(TUESDAYS[:1], ("2026-09-24",), weekly("thursday"), {}, id="another-week"),
        pytest.param(("2026-09-18",), ("2026-09-15",), weekly("tuesday"),
                     {"now": moment("2026-09-16 09:00")}, id="the-new-one-is-over"),
        pytest.param(("2026-09-15",), THURSDAYS[:1], weekly("thursday"),
                     {"now": moment("2026-09-16 09:00")}, id="the-old-one-is-over"),
        pytest.param(("2026-09-15",), ("2026-09-16",),
                     Recurrence("daily", 2, date(2026, 9, 2), time_zone="Europe/Amsterdam"), {},
                     id="daily"),
        pytest.param(("2026-09-15",), THURSDAYS[:1],
                     Recurrence("weekly", 1, date(2026, 9, 1), days=("thursday",)), {},
                     id="no-zone-is-named"),
    ],
)  # fmt: skip
def test_nothing_is_paired_where_nobody_knows(
    lost: tuple[str, ...], new: tuple[str, ...], recurrence: Recurrence, more: dict[str, Any]
) -> None:
    assert pairs(room(held(*lost), shown(*new), recurrence, **more)) == {}


def test_a_date_the_room_declined_is_none() -> None:
    events = shown(*THURSDAYS[:1], response=Response.DECLINED)
    assert pairs(room(held(*TUESDAYS[:1]), events, weekly("thursday"))) == {}


def test_what_stands_for_something_else_is_left_to_it() -> None:
    situation = room(held(*TUESDAYS[:1]), shown(*THURSDAYS[:1]), weekly("thursday"))
    assert pairs(situation, taken={"N2026-09-17"}) == {}
    assert pairs(situation, moved={1001}) == {}
    assert pairs(situation) == {1001: "N2026-09-17"}


def test_a_day_that_stays_is_not_given_away() -> None:
    monday, tuesday, friday = held("2026-09-14", "2026-09-15", "2026-09-18")
    stays = [make_occurrence(r.event_id or "", starts=r.start) for r in (monday, friday)]
    events = [*stays, *shown("2026-09-16")]
    situation = room([monday, tuesday, friday], events, weekly("monday", "wednesday", "friday"),
                     now=moment("2026-09-13 09:00"))  # fmt: skip
    assert pairs(situation)[tuesday.number] == "N2026-09-16"
    assert len(pairs(situation)) == 3


def test_a_monthly_series_goes_to_another_day_of_the_month() -> None:
    monthly = Recurrence(
        "relativeMonthly", 1, date(2026, 9, 24), days=("thursday",), index="last",
        time_zone="Europe/Amsterdam",
    )  # fmt: skip
    situation = room(
        held("2026-09-15", "2026-10-15"), shown("2026-09-24", "2026-10-29"), monthly,
        span=span_of(days=60),
    )  # fmt: skip
    assert pairs(situation) == {1001: "N2026-09-24", 1002: "N2026-10-29"}


def test_a_new_date_moved_by_itself_is_the_one_of_its_week() -> None:
    moved = make_occurrence("X", original="2026-09-17 09:00", starts="2026-09-18 14:00")
    assert pairs(room(held(*TUESDAYS[:1]), [moved], weekly("thursday"))) == {1001: "X"}


def test_what_lies_beyond_the_reading_has_to_be_read() -> None:
    situation = room(held("2026-09-15"), [], weekly("thursday"), span=span_of(days=2))
    (span,) = unread_days(situation.matching, situation.now).values()
    assert span.start == situation.reading.scope.span.end
    assert span.end == moment("2026-09-19 22:00")
    wide = room(held("2026-09-15"), [], weekly("thursday"))
    assert unread_days(wide.matching, wide.now) == {}


def test_what_became_of_a_date_lies_in_its_week_whichever_days_were_read() -> None:
    read = span_of(days=2)
    situation = room(held("2026-09-15"), [], weekly("thursday"), span=read)
    week = whole_days(situation.matching, situation.now)
    assert (week.start, week.end) == (moment("2026-09-12 22:00"), moment("2026-09-19 22:00"))
    in_step = room(held("2026-09-15"), shown("2026-09-15"), weekly("tuesday"), span=read)
    assert whole_days(in_step.matching, in_step.now) == read


days = st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True)


@given(days, days)
def test_no_date_leaves_its_week_or_passes_another(old: list[str], new: list[str]) -> None:
    week = [date(2026, 9, 20) + timedelta(days=n) for n in range(7)]
    before = [str(day) for day in week if f"{day:%A}".lower() in old]
    after = [str(day) for day in week if f"{day:%A}".lower() in new]
    kept = set(before) & set(after)
    events = [
        make_occurrence(f"O{day}" if day in kept else f"N{day}", starts=f"{day} 09:00")
        for day in after
    ]
    reservations = held(*before)
    assert reservations[0].start > NOW
    found = pairs(room(reservations, events, weekly(*new)))
    starts = {event.id: event.start for event in events}
    gone = [r for r in reservations if f"{r.start:%Y-%m-%d}" not in kept]
    moved = [r for r in gone if r.number in found]
    assert moved == (gone if len(gone) == len(after) - len(kept) else [])
    new_starts = [starts[found[r.number]] for r in moved]
    assert new_starts == sorted(set(new_starts))


def follow(days: tuple[str, ...], **more: Any) -> list[Event]:
    """Dates of the series that goes on, under another id and key."""
    return shown(*days, **{"master": "S", "key": "key-of-S"} | more)


ENDED = weekly("tuesday", end_date=date(2026, 9, 15))


def test_this_and_following_moved_to_other_days_goes_on_in_its_week() -> None:
    situation = room(held(*TUESDAYS[1:]), follow(THURSDAYS[1:]), ENDED)
    assert pairs(situation) == {1001: "N2026-09-24", 1002: "N2026-10-01"}


@pytest.mark.parametrize(
    ("events", "recurrence"),
    [
        pytest.param(follow(THURSDAYS[1:], subject="Other"), ENDED, id="another-subject"),
        pytest.param(follow(THURSDAYS[1:], organizer=BRAM), ENDED, id="another-organiser"),
        pytest.param(follow(("2026-09-24", "2026-09-25")), ENDED, id="two-for-one"),
        pytest.param(
            follow(THURSDAYS[1:]) + shown("2026-09-25", master="T", key="key-of-T"),
            ENDED,
            id="two-series-go-on",
        ),
        pytest.param(follow(THURSDAYS[:1]), ENDED, id="another-week"),
    ],
)
def test_an_ended_series_whose_continuation_nobody_knows_has_none(
    events: list[Event], recurrence: Recurrence
) -> None:
    assert pairs(room(held("2026-09-22"), events, recurrence)) == {}


def test_a_series_without_end_goes_on_as_itself_alone() -> None:
    assert pairs(room(held("2026-09-22"), follow(THURSDAYS[1:2]), weekly("friday"))) == {}
