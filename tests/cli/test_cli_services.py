from __future__ import annotations

import json

import pytest
from builders import make_cancelled_reservation, make_reservation
from desk import LIBERTY, Desk, lines

from obctl.store.company_log import LogFilter, search_log

KEYS = [
    "id", "kind", "description", "quantity", "status", "locked", "reservation", "cancelled_at",
    "cancelled_by", "cancelled_with",
]  # fmt: skip
LUNCH = ("--kind", "catering", "--description", "Lunch")


@pytest.fixture
def booked(desk: Desk) -> Desk:
    desk.reservations(
        make_reservation(1, starts="09:00"),
        make_reservation(2, event="E2", room=LIBERTY, starts="20:00", subject="Sync"),
        make_cancelled_reservation(3, event="E3", starts="12:00"),
        make_reservation(4, event="E4", starts="2026-09-14 10:00", ends="2026-09-14 11:00"),
    )
    return desk


def _log(desk: Desk) -> list[tuple[str, int | None, str]]:
    with desk.store() as store:
        return [
            (entry.action, entry.reservation, entry.message)
            for entry in search_log(store, LogFilter())
        ]


def test_a_service_is_ordered_and_logged(booked: Desk) -> None:
    answer = booked.run(
        "services", "add", "1", *LUNCH, "--quantity", "12", "--locked-from", "2026-09-15T08:00",
        "-o", "json",
    )  # fmt: skip
    assert (answer.exit_code, answer.stderr) == (0, "")
    service = json.loads(answer.stdout)
    assert list(service) == KEYS
    assert list(service.values()) == [
        1, "catering", "Lunch", 12, "ordered", False, 1, None, None, None,
    ]  # fmt: skip
    assert _log(booked) == [
        ("service.added", 1, "catering for 12 ordered on reservation 1 (service 1)")
    ]
    booked.environment["OBCTL_NOW"] = "2026-09-15T06:00:00Z"
    (listed,) = json.loads(booked.run("services", "list", "1", "-o", "json").stdout)
    assert listed["locked"] is True


def test_what_is_over_or_cancelled_gets_no_service(booked: Desk) -> None:
    cancelled = booked.run("services", "add", "3", *LUNCH)
    assert (cancelled.exit_code, cancelled.stdout) == (2, "")
    assert "reservation 3 is cancelled: nothing can be ordered for it" in cancelled.stderr
    over = booked.run("services", "add", "4", *LUNCH)
    assert (over.exit_code, over.stdout) == (2, "")
    assert "reservation 4 is over" in over.stderr
    assert _log(booked) == []


def test_the_list_names_reservation_time_and_zone(booked: Desk) -> None:
    booked.run("services", "add", "2", *LUNCH, "--quantity", "3")
    booked.run("services", "add", "1", "--kind", "visitor", "--description", "Mr [b]Green[/b]")
    answer = booked.run("services", "list")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert lines(answer.stdout) == [
        "id  reservation  when                    what                    state",
        "────────────────────────────────────────────────────────────────────────────────",
        " 2  1, Atrium    2026-09-15 11:00-12:00  1 × visitor: Mr         ordered, locked",
        "                 Europe/Amsterdam        [b]Green[/b]",
        " 1  2, Liberty   2026-09-15 16:00-17:00  3 × catering: Lunch     ordered",
        "                 America/New_York",
    ]


def test_the_list_can_be_of_a_day_a_location_or_a_reservation(booked: Desk) -> None:
    booked.run("services", "add", "1", *LUNCH)
    booked.run("services", "add", "2", *LUNCH)
    booked.service(4, "other", "Beamer")

    def ids(*words: str) -> list[int]:
        return [item["id"] for item in json.loads(
            booked.run("services", "list", *words, "-o", "json").stdout
        )]  # fmt: skip

    assert ids() == [1, 2]
    assert ids("--on", "2026-09-14") == [3]
    assert ids("--on", "2026-09-15", "--location", "New York") == [2]
    assert ids("4") == [3]
    assert ids("3") == []


