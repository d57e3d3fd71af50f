"""Free rooms from the store alone."""

from __future__ import annotations

import json

import pytest
from builders import make_event, make_reservation
from desk import ATRIUM, LIBERTY, Desk, lines

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
