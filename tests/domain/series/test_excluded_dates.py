"""Whether a series still has a date, also where its master tells only half of itself."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import (
    DAY,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_room,
    make_situation,
)

from obctl.domain.event import EventId, SeriesMaster
from obctl.domain.reservation import ReservationNumber, Service, ServiceKind
from obctl.domain.series.excluded_dates import is_left_out, is_listed, series_days
from obctl.domain.sync.cancellation import Proof, Reason
from obctl.domain.sync.change import Cancel, Request
from obctl.domain.sync.proof import proof_of
from obctl.domain.sync.reconcile import plan_room
from obctl.domain.values import replace
from obctl.graph.request import event as event_of
from obctl.graph.translate import read_master

LUNCH = Service(1, ReservationNumber(1001), ServiceKind.CATERING, "lunch", 12)
HERE = ZoneInfo("Europe/Amsterdam")
SERIES: dict[str, Any] = {
    "id": "M",
    "type": "seriesMaster",
    "subject": "Budget",
    "start": {"dateTime": "2026-09-01T09:00:00.0000000", "timeZone": "UTC"},
    "end": {"dateTime": "2026-09-01T10:00:00.0000000", "timeZone": "UTC"},
    "originalStartTimeZone": "W. Europe Standard Time",
    "cancelledOccurrences": ["OID.M.2026-09-15"],
}
PATTERN = {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]}
RANGE = {"type": "noEnd", "startDate": "2026-09-01"}
HALVES = [
    pytest.param({}, id="no-recurrence"),
    pytest.param({"recurrence": None}, id="recurrence-null"),
    pytest.param({"recurrence": {"pattern": None, "range": RANGE}}, id="pattern-null"),
    pytest.param({"recurrence": {"pattern": PATTERN, "range": None}}, id="range-null"),
    pytest.param({"recurrence": {"pattern": None, "range": None}}, id="both-null"),
]


def read(**more: Any) -> SeriesMaster:
    room = make_room()
    asked = event_of(room, EventId("m"))
    return read_master(json.dumps(SERIES | more).encode(), room, asked, EventId("m"))


@pytest.mark.parametrize("half", HALVES)
def test_a_date_the_series_lists_is_off_whatever_its_recurrence_says(half: dict[str, Any]) -> None:
    master, reservation = read(**half), make_occurrence_reservation()
    assert series_days(master, reservation, HERE) == (DAY,)
    assert is_listed(master, reservation, HERE)
    assert is_left_out(master, reservation, HERE) is True


@pytest.mark.parametrize("half", HALVES)
def test_it_is_proven_and_processed_or_asked_about_for_its_services(half: dict[str, Any]) -> None:
    bare = make_occurrence_reservation()
    situation = make_situation([bare], masters=[read(**half)])
    assert proof_of(situation.sides, bare) is Proof.PROVEN
    (gone,) = plan_room(situation).changes
    assert isinstance(gone, Cancel)
    catered = replace(bare, services=(LUNCH,))
    (asked,) = plan_room(make_situation([catered], masters=[read(**half)])).changes
    assert isinstance(asked, Request)
    assert (asked.proof, asked.reason) == (Proof.PROVEN, Reason.SERVICES_BOOKED)


@pytest.mark.parametrize("half", HALVES)
def test_a_date_that_is_not_listed_is_not_off(half: dict[str, Any]) -> None:
    reservation = make_occurrence_reservation(starts="2026-09-22 09:00")
    master = read(**half)
    assert not is_left_out(master, reservation, HERE)
    situation = make_situation([reservation], masters=[master])
    assert proof_of(situation.sides, reservation) is Proof.UNPROVEN


def test_a_cancelled_series_is_off_without_a_recurrence_too() -> None:
    reservation = make_occurrence_reservation(starts="2026-09-22 09:00")
    situation = make_situation([reservation], masters=[read(isCancelled=True)])
    assert proof_of(situation.sides, reservation) is Proof.PROVEN


def test_where_nothing_names_a_zone_one_of_two_dates_may_be_meant() -> None:
    master = replace(make_master(time_zone=None, cancelled=(DAY,)), recurrence=None)
    reservation = make_occurrence_reservation()
    assert series_days(master, reservation, HERE) == (date(2026, 9, 14), DAY)
    assert is_left_out(master, reservation, HERE) is None
    both = replace(master, cancelled_dates=frozenset({date(2026, 9, 14), DAY}))
    assert is_left_out(both, reservation, HERE) is True


def test_a_series_that_does_not_list_dates_and_has_no_recurrence_proves_nothing() -> None:
    master = read(cancelledOccurrences=None)
    situation = make_situation([make_occurrence_reservation()], masters=[master])
    assert proof_of(situation.sides, make_occurrence_reservation()) is Proof.UNPROVEN


def test_the_living_dates_of_such_a_series_stay() -> None:
    reservation = make_occurrence_reservation(starts="2026-09-22 09:00")
    event = make_occurrence(starts="2026-09-22 09:00")
    plan = plan_room(make_situation([reservation], [event], masters=[read()]))
    assert plan.withdrawals == []
