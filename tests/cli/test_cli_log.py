from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import make_log_entry, make_reservation
from desk import ATRIUM, LIBERTY, Desk, lines

from obctl.domain.event import EventId

KEYS = [
    "id", "at", "action", "room", "email", "subject", "reservation", "event_id", "run",
    "request_id", "message", "actor", "client_request_id", "left_room",
]  # fmt: skip
# Bytes that no JSON library would write like this: kept as they came.
ORIGINAL = b'{"id":"E1" ,\r\n "subject":"Caf\\u00e9 \xc3\xa9","n":1.0}'
CHANGED = b'{"id":"E1","subject":"Budget","n":1.0}'


@pytest.fixture
def logged(desk: Desk) -> Desk:
    desk.reservations(make_reservation(7))
    desk.logged(
        make_log_entry(
            "sync.started", "2026-09-13 21:59", run="R1", message="over 2 rooms",
            actor="nightly run",
        ),
        make_log_entry(
            "event.created", "2026-09-13 22:00", run="R1", room=ATRIUM, event_id=EventId("E1"),
            email="Anna@contoso.example", subject="Café", reservation=7, payload=ORIGINAL,
            message="reservation 7 created: 'Café'", actor="nightly run",
        ),
        make_log_entry(
            "event.updated", "2026-09-14 08:00", room=ATRIUM, event_id=EventId("E1"),
            email="anna@contoso.example", subject="Budget", reservation=7, payload=CHANGED,
            request_id="req-1", message="subject of Café is Budget", actor="Mia Mol",
        ),
        make_log_entry("push.failed", "2026-09-14 09:30", room=LIBERTY, message="[red]no[/red]"),
    )  # fmt: skip
    return desk


def _ids(desk: Desk, *words: str) -> list[int]:
    answer = desk.run("log", "search", *words, "-o", "json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    return [entry["id"] for entry in json.loads(answer.stdout)]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ((), [4, 3, 2, 1]),
        (("--date", "2026-09-14"), [4, 3, 2]),  # Amsterdam's day begins at 22:00Z
        (("--date", "2026-09-13"), [1]),
        (("--from", "2026-09-14T10:00"), [4, 3]),
        (("--to", "2026-09-13"), [1]),
        (("--from", "2026-09-13T22:00Z", "--to", "2026-09-14T08:00Z"), [2]),
        (("--email", "ANNA@contoso.example"), [3, 2]),
        (("--action", "event.*"), [3, 2]),
        (("--action", "*.failed"), [4]),
        (("--room", "liberty"), [4]),
        (("--text", "CAFÉ budget"), [3]),
        (("--reservation", "7"), [3, 2]),
        (("--run", "R1"), [2, 1]),
        (("--run", "R2"), []),
    ],
)
def test_filters_narrow_the_search(logged: Desk, words: tuple[str, ...], ids: list[int]) -> None:
    assert _ids(logged, *words) == ids


def test_entries_are_objects_with_these_keys(logged: Desk) -> None:
    found = json.loads(
        logged.run("log", "search", "--action", "event.updated", "-o", "json").stdout
    )
    assert [list(entry) for entry in found] == [KEYS]
    assert found[0] == {
        "id": 3, "at": "2026-09-14T08:00:00Z", "action": "event.updated",
        "room": "atrium@contoso.example", "email": "anna@contoso.example", "subject": "Budget",
        "reservation": 7, "event_id": "E1", "run": None, "request_id": "req-1",
        "message": "subject of Café is Budget", "actor": "Mia Mol", "client_request_id": None,
        "left_room": None,
    }  # fmt: skip


