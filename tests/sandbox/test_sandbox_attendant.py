"""The booking attendant, rule by rule of Set-CalendarProcessing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sandbox_client import ANNA, BOB, OTHER_ROOM, ROOM, WINDOW, Graph, event, weekly

from obctl.sandbox.server import SandboxServer


@dataclass
class Booking:
    """Books rooms as a person does, and looks at what comes of it."""

    graph: Graph
    sandbox: SandboxServer

    def rule(self, **settings: Any) -> None:
        step = {"do": "processing", "room": ROOM, "settings": settings}
        self.graph.control("POST", "act", step)

    def book(self, organizer: str = ANNA, **fields: Any) -> dict[str, Any]:
        created = self.graph.post(f"/users/{organizer}/events", event(**fields))
        self.sandbox.tenant.advance(seconds=5)
        return dict(self.graph.get(f"/users/{organizer}/events/{created['id']}"))

    def copies(self) -> list[dict[str, Any]]:
        return list(self.graph.get(f"/users/{ROOM}/events")["value"])


@pytest.fixture
def booking(graph: Graph, sandbox: SandboxServer) -> Booking:
    return Booking(graph, sandbox)


def _answer(booked: dict[str, Any]) -> str:
    return str(booked["attendees"][-1]["status"]["response"])


@pytest.mark.parametrize(
    ("settings", "fields", "subject"),
    [
        pytest.param({}, {}, "Anna de Vries", id="default"),
        pytest.param({"AddOrganizerToSubject": False}, {}, "", id="only-deleted"),
        pytest.param({"DeleteSubject": False}, {}, "Anna de Vries Budget 2027", id="only-added"),
        pytest.param(
            {"DeleteSubject": False, "AddOrganizerToSubject": False}, {}, "Budget 2027", id="kept"
        ),
    ],
)
def test_the_subject_of_an_accepted_meeting(
    booking: Booking, settings: dict[str, Any], fields: dict[str, Any], subject: str
) -> None:
    booking.rule(**settings)
    assert _answer(booking.book(**fields)) == "accepted"
    assert booking.copies()[0]["subject"] == subject


def test_body_and_private_flag_stay_where_the_rules_say_so(booking: Booking) -> None:
    booking.rule(DeleteComments=False, RemovePrivateProperty=False)
    body = {"contentType": "html", "content": "<p>numbers</p>"}
    booking.book(sensitivity="private", body=body)
    copy = booking.copies()[0]
    assert (copy["sensitivity"], copy["bodyPreview"]) == ("private", "numbers")


@pytest.mark.parametrize("fields", [{}, {"recurrence": weekly()}], ids=["single", "series"])
@pytest.mark.parametrize("removed", [False, True], ids=["kept", "removed"])
def test_a_room_invited_again_takes_the_meeting_again(
    booking: Booking, fields: dict[str, Any], removed: bool
) -> None:
    """What was kept as cancelled is brought back to life, under the id it had."""
    booking.rule(RemoveCanceledMeetings=removed, DeleteSubject=False, AddOrganizerToSubject=False)
    path = f"/users/{ANNA}/events/{booking.book(**fields)['id']}"
    (before,) = booking.copies()
    invited = booking.graph.get(path)["attendees"]
    booking.graph.send("PATCH", path, {"attendees": []})
    assert [one["isCancelled"] for one in booking.copies()] == ([] if removed else [True])
    booking.graph.send("PATCH", path, {"attendees": invited, "subject": "Again"})
    (asked,) = booking.copies()
    assert (asked["isCancelled"], asked["showAs"]) == (False, "tentative")
    booking.sandbox.tenant.advance(seconds=5)
    (again,) = booking.copies()
    assert (again["id"] == before["id"]) is not removed
    assert (again["subject"], again["showAs"], again["isCancelled"]) == ("Again", "busy", False)
    assert again["responseStatus"]["response"] == "accepted"
    assert len(booking.graph.view()) == (5 if fields else 1)


@pytest.mark.parametrize(
    ("settings", "fields", "answer"),
    [
        pytest.param({"BookingType": "Reserved"}, {}, "declined", id="reserved"),
        pytest.param({"AutomateProcessing": "None"}, {}, "none", id="no-attendant"),
        pytest.param({"AutomateProcessing": "AutoUpdate"}, {}, "none", id="auto-update"),
        pytest.param({"AllBookInPolicy": False}, {}, "declined", id="nobody-may-book"),
        pytest.param(
            {"AllBookInPolicy": False, "AllRequestInPolicy": True}, {}, "none", id="delegate"
        ),
        pytest.param({"MaximumDurationInMinutes": 30}, {}, "declined", id="too-long"),
        pytest.param({"MinimumDurationInMinutes": 90}, {}, "declined", id="too-short"),
        pytest.param(
            {"MaximumDurationInMinutes": 30, "AllRequestOutOfPolicy": True},
            {},
            "none",
            id="out-of-policy-to-delegate",
        ),
        pytest.param(
            {"ScheduleOnlyDuringWorkHours": True},
            {"start": "2026-10-19T18:00:00", "end": "2026-10-19T19:00:00"},
            "declined",
            id="after-hours",
        ),
        pytest.param(
            {"AllowRecurringMeetings": False}, {"recurrence": weekly()}, "declined", id="no-series"
        ),
        pytest.param({"BookingWindowInDays": 0}, {}, "declined", id="beyond-horizon"),
        pytest.param(
            {"BookingWindowInDays": 20}, {"recurrence": weekly()}, "declined", id="series-beyond"
        ),
    ],
)
def test_a_request_is_judged_by_the_rules(
    booking: Booking, settings: dict[str, Any], fields: dict[str, Any], answer: str
) -> None:
    booking.rule(**settings)
    assert _answer(booking.book(**fields)) == answer


def test_what_waits_for_a_delegate_is_tentative_or_free(booking: Booking) -> None:
    booking.rule(AutomateProcessing="AutoUpdate")
    booking.book()
    assert booking.copies()[0]["showAs"] == "tentative"
    booking.rule(TentativePendingApproval=False)
    booking.book(start="2026-10-20T09:00:00", end="2026-10-20T10:00:00")
    assert booking.copies()[1]["showAs"] == "free"
    assert booking.copies()[1]["responseStatus"]["response"] == "notResponded"


def test_a_request_may_stay_unseen_until_it_is_answered(
    booking: Booking, graph: Graph, sandbox: SandboxServer
) -> None:
    booking.rule(AddNewRequestsTentatively=False)
    graph.post(f"/users/{ANNA}/events", event())
    assert booking.copies() == []
    sandbox.tenant.advance(seconds=5)
    assert [one["showAs"] for one in booking.copies()] == ["busy"]
    assert _answer(booking.book(BOB)) == "declined"
    assert len(booking.copies()) == 1


def test_a_conflict_is_declined_whole_and_leaves_the_calendar(booking: Booking) -> None:
    booking.book()
    assert _answer(booking.book(BOB, start="2026-10-19T09:30:00")) == "declined"
    assert len(booking.copies()) == 1
    assert _answer(booking.book(BOB, start="2026-10-19T10:00:00", end="2026-10-19T11:00:00")) == (
        "accepted"
    )


def test_conflicts_are_taken_where_they_are_allowed(booking: Booking) -> None:
    booking.rule(AllowConflicts=True)
    booking.book()
    assert _answer(booking.book(BOB)) == "accepted"


@pytest.mark.parametrize(
    ("settings", "answer", "left"),
    [
        ({}, "declined", 0),
        ({"ConflictPercentageAllowed": 20}, "accepted", 4),
        ({"ConflictPercentageAllowed": 19}, "declined", 0),
        ({"MaximumConflictInstances": 1}, "accepted", 4),
        ({"ConflictPercentageAllowed": 10, "MaximumConflictInstances": 1}, "declined", 0),
    ],
)
def test_a_series_with_one_clash_is_declined_or_gets_a_hole(
    booking: Booking, graph: Graph, settings: dict[str, Any], answer: str, left: int
) -> None:
    booking.rule(**settings)
    booking.book(BOB, start="2026-10-26T09:30:00", end="2026-10-26T10:30:00")
    assert _answer(booking.book(recurrence=weekly())) == answer
    days = [one["start"]["dateTime"][:10] for one in graph.view() if one["type"] == "occurrence"]
    assert len(days) == left
    assert "2026-10-26" not in days
    assert len([one for one in graph.view(ANNA) if one["seriesMasterId"]]) == 5


def test_a_series_beyond_the_window_is_cut_where_the_horizon_is_not_enforced(
    booking: Booking,
) -> None:
    booking.rule(BookingWindowInDays=20, EnforceSchedulingHorizon=False)
    booked = booking.book(recurrence=weekly())
    copy = booking.copies()[0]
    assert _answer(booked) == "accepted"
    assert copy["recurrence"]["range"]["endDate"] == "2026-11-08"
    assert booked["recurrence"]["range"]["numberOfOccurrences"] == 5


def test_the_request_of_an_external_organiser_is_ignored_unless_processed(
    booking: Booking, sandbox: SandboxServer
) -> None:
    times = ("2026-10-19T09:00", "2026-10-19T10:00")
    sandbox.tenant.book("eve@fabrikam.example", [ROOM], "Visit", *times)
    sandbox.tenant.advance(seconds=5)
    assert booking.copies() == []
    booking.rule(ProcessExternalMeetingMessages=True)
    sandbox.tenant.book("eve@fabrikam.example", [ROOM], "Visit", *times, organizer_name="Eve")
    sandbox.tenant.advance(seconds=5)
    assert booking.copies()[0]["subject"] == "Eve"


def test_a_cancelled_meeting_goes_where_the_rules_remove_it(booking: Booking) -> None:
    booking.rule(RemoveCanceledMeetings=True)
    booked = booking.book()
    booking.graph.post(f"/users/{ANNA}/events/{booked['id']}/cancel", {"Comment": "sorry"})
    assert booking.copies() == []


def test_capacity_is_enforced_only_where_the_rules_say_so(booking: Booking) -> None:
    crowd = [
        {"type": "required", "emailAddress": {"address": f"p{number}@contoso.example"}}
        for number in range(8)
    ]
    room = [{"type": "resource", "emailAddress": {"address": ROOM}}]
    assert _answer(booking.book(attendees=crowd + room)) == "accepted"
    booking.rule(EnforceCapacity=True)
    later = {"start": "2026-10-20T09:00:00", "end": "2026-10-20T10:00:00"}
    assert _answer(booking.book(attendees=crowd + room, **later)) == "declined"


def test_a_moved_meeting_is_answered_anew(booking: Booking, graph: Graph) -> None:
    booking.book(BOB, start="2026-10-19T12:00:00", end="2026-10-19T13:00:00")
    booked = booking.book()
    noon = {"dateTime": "2026-10-19T12:00:00", "timeZone": "Europe/Amsterdam"}
    graph.send("PATCH", f"/users/{ANNA}/events/{booked['id']}", {"start": noon})
    booking.sandbox.tenant.advance(seconds=5)
    again = graph.get(f"/users/{ANNA}/events/{booked['id']}")
    assert _answer(again) == "declined"
    assert len(booking.copies()) == 1


def test_a_meeting_moved_to_another_room_is_cancelled_in_the_first(
    booking: Booking, graph: Graph
) -> None:
    booked = booking.book()
    room = [{"type": "resource", "emailAddress": {"address": OTHER_ROOM}}]
    graph.send("PATCH", f"/users/{ANNA}/events/{booked['id']}", {"attendees": room})
    booking.sandbox.tenant.advance(seconds=5)
    other = graph.get(f"/users/{OTHER_ROOM}/events")["value"]
    assert [one["isCancelled"] for one in booking.copies()] == [True]
    assert [one["iCalUId"] for one in other] == [booked["iCalUId"]]


def test_one_date_moved_to_another_room_is_there_alone_and_may_come_back(
    booking: Booking, graph: Graph
) -> None:
    booked = booking.book(recurrence=weekly())
    occurrences = graph.get(f"/users/{ANNA}/events/{booked['id']}/instances?{WINDOW}")["value"]
    second = f"/users/{ANNA}/events/{occurrences[1]['id']}"
    before = _dates(graph, ROOM)

    _invite(booking, second, OTHER_ROOM)

    assert _dates(graph, ROOM) == before[:1] + before[2:]
    (alone,) = graph.view(OTHER_ROOM)
    assert (alone["type"], alone["seriesMasterId"]) == ("singleInstance", None)
    assert alone["start"]["dateTime"] == before[1]
    assert (
        alone["iCalUId"][32:40] == f"{2026:04X}{int(before[1][5:7]):02X}{int(before[1][8:10]):02X}"
    )

    _invite(booking, second, ROOM)

    assert _dates(graph, ROOM) == before
    assert _dates(graph, OTHER_ROOM) == []


def test_a_series_invited_again_shows_the_dates_that_were_changed(
    booking: Booking, graph: Graph
) -> None:
    series = f"/users/{ANNA}/events/{booking.book(recurrence=weekly())['id']}"
    before = _dates(graph, ROOM)
    second = graph.get(f"{series}/instances?{WINDOW}")["value"][1]
    graph.send("PATCH", f"/users/{ANNA}/events/{second['id']}", {"subject": "With guests"})
    _invite(booking, series, OTHER_ROOM)
    _invite(booking, f"/users/{ANNA}/events/{second['id']}", ROOM)
    _invite(booking, series, ROOM)
    assert _dates(graph, ROOM) == before


def test_a_room_that_had_one_date_and_gets_the_series_has_each_date_once(
    booking: Booking, graph: Graph
) -> None:
    booked = booking.book(recurrence=weekly())
    series = f"/users/{ANNA}/events/{booked['id']}"
    before = _dates(graph, ROOM)
    second = graph.get(f"{series}/instances?{WINDOW}")["value"][1]
    _invite(booking, f"/users/{ANNA}/events/{second['id']}", OTHER_ROOM)

    _invite(booking, series, OTHER_ROOM)

    assert _dates(graph, OTHER_ROOM) == before


def _invite(booking: Booking, path: str, room: str) -> None:
    attendees = [{"type": "resource", "emailAddress": {"address": room}}]
    booking.graph.send("PATCH", path, {"attendees": attendees})
    booking.sandbox.tenant.advance(seconds=5)


def _dates(graph: Graph, room: str) -> list[str]:
    return [one["start"]["dateTime"] for one in graph.view(room) if not one["isCancelled"]]
