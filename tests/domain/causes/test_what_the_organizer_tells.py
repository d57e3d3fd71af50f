"""Look-alikes that the organiser's copy tells apart: cancelled, declined, deleted, cut off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders import (
    BRAM,
    DAY,
    LAST_PASS,
    NOW,
    make_event,
    make_facts,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_outbox_item,
    make_reservation,
    make_room,
    moment,
)

from obctl.domain.causes import explain
from obctl.domain.causes.asked_organizer import asked_of_organizer
from obctl.domain.causes.facts import Facts
from obctl.domain.event import Event, Response
from obctl.domain.organizer_copy import OrganizerCopy, OrganizerSays, WhyClosed
from obctl.domain.recurrence import Recurrence
from obctl.domain.room import CalendarProcessing
from obctl.domain.values import replace

HOUR = timedelta(hours=1)
SINCE = LAST_PASS + HOUR
"""When the date, or the meeting, went."""
ACCEPTED, DECLINED = Response.ACCEPTED, Response.DECLINED
CONFLICT, NO = "conflict-partially-declined-series", "room-declined"
CANCELLED_DATE = "occurrence-cancelled-silently"
NEXT = (make_occurrence("O2", starts="2026-09-22 09:00"),)


def answered(response: Response | None, **event: Any) -> dict[str, Any]:
    """The organiser still has the meeting, and the room's answer beside it."""
    copy = OrganizerCopy(make_occurrence("X", modified_at=SINCE, **event), room_response=response)
    return {"organizer_says": OrganizerSays.TAKES_PLACE, "organizer_copy": copy}


def says(what: OrganizerSays) -> dict[str, Any]:
    return {"organizer_says": what}


def other(starts: str = "09:30", **more: Any) -> Event:
    return make_event("E9", organizer=BRAM, starts=starts, **more)


def missing(*beside: Event, listed: bool = True, **more: Any) -> Facts:
    """A date that is out of a series which goes on; Outlook lists it as such, or does not say."""
    defaults: dict[str, Any] = {
        "event_missing": True,
        "last_known": make_occurrence(),
        "master": make_master(cancelled=(DAY,) if listed else None, modified_at=SINCE),
        "same_series": NEXT,
        "same_room": tuple(e for e in beside if e.start < moment("10:00")),
        "same_day": beside,
    }
    return make_facts(reservation=make_occurrence_reservation(), **defaults | more)


PENDING = {"last_known": make_occurrence(response=Response.NOT_RESPONDED)}
ELSEWHEN = {"starts": "14:00", "original": "09:00"}
"""The organiser's copy of a date that was moved to the afternoon."""
LATER = SINCE + HOUR
RIGID = make_room(
    processing=CalendarProcessing(conflict_percentage_allowed=0, maximum_conflict_instances=0)
)

ROWS: list[tuple[str, Facts, str, str]] = [
    ("cancelled by the organiser", missing(**says(OrganizerSays.CANCELLED)),
     CANCELLED_DATE, "certain"),
    ("cancelled, and busy since", missing(other(), **says(OrganizerSays.CANCELLED)),
     CANCELLED_DATE, "certain"),
    ("off, and nobody may ask", missing(**says(OrganizerSays.UNKNOWN)), CANCELLED_DATE, "likely"),
    ("taken out in the room alone", missing(**answered(ACCEPTED)), CANCELLED_DATE, "likely"),
    ("taken out, and busy since", missing(other(created_at=LATER), **answered(ACCEPTED)),
     CANCELLED_DATE, "likely"),
    ("off, busy since, nobody may ask", missing(other(created_at=LATER)),
     CANCELLED_DATE, "likely"),
    ("the room had taken it beside the other", missing(other()), CANCELLED_DATE, "likely"),
    ("the room said no", missing(**answered(DECLINED)), NO, "likely"),
    ("the room said no, and was busy", missing(other(), **answered(DECLINED)),
     CONFLICT, "likely"),
    ("it said no, then somebody booked", missing(other(created_at=LATER), **answered(DECLINED)),
     NO, "likely"),
    ("it said no to another hour, and was busy then",
     missing(other("14:30"), **answered(DECLINED, **ELSEWHEN)), CONFLICT, "likely"),
    ("it said no to another hour, and is busy at the old one",
     missing(other(), **answered(DECLINED, **ELSEWHEN)), NO, "likely"),
    ("a room that takes a series whole or not", missing(other(), room=RIGID, **answered(DECLINED)),
     NO, "likely"),
    ("another meeting shown as free", missing(other(show_as="free"), **answered(DECLINED)),
     NO, "likely"),
    ("another date of the same series", missing(make_occurrence("O9", starts="09:30"),
     **answered(DECLINED)), NO, "likely"),
    ("never accepted, and busy", missing(other(), **PENDING), CONFLICT, "likely"),
    ("never accepted, busy, at the end of the series", missing(other(), same_series=(), **PENDING),
     CONFLICT, "possible"),
    ("never accepted, and free", missing(**PENDING), CANCELLED_DATE, "likely"),
    ("never accepted, busy, cancelled by the organiser",
     missing(other(), **PENDING, **says(OrganizerSays.CANCELLED)), CANCELLED_DATE, "certain"),
    ("the series was moved onto the other", missing(
     other("14:30"), master=make_master(cancelled=(DAY,), starts="2026-09-01 14:00",
     modified_at=SINCE)), CONFLICT, "likely"),
    ("moved beside it", missing(
     other("15:00"), master=make_master(cancelled=(DAY,), starts="2026-09-01 14:00",
     modified_at=SINCE)), CANCELLED_DATE, "likely"),
    ("declined, and Outlook names no dates", missing(other(), listed=False, **answered(DECLINED)),
     CONFLICT, "likely"),
    ("declined, free, and Outlook names no dates", missing(listed=False, **answered(DECLINED)),
     NO, "likely"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code", "confidence"),
    [pytest.param(facts, code, how, id=name) for name, facts, code, how in ROWS],
)
def test_a_date_that_is_missing_was_cancelled_declined_or_taken_out(
    facts: Facts, code: str, confidence: str
) -> None:
    cause = explain(facts).cause
    assert (cause.code, cause.confidence.value) == (code, confidence)


def test_a_date_that_still_stands_there_as_declined_was_busy_or_not() -> None:
    event = make_occurrence(response=DECLINED)
    facts = make_facts(reservation=make_occurrence_reservation(), event=event, master=make_master())
    assert explain(facts).cause.code == NO
    assert explain(replace(facts, same_room=(other(),))).cause.code == CONFLICT
    cancelled = replace(facts, event=replace(event, is_cancelled=True), same_room=(other(),))
    assert explain(cancelled).cause.code == "cancelled-but-kept-on-calendar"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"outbox": make_outbox_item()}, id="yet to be written"),
        pytest.param({"master_missing": True, "master": None}, id="the series is gone"),
        pytest.param(
            {"master": make_master(is_cancelled=True, modified_at=SINCE)}, id="the series is off"
        ),
        pytest.param(
            {
                "master": make_master(
                    recurrence=Recurrence(
                        "weekly", 1, DAY, days=("thursday",), time_zone="Europe/Amsterdam"
                    )
                )
            },
            id="the pattern has no such day",
        ),
    ],
)
def test_a_date_of_no_living_series_was_not_declined_alone(changes: dict[str, Any]) -> None:
    facts = replace(missing(other(), **PENDING, **answered(DECLINED)), **changes)
    assert explain(facts).cause.code != CONFLICT


