"""What the company log says of each change, word for word as people read it."""

from __future__ import annotations

from typing import Any

import pytest
from builders import ANNA, BRAM, make_event, make_reservation

from obctl.domain.company_log import Action
from obctl.domain.event import Event
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import Reservation, Service, ServiceKind, Status
from obctl.domain.room import RoomId
from obctl.domain.sync.cancellation import Proof, Reason
from obctl.domain.sync.change import (
    Absorb,
    Cancel,
    Create,
    Move,
    Rekey,
    Request,
    Restore,
    Update,
    Withdrawal,
)
from obctl.domain.sync.change_log import (
    Kept,
    entry_of,
    lost_entry,
    processed_text,
    services_entry,
    unchanged_entry,
)

MEETING = make_reservation()
EVENT = make_event(payload=b"{}")
THERE = make_reservation(room=RoomId(2))
NAMES = {RoomId(1): "Atrium", RoomId(2): "Liberty"}
CANCELLED = make_event(is_cancelled=True)
OTHER = make_reservation(2001, event="E2", subject="Board")


def ordered(*cancelled: bool) -> Reservation:
    """A reservation with one service for each flag: whether it was called off before."""
    services = tuple(
        Service(n, MEETING.number, ServiceKind.CATERING, "lunch", 12, cancelled=off)
        for n, off in enumerate(cancelled, 1)
    )
    return make_reservation(services=services)


@pytest.mark.parametrize(
    ("change", "action", "words"),
    [
        pytest.param(
            Create(MEETING, EVENT),
            Action.EVENT_CREATED,
            "reservation 1001 created: 'Budget' Tue 2026-09-15 11:00 (Europe/Amsterdam)",
            id="created",
        ),
        pytest.param(
            Create(MEETING, EVENT, instead_of=OTHER),
            Action.EVENT_CREATED,
            "reservation 1001 created:"
            " 'Budget' Tue 2026-09-15 11:00 (Europe/Amsterdam); it may be reservation 2001,"
            " moved here from a room that cannot be read now",
            id="created, perhaps in place of another",
        ),
        pytest.param(
            Move(MEETING, THERE, EVENT),
            Action.EVENT_MOVED,
            "reservation 1001 moved from Atrium to Liberty:"
            " 'Budget' Tue 2026-09-15 11:00 (Europe/Amsterdam)",
            id="moved",
        ),
        pytest.param(
            Restore(MEETING, MEETING, EVENT),
            Action.EVENT_RESTORED,
            "reservation 1001 is in Outlook again:"
            " 'Budget' Tue 2026-09-15 11:00 (Europe/Amsterdam)",
            id="restored",
        ),
        pytest.param(
            Restore(MEETING, MEETING, EVENT, OrganizerSays.TAKES_PLACE),
            Action.EVENT_RESTORED,
            "reservation 1001 is in Outlook again:"
            " 'Budget' Tue 2026-09-15 11:00 (Europe/Amsterdam);"
            f" the organiser's copy {OrganizerSays.TAKES_PLACE}",
            id="restored, as the organiser has it",
        ),
        pytest.param(
            Restore(MEETING, THERE, EVENT),
            Action.EVENT_RESTORED,
            "reservation 1001 is in Outlook again, in Liberty and no more in Atrium: 'Budget'"
            " Tue 2026-09-15 11:00 (Europe/Amsterdam)",
            id="restored in another room",
        ),
        pytest.param(
            Rekey(MEETING, MEETING, EVENT),
            Action.EVENT_UPDATED,
            "reservation 1001 has another event id now:"
            " 'Budget' Tue 2026-09-15 11:00 (Europe/Amsterdam)",
            id="another id",
        ),
    ],
)
def test_a_reservation_that_stands_says_what_became_of_it(
    change: Kept, action: Action, words: str
) -> None:
    entry = entry_of(change, MEETING.number, NAMES)
    assert (entry.action, entry.message) == (action, words)


@pytest.mark.parametrize("kind", [Move, Restore])
def test_a_meeting_that_went_to_another_room_is_found_under_both(kind: Any) -> None:
    change = kind(MEETING, THERE, EVENT)
    entry = entry_of(change, MEETING.number, NAMES)
    assert (entry.room, entry.left_room) == (RoomId(2), RoomId(1))
    stayed = entry_of(kind(MEETING, MEETING, EVENT), MEETING.number, NAMES)
    assert (stayed.room, stayed.left_room) == (RoomId(1), None)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        pytest.param({}, "ids", id="nothing that people see"),
        pytest.param(
            {"starts": "08:00", "ends": "10:00"},
            "start Tue 2026-09-15 11:00 (Europe/Amsterdam)"
            " -> Tue 2026-09-15 10:00 (Europe/Amsterdam)",
            id="start",
        ),
        pytest.param(
            {"ends": "11:00"},
            "end Tue 2026-09-15 12:00 (Europe/Amsterdam)"
            " -> Tue 2026-09-15 13:00 (Europe/Amsterdam)",
            id="end",
        ),
        pytest.param(
            {"organizer": BRAM, "subject": "Board"},
            f"subject Budget -> Board; organizer {ANNA.email} -> {BRAM.email}",
            id="subject and organiser",
        ),
        pytest.param(
            {"status": Status.TENTATIVE, "attendees": 5},
            "status confirmed -> tentative; attendees None -> 5",
            id="status and attendees",
        ),
    ],
)
def test_an_update_names_each_field_with_both_values(after: dict[str, Any], words: str) -> None:
    update = Update(MEETING, make_reservation(**after), EVENT)
    assert entry_of(update, MEETING.number, NAMES).message == f"reservation 1001 changed: {words}"