def test_a_locked_service_goes_only_on_a_yes(booked: Desk) -> None:
    booked.run("services", "add", "1", "--kind", "visitor", "--description", "Mr Green")
    refused = booked.run("services", "cancel", "1")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "Locked: 1 (visitor: Mr Green)" in refused.stderr
    done = booked.run("services", "cancel", "1", "--yes", "-o", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert [item["status"] for item in json.loads(done.stdout)] == ["cancelled"]
    assert _log(booked)[0] == (
        "service.cancelled", 1, "visitor for 1 cancelled on reservation 1 (service 1)",
    )  # fmt: skip


def test_an_open_service_goes_without_a_question_and_only_once(booked: Desk) -> None:
    booked.run("services", "add", "1", *LUNCH)
    done = booked.run("services", "cancel", "1")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "service 1 cancelled: catering for 1, reservation 1\n"
    again = booked.run("services", "cancel", "1")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "service 1 is cancelled already" in again.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("add", "99", *LUNCH), "there is no reservation 99"),
        (("add", "1", *LUNCH, "--quantity", "0"), "--quantity"),
        (("add", "1", "--kind", "band", "--description", "x"), "'band' is not one of"),
        (("add", "1", "--kind", "other", "--description", " "), "--description is empty"),
        (("add", "1", *LUNCH, "--locked-from", "later"), "'later' is no time"),
        (("cancel", "7"), "there is no service 7"),
        (("list", "99"), "there is no reservation 99"),
        (("list", "1", "--on", "today"), "exclude each other"),
        (("list", "--on", "someday"), "'someday' is no day"),
        (("list", "--location", "Paris"), "no room at location 'Paris'"),
    ],
)
def test_wrong_arguments_are_named(booked: Desk, words: tuple[str, ...], message: str) -> None:
    answer = booked.run("services", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr


def test_services_go_to_another_reservation_that_stands(booked: Desk) -> None:
    assert booked.run("services", "add", "1", *LUNCH).exit_code == 0
    for to, code in (("3", "reservation-closed"), ("4", "reservation-closed"),
                     ("1", "already-there"), ("9", "unknown-reservation")):  # fmt: skip
        refused = booked.run("services", "move", "1", "--to", to, "-o", "json")
        assert refused.exit_code == 2
        assert json.loads(refused.stderr)["error"]["code"] == code
    assert booked.run("services", "move", "1", "--to", "2").exit_code == 0
    assert json.loads(booked.run("services", "list", "1", "-o", "json").stdout) == []
    assert booked.run("services", "cancel", "1", "--yes").exit_code == 0
    refused = booked.run("services", "move", "1", "--to", "1", "-o", "json")
    assert json.loads(refused.stderr)["error"]["code"] == "already-cancelled"


def test_a_locked_service_moves_only_on_a_yes(booked: Desk) -> None:
    visitor = ("--kind", "visitor", "--description", "Bram")
    assert booked.run("services", "add", "1", *visitor).exit_code == 0
    refused = booked.run("services", "move", "1", "--to", "2")
    assert refused.exit_code == 2
    assert booked.run("services", "move", "1", "--to", "2", "--yes").exit_code == 0


@pytest.mark.parametrize(
    ("quantity", "said"),
    [("1", ""), ("80", ""), ("120", "120 are ordered for reservation 1, and Atrium holds")],
)
def test_more_than_the_room_holds_is_remarked_on_and_ordered(
    desk: Desk, quantity: str, said: str
) -> None:
    desk.reservations(make_reservation(1))
    words = ("services", "add", "1", "--kind", "catering", "--description", "Lunch")
    answer = desk.run(*words, "--quantity", quantity)
    assert answer.exit_code == 0
    assert said in answer.stderr
    assert ("holds" in answer.stderr) is bool(said)


@pytest.mark.parametrize(("attendees", "remarked"), [("4", False), ("400", True)])
def test_more_attendees_than_the_room_holds_are_remarked_on(
    desk: Desk, attendees: str, remarked: bool
) -> None:
    answer = desk.run(
        "reservations", "create", "--room", "Atrium", "--subject", "Ours", "--start",
        "2026-09-18T09:00", "--duration", "1h", "--organizer", "anna@contoso.example",
        "--attendees", attendees, "--no-push",
    )  # fmt: skip
    assert answer.exit_code == 0
    assert (f"{attendees} are expected, and Atrium holds" in answer.stderr) is remarked
