"""What a pass would do to a room and what `diff` says of it are two views of one fact."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from builders import (
    ACTIVATED,
    ANNA,
    BRAM,
    make_agreed,
    make_event,
    make_master,
    make_occurrence,
    make_reservation,
    make_situation,
    moment,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from two_views import unplanned, untold

from obctl.domain.compare.comparison import compare
from obctl.domain.event import Event, EventType, Response, SeriesMaster
from obctl.domain.recurrence import Recurrence
from obctl.domain.reservation import ExternalState, Reservation, Status
from obctl.domain.sync.goes_on import with_successors
from obctl.domain.sync.losses import kept_without_event, losses
from obctl.domain.sync.matching import match, perhaps_continued, unheard
from obctl.domain.sync.reconcile import plan_room
from obctl.domain.sync.situation import Situation
from obctl.domain.values import replace

DATES = [moment("2026-09-15 09:00") + timedelta(weeks=week) for week in range(4)]
BECAME = (
    "kept", "date cancelled", "date gone", "date moved", "split", "shortened", "one meeting",
    "other hour", "new ids", "other hour and new ids", "gone", "copied", "another series",
)  # fmt: skip
HOUR = timedelta(hours=1)
people = st.sampled_from([ANNA, BRAM])
hours = st.integers(7, 17).map(lambda hour: moment(f"{hour:02}:00"))
subjects = st.sampled_from(["Budget", "Quarter"])


def held(number: int, event: Event, **changes: Any) -> Reservation:
    """The reservation in step with an event."""
    fields = {
        "subject": event.subject,
        "organizer": event.organizer,
        "series_master_id": event.series_master_id,
        "original_start": event.original_start,
        "attendees": event.attendees,
    }
    return make_reservation(
        number, event=event.id, starts=event.start, ends=event.end, key=event.series_key,
        **fields | changes,
    )  # fmt: skip


def moved(event: Event, start: datetime) -> Event:
    return replace(event, start=start, end=start + (event.end - event.start))


@st.composite
def single(draw: st.DrawFn, name: str) -> tuple[list[Event], list[Event]]:
    """One meeting as it was, and what Outlook has of it now."""
    was = make_event(name, starts=draw(hours), subject=draw(subjects), organizer=draw(people))
    off = replace(was, is_cancelled=True)
    again = replace(was, id=f"{name}-new")
    now: list[list[Event]] = [
        [was],
        [],
        [off],
        [replace(was, response=Response.DECLINED)],
        [moved(was, draw(hours))],
        [replace(was, subject="Renamed")],
        [again],
        [moved(again, draw(hours))],
        [was, again],
        [off, again],
        [replace(again, is_cancelled=True)],
        # deleted, and booked anew by the same person in the same slot: another meeting
        [replace(again, series_key=f"key-of-{name}-new", subject=draw(subjects))],
        # it became a series
        [
            make_occurrence(
                f"{name}-{nth}",
                master=name,
                key=was.series_key,
                starts=was.start + timedelta(weeks=nth),
                subject=was.subject,
                organizer=was.organizer,
            )
            for nth in range(2)
        ],
    ]
    return [was], draw(st.sampled_from(now))


@st.composite
def series(draw: st.DrawFn, name: str) -> tuple[list[Event], list[Event], list[SeriesMaster | str]]:
    """The dates of a weekly series as they were, as they are now, and its masters."""
    later = timedelta(hours=draw(st.integers(0, 4)))
    was = [
        make_occurrence(f"{name}-{nth}", master=name, starts=start + later)
        for nth, start in enumerate(DATES)
    ]
    at = draw(st.integers(0, 3))
    shift = timedelta(hours=draw(st.integers(-2, 5)))
    kind = draw(st.sampled_from(BECAME))
    masters: list[SeriesMaster | str] = [make_master(name, starts=was[0].start)]
    now = list(was)
    match kind:
        case "date cancelled":
            now[at] = replace(was[at], is_cancelled=True)
        case "date gone":
            del now[at]
            masters = [make_master(name, cancelled=(DATES[at].date(),))]
        case "date moved":
            now[at] = replace(moved(was[at], was[at].start + shift), type=EventType.EXCEPTION)
        case "split" | "shortened":
            masters = [make_master(name, recurrence=_until(DATES[at].date() - timedelta(days=1)))]
            now = was[:at]
            if kind == "split":
                subject = draw(subjects)
                now += [
                    make_occurrence(
                        f"{name}-rest-{nth}", master=f"{name}-rest", starts=item.start + shift,
                        subject=subject,
                    )
                    for nth, item in enumerate(was[at:])
                ]  # fmt: skip
        case "one meeting":
            kept = make_event(name, key=was[0].series_key, starts=was[0].start + shift)
            now, masters = [kept], [SeriesMaster(kept, None)]
        case "other hour" | "other hour and new ids":
            now = [
                replace(moved(item, item.start + shift), original_start=item.start + shift)
                for item in was
            ]
        case "gone":
            now, masters = [], [name]
        case "copied":
            now += [replace(item, id=f"{item.id}-copy") for item in was]
        case "another series":
            now = [
                replace(item, id=f"{item.id}-x", series_key="key-of-X", series_master_id="X")
                for item in was
            ]
            masters = [name]
    if kind.endswith("new ids"):
        now = [replace(item, id=f"{item.id}-new", series_master_id=f"{name}-new") for item in now]
        masters = [name, make_master(f"{name}-new")]
    return was, now, masters


def _until(day: date) -> Recurrence:
    return Recurrence(
        "weekly", 1, date(2026, 9, 1), end_date=day, days=("tuesday",),
        time_zone="Europe/Amsterdam",
    )  # fmt: skip


@st.composite
def rooms(draw: st.DrawFn) -> Situation:
    """A room that was in step, and what became of each of its meetings since."""
    was: list[Event] = []
    now: list[Event] = []
    masters: list[SeriesMaster | str] = []
    for nth in range(draw(st.integers(0, 3))):
        before, after = draw(single(f"E{nth}"))
        was, now = was + before, now + after
    for nth in range(draw(st.integers(0, 2))):
        before, after, known = draw(series(f"M{nth}"))
        was, now, masters = was + before, now + after, masters + known
    for nth in range(draw(st.integers(0, 2))):
        created = draw(st.sampled_from([None, ACTIVATED - HOUR]))
        now.append(make_event(f"N{nth}", starts=draw(hours), created_at=created))
    reservations = [held(1001 + nth, event) for nth, event in enumerate(was)]
    agreed = {
        item.number: make_agreed(item, event) for item, event in zip(reservations, was, strict=True)
    }
    for at in draw(st.sets(st.integers(0, len(was) - 1), max_size=2)) if was else ():
        item = reservations[at]
        match draw(st.sampled_from(["cancelled here", "cancelled by a pass", "twice"])):
            case "cancelled here":
                reservations[at] = _cancelled(item)
            case "cancelled by a pass":
                reservations[at] = _cancelled(item)
                del agreed[item.number]
            case "twice":
                interim = replace(item, number=item.number + 1000)
                reservations.append(interim)
                agreed[interim.number] = agreed[item.number]
    if draw(st.booleans()):
        unlinked = make_reservation(3001, event=None, starts=draw(hours), organizer=draw(people))
        reservations.append(unlinked)
    order = draw(st.randoms(use_true_random=False))
    order.shuffle(reservations)
    order.shuffle(now)
    return make_situation(reservations, now, agreed=agreed, masters=masters)


def _cancelled(reservation: Reservation) -> Reservation:
    return replace(reservation, status=Status.CANCELLED, external_state=ExternalState.CANCELLED)


@given(rooms())
def test_what_belongs_together_does_not_depend_on_who_comes_first(situation: Situation) -> None:
    sides = situation.sides
    reading = replace(sides.reading, events=sides.reading.events[::-1])
    turned = match(replace(sides, reservations=sides.reservations[::-1], reading=reading))
    assert set(turned.pairs) == set(situation.matching.pairs)
    assert set(turned.lone_reservations) == set(situation.matching.lone_reservations)
    assert set(turned.lone_events) == set(situation.matching.lone_events)


@given(rooms())
@settings(max_examples=200)
def test_the_plan_and_the_differences_are_two_views_of_one_fact(situation: Situation) -> None:
    plan = plan_room(situation)
    differences = compare(with_successors(situation.matching, now=situation.now), situation.window)
    assert untold(plan, differences) == []
    assert unplanned(situation, plan, differences) == []


def plain(situation: Situation) -> bool:
    return situation.matching.is_plain


@given(rooms())
@settings(max_examples=100)
def test_in_a_plain_room_nothing_is_missing_new_or_doubtful(situation: Situation) -> None:
    if not plain(situation):
        return
    assert losses(situation) == []
    assert kept_without_event(situation) == []
    assert unheard(situation.matching) == []
    assert perhaps_continued(situation.matching) == []
    assert {change.kind for change in plan_room(situation).changes} <= {"update", "rekey", "close"}


IN_STEP = make_reservation()
ASKED = make_reservation(
    1002, event="GONE", key="key-of-E1", external_state=ExternalState.CANCELLATION_REQUEST
)


@pytest.mark.parametrize(
    ("reservations", "events", "more", "is_plain"),
    [
        pytest.param([IN_STEP], [make_event()], {}, True, id="in-step"),
        pytest.param([IN_STEP], [make_event(starts="11:00")], {}, True, id="at-another-hour"),
        pytest.param([], [], {}, True, id="nothing-on-either-side"),
        pytest.param([IN_STEP], [], {}, False, id="gone"),
        pytest.param([IN_STEP], [], {"whole": False}, True, id="of-which-nothing-was-read"),
        pytest.param([IN_STEP], [], {"whole": False, "asked": ["E1"]}, False, id="asked-for"),
        pytest.param([IN_STEP], [make_event(is_cancelled=True)], {}, False, id="cancelled"),
        pytest.param([], [make_event()], {}, False, id="new"),
        pytest.param([], [make_event(is_cancelled=True)], {}, True, id="new-and-off-already"),
        pytest.param([IN_STEP], [make_event("E2", key="key-of-E1")], {}, False, id="another-id"),
        pytest.param([_cancelled(IN_STEP)], [make_event()], {}, False, id="cancelled-here"),
        pytest.param(
            [IN_STEP, ASKED], [make_event()], {"whole": False}, False, id="a-person-was-asked"
        ),
        pytest.param(
            [IN_STEP, make_reservation(1002, event="E9", key="key-of-E1")], [make_event()],
            {"whole": False}, False, id="a-copy-of-which-nothing-was-read",
        ),
    ],
)  # fmt: skip
def test_a_room_is_plain_where_each_event_is_its_own_reservations(
    reservations: list[Reservation], events: list[Event], more: dict[str, Any], is_plain: bool
) -> None:
    assert plain(make_situation(reservations, events, **more)) is is_plain
