from __future__ import annotations

import json
from datetime import date

import pytest
from builders import DAY, make_cancelled_reservation, make_occurrence_reservation, make_reservation
from desk import LIBERTY, Desk, lines

from obctl.domain.event import Person
from obctl.domain.reservation import ExternalState, Status

KEYS = [
    "number", "room", "room_name", "location", "subject", "organizer", "start", "end", "time_zone",
    "all_day", "status", "external_state", "source", "event_id", "ical_uid", "series", "services",
    "attendees", "notes", "created_at", "updated_at",
]  # fmt: skip


def _numbers(desk: Desk, *words: str) -> list[int]:
    answer = desk.run("reservations", "list", *words, "-o", "json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    return [item["number"] for item in json.loads(answer.stdout)]


@pytest.fixture
def booked(desk: Desk) -> Desk:
    """Four reservations: one each side of midnight, one cancelled, one requested to be."""
    desk.reservations(
        make_reservation(1, starts="09:00", attendees=3),
        make_cancelled_reservation(2, event="E2", starts="11:00", subject="Review"),
        # 22:00 in Amsterdam is 16:00 in New York, 02:00 there is 08:00 in Amsterdam
        make_reservation(3, event="E3", room=LIBERTY, starts="20:00", ends="22:00",
                         subject="Città 🏙", status=Status.TENTATIVE),
        make_reservation(4, event="E4", room=LIBERTY, starts="2026-09-16 02:00",
                         ends="2026-09-16 03:00", subject="Late call",
                         external_state=ExternalState.CANCELLATION_REQUEST),
    )  # fmt: skip
    desk.service(1, "catering", "Lunch with soup", quantity=12)
    return desk


def test_a_day_is_the_day_of_each_rooms_own_zone(booked: Desk) -> None:
    assert _numbers(booked, "--on", "2026-09-15") == [1, 2, 3, 4]
    assert _numbers(booked, "--on", "2026-09-16") == []
    assert _numbers(booked, "--on", "tomorrow", "--room", "Liberty") == [3, 4]


def test_from_and_to_are_days_or_times_in_each_rooms_zone(booked: Desk) -> None:
    assert _numbers(booked, "--from", "2026-09-15", "--to", "2026-09-15") == [1, 2, 3, 4]
    assert _numbers(booked, "--from", "2026-09-15T12:00", "--to", "2026-09-15T17:00") == [2, 3]
    assert _numbers(booked, "--from", "2026-09-15T21:00Z") == [3, 4]
    assert _numbers(booked, "--to", "2026-09-15T09:30Z") == [1]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (("--location", "new york"), [3, 4]),
        (("--text", "SOUP lunch"), [1]),
        (("--text", "città liberty"), [3]),
        (("--text", "nothing like it"), []),
        (("--status", "cancelled"), [2]),
        (("--status", "tentative"), [3]),
        (("--external-state", "100"), [4]),
        (("--on", "2026-09-15", "--limit", "3", "--status", "confirmed"), [1, 4]),
    ],
)
def test_filters_narrow_the_list(booked: Desk, words: tuple[str, ...], numbers: list[int]) -> None:
    assert _numbers(booked, *words) == numbers


def test_the_list_of_several_zones_names_the_zone_of_each_row(booked: Desk) -> None:
    answer = booked.run("reservations", "list")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert lines(answer.stdout) == [
        "no.  when                    room     subject            state",
        "────────────────────────────────────────────────────────────────────────────────",
        "  1  2026-09-15 11:00-12:00  Atrium   Budget +1 service  10 in step",
        "     Europe/Amsterdam",
        "  2  2026-09-15 13:00-14:00  Atrium   Review             110 cancelled",
        "     Europe/Amsterdam",
        "  3  2026-09-15 16:00-18:00  Liberty  Città 🏙            10 in step, tentative",
        "     America/New_York",
        "  4  2026-09-15 22:00-23:00  Liberty  Late call          100 cancellation",
        "     America/New_York                                    request",
    ]


def test_the_list_of_one_zone_names_it_once(booked: Desk) -> None:
    answer = booked.run("reservations", "list", "--room", "atrium@contoso.example")
    assert lines(answer.stdout) == [
        "no.  when, Europe/Amsterdam  room    subject            state",
        "─────────────────────────────────────────────────────────────────────",
        "  1  2026-09-15 11:00-12:00  Atrium  Budget +1 service  10 in step",
        "  2  2026-09-15 13:00-14:00  Atrium  Review             110 cancelled",
    ]


