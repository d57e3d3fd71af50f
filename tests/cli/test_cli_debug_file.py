"""`--debug` writes a file worth attaching, in which nobody's name and no secret is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from builders import make_reservation, make_room
from desk import ATRIUM, Desk

from obctl.cli.debug_file import KEPT, open_debug_file
from obctl.cli.debug_masking import Masking
from obctl.cli.examples import EXAMPLES
from obctl.config import SETTINGS
from obctl.domain.http_exchange import HttpExchange

SECRET = "s3cret-value"
TOKEN = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln"


def file_named_in(answer) -> Path:
    (line,) = [
        line for line in answer.stderr.splitlines() if line.startswith("written for --debug: ")
    ]
    return Path(line.partition(": ")[2])


@pytest.fixture
def known(live_desk: Desk) -> Desk:
    """The demo's tenant, one of its rooms mapped, a reservation of somebody's in it."""
    live_desk.environment |= {
        "OBCTL_GRAPH_TOKEN": TOKEN,
        "AZURE_CLIENT_SECRET": SECRET,
        "HTTPS_PROXY": "http://mia:pass@127.0.0.1:1",
        "NO_PROXY": "127.0.0.1",
        "OBCTL_ACTOR": "Mia Moll",
    }
    live_desk.rooms(make_room("Vermeer", mailbox="vermeer@contoso.example"))
    live_desk.reservations(make_reservation(1, room=ATRIUM, subject="Severance of Bo"))
    return live_desk


def test_the_file_tells_what_was_asked_and_nothing_of_people(known: Desk) -> None:
    answer = known.run("--debug", "diff", "today", "--room", "Vermeer", "-o", "json")
    path = file_named_in(answer)
    text = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert "command: obctl --debug diff today --room Room 1 -o json" in text
    assert "obctl " in text
    assert "Python " in text
    assert "msgraph-sdk " in text
    assert "AZURE_CLIENT_SECRET=(set)" in text
    assert "sync.past_days = 1 (default)" in text
    assert "graph.credential = token (file)" in text
    assert "POST /v1.0/$batch -> 200 0." in text
    assert "    GET /users/room-1@masked.invalid?$select -> 404 request-id " in text
    assert f"ended with {answer.exit_code}\n" in text
    for private in (
        SECRET, TOKEN, TOKEN.split(".")[1], "Bearer", "Authorization", "pass@", "Mia", "Moll",
        "vermeer", "Vermeer", "Severance", '"subject"', "anna", "Anna",
    ):  # fmt: skip
        assert private not in text, private


def test_it_tells_of_requests_without_an_answer_and_of_the_error(desk: Desk) -> None:
    answer = desk.run("--debug", "diff", "2026-09-15")
    text = file_named_in(answer).read_text()
    assert answer.exit_code == 5
    assert " -> no answer 0." in text
    assert "sent 2 times" in text
    assert "traceback:\n" in text
    assert "obctl/graph/client.py:" in text
    assert "GraphUnavailable: " in text
    assert "ended with 5" in text
    assert "atrium" not in text


def test_without_the_option_there_is_no_file(desk: Desk) -> None:
    desk.run("rooms", "list")
    assert not (desk.home / ".debug").exists()


def test_a_company_that_cannot_be_read_has_a_file_too(desk: Desk) -> None:
    (desk.home / "contoso" / "config.toml").write_text("[sync]\npast_days = 'many'\n")
    answer = desk.run("--debug", "rooms", "list")
    assert answer.exit_code == 2
    assert "no settings: 1 problem in " in file_named_in(answer).read_text()


def test_old_files_go(tmp_path: Path) -> None:
    for _ in range(KEPT + 3):
        newest = open_debug_file(tmp_path, {}, [])
        newest.end(0)
    kept = sorted((tmp_path / ".debug").iterdir())
    assert len(kept) == KEPT
    assert newest.path == kept[-1]


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_no_home_is_made_for_it(tmp_path: Path) -> None:
    file = open_debug_file(tmp_path / "nowhere", {}, [])
    file.end(0)
    assert not (tmp_path / "nowhere").exists()
    assert file.path.stat().st_mode & 0o777 == 0o600
    file.path.unlink()


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("reservations", "show", "17"), "reservations show 17"),
        (("rooms", "show", "Vermeer"), "rooms show Room 1"),
        (
            ("log", "search", "--email", "bo@x.example"),
            "log search --email person-1@masked.invalid",
        ),
        (("log", "search", "--text=layoffs"), "log search --text=(masked)"),
        (("reservations", "create", "--subject", "sync"), "reservations create --subject (masked)"),
        (("planner", "--from", "+3", "-o", "json"), "planner --from +3 -o json"),
        (("config", "set", "sync.past_days", "3"), "config set sync.past_days 3"),
        (
            ("config", "set", "sync.heartbeat_url", "https://hc.example/u"),
            "config set sync.heartbeat_url (masked)",
        ),
        (("sandbox", "serve", "--token", "abc"), "sandbox serve --token (masked)"),
        (("explain", "AAMk" * 12), f"explain {'AAMk' * 12}"),
        (("graph", "get", f"/me?t={TOKEN}"), "graph get (masked)"),
    ],
    ids=str,
)
def test_a_command_line_keeps_what_is_ours(words: tuple[str, ...], shown: str) -> None:
    masking = Masking({}, [("vermeer@contoso.example", "Vermeer")])
    known = {word for command in EXAMPLES for word in command.split()} | set(SETTINGS)
    assert masking.command_line(words, known) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Bearer {TOKEN}", "Bearer (token)"),
        (f"got {TOKEN}.", "got (token)."),
        (f"with {SECRET}!", "with (secret)!"),
        ("'Budget' of bo@x.example", "'(masked)' of person-1@masked.invalid"),
        ("VERMEER is taken", "Room 1 is taken"),
    ],
)
def test_the_words_of_an_error_are_masked(text: str, shown: str) -> None:
    masking = Masking({"MY_PASSWORD": SECRET}, [("vermeer@contoso.example", "Vermeer")])
    assert masking.message(text) == shown


def test_a_batch_tells_of_each_request_within_it() -> None:
    one = {"id": "1", "method": "GET", "url": "/users/bo%40x.example/events?$top=2"}
    late = {"id": "1", "status": 429, "headers": {"Retry-After": "3"}, "body": {}}
    sent = json.dumps({"requests": [one]}).encode()
    body = json.dumps({"responses": [late]}).encode()
    exchange = HttpExchange("POST", "https://graph.example/v1.0/$batch", sent, 200, {}, body, 0.25)
    masking = Masking({})
    assert masking.request(exchange).strip() == "POST /v1.0/$batch -> 200 0.250 s"
    assert list(masking.batched(exchange)) == [
        "GET /users/person-1@masked.invalid/events?$top -> 429 retry-after 3"
    ]
