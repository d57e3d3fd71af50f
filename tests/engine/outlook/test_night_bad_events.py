"""One bad event suffers alone: it is named and left alone, and the room's others are done."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from bad_events import NO_START, Spoil, heal, refuse, spoil, spoil_all, with_, without
from night import Night, mailbox_of, weekly

from obctl.domain.sync.run_report import RunReport
from obctl.sandbox.request import GraphRequest, GraphResponse
from obctl.store.company_log import LogFilter, find_entry, search_log
from obctl.store.rooms import find_room_by_id
from obctl.store.unreadable_events import load_unreadable

UNREADABLE: dict[str, Spoil] = {
    "no start": NO_START,
    "no time in it": with_(end={"dateTime": None, "timeZone": "UTC"}),
    "whole days or not": with_(isAllDay="yes"),
    "off or not": with_(isCancelled="perhaps"),
    "a number as type": with_(type=5),
    "an unknown zone": with_(start={"dateTime": "2026-09-15T09:00:00", "timeZone": "Mars"}),
}
ODD: dict[str, dict[str, Any]] = {
    "a number as subject": {"subject": 5},
    "a list as organiser": {"organizer": []},
    "an object as attendees": {"attendees": {}},
    "no instant": {"createdDateTime": "yesterday"},
    "a text as recurrence": {"recurrence": "weekly"},
    "an odd answer": {"responseStatus": "accepted"},
    "whose it is": {"isOrganizer": "no", "location": 7},
}


def done(report: RunReport) -> tuple[int, int, int, list[str]]:
    """Rooms in step, not in step, the exit code, and what is said of events."""
    left = report.failed + report.inconclusive + report.stopped
    return report.ok, left, report.exit_code, [problem.code for problem in report.unreadable]


NAMED = (3, 0, 8, ["event-unreadable"])
CALM = (3, 0, 0, [])


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
@pytest.mark.parametrize("how", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_known_event_that_cannot_be_read_keeps_its_reservation(
    night: Night, how: Spoil, full: bool
) -> None:
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.cater(night.only().number)
    night.change(bad, start="09:30", end="10:30")
    night.book("Rembrandt", "New", "11:00", "12:00")
    spoil(night, night.id_of("Rembrandt", bad), how)
    report = night.run(full=full)
    assert done(report) == NAMED
    assert night.reservations("Rembrandt") == [
        "Rembrandt 09-15 09:00-10:00 Budget [10]"
        if False
        else "Rembrandt 09-15 09:00-10:00 Budget",
        "Rembrandt 09-15 11:00-12:00 New",
    ]
    (problem,) = report.unreadable
    assert problem.room == mailbox_of("Rembrandt")
    assert night.id_of("Rembrandt", bad) in problem.message
    assert "'Budget'" in problem.message
    assert "reservation 1 is left alone" in problem.message
    assert night.requests() == []
    gone = night.store.rows("SELECT event_id FROM events WHERE gone_at IS NOT NULL")
    assert [row["event_id"] for row in gone] == []
    heal(night)
    assert done(night.run()) == CALM
    assert night.reservations("Rembrandt")[0] == "Rembrandt 09-15 09:30-10:30 Budget"
    assert load_unreadable(night.store) == []


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_it_is_logged_once_with_its_original_and_again_only_when_it_changes(
    night: Night, full: bool
) -> None:
    night.run()
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    event_id = night.id_of("Rembrandt", bad)
    spoil(night, event_id)
    for _ in range(3):
        assert done(night.run(full=full)) == NAMED
    assert night.log("event.unreadable") == ["event.unreadable"]
    (entry,) = search_log(night.store, LogFilter(action="event.unreadable"))
    whole = find_entry(night.store, entry.id or 0)
    assert b'"start": null' in (whole.payload or b"")
    assert (whole.event_id, whole.subject) == (event_id, "Budget")
    spoil(night, event_id, with_(end=[]))
    assert done(night.run(full=full)) == NAMED
    assert len(night.log("event.unreadable")) == 2
    heal(night)
    assert done(night.run(full=full)) == CALM
    assert night.log("event.readable") == ["event.readable"]
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]


@pytest.mark.parametrize("fields", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_what_is_odd_and_can_be_lived_with_changes_nothing(
    night: Night, fields: dict[str, Any], full: bool
) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.change(meeting, start="09:30", end="10:30")
    spoil(night, night.id_of("Rembrandt", meeting), with_(**fields))
    assert done(night.run(full=full)) == CALM
    kept = night.only()
    assert night.reservations() == ["Rembrandt 09-15 09:30-10:30 Budget"]
    assert kept.organizer.email == "anna@contoso.example"
    heal(night)
    assert done(night.run(full=True)) == CALM
    assert night.reservations() == ["Rembrandt 09-15 09:30-10:30 Budget"]


def test_a_new_event_of_an_unknown_subject_gets_it_when_it_can_be_read(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    spoil(night, night.id_of("Rembrandt", meeting), with_(subject=5))
    assert done(night.run()) == CALM
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 "]
    heal(night)
    night.run(full=True)
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]


@pytest.mark.parametrize(
    "how", [without("id"), with_(id=None), with_(id=7)], ids=["none", "null", "a number"]
)
@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_an_event_without_its_id_is_named_by_what_else_it_has(
    night: Night, how: Spoil, full: bool
) -> None:
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.change(bad, subject="Budget 2027")
    night.book("Rembrandt", "New", "11:00", "12:00")
    spoil(night, night.id_of("Rembrandt", bad), how)
    report = night.run(full=full)
    assert report.inconclusive + report.failed == 0
    assert (report.exit_code, len(report.unreadable)) == (8, 1)
    assert night.reservations() == [
        "Rembrandt 09-15 09:00-10:00 Budget",
        "Rembrandt 09-15 11:00-12:00 New",
    ]
    heal(night)
    assert done(night.run()) == CALM
    assert night.reservations()[0] == "Rembrandt 09-15 09:00-10:00 Budget 2027"


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_one_date_of_a_series_that_cannot_be_read_leaves_the_others_to_be_done(
    night: Night, full: bool
) -> None:
    series = night.book("Rembrandt", "Weekly", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    second = date(2026, 9, 22)
    bad = night.id_of("Rembrandt", series, second)
    night.tenant.cancel(series, day=date(2026, 9, 29))
    night.settle()
    spoil(night, bad)
    report = night.run(full=full)
    assert done(report) == NAMED
    assert [text[10:15] for text in night.reservations()] == ["09-15", "09-22", "10-06"]
    heal(night)
    assert done(night.run()) == CALM
    assert len(night.reservations()) == 3


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_series_whose_master_cannot_be_read_keeps_its_dates(night: Night, full: bool) -> None:
    series = night.book("Rembrandt", "Weekly", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    night.tenant.cancel(series, day=date(2026, 9, 22))
    night.settle()
    night.book("Rembrandt", "New", "11:00", "12:00")
    spoil(night, night.id_of("Rembrandt", series))
    report = night.run(full=full)
    assert (report.ok, report.exit_code) == (3, 8)
    assert len(night.reservations()) == 5
    assert night.requests() == []
    heal(night)
    assert done(night.run()) == CALM
    assert len(night.reservations()) == 4


def test_a_room_full_of_events_that_cannot_be_read_is_inconclusive(night: Night) -> None:
    meetings = [
        night.book("Rembrandt", f"At {hour}", f"{hour}:00", f"{hour}:30") for hour in range(10, 18)
    ]
    night.run()
    night.book("Vermeer", "New", "11:00", "12:00")
    spoil_all(night, {night.id_of("Rembrandt", one): NO_START for one in meetings[:5]})
    report = night.run(full=True)
    assert (report.ok, report.inconclusive, report.exit_code) == (2, 1, 8)
    assert [problem.code for problem in report.problems] == ["partial-read"]
    assert len(night.reservations("Rembrandt")) == 8
    assert len(night.reservations("Vermeer")) == 1
    spoil_all(night, {night.id_of("Rembrandt", one): NO_START for one in meetings[:3]})
    report = night.run(full=True)
    assert (report.ok, report.inconclusive, len(report.unreadable)) == (3, 0, 3)


def test_what_comes_live_and_cannot_be_read_is_named_and_the_next_is_done(night: Night) -> None:
    night.run()
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    good = night.book("Rembrandt", "New", "11:00", "12:00")
    ids = [night.id_of("Rembrandt", one) for one in (bad, good)]
    spoil(night, ids[0])
    night.notify("Rembrandt", *ids)
    assert night.reservations() == ["Rembrandt 09-15 11:00-12:00 New"]
    (item,) = load_unreadable(night.store)
    assert (item.event.id, find_room_by_id(night.store, item.room).name) == (ids[0], "Rembrandt")
    heal(night)
    assert done(night.run()) == CALM
    assert len(night.reservations()) == 2


def test_a_meeting_that_moved_to_where_it_cannot_be_read_is_neither_cancelled_nor_asked_about(
    night: Night,
) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.cater(night.only().number)
    night.change(meeting, rooms="Vermeer")
    night.delete("Rembrandt", meeting)
    spoil(night, night.id_of("Vermeer", meeting))
    report = night.run()
    assert report.exit_code == 8
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert night.requests() == []
    heal(night)
    night.run()
    assert night.reservations() == ["Vermeer 09-15 09:00-10:00 Budget"]


# -- what Graph names and does not give -----------------------------------------------------------

KINDS = ["server-error", "gateway-timeout", "unavailable"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("live", [False, True], ids=["night", "live"])
def test_an_event_that_is_not_given_by_its_id_is_taken_from_the_calendar(
    night: Night, kind: str, live: bool
) -> None:
    night.run()
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    good = night.book("Rembrandt", "New", "11:00", "12:00")
    ids = [night.id_of("Rembrandt", one) for one in (bad, good)]
    refuse(night, "Rembrandt", ids[0], kind)
    if live:
        night.notify("Rembrandt", *ids)
    else:
        assert done(night.run(again=False)) == CALM
    assert night.reservations() == [
        "Rembrandt 09-15 09:00-10:00 Budget",
        "Rembrandt 09-15 11:00-12:00 New",
    ]


def test_where_the_calendar_fails_too_the_room_is_inconclusive(night: Night) -> None:
    night.run()
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    refuse(night, "Rembrandt", night.id_of("Rembrandt", bad))
    night.fail("server-error", "Rembrandt", route="calendarView")
    report = night.run()
    assert (report.ok, report.inconclusive, report.exit_code) == (2, 1, 8)
    heal(night)
    assert done(night.run()) == CALM


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_what_neither_its_id_nor_the_calendar_shows_is_left_alone(night: Night, full: bool) -> None:
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    event_id = night.id_of("Rembrandt", bad)
    night.change(bad, subject="Budget 2027")
    night.book("Rembrandt", "New", "11:00", "12:00")
    refuse(night, "Rembrandt", event_id)
    hide(night, event_id)
    report = night.run(full=full)
    assert done(report) == NAMED
    assert "500 ErrorInternalServerError" in report.unreadable[0].message
    assert night.reservations() == [
        "Rembrandt 09-15 09:00-10:00 Budget",
        "Rembrandt 09-15 11:00-12:00 New",
    ]
    assert done(night.run(full=full)) == NAMED
    heal(night)
    assert done(night.run()) == CALM
    assert night.reservations()[0] == "Rembrandt 09-15 09:00-10:00 Budget 2027"


def test_a_new_event_that_nothing_shows_is_named_every_night_until_it_shows(night: Night) -> None:
    night.run()
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    event_id = night.id_of("Rembrandt", bad)
    refuse(night, "Rembrandt", event_id)
    hide(night, event_id)
    for full in (False, True, False, True):
        assert done(night.run(full=full)) == NAMED
    assert night.log("event.unreadable") == ["event.unreadable"]
    assert night.reservations() == []
    heal(night)
    assert done(night.run()) == CALM
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_what_was_unreadable_and_is_gone_is_forgotten(night: Night, full: bool) -> None:
    night.run()
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    spoil(night, night.id_of("Rembrandt", bad))
    night.run()
    heal(night)
    night.delete("Rembrandt", bad)
    assert done(night.run(full=full)) == CALM
    assert load_unreadable(night.store) == []


def hide(night: Night, event_id: str) -> None:
    """Leave an event out of every calendar view; delta rounds still name it."""

    def last_hand(request: GraphRequest, answer: GraphResponse) -> GraphResponse:
        if not request.path.lower().endswith("calendarview"):
            return answer
        data = json.loads(answer.body)
        data["value"] = [item for item in data["value"] if item["id"] != event_id]
        return replace(answer, body=json.dumps(data).encode())

    night.server.service.last_hand = last_hand


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_series_that_is_not_given_is_taken_from_the_calendar(night: Night, full: bool) -> None:
    night.run()
    series = night.book("Rembrandt", "Weekly", "09:00", "10:00", recurrence=weekly(count=4))
    master = night.id_of("Rembrandt", series)
    refuse(night, "Rembrandt", master)
    assert done(night.run(full=full, again=False)) == CALM
    assert len(night.reservations()) == 4
    night.tenant.cancel(series, day=date(2026, 9, 22))
    night.settle()
    report = night.run(full=full, again=False)
    assert (report.ok, report.exit_code) == (3, 8)
    assert len(night.reservations()) == 4
    heal(night)
    assert done(night.run()) == CALM
    assert len(night.reservations()) == 3


# -- what is told of it ---------------------------------------------------------------------------


def told(night: Night, *line: str) -> tuple[int, dict[str, Any]]:
    from typer.testing import CliRunner

    from obctl.cli.app import app

    home = str(night.company.config.folder.parent)
    environ = {
        "OBCTL_HOME": home,
        "OBCTL_GRAPH_TOKEN": "letmein",
        "OBCTL_NOW": night.company.now.isoformat(),
    }
    result = CliRunner().invoke(app, [*line, "-o", "json"], env=environ)
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize("cached", [False, True], ids=["live", "cached"])
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_nobody_calls_such_a_day_in_step_or_free(night: Night, known: bool, cached: bool) -> None:
    night.run()
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    good = night.book("Rembrandt", "New", "11:00", "12:00")
    event_id = night.id_of("Rembrandt", bad)
    if known:
        night.run()
    spoil(night, event_id)
    night.run(full=True)
    how = ["--cached"] if cached else []
    exit_code, diff = told(night, "diff", "2026-09-15", *how)
    assert (exit_code, diff["differences"]) == (8, [])
    room = next(one for one in diff["rooms"] if one["room"] == mailbox_of("Rembrandt"))
    assert (room["verdict"], room["condition"]) == ("inconclusive", "event-unreadable")
    assert [event["event_id"] for event in room["unreadable"]] == [event_id]
    others = [one["verdict"] for one in diff["rooms"] if one is not room]
    assert others == ["ok", "ok"]
    exit_code, planner = told(night, "planner", "2026-09-15", *how)
    row = next(one for one in planner["rooms"] if one["room"] == mailbox_of("Rembrandt"))
    assert (exit_code, row["condition"]) == (8, "event-unreadable")
    assert [event["subject"] for event in row["office365"]] == ["New"]
    assert [event["subject"] for event in row["unreadable"]] == ["Budget"]
    exit_code, story = told(night, "explain", event_id, *how)
    assert (exit_code, story["condition"]) == (8, "event-unreadable")
    assert story["unreadable"]["wrong"] == "start: expected object, got null"
    assert story["item"]["reservation"] == (1 if known else None)
    if known:
        assert told(night, "explain", "1", *how)[1]["unreadable"] == story["unreadable"]
    exit_code, story = told(night, "explain", night.id_of("Rembrandt", good), *how)
    assert (exit_code, story["condition"], story["unreadable"]) == (0, None, None)


def test_the_status_names_it_until_it_can_be_read(night: Night) -> None:
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    spoil(night, night.id_of("Rembrandt", bad))
    night.run(full=True)
    exit_code, status = told(night, "sync", "status")
    (item,) = status["unreadable"]
    assert (exit_code, item["room"], item["subject"]) == (3, mailbox_of("Rembrandt"), "Budget")
    assert (item["reservation"], item["wrong"]) == (1, "start: expected object, got null")
    heal(night)
    night.run()
    exit_code, status = told(night, "sync", "status")
    assert (exit_code, status["unreadable"]) == (0, [])


def test_an_event_that_diff_cannot_ask_for_by_its_id_is_not_called_missing(night: Night) -> None:
    bad = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    event_id = night.id_of("Rembrandt", bad)
    refuse(night, "Rembrandt", event_id)
    hide(night, event_id)
    exit_code, diff = told(night, "diff", "2026-09-15", "--room", "Rembrandt")
    assert (exit_code, diff["differences"]) == (8, [])
    assert diff["rooms"][0]["condition"] == "event-unreadable"


# -- a lost token is one thing, what the read then shows another ----------------------------------


@pytest.mark.parametrize(
    ("kind", "code"),
    [("cut", "partial-read"), ("empty", "partial-read"), ("server-error", "delta-token-expired")],
)
def test_after_a_lost_token_the_read_is_named_for_what_it_is(
    night: Night, kind: str, code: str
) -> None:
    for hour in range(10, 15):
        night.book("Rembrandt", f"At {hour}", f"{hour}:00", f"{hour}:30")
    night.run()
    night.fail("token-expired", "Rembrandt", times=1)
    night.fail(kind, "Rembrandt", route="calendarView")
    report = night.run()
    assert [(problem.room, problem.code) for problem in report.problems] == [
        (mailbox_of("Rembrandt"), code)
    ]
    assert len(night.reservations()) == 5
    heal(night)
    assert night.run().exit_code == 0


@pytest.mark.parametrize("spelling", [str.upper, str.title], ids=["upper", "title"])
def test_ids_of_the_directory_and_addresses_have_no_case(night: Night, spelling: Any) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()

    def last_hand(request: GraphRequest, answer: GraphResponse) -> GraphResponse:
        data = json.loads(answer.body) if answer.body else None
        if not isinstance(data, dict) or answer.status >= 300:
            return answer
        if request.path.startswith("users") and "userPrincipalName" in data:
            data["id"] = data["id"].upper()
        for event in data.get("value") or [data]:
            if isinstance(event, dict) and event.get("organizer"):
                shown = event["organizer"]["emailAddress"]
                shown["address"] = spelling(shown["address"])
        return replace(answer, body=json.dumps(data).encode())

    night.server.service.last_hand = last_hand
    night.change(meeting, start="09:30", end="10:30")
    report = night.run(full=True)
    assert (report.ok, report.exit_code) == (3, 0)
    assert night.only().organizer.email == "anna@contoso.example"
    assert night.reservations() == ["Rembrandt 09-15 09:30-10:30 Budget"]