def test_one_reservation_tells_everything(booked: Desk) -> None:
    answer = booked.run("reservations", "show", "1")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert lines(answer.stdout) == [
        "reservation 1",
        "subject         Budget",
        "room            Atrium (atrium@contoso.example), Amsterdam",
        "when            Tue 2026-09-15 11:00-12:00 (Europe/Amsterdam)",
        "organizer       Anna de Vries <anna@contoso.example>",
        "status          confirmed",
        "external state  10 in step",
        "made in         Outlook",
        "attendees       3",
        "event id        E1",
        "iCalUId         uid-key-of-E1",
        "created         Thu 2026-09-10 10:00 (Europe/Amsterdam)",
        "updated         Thu 2026-09-10 10:00 (Europe/Amsterdam)",
        "",
        "service  kind      quantity  description      state",
        "─────────────────────────────────────────────────────",
        "      1  catering        12  Lunch with soup  ordered",
    ]


def test_a_reservation_is_an_object_with_these_keys(booked: Desk) -> None:
    answer = booked.run("reservations", "show", "1", "-o", "json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    item = json.loads(answer.stdout)
    assert list(item) == KEYS
    assert item["organizer"] == {"name": "Anna de Vries", "email": "anna@contoso.example"}
    assert (item["start"], item["end"]) == ("2026-09-15T09:00:00Z", "2026-09-15T10:00:00Z")
    assert item["services"][0]["description"] == "Lunch with soup"
    (listed,) = json.loads(booked.run("reservations", "list", "--limit", "1", "-o", "json").stdout)
    assert listed == item


def test_a_date_of_a_series_names_its_series(desk: Desk) -> None:
    desk.reservations(make_occurrence_reservation(7, original="08:00", starts="09:00"))
    item = json.loads(desk.run("reservations", "show", "7", "-o", "json").stdout)
    assert item["series"] == {"master_id": "M", "original_start": "2026-09-15T08:00:00Z"}
    assert (
        "date Tue 2026-09-15 10:00 (Europe/Amsterdam)"
        in desk.run("reservations", "show", "7").stdout
    )


def test_all_day_reservations_keep_their_days(desk: Desk) -> None:
    desk.reservations(
        make_reservation(1, starts="2026-09-14 22:00", ends="2026-09-15 22:00", all_day=True),
        make_reservation(2, event="E2", starts="2026-09-14 22:00", ends="2026-09-17 22:00",
                         all_day=True),
    )  # fmt: skip
    shown = lines(desk.run("reservations", "list", "--on", DAY.isoformat()).stdout)
    assert shown[2:] == [
        "  1  2026-09-15 all day      Atrium  Budget   10 in step",
        "  2  2026-09-15 to           Atrium  Budget   10 in step",
        "     2026-09-17 all day",
    ]
    assert _numbers(desk, "--on", date(2026, 9, 14).isoformat()) == []


def test_foreign_text_is_data(desk: Desk) -> None:
    evil = "=1+1 [red]x[/red] \x1b[31m\u202eabc"
    desk.reservations(make_reservation(1, subject=evil, organizer=Person("@evil", None)))
    table = desk.run("reservations", "list").stdout
    assert "\x1b" not in table
    assert "\u202e" not in table
    assert "[red]x" in table
    sheet = desk.run("reservations", "list", "-o", "csv").stdout
    assert "'=1+1 [red]x[/red]" in sheet
    assert "'@evil" in sheet
    (item,) = json.loads(desk.run("reservations", "list", "-o", "json").stdout)
    assert item["subject"] == evil


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("list", "--on", "2026-02-30"), "'2026-02-30' is no day"),
        (("list", "--on", "today", "--from", "today"), "exclude each other"),
        (("list", "--from", "tomorrow", "--to", "today"), "--to today is not after"),
        (("list", "--from", "then"), "'then' is no time"),
        (("list", "--room", "Cellar"), "unknown room 'Cellar'"),
        (("list", "--location", "Paris"), "no room at location 'Paris'"),
        (("list", "--external-state", "99"), "99 is no external state"),
        (("list", "--status", "lost"), "'lost' is not one of"),
        (("list", "--limit", "0"), "--limit"),
        (("show", "4711"), "there is no reservation 4711"),
        (("show", "x"), "Invalid value for 'number'"),
    ],
)
def test_wrong_arguments_are_named(desk: Desk, words: tuple[str, ...], message: str) -> None:
    answer = desk.run("reservations", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr


def test_no_reservation_is_no_failure(desk: Desk) -> None:
    answer = desk.run("reservations", "list", "--room", "Atrium")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "no reservation found\n")
