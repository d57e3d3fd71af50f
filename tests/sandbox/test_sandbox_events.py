"""Events over HTTP: ids, times, writing, answering, and the errors Graph gives."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_client import (
    ANNA,
    BOB,
    IMMUTABLE,
    ROOM,
    WINDOW,
    Graph,
    error_of,
    event,
    weekly,
)

from obctl.sandbox.server import SandboxServer

AMSTERDAM = "Europe/Amsterdam"


def test_the_two_id_spaces_are_apart_and_only_the_ordinary_one_moves(
    graph: Graph, sandbox: SandboxServer
) -> None:
    meeting = sandbox.tenant.book_directly(ROOM, "x", "2026-10-19T09:00", "2026-10-19T10:00")
    ordinary = graph.view()[0]["id"]
    immutable = graph.view(prefer=IMMUTABLE)[0]["id"]
    assert ordinary.startswith("AAMkA")
    assert immutable.startswith("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A")
    translated = graph.post(
        f"/users/{ROOM}/translateExchangeIds",
        {"inputIds": [ordinary], "targetIdType": "restImmutableEntryId"},
    )
    assert translated["value"] == [{"sourceId": ordinary, "targetId": immutable}]
    sandbox.tenant.refile(ROOM, meeting)
    assert graph.view()[0]["id"] != ordinary
    assert graph.view(prefer=IMMUTABLE)[0]["id"] == immutable
    assert error_of(graph.send("GET", f"/users/{ROOM}/events/{ordinary}")) == (
        404,
        "ErrorItemNotFound",
    )


def test_ids_are_exact_in_their_case(graph: Graph, sandbox: SandboxServer) -> None:
    sandbox.tenant.book_directly(ROOM, "x", "2026-10-19T09:00", "2026-10-19T10:00")
    found = graph.view()[0]["id"]
    swapped = graph.send("GET", f"/users/{ROOM}/events/{found.swapcase()}")
    assert error_of(swapped) == (400, "ErrorInvalidIdMalformed")
    encoded = found.replace("=", "%3D")
    assert graph.get(f"/users/{ROOM}/events/{encoded}")["id"] == found


def test_times_have_seven_digits_and_follow_the_preferred_zone(graph: Graph) -> None:
    created = graph.post(f"/users/{ROOM}/events", event(rooms=()))
    assert created["start"] == {"dateTime": "2026-10-19T07:00:00.0000000", "timeZone": "UTC"}
    zone = "W. Europe Standard Time"
    prefer = f'outlook.timezone="{zone}", {IMMUTABLE}'
    answer = graph.send("GET", f"/users/{ROOM}/events/{created['id']}", prefer=prefer)
    assert answer.json()["start"] == {"dateTime": "2026-10-19T09:00:00.0000000", "timeZone": zone}
    assert answer.headers["Preference-Applied"] == prefer
    bad = graph.send("GET", f"/users/{ROOM}/events", prefer='outlook.timezone="Mars"')
    assert error_of(bad) == (400, "TimeZoneNotSupportedException")


@pytest.mark.parametrize(
    ("day", "utc"), [("2026-10-24", "07:00"), ("2026-10-26", "08:00"), ("2027-03-29", "07:00")]
)
def test_a_wall_clock_time_follows_daylight_saving(graph: Graph, day: str, utc: str) -> None:
    for zone in (AMSTERDAM, "W. Europe Standard Time"):
        times = (f"{day}T09:00:00", f"{day}T10:00:00")
        created = graph.post(f"/users/{ROOM}/events", event(*times, rooms=(), zone=zone))
        assert created["start"]["dateTime"][11:16] == utc


def test_a_series_keeps_its_wall_clock_over_a_change_of_time(graph: Graph) -> None:
    graph.post(f"/users/{ROOM}/events", event(rooms=(), recurrence=weekly(count=2)))
    assert [one["start"]["dateTime"][:16] for one in graph.view()] == [
        "2026-10-19T07:00",
        "2026-10-26T08:00",
    ]


def test_pages_hold_ten_by_default_singles_first_and_follow_their_links(graph: Graph) -> None:
    graph.post(f"/users/{ROOM}/events", event(rooms=(), recurrence=weekly(count=5)))
    for hour in range(8, 17):
        times = (f"2026-11-10T{hour:02}:00:00", f"2026-11-10T{hour:02}:30:00")
        graph.post(f"/users/{ROOM}/events", event(*times, rooms=()))
    page = graph.get(f"/users/{ROOM}/calendarView?{WINDOW}")
    kinds = [one["type"] for one in page["value"]]
    assert kinds == ["singleInstance"] * 9 + ["occurrence"]
    rest = graph.get(page["@odata.nextLink"])
    assert len(rest["value"]) == 4
    assert "@odata.nextLink" not in rest
    too_many = graph.send("GET", f"/users/{ROOM}/calendarView?{WINDOW}&$top=1001")
    assert too_many.status_code == 400


def test_a_window_has_to_be_given_and_may_be_1825_days(graph: Graph) -> None:
    path = f"/users/{ROOM}/calendarView"
    for query in (
        "",
        "?startDateTime=2026-10-19T00:00:00Z",
        "?startDateTime=2026-10-19T00:00:00Z&endDateTime=soon",
        "?startDateTime=2026-10-19T00:00:00Z&endDateTime=2031-10-19T00:00:00Z",
        "?startDateTime=2026-10-19T00:00:00Z&endDateTime=2026-10-18T00:00:00Z",
    ):
        assert error_of(graph.send("GET", path + query)) == (400, "ErrorInvalidRequest")
    for early, late in (("0001-01-01", "0001-02-01"), ("9999-12-01", "9999-12-31")):
        far = f"?startDateTime={early}T00:00:00Z&endDateTime={late}T00:00:00Z"
        assert error_of(graph.send("GET", path + far)) == (400, "ErrorInvalidRequest")
    ok = "?startDateTime=2026-10-19T00:00:00Z&endDateTime=2031-10-18T00:00:00Z"
    assert graph.send("GET", path + ok).status_code == 200


def test_select_leaves_the_id_and_calendar_view_leaves_out_when_it_changed(graph: Graph) -> None:
    graph.post(f"/users/{ROOM}/events", event(rooms=()))
    query = "$select=subject,lastModifiedDateTime"
    listed = graph.get(f"/users/{ROOM}/events?{query}")["value"][0]
    viewed = graph.get(f"/users/{ROOM}/calendarView?{WINDOW}&{query}")["value"][0]
    assert set(listed) == {"@odata.etag", "id", "subject", "lastModifiedDateTime"}
    assert set(viewed) == {"@odata.etag", "id", "subject"}
    unknown = graph.send("GET", f"/users/{ROOM}/events?$select=nonsense")
    assert error_of(unknown) == (400, "RequestBroker--ParseUri")


def test_preferences_may_come_in_several_header_lines(graph: Graph) -> None:
    graph.post(f"/users/{ROOM}/events", event(rooms=()))
    lines = [("Prefer", IMMUTABLE), ("Prefer", 'outlook.timezone="Europe/Amsterdam"')]
    found = graph.http.get(f"/users/{ROOM}/events", headers=lines).json()["value"][0]
    assert found["id"].startswith("AAkAL")
    assert found["start"]["timeZone"] == "Europe/Amsterdam"


def test_a_repeated_transaction_books_once(graph: Graph) -> None:
    body = event(rooms=(), transactionId="r-1")
    first, second = (graph.post(f"/users/{ROOM}/events", body) for _ in range(2))
    assert first["id"] == second["id"]
    assert first["transactionId"] == "r-1"
    assert len(graph.view()) == 1
    assert "transactionId" not in graph.post(f"/users/{ROOM}/events", event(rooms=()))


def test_a_stale_etag_is_412_and_the_present_one_is_not(graph: Graph) -> None:
    created = graph.post(f"/users/{ROOM}/events", event(rooms=()))
    path, etag = f"/users/{ROOM}/events/{created['id']}", created["@odata.etag"]
    changed = graph.send("PATCH", path, {"subject": "One"}, If_Match=etag)
    assert changed.status_code == 200
    assert changed.json()["changeKey"] != created["changeKey"]
    stale = graph.send("PATCH", path, {"subject": "Two"}, If_Match=etag)
    assert error_of(stale) == (412, "ErrorIrresolvableConflict")
    assert error_of(graph.send("DELETE", path, If_Match=etag))[0] == 412
    assert graph.send("DELETE", path, If_Match="*").status_code == 204


def test_a_changed_occurrence_is_an_exception_and_may_not_pass_its_neighbour(
    graph: Graph,
) -> None:
    graph.post(f"/users/{ROOM}/events", event(rooms=(), recurrence=weekly()))
    second = graph.view()[1]
    path = f"/users/{ROOM}/events/{second['id']}"
    crossing = {"start": {"dateTime": "2026-11-02T09:00:00", "timeZone": AMSTERDAM}}
    assert error_of(graph.send("PATCH", path, crossing)) == (
        400,
        "ErrorOccurrenceCrossingBoundary",
    )
    moved = {"start": {"dateTime": "2026-10-28T11:00:00", "timeZone": AMSTERDAM}}
    changed = graph.send("PATCH", path, moved).json()
    assert (changed["type"], changed["originalStart"]) == ("exception", "2026-10-26T08:00:00Z")
    assert changed["end"]["dateTime"][:16] == "2026-10-28T11:00"
    assert changed["id"] == second["id"]
    assert [one["type"] for one in graph.view()].count("exception") == 1


def test_a_date_changed_on_its_own_says_when_in_every_calendar(
    graph: Graph, sandbox: SandboxServer
) -> None:
    """The series itself is older, and each change of the date has a stamp of its own."""
    graph.post(f"/users/{ANNA}/events", event(recurrence=weekly()))
    sandbox.tenant.advance(hours=1)
    stamps: dict[str, set[str]] = {ANNA: set(), ROOM: set()}
    for hour, subject in ((7, "First"), (8, "Second")):
        second = graph.view(ANNA)[1]
        graph.send("PATCH", f"/users/{ANNA}/events/{second['id']}", {"subject": subject})
        for mailbox, seen in stamps.items():
            shown = graph.view(mailbox)[1]
            assert shown["type"] == "exception"
            assert shown["lastModifiedDateTime"][:15] == f"2026-10-19T0{hour - 1}:3"
            seen |= {shown["changeKey"], shown["@odata.etag"]}
        sandbox.tenant.advance(hours=1)
    assert [len(seen) for seen in stamps.values()] == [4, 4]


def test_an_answer_for_one_date_reaches_the_organisers_copy_with_its_time(
    graph: Graph, sandbox: SandboxServer
) -> None:
    graph.post(f"/users/{ANNA}/events", event(recurrence=weekly()))
    sandbox.tenant.advance(hours=2)
    second = graph.view(ROOM)[1]
    graph.post(f"/users/{ROOM}/events/{second['id']}/tentativelyAccept", {})
    told = graph.view(ANNA)[1]
    assert told["attendees"][0]["status"]["response"] == "tentativelyAccepted"
    assert told["lastModifiedDateTime"].startswith("2026-10-19T07:30")


def test_a_new_pattern_wipes_exceptions_and_a_new_subject_does_not(graph: Graph) -> None:
    created = graph.post(f"/users/{ROOM}/events", event(rooms=(), recurrence=weekly()))
    path = f"/users/{ROOM}/events/{created['id']}"
    occurrences = graph.view()
    graph.send("PATCH", f"/users/{ROOM}/events/{occurrences[1]['id']}", {"showAs": "oof"})
    graph.send("DELETE", f"/users/{ROOM}/events/{occurrences[2]['id']}")
    graph.send("PATCH", path, {"subject": "Renamed"})
    view = graph.view()
    assert [one["type"] for one in view] == ["occurrence", "exception", *["occurrence"] * 2]
    assert {one["subject"] for one in view} == {"Renamed"}
    graph.send("PATCH", path, {"recurrence": weekly("monday", 6)})
    shorter = graph.get(f"{path}?$select=cancelledOccurrences")
    assert len(shorter["cancelledOccurrences"]) == 1
    daily = {
        "pattern": {"type": "daily", "interval": 7},
        "range": {"type": "numbered", "startDate": "2026-10-19", "numberOfOccurrences": 5},
    }
    graph.send("PATCH", path, {"recurrence": daily})
    assert {one["type"] for one in graph.view()} == {"occurrence"}
    assert graph.get(f"{path}?$select=cancelledOccurrences")["cancelledOccurrences"] == []


def test_a_room_cannot_cancel_what_it_does_not_organise_but_it_can_decline(
    graph: Graph, sandbox: SandboxServer
) -> None:
    created = graph.post(f"/users/{ANNA}/events", event())
    sandbox.tenant.advance(seconds=5)
    copy = graph.view()[0]["id"]
    refused = graph.send("POST", f"/users/{ROOM}/events/{copy}/cancel", {})
    assert error_of(refused) == (400, "ErrorInvalidRequest")
    assert refused.json()["error"]["message"] == (
        "You need to be an organizer to cancel a meeting."
    )
    declined = graph.send("POST", f"/users/{ROOM}/events/{copy}/decline", {"SendResponse": True})
    assert declined.status_code == 202
    assert graph.view() == []
    original = graph.get(f"/users/{ANNA}/events/{created['id']}")
    assert original["attendees"][0]["status"]["response"] == "declined"
    own = graph.send("POST", f"/users/{ANNA}/events/{created['id']}/accept", {})
    assert own.status_code == 400


def test_deleting_a_copy_tells_nobody_and_deleting_as_organiser_cancels(
    graph: Graph, sandbox: SandboxServer
) -> None:
    created = graph.post(f"/users/{ANNA}/events", event())
    sandbox.tenant.advance(seconds=5)
    graph.send("DELETE", f"/users/{ROOM}/events/{graph.view()[0]['id']}")
    original = graph.get(f"/users/{ANNA}/events/{created['id']}")
    assert original["attendees"][0]["status"]["response"] == "accepted"
    other = graph.post(f"/users/{ANNA}/events", event())
    graph.send("DELETE", f"/users/{ANNA}/events/{other['id']}")
    assert [one["isCancelled"] for one in graph.view()] == [True]


def test_an_invited_person_has_a_copy_and_answers_tentatively(
    graph: Graph, sandbox: SandboxServer
) -> None:
    bob = {"type": "required", "emailAddress": {"address": BOB}}
    created = graph.post(f"/users/{ANNA}/events", event() | {"attendees": [bob]})
    copy = graph.view(BOB)[0]
    assert (copy["isOrganizer"], copy["showAs"]) == (False, "tentative")
    graph.post(f"/users/{BOB}/events/{copy['id']}/tentativelyAccept", {"comment": "maybe"})
    status = graph.get(f"/users/{ANNA}/events/{created['id']}")["attendees"][0]["status"]
    assert status["response"] == "tentativelyAccepted"


BAD_BODIES: list[tuple[str, dict[str, Any], str]] = [
    ("no-times", {"subject": "x"}, "ErrorPropertyValidationFailure"),
    ("unknown-zone", event(zone="Mars/Olympus"), "TimeZoneNotSupportedException"),
    ("bad-date", event("tomorrow"), "ErrorPropertyValidationFailure"),
    ("ends-early", event("2026-10-19T11:00:00"), "ErrorPropertyValidationFailure"),
    ("all-day-at-nine", event(isAllDay=True), "ErrorInvalidRequest"),
    ("bad-show-as", event(showAs="sleeping"), "ErrorInvalidRequest"),
    ("other-start", event(recurrence=weekly(start="2026-10-26")), "ErrorPropertyValidationFailure"),
    ("no-days", event(recurrence=weekly() | {"pattern": {"type": "weekly", "interval": 1}}),
     "ErrorPropertyValidationFailure"),
    ("no-range", event(recurrence={"pattern": {"type": "daily", "interval": 1}}),
     "ErrorPropertyValidationFailure"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code"),
    [pytest.param(body, code, id=name) for name, body, code in BAD_BODIES],
)
def test_a_body_that_makes_no_sense_is_refused(
    graph: Graph, body: dict[str, Any], code: str
) -> None:
    assert error_of(graph.send("POST", f"/users/{ROOM}/events", body)) == (400, code)
    assert graph.view() == []


PROPERTIES = (
    "subject", "body", "start", "end", "attendees", "recurrence", "location", "locations",
    "categories", "showAs", "sensitivity", "importance", "isAllDay", "isReminderOn",
    "reminderMinutesBeforeStart", "hideAttendees", "onlineMeetingProvider", "transactionId",
)  # fmt: skip
ODDITIES: tuple[Any, ...] = (
    5, "x", "", [], {}, None, True, [1], [{}], {"dateTime": 5}, {"dateTime": "2026-10-19"},
    {"pattern": 1, "range": []}, {"pattern": {}, "range": {}}, {"emailAddress": 1}, -1.5,
)  # fmt: skip


@pytest.mark.parametrize("name", PROPERTIES)
def test_no_value_of_a_property_is_too_odd_to_be_answered(graph: Graph, name: str) -> None:
    made = graph.post(f"/users/{ROOM}/events", event(rooms=()))
    for value in ODDITIES:
        posted = graph.send("POST", f"/users/{ROOM}/events", event(rooms=()) | {name: value})
        assert posted.status_code in (201, 400), (value, posted.text)
        patched = graph.send("PATCH", f"/users/{ROOM}/events/{made['id']}", {name: value})
        assert patched.status_code in (200, 400), (value, patched.text)
    assert graph.send("GET", f"/users/{ROOM}/calendarView?{WINDOW}&$top=999").status_code == 200


def test_without_a_token_nothing_is_answered(graph: Graph, sandbox: SandboxServer) -> None:
    with Graph(sandbox.url, token="") as stranger:
        stranger.http.headers.pop("Authorization")
        refused = stranger.send("GET", f"/users/{ROOM}", client_request_id="c-1")
        assert error_of(refused) == (401, "InvalidAuthenticationToken")
    inner = refused.json()["error"]["innerError"]
    assert inner["client-request-id"] == refused.headers["client-request-id"] == "c-1"
    assert inner["request-id"] == refused.headers["request-id"]


def test_the_ical_uid_holds_the_birth_of_the_meeting(graph: Graph) -> None:
    created = graph.post(f"/users/{ROOM}/events", event(rooms=()))
    uid = bytes.fromhex(created["iCalUId"])
    assert uid[:16].hex().upper() == "040000008200E00074C5B7101A82E008"
    assert uid[16:20] == bytes(4)
    assert int.from_bytes(uid[20:28], "little") // 10_000_000 - 11_644_473_600 == 1_792_387_800
    assert int.from_bytes(uid[36:40], "little") == len(uid[40:]) == 16


def test_calendar_scoped_and_odata_spellings_name_the_same(graph: Graph) -> None:
    graph.post(f"/users/{ROOM}/calendar/events", event(rooms=()))
    calendar = graph.get(f"/users/{ROOM}/calendars")["value"][0]["id"]
    paths = (
        f"/users/{ROOM}/calendarView?{WINDOW}",
        f"/users/{ROOM}/calendar/calendarView?{WINDOW}",
        f"/users/{ROOM}/calendars/{calendar}/calendarView?{WINDOW}",
        f"/users(userPrincipalName='{ROOM.replace('@', '%40')}')/calendarView?{WINDOW}",
        f"/users('{ROOM}')/calendarView?{WINDOW}",
        f"/users/{ROOM.upper()}/calendarView?{WINDOW}",
    )
    found = [graph.get(path)["value"] for path in paths]
    assert all(one == found[0] for one in found)
    assert len(found[0]) == 1
    deltas = ("delta", "delta()", "microsoft.graph.delta()")
    assert len({str(graph.get(f"/users/{ROOM}/calendarView/{one}?{WINDOW}")["value"])
                for one in deltas}) == 1  # fmt: skip
    assert (
        graph.send("GET", f"/users/{ROOM}/calendars/other/calendarView?{WINDOW}").status_code == 404
    )


@pytest.mark.parametrize(
    ("shown", "view"),
    [("busy", "2200"), ("tentative", "1100"), ("oof", "3300"), ("workingElsewhere", "0000"),
     ("free", "0000")],
)  # fmt: skip
def test_the_merged_view_has_a_digit_for_each_slot(graph: Graph, shown: str, view: str) -> None:
    start, end = "2026-10-20T09:00:00", "2026-10-20T10:00:00"
    graph.post(f"/users/{ANNA}/events", event(start, end, rooms=(), showAs=shown))
    found = graph.post(
        f"/users/{ANNA}/calendar/getSchedule",
        {
            "schedules": [ANNA],
            "startTime": {"dateTime": "2026-10-20T09:00:00", "timeZone": AMSTERDAM},
            "endTime": {"dateTime": "2026-10-20T11:00:00", "timeZone": AMSTERDAM},
        },
    )
    assert found["value"][0]["availabilityView"] == view
