from __future__ import annotations

import json
from pathlib import Path

import pytest
from desk import Desk, lines

from obctl.store.company_log import LogFilter, search_log
from obctl.store.room_search import find_room
from obctl.store.rooms import load_rooms

ROOM_KEYS = [
    "mailbox", "name", "location", "floor", "capacity", "time_zone", "activated_at",
    "last_synced_at", "subscription", "verdict", "removed_at", "condition", "stopped_at",
]  # fmt: skip
HEAD = "mailbox,name,location,floor,capacity,time_zone,activated_at\n"


def test_the_list_fits_eighty_columns_and_names_each_zone(desk: Desk) -> None:
    answer = desk.run("rooms", "list")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert lines(answer.stdout) == [
        "name     location   people  zone              live  synced",
        "──────────────────────────────────────────────────────────",
        "Atrium   Amsterdam       8  Europe/Amsterdam  no    never",
        "Liberty  New York        4  America/New_York  no    never",
    ]


def test_the_list_of_a_location_is_an_array_of_room_objects(desk: Desk) -> None:
    answer = desk.run("rooms", "list", "--location", "new york", "-o", "json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    (room,) = json.loads(answer.stdout)
    assert list(room) == ROOM_KEYS
    assert room["mailbox"] == "liberty@contoso.example"
    assert room["activated_at"] == "2026-01-01T00:00:00Z"
    assert room["subscription"] is None


def test_no_room_yet_is_said_on_stderr(empty_desk: Desk) -> None:
    answer = empty_desk.run("rooms", "list")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "no room is mapped yet: obctl rooms discover\n"
    assert empty_desk.run("rooms", "list", "-o", "json").stdout == "[]\n"


def test_one_room_is_shown_by_its_name_in_any_case(desk: Desk) -> None:
    answer = desk.run("rooms", "show", "LIBERTY")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert "liberty@contoso.example" in answer.stdout
    assert "Wed 2025-12-31 19:00 (America/New_York)" in answer.stdout
    shown = desk.run("rooms", "show", "liberty", "-o", "json")
    assert list(json.loads(shown.stdout)) == ROOM_KEYS


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rooms", "show", "Atrum"), "unknown room 'Atrum'"),
        (("rooms", "list", "--location", "Paris"), "no room at location 'Paris'"),
        (("rooms", "add", "nonsense"), "'nonsense' is no address"),
        (("rooms", "add", "a@b.example", "--time-zone", "Mars/Olympus"), "unknown time zone"),
        (("rooms", "add", "a@b.example", "--activated-at", "soon"), "'soon' is no time"),
        (("rooms", "add", "atrium@contoso.example"), "is mapped already"),
        (("rooms", "change", "Atrium"), "nothing to change"),
        (("rooms", "change", "Atrium", "--time-zone", "Mars"), "unknown time zone 'Mars'"),
        (("rooms", "import-existing"), "name rooms, or use --all"),
        (("rooms", "import-existing", "Atrium", "--all"), "name rooms, or use --all"),
        (("rooms", "import", "/nowhere.csv"), "/nowhere.csv cannot be read"),
    ],
)
def test_wrong_arguments_are_named(desk: Desk, words: tuple[str, ...], message: str) -> None:
    answer = desk.run(*words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr


def test_graph_that_does_not_answer_is_something_to_try_later(desk: Desk) -> None:
    answer = desk.run("rooms", "add", "new@contoso.example")
    assert (answer.exit_code, answer.stdout) == (5, "")
    assert "Graph cannot be reached" in answer.stderr
    with desk.store() as store:
        assert len(load_rooms(store)) == 2


def test_a_file_is_imported_whole(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "rooms.csv"
    file.write_text(
        "\ufeff" + HEAD + '\nSpree@contoso.example,"BER 1.01, Spree",Berlin,1,10,'
        "W. Europe Standard Time,2026-03-01T08:00\n"
        "havel@contoso.example,Havel,,,,,\n",
        encoding="utf-8",
    )
    answer = desk.run("rooms", "import", str(file), "-o", "json")
    assert answer.exit_code == 0
    assert answer.stderr == "2 rooms are mapped now; next: obctl doctor, obctl sync run\n"
    spree, havel = json.loads(answer.stdout)
    assert [spree[key] for key in ROOM_KEYS[:7]] == [
        "Spree@contoso.example", "BER 1.01, Spree", "Berlin", "1", 10, "Europe/Berlin",
        "2026-03-01T07:00:00Z",
    ]  # fmt: skip
    assert [havel[key] for key in ROOM_KEYS[:7]] == [
        "havel@contoso.example", "Havel", None, None, None, "Europe/Amsterdam",
        "2026-09-14T12:00:00Z",
    ]  # fmt: skip
    with desk.store() as store:
        entries = search_log(store, LogFilter(action="room.added"))
        assert [entry.message for entry in entries] == [
            "Havel (havel@contoso.example) is mapped",
            "BER 1.01, Spree (Spree@contoso.example) is mapped",
        ]


def test_every_problem_of_a_file_is_told_at_once_and_nothing_is_imported(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "rooms.csv"
    file.write_text(
        HEAD + "good@contoso.example,Good,,,,,\n"
        "ATRIUM@contoso.example,Atrium 2,,,,,\n"
        "good@contoso.example,,,,many,Mars/Olympus,yesterday\n"
        "nobody,Nobody,,,0,,\n"
    )
    answer = desk.run("rooms", "import", str(file))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert lines(answer.stderr) == [
        f"error: {file} has 8 problems, nothing was imported:",
        "line 3: ATRIUM@contoso.example is mapped already",
        "line 4: good@contoso.example stands on line 2 already",
        "line 4: name is empty",
        "line 4: capacity 'many' is no number of people",
        "line 4: unknown time zone 'Mars/Olympus'",
        (
            "line 4: activated_at 'yesterday' is no time; write 2026-10-19T08:00 (in the room's"
            " zone) or 2026-10-19T06:00:00Z"
        ),
        "line 5: mailbox 'nobody' is no address",
        "line 5: capacity '0' is no number of people",
        "  correct the file, then import it again",
    ]
    with desk.store() as store:
        assert len(load_rooms(store)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name,color\nAtrium,red\n", "line 1: no column mailbox, unknown column 'color'"),
        (b"mailbox,name\na@b.example,A,B\n", "line 2: more cells than columns"),
        (b'mailbox,name\n"a@b.example,A\n', "after line 1: no CSV"),
        (b"mailbox,name\n\xff\xfe,A\n", "is not UTF-8"),
        (b"", "line 1: no column mailbox, no column name"),
    ],
    ids=["columns", "cells", "quotes", "encoding", "empty"],
)
def test_a_file_of_another_kind_is_refused(
    desk: Desk, tmp_path: Path, content: bytes, message: str
) -> None:
    file = tmp_path / "rooms.csv"
    file.write_bytes(content)
    answer = desk.run("rooms", "import", str(file))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr


def test_what_is_known_of_a_room_can_be_corrected(desk: Desk) -> None:
    answer = desk.run(
        "rooms", "change", "Liberty", "--time-zone", "Pacific Standard Time", "--capacity", "4",
        "--name", "Golden Gate", "-o", "json",
    )  # fmt: skip
    assert answer.exit_code == 0
    assert lines(answer.stderr) == [
        "name: Liberty -> Golden Gate",
        "time_zone: America/New_York -> America/Los_Angeles",
    ]
    (room,) = json.loads(answer.stdout)
    assert list(room) == ROOM_KEYS
    assert (room["name"], room["time_zone"]) == ("Golden Gate", "America/Los_Angeles")
    with desk.store() as store:
        messages = [entry.message for entry in search_log(store, LogFilter())]
    assert messages == [
        "liberty@contoso.example: time_zone: America/New_York -> America/Los_Angeles, by mia",
        "liberty@contoso.example: name: Liberty -> Golden Gate, by mia",
    ]


def test_older_events_become_due_by_moving_the_activation_back(desk: Desk) -> None:
    answer = desk.run("rooms", "import-existing", "Atrium")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "1 room: older events will be imported; run `obctl sync run` now\n"
    with desk.store() as store:
        assert find_room(store, "Atrium").activated_at.year == 1970
        assert find_room(store, "Liberty").activated_at.year == 2026
        (entry,) = search_log(store, LogFilter(action="room.imported"))
        assert "Thu 2026-01-01 01:00 (Europe/Amsterdam)" in entry.message
