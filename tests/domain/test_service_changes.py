from __future__ import annotations

from collections.abc import Sequence

import pytest
from builders import make_log_entry, make_reservation, moment

from obctl.domain.company_log import LogEntry
from obctl.domain.reservation import ReservationNumber, Service, ServiceKind
from obctl.domain.room import RoomId
from obctl.domain.service_changes import (
    Place,
    by_service,
    place_then,
    service_then,
    words_of_meeting,
    words_of_service,
)
from obctl.domain.values import replace

LUNCH = Service(3, ReservationNumber(7), ServiceKind.CATERING, "Lunch", 10)
HERE, BERLIN = RoomId(1), RoomId(2)
SEVEN = make_reservation(7, starts="10:00", ends="11:00")


def said(action: str, message: str, **more: object) -> LogEntry:
    return make_log_entry(action, message=message, reservation=7, **more)


def lunch(action: str, done: str, quantity: int = 10) -> LogEntry:
    return said(action, f"catering for {quantity} {done} (service 3)")


ADDED = lunch("service.added", "ordered on reservation 7")
OFF = lunch("service.cancelled", "cancelled on reservation 7")
OFF_TOO = lunch("service.cancelled", "cancelled with reservation 7")
BACK = lunch("service.restored", "ordered again with reservation 7")
FOR_EIGHT = lunch("service.restored", "ordered again with reservation 7", 8)


@pytest.mark.parametrize(
    ("entries", "cancelled", "words"),
    [
        ([], False, []),
        ([], True, []),
        ([ADDED], False, ["new"]),
        ([ADDED, OFF], True, ["new, and cancelled"]),
        ([ADDED, OFF_TOO, BACK], False, ["new"]),
        ([OFF], True, ["cancelled"]),
        ([OFF_TOO], True, ["cancelled"]),
        ([BACK], False, ["ordered again"]),
        ([OFF, BACK], False, ["cancelled, and ordered again"]),
        ([BACK, OFF], True, []),
        ([FOR_EIGHT], False, ["ordered again", "2 more"]),
    ],
    ids=[
        "nothing", "cancelled long ago", "new", "came and went", "new, off and on", "cancelled",
        "with its reservation", "again", "off and on", "on and off", "quantity",
    ],
)  # fmt: skip
def test_what_became_of_a_service(
    entries: Sequence[LogEntry], cancelled: bool, words: list[str]
) -> None:
    then = service_then(LUNCH, entries, cancelled=cancelled)
    assert words_of_service(LUNCH, then, entries, cancelled=cancelled) == words


def test_a_service_that_went_on_hung_where_it_was_first() -> None:
    went = replace(said("service.moved", "catering for 10 (service 3) went to reservation 6"))
    came = said("service.moved", "catering for 10 (service 3) came from reservation 5")
    first = replace(
        said("service.moved", "catering for 10 (service 3) went to reservation 7"),
        reservation=ReservationNumber(5),
    )
    assert by_service([first, came, went]) == {3: [first, came, went]}
    assert service_then(LUNCH, [first, came, went], cancelled=False).reservation == 5


@pytest.mark.parametrize(
    ("entries", "room", "starts"),
    [
        ([], HERE, "10:00"),
        (
            [said("event.moved", "reservation 7 moved from B to A: 'x'", left_room=BERLIN)],
            BERLIN,
            "10:00",
        ),
        (
            [
                said(
                    "event.updated",
                    "reservation 7 changed: start Tue 2026-09-15 10:00 (UTC) -> Tue 2026-09-15"
                    " 11:00 (UTC)",
                ),
                said(
                    "reservation.changed",
                    "reservation 7 changed in Officebooking: 'x' Tue 2026-09-15 13:00 (UTC); it was"
                    " from Tue 2026-09-15 11:00 (UTC) to Tue 2026-09-15 12:00 (UTC)",
                    left_room=BERLIN,
                ),
            ],
            BERLIN,
            "10:00",
        ),
    ],
    ids=["stayed", "another room", "twice, the first counts"],
)
def test_where_a_reservation_was(entries: Sequence[LogEntry], room: RoomId, starts: str) -> None:
    place = place_then(SEVEN, entries)
    assert (place.room, place.start) == (room, moment(starts))
    assert place_then(SEVEN, []) == Place(HERE, SEVEN.start, SEVEN.end)


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (["attendees 8 -> 6"], ["2 people fewer"]),
        (["attendees 8 -> 9"], ["1 person more"]),
        (["attendees None -> 9"], ["now 9 people"]),
        (["attendees 8 -> 6", "attendees 6 -> 8"], []),
        (["attendees 8 -> None"], ["number of people not known any more"]),
        (["nothing told"], ["changed"]),
    ],
    ids=["fewer", "more", "not known before", "back again", "not known now", "not told"],
)
def test_what_became_of_the_meeting(messages: list[str], words: list[str]) -> None:
    entries = [
        said("reservation.changed", f"reservation 7 changed in Officebooking: x; {m}")
        for m in messages
    ]
    assert words_of_meeting(entries) == words


def test_what_matters_to_nobody_is_not_told() -> None:
    quiet = [
        said("event.updated", "changed in Outlook in nothing that matters here"),
        said("event.updated", "reservation 7 has another event id now: 'x'"),
        said("event.updated", "reservation 7 changed: ids"),
    ]
    assert words_of_meeting(quiet) == []


def test_services_that_came_with_a_meeting_are_told() -> None:
    came = said("event.moved", "2 services came from reservation 5, whose copy of the meeting is")
    assert words_of_meeting([came]) == ["some came from reservation 5"]
