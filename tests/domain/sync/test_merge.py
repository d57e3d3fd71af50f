"""Both sides may have changed since they agreed: who leads, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from builders import (
    ANNA,
    BRAM,
    make_agreed,
    make_direct_event,
    make_event,
    make_reservation,
    moment,
)

from obctl.domain.event import Response
from obctl.domain.event_changes import EventChanges, EventTime
from obctl.domain.reservation import Source, Status
from obctl.domain.sync.merge import merge

OURS, THEIRS = Source.OFFICEBOOKING, Source.OUTLOOK


def merged(here: dict[str, Any], there: dict[str, Any], source: Source = THEIRS):
    agreed = make_agreed()
    return merge(make_reservation(source=source, **here), agreed, make_event(**there))


ELEVEN = {"starts": "11:00"}
THREE = {"starts": "15:00"}


@pytest.mark.parametrize(
    ("here", "there", "start", "conflicts"),
    [
        pytest.param({}, {}, "09:00", [], id="unchanged"),
        pytest.param({}, ELEVEN, "11:00", [], id="changed-there"),
        pytest.param(ELEVEN, {}, "11:00", [], id="changed-here"),
        pytest.param(ELEVEN, ELEVEN, "11:00", [], id="changed-alike"),
        pytest.param(THREE, ELEVEN, "11:00", ["time"], id="changed-apart"),
    ],
)
@pytest.mark.parametrize("source", list(Source))
def test_outlook_leads_on_the_time(
    here: dict[str, Any], there: dict[str, Any], start: str, conflicts: list[str], source: Source
) -> None:
    found = merged(here, there, source)
    assert found.reservation.start == moment(start)
    assert [item.field for item in found.conflicts] == conflicts


@pytest.mark.parametrize(
    ("here", "there", "start", "conflicts"),
    [
        pytest.param(THREE, ELEVEN, "15:00", [], id="wanted-elsewhere-since"),
        pytest.param({}, ELEVEN, "09:00", [], id="wanted-back"),
        pytest.param(ELEVEN, {}, "11:00", [], id="did-not-arrive"),
        pytest.param(THREE, {"starts": "12:00"}, "12:00", ["time"], id="moved-on-there"),
        pytest.param(THREE, ELEVEN | {"ends": "13:00"}, "11:00", ["time"], id="longer-there"),
    ],
)
def test_what_a_write_of_ours_made_of_the_event_is_no_change_there(
    here: dict[str, Any], there: dict[str, Any], start: str, conflicts: list[str]
) -> None:
    time = EventTime(moment("11:00"), moment("12:00"), False, "Europe/Amsterdam")
    agreed = make_agreed(tried=(EventChanges("Elsewhere"), EventChanges(time=time)))
    found = merge(make_reservation(**here), agreed, make_event(**there))
    assert found.reservation.start == moment(start)
    assert [item.field for item in found.conflicts] == conflicts


def test_a_conflict_names_all_three_values_and_the_one_kept() -> None:
    (conflict,) = merged(THREE, ELEVEN).conflicts
    assert (conflict.officebooking, conflict.outlook, conflict.agreed, conflict.kept) == (
        "2026-09-15T15:00:00Z/2026-09-15T16:00:00Z",
        "2026-09-15T11:00:00Z/2026-09-15T12:00:00Z",
        "2026-09-15T09:00:00Z/2026-09-15T10:00:00Z",
        "outlook",
    )


@pytest.mark.parametrize(
    ("here", "there", "source", "subject", "conflict"),
    [
        pytest.param("Budget", "Budget", THEIRS, "Budget", False, id="unchanged"),
        pytest.param("Budget", "Board", THEIRS, "Board", False, id="changed-there-made-there"),
        pytest.param("Budget", "Board", OURS, "Board", False, id="changed-there-made-here"),
        pytest.param("Board", "Budget", THEIRS, "Board", False, id="changed-here-made-there"),
        pytest.param("Board", "Budget", OURS, "Board", False, id="changed-here-made-here"),
        pytest.param("Board", "Board", OURS, "Board", False, id="changed-alike"),
        pytest.param("Here", "There", THEIRS, "There", True, id="apart-made-there"),
        pytest.param("Here", "There", OURS, "Here", True, id="apart-made-here"),
    ],
)
def test_the_side_where_it_was_made_leads_on_the_subject(
    here: str, there: str, source: Source, subject: str, conflict: bool
) -> None:
    found = merged({"subject": here}, {"subject": there}, source)
    assert found.reservation.subject == subject
    assert bool(found.conflicts) is conflict


@pytest.mark.parametrize(
    "there",
    [
        pytest.param({"subject": "Anna de Vries"}, id="organiser-instead"),
        pytest.param({"subject": "Anna de Vries Budget"}, id="organiser-before"),
        pytest.param({"subject": ""}, id="emptied"),
        pytest.param({"subject": "Private", "sensitivity": "private"}, id="private"),
        pytest.param({"subject": "", "sensitivity": "confidential"}, id="confidential"),
    ],
)
@pytest.mark.parametrize("source", list(Source))
def test_what_exchange_makes_of_a_subject_is_no_change(
    there: dict[str, Any], source: Source
) -> None:
    found = merged({}, there, source)
    assert (found.reservation.subject, found.conflicts) == ("Budget", ())


def test_outlook_leads_on_the_organiser() -> None:
    assert merged({}, {"organizer": BRAM}).reservation.organizer == BRAM


def test_the_room_is_no_organiser_of_what_we_wrote_into_it() -> None:
    reservation = make_reservation(source=OURS)
    event = make_direct_event()
    found = merge(reservation, make_agreed(reservation, event), event)
    assert found.reservation.organizer == ANNA


@pytest.mark.parametrize(
    ("response", "status"),
    [
        (Response.ACCEPTED, Status.CONFIRMED),
        (Response.NONE, Status.CONFIRMED),
        (Response.NOT_RESPONDED, Status.TENTATIVE),
        (Response.TENTATIVE, Status.TENTATIVE),
    ],
)
def test_what_the_room_has_not_accepted_is_tentative(response: Response, status: Status) -> None:
    assert merged({}, {"response": response}).reservation.status is status


def test_services_and_notes_stay_ours() -> None:
    assert merged({"notes": "window side"}, ELEVEN).reservation.notes == "window side"
