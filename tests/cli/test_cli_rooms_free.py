"""Free rooms from the store alone."""

from __future__ import annotations

import json

import pytest
from builders import make_event, make_reservation
from desk import ATRIUM, LIBERTY, Desk, lines

from obctl.sandbox.server import SandboxServer
from obctl.store.rooms import save_inconclusive

NINE = ("--from", "2026-09-15T11:00", "--to", "2026-09-15T12:00", "--cached")  # 09:00Z


def _free(desk: Desk, *words: str) -> list[str]:
    answer = desk.run("rooms", "free", *words, "-o", "json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    return [room["name"] for room in json.loads(answer.stdout)]


def test_the_smallest_room_that_fits_comes_first(read_desk: Desk) -> None:
    assert _free(read_desk, *NINE) == ["Liberty", "Atrium"]
    assert _free(read_desk, *NINE, "--capacity", "5") == ["Atrium"]
    assert _free(read_desk, *NINE, "--capacity", "9") == []


@pytest.mark.parametrize(
    ("starts", "ends", "free"),
    [
        ("09:00", "10:00", ["Liberty"]),
        ("08:00", "09:00", ["Liberty", "Atrium"]),
        ("10:00", "11:00", ["Liberty", "Atrium"]),
        ("08:00", "09:01", ["Liberty"]),
        ("09:59", "11:00", ["Liberty"]),
    ],
)
def test_a_reservation_takes_its_room_for_its_time_only(
    read_desk: Desk, starts: str, ends: str, free: list[str]
) -> None:
    read_desk.reservations(make_reservation(event=None, starts=starts, ends=ends))
    assert _free(read_desk, *NINE) == free


def test_outlook_as_last_read_takes_rooms_too_unless_shown_as_free(read_desk: Desk) -> None:
    read_desk.events(ATRIUM, make_event("E1", starts="09:00", show_as="free"))
    read_desk.events(LIBERTY, make_event("E2", starts="09:00", show_as="tentative"))
    assert _free(read_desk, *NINE) == ["Atrium"]


def test_a_room_that_becomes_free_just_then_says_so(read_desk: Desk) -> None:
    read_desk.reservations(make_reservation(event=None, starts="08:00", ends="09:00"))
    answer = read_desk.run("rooms", "free", *NINE, "--capacity", "4")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert lines(answer.stdout) == [
        "free Tue 2026-09-15 11:00-12:00 (Europe/Amsterdam)",
        "name     location   floor  people  fits    busy until",
        "───────────────────────────────────────────────────────────────────",
        "Liberty  New York   14          4  exact",
        "Atrium   Amsterdam  1           8  larger  11:00 (Europe/Amsterdam)",
    ]


def test_times_are_in_the_zone_that_a_locations_rooms_share(read_desk: Desk) -> None:
    read_desk.reservations(make_reservation(event=None, room=LIBERTY, starts="15:00", ends="16:00"))
    words = ("--from", "2026-09-15T11:00", "--to", "2026-09-15T12:00", "--cached")
    assert _free(read_desk, *words, "--location", "New York") == []
    assert _free(read_desk, *words) == ["Liberty", "Atrium"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--from", "2026-09-15T12:00", "--to", "2026-09-15T12:00"), "is not after --from"),
        (("--from", "noon", "--to", "2026-09-15T12:00"), "'noon' is no time"),
        (("--from", "2026-03-29T02:30", "--to", "2026-03-29T04:00"), "the clocks skip it"),
    ],
)
def test_a_span_that_is_none_is_refused(
    read_desk: Desk, words: tuple[str, ...], message: str
) -> None:
    answer = read_desk.run("rooms", "free", *words, "--cached")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr


@pytest.fixture
def never_read(desk: Desk) -> Desk:
    return desk


@pytest.fixture
def distrusted(read_desk: Desk) -> Desk:
    with read_desk.store() as store, store.transaction():
        for room in (ATRIUM, LIBERTY):
            save_inconclusive(store, room, "partial-read")
    return read_desk


@pytest.mark.parametrize(
    ("state", "reason"),
    [("never_read", "it was never read"), ("distrusted", "not to be trusted (partial-read)")],
)
def test_a_room_the_store_knows_nothing_of_is_not_free_but_unknown(
    request: pytest.FixtureRequest, state: str, reason: str
) -> None:
    desk = request.getfixturevalue(state)
    answer = desk.run("rooms", "free", *NINE, "-o", "json")
    assert (answer.exit_code, json.loads(answer.stdout)) == (8, [])
    for name in ("Atrium", "Liberty"):
        assert f"left out, its schedule could not be read: {name}: " in answer.stderr
    assert answer.stderr.count(reason) == 2
    assert "no room is known to be free Tue" in desk.run("rooms", "free", *NINE).stderr


def test_what_was_not_read_that_far_ahead_is_unknown(read_desk: Desk) -> None:
    words = ("--from", "2027-09-15T11:00", "--to", "2027-09-15T12:00", "--cached")
    answer = read_desk.run("rooms", "free", *words, "-o", "json")
    assert (answer.exit_code, json.loads(answer.stdout)) == (8, [])
    assert answer.stderr.count("it was not read that far ahead") == 2


def test_what_was_not_read_that_far_back_is_unknown(read_desk: Desk) -> None:
    words = ("--from", "2026-08-15T11:00", "--to", "2026-08-15T12:00", "--cached")
    answer = read_desk.run("rooms", "free", *words, "-o", "json")
    assert (answer.exit_code, json.loads(answer.stdout)) == (8, [])
    assert answer.stderr.count("nothing before 2026-09-1") == 2
    assert "sync run" not in answer.stderr


