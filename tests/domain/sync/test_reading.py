"""What a reading says of a room, and of what it does not show."""

from __future__ import annotations

from typing import Any

import pytest
from builders import make_event, make_occurrence_reservation, make_reservation, span_of

from obctl.domain.event import EventId
from obctl.domain.reservation import Reservation
from obctl.domain.sync.reading import Reading, Scope

WEEK = span_of(days=7)
FAR = "2026-12-01 09:00"
E1, M = frozenset({EventId("E1")}), frozenset({EventId("M")})


@pytest.mark.parametrize(
    ("scope", "reservation", "covered"),
    [
        pytest.param({"whole": True}, make_reservation(), True, id="in the span, read whole"),
        pytest.param({}, make_reservation(), False, id="in the span, read in part"),
        pytest.param({"events": E1}, make_reservation(), True, id="asked for"),
        pytest.param({"events": E1}, make_reservation(starts=FAR), True, id="far, asked for"),
        pytest.param({"whole": True}, make_reservation(starts=FAR), False, id="far, not asked for"),
        pytest.param({"series": M}, make_occurrence_reservation(), True, id="its series was read"),
        pytest.param(
            {"series": M}, make_occurrence_reservation(starts=FAR), False, id="a far date of it"
        ),
        pytest.param({"series": M}, make_reservation(), False, id="of no series"),
        pytest.param({}, make_occurrence_reservation(), False, id="no series was read"),
        pytest.param({"whole": True}, make_reservation(event=None), False, id="never had an event"),
    ],
)
def test_a_reading_speaks_of_what_it_asked_for(
    scope: dict[str, Any], reservation: Reservation, *, covered: bool
) -> None:
    assert Scope(WEEK, **scope).covers(reservation) is covered


@pytest.mark.parametrize(
    ("scope", "more", "silent"),
    [
        pytest.param({}, {}, True, id="nothing read"),
        pytest.param({"whole": True}, {}, False, id="an empty room, read whole"),
        pytest.param({"events": E1}, {}, False, id="an event was asked for"),
        pytest.param({"series": M}, {}, False, id="a series was asked for"),
        pytest.param({}, {"events": (make_event(),)}, False, id="an event is there"),
        pytest.param({}, {"gone": E1}, False, id="an event is gone"),
    ],
)
def test_a_reading_says_nothing_where_nothing_was_read(
    scope: dict[str, Any], more: dict[str, Any], *, silent: bool
) -> None:
    reading = Reading(**{"scope": Scope(WEEK, **scope), "events": ()} | more)
    assert reading.says_nothing is silent


def test_what_is_asked_for_later_is_the_newer_truth() -> None:
    first = Reading(
        Scope(WEEK, events=E1), (make_event(subject="Old"),), masters={EventId("M"): None}
    )
    later = Reading(Scope(WEEK, series=M), (make_event(subject="New"), make_event("E2")), gone=M)
    joined = first.joined(later)
    assert [(event.id, event.subject) for event in joined.events] == [
        ("E1", "New"),
        ("E2", "Budget"),
    ]
    assert (joined.scope.events, joined.scope.series, joined.scope.whole) == (E1, M, False)
    assert (joined.gone, joined.masters) == (M, {"M": None})