def test_the_search_fits_eighty_columns_and_names_its_zone(logged: Desk) -> None:
    answer = logged.run("log", "search")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert lines(answer.stdout) == [
        "entry  at, Europe/Amsterdam  action         what",
        "────────────────────────────────────────────────────────────────────────────────",
        "    4  2026-09-14 11:30:00   push.failed    [red]no[/red]",
        "                                            Liberty · by somebody",
        "    3  2026-09-14 10:00:00   event.updated  subject of Café is Budget",
        "                                            Atrium · anna@contoso.example ·",
        "                                            reservation 7 · by Mia Mol",
        "    2  2026-09-14 00:00:00   event.created  reservation 7 created: 'Café'",
        "                                            Atrium · anna@contoso.example",
        "    1  2026-09-13 23:59:00   sync.started   over 2 rooms",
    ]


def test_a_long_table_says_that_there_is_more(logged: Desk) -> None:
    logged.logged(*(make_log_entry("sync.started", "2026-09-14 10:00") for _ in range(60)))
    answer = logged.run("log", "search")
    assert answer.exit_code == 0
    assert answer.stderr == "there are more than these 50; narrow the search, or use --limit\n"
    assert len(_ids(logged)) == 64


def test_the_original_comes_out_byte_for_byte(logged: Desk) -> None:
    answer = logged.run("log", "show", "2", "--payload")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout_bytes == ORIGINAL


def test_an_entry_is_shown_with_its_original(logged: Desk) -> None:
    answer = logged.run("log", "show", "2")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert lines(answer.stdout) == [
        "entry 2",
        "at           2026-09-14 00:00:00 (Europe/Amsterdam)",
        "action       event.created",
        "message      reservation 7 created: 'Café'",
        "room         atrium@contoso.example",
        "email        anna@contoso.example",
        "subject      Café",
        "reservation  7",
        "event id     E1",
        "run          R1",
        "actor        nightly run",
        "",
        "the original, laid out; `--payload` prints its bytes",
        "{",
        '  "id": "E1",',
        '  "subject": "Café é",',
        '  "n": 1.0',
        "}",
    ]
    item = json.loads(logged.run("log", "show", "2", "-o", "json").stdout)
    assert list(item) == [*KEYS, "payload"]
    assert item["payload"] == {"id": "E1", "subject": "Café é", "n": 1.0}


def test_an_entry_without_original_says_so(logged: Desk) -> None:
    assert "no original was kept" in logged.run("log", "show", "1").stdout
    answer = logged.run("log", "show", "1", "--payload")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "no original was kept with entry 1" in answer.stderr


def test_the_versions_of_an_event_tell_what_changed(logged: Desk) -> None:
    item = json.loads(logged.run("log", "event", "E1", "-o", "json").stdout)
    assert item == {
        "event_id": "E1",
        "versions": [
            {"at": "2026-09-13T22:00:00Z", "entry": 2, "action": "event.created", "changed": {}},
            {
                "at": "2026-09-14T08:00:00Z",
                "entry": 3,
                "action": "event.updated",
                "changed": {"subject": {"from": "Café é", "to": "Budget"}},
            },
        ],
    }
    answer = logged.run("log", "event", "E1")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert lines(answer.stdout) == [
        "event E1",
        "times: Europe/Amsterdam",
        "",
        "2026-09-14 00:00:00  event.created  entry 2",
        "",
        "2026-09-14 10:00:00  event.updated  entry 3",
        "  subject: Café é → Budget",
    ]


def test_tail_shows_the_newest_entries_in_their_order(logged: Desk) -> None:
    answer = logged.run("log", "tail", "-n", "2")
    assert (answer.exit_code, answer.stderr) == (0, "times in Europe/Amsterdam\n")
    assert lines(answer.stdout) == [
        "2026-09-14 10:00:00  3  event.updated  subject of Café is Budget",
        "2026-09-14 11:30:00  4  push.failed  [red]no[/red]",
    ]
    found = json.loads(logged.run("log", "tail", "-o", "json").stdout)
    assert [entry["id"] for entry in found] == [1, 2, 3, 4]


def test_tail_follows_what_comes(logged: Desk) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "obctl", "log", "tail", "-f", "-n", "1", "-o", "jsonl"],
        env={**os.environ, **logged.environment},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            assert json.loads(process.stdout.readline())["id"] == 4
            logged.logged(make_log_entry("sync.finished", message="done"))
            assert json.loads(process.stdout.readline())["message"] == "done"
        finally:
            process.terminate()