# -- a meeting that is gone --------------------------------------------------------------------

GONE = make_facts(reservation=make_reservation(), event_missing=True, last_known=make_event())
DELETED, CANCELLED = "hard-deleted-by-delegate", "cancelled-but-kept-on-calendar"


@pytest.mark.parametrize(
    ("more", "code", "confidence"),
    [
        pytest.param({}, DELETED, "likely", id="nobody asked"),
        pytest.param(says(OrganizerSays.UNKNOWN), DELETED, "likely", id="nobody may ask"),
        pytest.param(answered(ACCEPTED), DELETED, "certain", id="the room has it there"),
        pytest.param(answered(DECLINED), NO, "certain", id="the room said no"),
        pytest.param(says(OrganizerSays.CANCELLED), CANCELLED, "likely", id="cancelled there"),
        pytest.param(says(OrganizerSays.GONE), CANCELLED, "likely", id="gone there too"),
    ],
)
def test_what_the_organiser_has_tells_a_deletion_from_a_cancellation(
    more: dict[str, Any], code: str, confidence: str
) -> None:
    cause = explain(replace(GONE, **more)).cause
    assert (cause.code, cause.confidence.value) == (code, confidence)


@pytest.mark.parametrize(
    ("removes", "more", "confidence"),
    [
        (None, {}, "likely"),
        (False, {}, "likely"),
        (True, {}, "possible"),
        (True, says(OrganizerSays.UNKNOWN), "possible"),
        (True, answered(ACCEPTED), "certain"),
        (True, answered(None), "likely"),
    ],
)
def test_a_room_that_takes_cancelled_meetings_off_leaves_a_deletion_in_doubt(
    removes: bool | None, more: dict[str, Any], confidence: str
) -> None:
    room = make_room(processing=CalendarProcessing(remove_canceled_meetings=removes))
    cause = explain(replace(GONE, room=room, **more)).cause
    assert (cause.code, cause.confidence.value) == (DELETED, confidence)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            {"reservation": make_reservation(starts=NOW - 2 * HOUR, ends=NOW - HOUR)},
            id="it is over, and a purge takes both copies",
        ),
        pytest.param({"put_back": True}, id="calendar repair had put it back"),
    ],
)
def test_what_goes_in_both_calendars_for_another_reason_is_not_called_cancelled(
    changes: dict[str, Any],
) -> None:
    facts = replace(GONE, **says(OrganizerSays.GONE), **changes)
    assert explain(facts).cause.code != CANCELLED


@pytest.mark.parametrize("why", WhyClosed)
def test_why_a_calendar_cannot_be_read_is_said(why: WhyClosed) -> None:
    facts = replace(GONE, organizer_says=OrganizerSays.UNKNOWN, organizer_closed=why)
    said = {item.fact: item.value for item in explain(facts).cause.evidence}
    assert (said["organizer.copy"], said["organizer.copy_closed"]) == ("cannot be read", why.value)


def test_the_organiser_is_asked_about_a_date_that_its_series_lost() -> None:
    assert asked_of_organizer(missing()) is not None
    assert asked_of_organizer(missing(rekeyed=make_occurrence("O9"))) is not None
