"""Instants and days at the ends of the calendar: shown where found, refused where given."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from builders import make_event, make_reservation
from desk import ATRIUM, Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obctl.domain.time_span import found
from obctl.sandbox.server import SandboxServer

pytestmark = pytest.mark.usefixtures("hasty")

VERMEER = "ams-1.02@contoso.example"
MAKE = ("reservations", "create", "--room", "Atrium", "--subject", "Budget", "--no-push",
        "--organizer", "anna@contoso.example")  # fmt: skip
# An instant or a day at {} in every command that takes one.
COMMANDS = [
    ("planner", "{day}"),
    ("planner", "{day}", "--cached"),
    ("planner", "{day}", "--view", "officebooking"),
    ("planner", "today", "--to", "{day}", "--cached"),
    ("diff", "{day}", "--cached"),
    ("diff", "{day}", "--to", "{day}", "--cached"),
    ("diff", "today", "--to", "{day}", "--cached"),
    ("reservations", "list", "--on", "{day}"),
    ("reservations", "list", "--from", "{at}"),
    ("reservations", "list", "--to", "{at}"),
    ("reservations", "list", "--from", "{day}", "--to", "{at}"),
    ("rooms", "free", "--from", "{at}", "--to", "2026-09-15T12:00", "--cached"),
    ("rooms", "free", "--from", "2026-09-15T12:00", "--to", "{at}", "--cached"),
    ("rooms", "free", "--from", "{at}", "--to", "2026-09-15T12:00"),
    ("rooms", "free", "--from", "2026-09-15T12:00", "--to", "{at}"),
    (*MAKE, "--start", "{at}", "--duration", "1h"),
    (*MAKE, "--start", "{at}", "--duration", "365000d"),
    (*MAKE, "--start", "2026-09-15T12:00", "--end", "{at}"),
    (*MAKE, "--start", "{at}", "--end", "{at}"),
    (*MAKE, "--start", "2026-09-15T12:00", "--duration", "1h", "--repeat", "FREQ=WEEKLY;UNTIL={z}"),
    (*MAKE, "--start", "{at}", "--duration", "1h", "--repeat", "FREQ=YEARLY;COUNT=9999"),
    ("reservations", "change", "1001", "--start", "{at}", "--no-push"),
    ("reservations", "change", "1001", "--end", "{at}", "--no-push"),
    ("reservations", "change", "1001", "--start", "{at}", "--end", "{at}", "--no-push"),
    ("services", "add", "1001", "--kind", "catering", "--description", "Tea", "--quantity", "1",
     "--locked-from", "{at}"),
    ("services", "list", "--on", "{day}"),
    ("log", "search", "--date", "{day}"),
    ("log", "search", "--from", "{at}", "--to", "{day}"),
    ("log", "search", "--from", "{at}"),
    ("log", "search", "--to", "{at}"),
    ("sandbox", "clock", "{at}", "--url", "http://127.0.0.1:9/v1.0"),
]  # fmt: skip
ENDS = ["9999-12-31T23:30", "9999-12-31T00:00", "0001-01-01T00:00", "0001-01-01T23:59",
        "4500-01-01T00:00", "1601-01-01T00:00", "9999-12-31T23:59:59.999999"]  # fmt: skip


@pytest.fixture
def old_desk(read_desk: Desk) -> Desk:
    read_desk.reservations(make_reservation(event=None))
    return read_desk


def _typed(words: tuple[str, ...], moment: datetime) -> list[str]:
    at, day = moment.isoformat(), moment.date().isoformat()
    bare = "".join(letter for letter in at[:19] if letter not in "-:")
    return [word.format(at=at, day=day, z=f"{bare}Z") for word in words]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_instant_breaks_a_command(old_desk: Desk, words: tuple[str, ...]) -> None:
    zones = st.sampled_from([None, UTC])
    ends = [datetime.fromisoformat(text) for text in ENDS]

    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.one_of(st.sampled_from(ends), st.datetimes(timezones=zones)))
    def check(moment: datetime) -> None:
        answer = old_desk.run(*_typed(words, moment))
        assert answer.exit_code != 1, answer.stderr

    check()
    for moment in ends:
        answer = old_desk.run(*_typed(words, moment))
        assert answer.exit_code in (2, 3), f"{moment}: {answer.stderr}"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "4500-01-01", "1601-01-01", "+999999"])
@pytest.mark.parametrize("words", [("planner",), ("diff",), ("reservations", "list", "--on"),
                                   ("log", "search", "--date")], ids=" ".join)  # fmt: skip
def test_the_refusal_names_what_is_accepted(desk: Desk, words: tuple[str, ...], day: str) -> None:
    answer = desk.run(*words, day)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "is out of range" in answer.stderr
    assert "days from 1900-01-01 to 4499-12-31 are accepted" in answer.stderr


@pytest.mark.parametrize("now", [f"{text}Z" for text in ENDS])
def test_a_clock_at_the_ends_is_refused(desk: Desk, now: str) -> None:
    desk.environment["OBCTL_NOW"] = now
    for words in (("planner",), ("sync", "status"), ("sandbox", "serve", "--port", "0")):
        answer = desk.run(*words)
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert "is out of range" in answer.stderr


@pytest.mark.parametrize("now", ["1900-01-01T00:00:00Z", "4499-12-31T23:59:59Z"])
def test_a_clock_at_the_edge_of_what_is_accepted_works(desk: Desk, now: str) -> None:
    desk.environment["OBCTL_NOW"] = now
    for words in (("planner", "--cached"), ("sync", "status"), ("diff", "today", "--cached")):
        assert desk.run(*words).exit_code in (3, 8)


@pytest.mark.parametrize(
    "words",
    [
        ("sync", "status", "--max-age", "9999999h"),
        ("log", "prune", "--older-than", "99999999999999d", "--yes"),
        (*MAKE, "--start", "2026-09-15T12:00", "--duration", "9999999h"),
    ],
)
def test_a_duration_of_millennia_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    answer = desk.run(*words)
    assert answer.exit_code == 2
    assert "is too long" in answer.stderr
    assert "365000d is the most" in answer.stderr


@pytest.mark.parametrize("number", ["26", "400", "0", " 90 ", "٤"])
@pytest.mark.parametrize(
    "words",
    [
        ("sync", "status", "--max-age"),
        ("log", "prune", "--yes", "--older-than"),
        (*MAKE, "--start", "2026-09-15T12:00", "--duration"),
    ],
    ids=" ".join,
)
def test_a_duration_without_a_unit_is_refused(
    desk: Desk, words: tuple[str, ...], number: str
) -> None:
    answer = desk.run(*words, number)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "has no unit: minutes, hours or days?" in answer.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("diff", "2020-01-01", "--to", "2026-01-01"), "more than 1820 days"),
        (("rooms", "free", "--from", "2026-01-01T00:00", "--to", "2031-01-01T00:00"), "1820 days"),
        (
            (*MAKE, "--start", "2026-10-01T12:00", "--end", "2040-10-01T12:00"),
            "1820 are the most",
        ),
        (
            (*MAKE, "--start", "2026-10-01T12:00", "--duration", "1h",
             "--repeat", "FREQ=DAILY;UNTIL=99991231T235959Z"),
            "its UNTIL is out of range",
        ),
        (
            ("rooms", "add", "x@contoso.example", "--name", "New", "--activated-at", "9999-12-31"),
            "out of range",
        ),
    ],
)  # fmt: skip
def test_more_than_graph_shows_at_once_is_refused(
    desk: Desk, words: tuple[str, ...], said: str
) -> None:
    answer = desk.run(*words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert said in answer.stderr


def test_a_file_of_rooms_names_an_activation_out_of_range(desk: Desk) -> None:
    file = desk.home / "rooms.csv"
    file.write_text("mailbox,name,activated_at\nnew@contoso.example,New,9999-12-31T23:30\n")
    answer = desk.run("rooms", "import", str(file))
    assert answer.exit_code == 2
    assert "activated_at '9999-12-31T23:30' is out of range" in answer.stderr


LONG = (datetime(1601, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        LONG,
        (datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1, 1, tzinfo=UTC)),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), datetime(9999, 12, 31, 23, 30, tzinfo=UTC)),
        (datetime(4500, 9, 1, tzinfo=UTC), datetime(4500, 9, 2, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("all_day", [False, True])
def test_what_the_store_has_of_the_ends_is_shown(
    read_desk: Desk, start: datetime, end: datetime, all_day: bool
) -> None:
    start, end = found(start), found(end)
    read_desk.reservations(make_reservation(starts=start, ends=end, all_day=all_day))
    read_desk.events(ATRIUM, make_event(starts=start, ends=end, all_day=all_day))
    for words in (
        ("reservations", "list"),
        ("reservations", "list", "--from", "2026-01-01"),
        ("reservations", "list", "--to", "2026-01-01"),
        ("reservations", "list", "-o", "json"),
        ("reservations", "show", "1001"),
        ("reservations", "show", "1001", "-o", "json"),
        ("planner", "2026-09-15", "--cached"),
        ("planner", "2026-09-15", "--cached", "-o", "json"),
        ("rooms", "free", "--from", "2026-09-15T09:00", "--to", "2026-09-15T10:00", "--cached"),
        ("services", "list", "1001"),
    ):
        answer = read_desk.run(*words)
        assert answer.exit_code == 0, (words, answer.stderr)
    for words in (("explain", "1001", "--cached"), ("diff", "2026-09-15", "--cached")):
        assert read_desk.run(*words).exit_code in (0, 3, 8)
    listed = json.loads(read_desk.run("reservations", "list", "-o", "json").stdout)
    assert [item["number"] for item in listed] == [1001]
    for words in (
        ("reservations", "change", "1001", "--subject", "Other", "--no-push"),
        ("reservations", "cancel", "1001", "--yes", "--no-push"),
    ):
        assert read_desk.run(*words).exit_code in (0, 2, 6)


def test_a_run_takes_a_meeting_that_lasts_from_one_end_to_the_other(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    assert live_desk.run("rooms", "add", VERMEER).exit_code == 0
    tenant.tenant.book_directly(VERMEER, "Ever", "1601-01-02T00:00", "9999-12-30T23:30")
    tenant.tenant.book_directly(VERMEER, "Whole", "1601-01-02T00:00", "9999-12-30T00:00")
    ran = live_desk.run("sync", "run", "-o", "json")
    assert ran.exit_code == 0, ran.stderr
    listed = json.loads(live_desk.run("reservations", "list", "-o", "json").stdout)
    ever = next(item for item in listed if item["subject"] == "Ever")
    assert (ever["start"][:4], ever["end"]) == ("1601", "9989-12-31T23:59:59Z")
    again = json.loads(live_desk.run("sync", "run", "--full", "-o", "json").stdout)
    assert again["changes"] == dict.fromkeys(again["changes"], 0)
    for words in (
        ("planner", "2026-10-19"),
        ("diff", "2026-10-19"),
        ("explain", str(ever["number"])),
        ("reservations", "show", str(ever["number"])),
        ("rooms", "free", "--from", "2026-10-19T09:00", "--to", "2026-10-19T10:00"),
    ):
        answer = live_desk.run(*words)
        assert answer.exit_code in (0, 3), (words, answer.stderr)


# Now is Monday 2026-09-14, 14:00 in Amsterdam.
@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("-1", "2026-09-13"),
        ("-30", "2026-08-15"),
        ("+1", "2026-09-15"),
        ("monday", "2026-09-14"),
        ("Tuesday", "2026-09-15"),
        ("sun", "2026-09-20"),
        ("yesterday", "2026-09-13"),
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        ("planner", "{day}", "--cached", "-o", "json"),
        ("planner", "-o", "json", "--location", "Amsterdam", "--cached", "{day}"),
        ("diff", "--cached", "{day}", "-o", "json"),
        ("diff", "{day}", "--to", "{day}", "--cached", "-o", "json"),
    ],
    ids=" ".join,
)
def test_a_day_is_said_in_many_ways(
    read_desk: Desk, words: tuple[str, ...], word: str, day: str
) -> None:
    answer = read_desk.run(*(one.format(day=word) for one in words))
    shown = json.loads(answer.stdout)
    assert day in (shown.get("day"), shown.get("from"))


@pytest.mark.parametrize("words", [("planner", "-1", "-x"), ("planner", "-1", "-2")], ids=" ".join)
def test_what_is_no_day_before_is_no_word_either(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.run(*words).exit_code == 2


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ("tomorrow 9:00", "2026-09-15T07:00:00Z"),
        ("Tomorrow 09:00", "2026-09-15T07:00:00Z"),
        ("monday 15:00", "2026-09-14T13:00:00Z"),
        ("wed 14:00", "2026-09-16T12:00:00Z"),
        ("+2 9:00", "2026-09-16T07:00:00Z"),
        ("2026-09-16 9:00", "2026-09-16T07:00:00Z"),
        ("2026-09-16T09:00", "2026-09-16T07:00:00Z"),
        ("2026-09-16T09:00Z", "2026-09-16T09:00:00Z"),
    ],
)
def test_an_instant_is_said_in_many_ways(read_desk: Desk, said: str, start: str) -> None:
    words = (*MAKE, "--start", said, "--duration", "30m", "-o", "json")
    assert json.loads(read_desk.run(*words).stdout)["start"] == start
    assert read_desk.run("log", "search", "--from", said).exit_code == 0
    assert (
        read_desk.run("rooms", "free", "--from", said, "--to", "+9 9:00", "--cached").exit_code == 0
    )
    moved = read_desk.run("reservations", "change", "1", "--start", said, "--no-push", "-o", "json")
    assert json.loads(moved.stdout)["start"] == start


@pytest.mark.parametrize("said", ["tomorrow", "someday 9:00", "+x 9:00", "tomorrow 25:00", "9:00"])
def test_what_is_no_instant_is_refused(desk: Desk, said: str) -> None:
    answer = desk.run(*MAKE, "--start", said, "--duration", "30m")
    assert (answer.exit_code, answer.stdout) == (2, "")