def _exported(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_an_export_holds_everything_oldest_first(logged: Desk, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    answer = logged.run("log", "export", str(file))
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == f"4 entries written to {file}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    found = _exported(file)
    assert [entry["id"] for entry in found] == [1, 2, 3, 4]
    assert list(found[0]) == [*KEYS, "payload"]
    assert found[1]["payload"]["subject"] == "Café é"


def test_a_masked_export_names_nobody_and_keeps_the_story(logged: Desk, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    logged.run("log", "export", str(file), "--mask")
    text = file.read_text(encoding="utf-8").casefold()
    for secret in ("anna", "café", "budget", "contoso", "atrium", "liberty", "mia"):
        assert secret not in text
    found = _exported(file)
    assert found[1]["email"] == found[2]["email"] == "person-1@masked.invalid"
    assert found[1]["room"] == "room-1@masked.invalid"
    assert found[2]["message"] == "subject of Subject 1 is Subject 3"
    assert found[2]["subject"] == found[2]["payload"]["subject"] == "Subject 3"
    assert [entry["actor"] for entry in found[:3]] == ["nightly run", "nightly run", "Name 1"]


def test_an_export_that_cannot_be_written_leaves_nothing(logged: Desk, tmp_path: Path) -> None:
    answer = logged.run("log", "export", str(tmp_path / "none" / "log.jsonl"))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "cannot be written: No such file or directory" in answer.stderr
    folder = tmp_path / "folder"
    folder.mkdir()
    assert logged.run("log", "export", str(folder)).exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "home"]


def test_pruning_needs_a_yes_and_is_logged(logged: Desk) -> None:
    """Reservation 7 is tomorrow's: what is told of it stays, however old that is."""
    refused = logged.run("log", "prune", "--older-than", "10h")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert (
        "Remove 1 entry from before Mon 2026-09-14 04:00 (Europe/Amsterdam), older than 10h,"
        " for good?" in refused.stderr
    )
    assert _ids(logged) == [4, 3, 2, 1]
    done = logged.run("log", "prune", "--older-than", "10h", "--yes", "-o", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "removed": 1,
        "older_than": "2026-09-14T02:00:00Z",
        "kept": 1,
    }
    assert _ids(logged) == [5, 4, 3, 2]
    newest = json.loads(logged.run("log", "show", "5", "-o", "json").stdout)
    assert newest["action"] == "log.pruned"
    assert newest["message"] == (
        "1 entry older than Mon 2026-09-14 04:00 (Europe/Amsterdam) removed,"
        " 1 older one kept for what is not over, by mia"
    )
    assert newest["actor"] == "mia"


def test_pruning_says_what_it_keeps_and_how_space_comes_back(logged: Desk) -> None:
    done = logged.run("log", "prune", "--older-than", "10h", "--yes")
    assert "1 entry removed; 1 older entry kept for what is not over: open requests" in done.stderr
    assert "obctl store compact" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("search", "--date", "2026-13-01"), "'2026-13-01' is no day"),
        (("search", "--date", "today", "--to", "today"), "exclude each other"),
        (("search", "--from", "x"), "'x' is no time"),
        (("search", "--room", "Cellar"), "unknown room 'Cellar'"),
        (("show", "99"), "there is no log entry 99"),
        (("event", "E9"), "the log knows no event E9"),
        (("prune", "--older-than", "0d"), "would remove everything"),
        (("prune", "--older-than", "400", "--yes"), "'400' has no unit"),
        (("prune", "--older-than", "a while"), "'a while' is no duration"),
        (("prune", "--older-than", "99999999999d"), "is too long"),
        (("tail", "-f", "-o", "csv"), "csv cannot be followed"),
    ],
)
def test_wrong_arguments_are_named(logged: Desk, words: tuple[str, ...], message: str) -> None:
    answer = logged.run("log", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr
