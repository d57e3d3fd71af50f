from __future__ import annotations

from typing import Any

import pytest

from obctl.domain.calendar_processing import lint
from obctl.domain.room import CalendarProcessing


@pytest.mark.parametrize(
    ("settings", "causes"),
    [
        ({}, []),
        ({"automate_processing": "AutoAccept"}, []),
        ({"automate_processing": "AutoUpdate"}, ["tentative-not-accepted"]),
        ({"automate_processing": "None"}, ["tentative-not-accepted"]),
        ({"process_external_meeting_messages": False}, ["external-organizer-ignored"]),
        ({"process_external_meeting_messages": True}, []),
        ({"allow_conflicts": True}, ["double-booked-by-direct-write"]),
        ({"delete_subject": True}, ["subject-rewritten"]),
        ({"add_organizer_to_subject": True}, ["subject-rewritten"]),
        ({"delete_subject": True, "add_organizer_to_subject": True}, ["subject-rewritten"]),
        ({"remove_private_property": True}, ["private-flag"]),
        ({"remove_canceled_meetings": False}, ["cancelled-but-kept-on-calendar"]),
        ({"enforce_scheduling_horizon": False}, ["recurrence-horizon"]),
        ({"booking_window_in_days": 179}, ["recurrence-horizon"]),
        ({"booking_window_in_days": 180}, []),
        ({"conflict_percentage_allowed": 25}, ["conflict-partially-declined-series"]),
        ({"maximum_conflict_instances": 3}, ["conflict-partially-declined-series"]),
        ({"conflict_percentage_allowed": 0, "maximum_conflict_instances": 0}, []),
    ],
)
def test_a_setting_warns_of_the_cause_it_leads_to(
    settings: dict[str, Any], causes: list[str]
) -> None:
    found = lint(CalendarProcessing(**settings), future_days=180)
    assert [warning.cause for warning in found] == causes
    assert all(warning.sentence.endswith(".") for warning in found)


@pytest.mark.parametrize(
    ("settings", "value", "says"),
    [
        pytest.param(
            {"booking_window_in_days": 179}, "179", "bookings 179 days ahead", id="a short window"
        ),
        pytest.param(
            {"enforce_scheduling_horizon": False, "booking_window_in_days": 365},
            "False",
            "the booking window (365 days)",
            id="a horizon",
        ),
        pytest.param(
            {"enforce_scheduling_horizon": False},
            "False",
            "the booking window (its length is unknown)",
            id="a horizon nobody knows",
        ),
        pytest.param({"conflict_percentage_allowed": 25}, "25 %, 0 dates", "", id="a share"),
        pytest.param({"maximum_conflict_instances": 3}, "0 %, 3 dates", "", id="a number"),
    ],
)
def test_a_warning_shows_how_the_room_is_set(
    settings: dict[str, Any], value: str, says: str
) -> None:
    (warning,) = lint(CalendarProcessing(**settings), future_days=180)
    assert warning.value == value
    assert says in warning.sentence