@pytest.mark.parametrize(
    ("event", "proof", "action", "words"),
    [
        pytest.param(
            CANCELLED, Proof.PROVEN, Action.EVENT_CANCELLED, "cancelled in Outlook", id="kept"
        ),
        pytest.param(
            CANCELLED,
            Proof.UNPROVEN,
            Action.EVENT_CANCELLED,
            "cancelled in Outlook",
            id="the event itself is proof",
        ),
        pytest.param(
            None, Proof.PROVEN, Action.EVENT_CANCELLED, "cancelled in Outlook", id="gone with proof"
        ),
        pytest.param(
            None,
            Proof.UNPROVEN,
            Action.EVENT_DELETED,
            "no longer in Outlook, and nothing says why",
            id="gone without",
        ),
    ],
)
@pytest.mark.parametrize("kind", [Cancel, Request])
def test_what_outlook_lost_says_whether_anything_tells_why(
    kind: type[Cancel | Request], event: Event | None, proof: Proof, action: Action, words: str
) -> None:
    change: Withdrawal = (
        Request(MEETING, MEETING, event, proof, Reason.UNPROVEN)
        if kind is Request
        else Cancel(MEETING, MEETING, event, proof)
    )
    entry = lost_entry(change)
    assert (entry.action, entry.message) == (action, words)


@pytest.mark.parametrize(
    ("proof", "words"),
    [(Proof.PROVEN, "cancelled in Outlook"), (Proof.UNPROVEN, "no longer in Outlook")],
)
def test_a_meeting_that_goes_on_beside_says_where(proof: Proof, words: str) -> None:
    entry = lost_entry(Absorb(MEETING, MEETING, None, proof, OTHER))
    assert entry.message == f"{words}; its meeting goes on there as reservation 2001"


@pytest.mark.parametrize(
    ("services", "cancelled", "ended"),
    [
        pytest.param((), "reservation 1001 cancelled", "reservation 1001 ended", id="none"),
        pytest.param((True,), "reservation 1001 cancelled", "reservation 1001 ended", id="off"),
        pytest.param(
            (False,),
            "reservation 1001 cancelled with 1 service",
            "reservation 1001 ended; its 1 service went to reservation 2001",
            id="one",
        ),
        pytest.param(
            (False, True, False),
            "reservation 1001 cancelled with 2 services",
            "reservation 1001 ended; its 2 services went to reservation 2001",
            id="two and one that was called off",
        ),
    ],
)
def test_the_end_of_a_reservation_counts_the_services_that_go(
    services: tuple[bool, ...], cancelled: str, ended: str
) -> None:
    before = ordered(*services)
    assert processed_text(Cancel(before, before, None, Proof.PROVEN)) == cancelled
    assert processed_text(Absorb(before, before, None, Proof.PROVEN, OTHER)) == ended


def test_the_reservation_that_gets_the_services_is_told_whose_they_were() -> None:
    before = ordered(False, False)
    entry = services_entry(Absorb(before, before, None, Proof.PROVEN, OTHER))
    assert (entry.reservation, entry.event_id, entry.subject) == (2001, "E2", "Board")
    assert entry.message == (
        "2 services came from reservation 1001, whose copy of the meeting is gone"
    )


def test_an_entry_is_found_by_all_that_its_change_is_about() -> None:
    entry = unchanged_entry(MEETING, EVENT)
    assert (entry.action, entry.message) == (
        Action.EVENT_UPDATED,
        "changed in Outlook in nothing that matters here",
    )
    assert (entry.room, entry.email, entry.subject) == (MEETING.room, ANNA.email, "Budget")
    assert (entry.reservation, entry.event_id, entry.payload) == (1001, "E1", b"{}")


def test_without_an_event_an_entry_bears_the_id_that_the_reservation_has() -> None:
    entry = lost_entry(Cancel(OTHER, OTHER, None, Proof.PROVEN))
    assert (entry.event_id, entry.payload) == ("E2", None)


def test_a_new_reservation_is_logged_under_the_number_it_gets() -> None:
    entry = entry_of(Create(make_reservation(0), EVENT), MEETING.number, NAMES)
    assert entry.reservation == 1001
