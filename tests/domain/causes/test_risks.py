"""What is wrong, or about to be, with a meeting on which both sides agree."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from builders import (
    ANNA,
    NOW,
    make_event,
    make_facts,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_reservation,
    make_room,
    moment,
)

from obctl.domain.causes import cause_in_step
from obctl.domain.causes.facts import Facts, OrganizerAnswer
from obctl.domain.difference import Cause, DifferenceKind, FieldValues
from obctl.domain.event import Event, Person, Response, SeriesMaster
from obctl.domain.organizer_copy import OrganizerCopy, OrganizerSays, WhyClosed
from obctl.domain.recurrence import Recurrence
from obctl.domain.room import CalendarProcessing
from obctl.domain.values import replace

CHANGED = DifferenceKind.CHANGED
LEFT, CUT = "organizer-left-orphan", "recurrence-horizon"
WEEKLY = Recurrence("weekly", 1, date(2026, 9, 1), days=("tuesday",), time_zone="Europe/Amsterdam")
MADE = moment("2026-09-01 08:00")
"""When the room got the series."""


def at_rest(event: Event | None = None, **more: Any) -> Facts:
    return make_facts(CHANGED, reservation=make_reservation(), event=event or make_event(), **more)


def told(facts: Facts) -> tuple[str, str] | None:
    cause = cause_in_step(facts)
    return (cause.code, cause.confidence.value) if cause else None


def evidence(cause: Cause | None) -> dict[str, object]:
    assert cause is not None
    return {item.fact: item.value for item in cause.evidence}


@pytest.mark.parametrize(
    ("answer", "risk"),
    [
        (OrganizerAnswer.NOT_FOUND, (LEFT, "likely")),
        (OrganizerAnswer.DISABLED, (LEFT, "likely")),
        (OrganizerAnswer.FOUND, None),
        (OrganizerAnswer.PRESENT, None),
        (OrganizerAnswer.REFUSED, None),
        (OrganizerAnswer.UNKNOWN, None),
    ],
)
def test_only_the_directory_says_that_an_organiser_left(
    answer: OrganizerAnswer, risk: tuple[str, str] | None
) -> None:
    assert told(at_rest(organizer=answer)) == risk
    long_quiet = make_event(modified_at=moment("2020-01-01 09:00"))
    assert told(at_rest(long_quiet, organizer=answer)) == risk


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(
            at_rest(make_event(organizer=Person("Omar", "omar@fabrikam.example"))),
            id="an outsider, whom no directory of ours knows",
        ),
        pytest.param(
            at_rest(make_event(is_organizer=True, response=Response.ORGANIZER)),
            id="the room's own meeting",
        ),
        pytest.param(
            make_facts(
                CHANGED,
                reservation=make_reservation(starts="2026-09-10 09:00"),
                event=make_event(starts="2026-09-10 09:00"),
            ),
            id="a meeting that is over",
        ),
    ],
)
def test_nobody_is_missed_whom_nobody_expects(facts: Facts) -> None:
    assert told(replace(facts, organizer=OrganizerAnswer.NOT_FOUND)) is None


def test_a_meeting_that_differs_in_something_has_its_own_cause() -> None:
    facts = at_rest(organizer=OrganizerAnswer.NOT_FOUND)
    fields = {"subject": FieldValues("Budget", "Budget 2")}
    differs = replace(facts, difference=replace(facts.difference, fields=fields))
    assert told(differs) is None


def test_the_series_of_who_left_tells_how_long_it_goes_on() -> None:
    facts = make_facts(
        CHANGED,
        reservation=make_occurrence_reservation(),
        event=make_occurrence(),
        master=make_master(recurrence=replace(WEEKLY, end_date=date(2026, 12, 29))),
        organizer=OrganizerAnswer.DISABLED,
        organizer_says=OrganizerSays.UNKNOWN,
        organizer_closed=WhyClosed.NO_MAILBOX,
    )
    assert evidence(cause_in_step(facts)) == {
        "event.organizer": ANNA.email,
        "directory.answer": "disabled",
        "event.modified_at": "2026-09-10T08:00:00Z",
        "series.without_end": False,
        "series.last_date": "2026-12-29",
        "organizer.copy": "cannot be read",
        "organizer.copy_closed": "the organiser has no mailbox any more",
    }


# -- the room's copy ends where its booking window does ----------------------------------------


def series(ends: date | None, **master: Any) -> SeriesMaster:
    made = {"created_at": MADE, "modified_at": MADE} | master
    return make_master(recurrence=replace(WEEKLY, end_date=ends), **made)


def copy_of(last: date | None, modified: timedelta = timedelta(0)) -> OrganizerCopy:
    event = make_occurrence("X", modified_at=MADE + modified)
    return OrganizerCopy(event, series=replace(WEEKLY, end_date=last))


def rules(window: int | None = None, *, enforced: bool | None = None) -> dict[str, Any]:
    known = CalendarProcessing(booking_window_in_days=window, enforce_scheduling_horizon=enforced)
    return {"room": make_room(processing=known)}


HORIZON = date(2026, 10, 1)
"""Thirty days after the room got the series: a Thursday, two days after a date of it."""
LONGER, SAME = date(2027, 3, 30), date(2026, 9, 29)
LAST = date(2026, 9, 29)
THIRTY = rules(30, enforced=False)

CUTS: list[tuple[str, dict[str, Any], tuple[str, str] | None]] = [
    ("the organiser's goes on", THIRTY | {"master": series(LAST), "organizer_copy":
     copy_of(LONGER)}, (CUT, "likely")),
    ("the organiser's is without end", THIRTY | {"master": series(LAST), "organizer_copy":
     copy_of(None)}, (CUT, "likely")),
    ("the organiser's ends there too", THIRTY | {"master": series(LAST), "organizer_copy":
     copy_of(SAME)}, None),
    ("the room's is without end", THIRTY | {"master": series(None), "organizer_copy":
     copy_of(None)}, None),
    ("the organiser is not to be read", THIRTY | {"master": series(LAST)}, (CUT, "likely")),
    ("it ends on the very day", THIRTY | {"master": series(HORIZON)}, (CUT, "likely")),
    ("a date more would have been taken", THIRTY | {"master": series(date(2026, 9, 22))}, None),
    ("Exchange refuses longer series whole", rules(30, enforced=True) |
     {"master": series(LAST)}, None),
    ("whether it refuses them is not known", rules(30) | {"master": series(LAST)}, None),
    ("nor that, and it ends on the very day", rules(30) | {"master": series(HORIZON)},
     (CUT, "possible")),
    ("no rule is known, nor the organiser's", {"master": series(LAST)}, None),
    ("no rule is known, on the day of the default", {"master": series(date(2027, 2, 28))},
     (CUT, "possible")),
    ("it ends as far ahead as most rooms are booked", {"master": series(date(2027, 3, 9)),
     "organizer_copy": copy_of(None)}, (CUT, "likely")),
    ("no rule is known, the organiser's goes on", {"master": series(LAST), "organizer_copy":
     copy_of(LONGER)}, (CUT, "likely")),
    ("the organiser's was changed since", {"master": series(LAST), "organizer_copy":
     copy_of(LONGER, timedelta(days=1))}, (CUT, "possible")),
    ("the window known does not fit", rules(200, enforced=False) | {"master": series(LAST),
     "organizer_copy": copy_of(LONGER)}, (CUT, "possible")),
    ("it ends further ahead than most rooms are booked", {"master": series(date(2027, 3, 16)),
     "organizer_copy": copy_of(None)}, None),
    ("cut when it was changed", THIRTY | {"master": series(date(2026, 10, 6),
     modified_at=MADE + timedelta(days=7)), "organizer_copy": copy_of(LONGER)}, (CUT, "likely")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "risk"), [pytest.param(more, risk, id=name) for name, more, risk in CUTS]
)
def test_a_series_cut_at_the_booking_window_is_told_before_the_date_comes(
    more: dict[str, Any], risk: tuple[str, str] | None
) -> None:
    facts = make_facts(
        CHANGED, reservation=make_occurrence_reservation(), event=make_occurrence(), **more
    )
    assert told(facts) == risk


def test_two_risks_are_both_named() -> None:
    facts = make_facts(
        CHANGED,
        reservation=make_occurrence_reservation(),
        event=make_occurrence(),
        organizer=OrganizerAnswer.DISABLED,
        master=series(LAST),
        **THIRTY,
    )
    cause = cause_in_step(facts)
    assert (cause and cause.code, evidence(cause)["also_holds"]) == (LEFT, CUT)


def test_a_draft_takes_no_room_yet_and_other_events_without_a_reservation_are_differences() -> None:
    draft = make_facts(event=make_event(is_draft=True, created_at=NOW - timedelta(days=3)))
    assert told(draft) == ("event-still-settling", "likely")
    assert told(make_facts(event=make_event(), organizer=OrganizerAnswer.NOT_FOUND)) is None