TUESDAYS = ("2026-09-15", "2026-09-22", "2026-09-29")


@pytest.fixture
def weekly(read_desk: Desk) -> Desk:
    """A weekly reservation of the Atrium; Liberty is taken on its second date."""
    read_desk.reservations(
        *(
            make_reservation(
                number, event=f"E{number}", starts=f"{day} 09:00", ends=f"{day} 10:00",
                key="weekly", attendees=3, series_master_id="M",
            )
            for number, day in enumerate(TUESDAYS, 1)
        ),
        make_reservation(
            9, event=None, room=LIBERTY, starts="2026-09-22 09:30", ends="2026-09-22 09:45"
        ),
    )  # fmt: skip
    read_desk.events(
        ATRIUM,
        *(
            make_event(f"E{number}", starts=f"{day} 09:00", ends=f"{day} 10:00", key="weekly")
            for number, day in enumerate(TUESDAYS, 1)
        ),
    )
    return read_desk


def _dates(desk: Desk, *words: str) -> list[tuple[str, int, list[str]]]:
    answer = desk.run("--quiet", "rooms", "free", "--cached", *words, "-o", "json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    return [(room["name"], room["dates"], room["taken"]) for room in json.loads(answer.stdout)]


def test_a_series_is_like_itself_on_each_date_ahead_and_not_in_its_own_way(weekly: Desk) -> None:
    assert _dates(weekly, "--like", "1") == [("Atrium", 3, [])]
    assert _dates(weekly, "--like", "1", "--location", "New York") == [
        ("Liberty", 3, ["2026-09-22T09:00:00Z"])
    ]
    assert _dates(weekly, "--like", "3", "--location", "New York") == [("Liberty", 1, [])]
    assert _dates(weekly, "--like", "1", "--capacity", "9") == []


def test_it_is_said_how_far_a_series_of_outlook_was_looked_at(weekly: Desk) -> None:
    answer = weekly.run("rooms", "free", "--cached", "--like", "1")
    assert answer.exit_code == 0
    assert answer.stderr == (
        "dates of the series after Tue 2026-09-29 11:00 were not looked at:"
        " obctl reservations series 1\n"
    )
    alone = weekly.run("rooms", "free", "--cached", "--like", "9")
    assert (alone.exit_code, alone.stderr) == (0, "")


def test_a_rule_asks_for_each_of_its_dates(weekly: Desk) -> None:
    span = ("--from", "2026-09-15T11:00", "--to", "2026-09-15T12:00")
    assert _dates(weekly, *span, "--repeat", "FREQ=WEEKLY;COUNT=2") == [
        ("Liberty", 2, ["2026-09-22T09:00:00Z"])
    ], "the Atrium is taken on both"
    answer = weekly.run(
        "rooms", "free", "--cached", *span, "--repeat", "FREQ=DAILY;COUNT=8", "--capacity", "4"
    )
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert lines(answer.stdout)[0] == (
        "free Tue 2026-09-15 11:00-12:00 (Europe/Amsterdam) and on 7 more, until Tue"
    )
    assert "Liberty  New York   14          4  exact   7 of 8, not 2026-09-22" in answer.stdout
    assert "6 of 8, not 2026-09-15, 2026-09-22" in answer.stdout


def test_no_date_is_free_that_was_not_read(weekly: Desk) -> None:
    words = ("--like", "1", "--repeat", "FREQ=MONTHLY;COUNT=12", "-o", "json")
    answer = weekly.run("rooms", "free", "--cached", *words)
    assert (answer.exit_code, json.loads(answer.stdout)) == (8, [])
    assert "it was not read that far ahead" in answer.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "give --from and --to, or --like NUMBER"),
        (("--from", "tomorrow 9:00"), "give --from and --to, or --like NUMBER"),
        (("--like", "1", "--from", "tomorrow 9:00"), "--like and --from/--to exclude each other"),
        (("--like", "77"), "there is no reservation 77"),
        (("--like", "1", "--repeat", "FREQ=WEEKLY"), "never ends"),
        (("--like", "1", "--repeat", "weekly"), "it is no RFC 5545 rule"),
    ],
)
def test_what_names_no_time_is_refused(weekly: Desk, words: tuple[str, ...], message: str) -> None:
    answer = weekly.run("rooms", "free", "--cached", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr


def test_a_series_is_not_in_its_own_way_in_outlook_either(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    """Free/busy names no event; a second meeting at the same time is still in the way."""
    room = "ams-1.02@contoso.example"
    for words in (("rooms", "add", room, "--time-zone", "Europe/Amsterdam"), ("sync", "run")):
        assert live_desk.run(*words).exit_code == 0
    made = live_desk.run(
        "reservations", "create", "--room", room, "--subject", "Ours", "--start",
        "2026-10-20T20:00", "--duration", "1h", "--organizer", "anna@contoso.example", "--repeat",
        "FREQ=WEEKLY;COUNT=3", "-o", "json",
    )  # fmt: skip
    number = str(json.loads(made.stdout)["number"])
    tenant.tenant.book(
        organizer="bob@contoso.example", rooms=[room], subject="Theirs",
        start="2026-10-27T20:00", end="2026-10-27T21:00",
    )  # fmt: skip
    answer = live_desk.run("rooms", "free", "--like", number, "-o", "json")
    assert answer.exit_code == 0, answer.stderr
    (found,) = json.loads(answer.stdout)
    assert (found["dates"], found["taken"]) == (3, ["2026-10-27T19:00:00Z"])
