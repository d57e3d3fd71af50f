"""CSV and the other formats: the same columns whatever was found, and nothing to be run."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from builders import make_event, make_log_entry, make_request, make_reservation
from desk import ATRIUM, Desk

from obctl.render.output import write_csv
from obctl.store.cancellation_requests import add_request

LISTS = [
    ("reservations", "list"), ("services", "list"), ("cancellations", "list"), ("log", "search"),
    ("log", "tail"), ("rooms", "list"), ("sync", "history"), ("diff", "2026-09-15", "--cached"),
    ("planner", "2026-09-15", "--cached"), ("store", "check"), ("rooms", "policy", "lint"),
    ("causes", "--from", "2026-09-15", "--to", "2026-09-15", "--cached"),
    ("rooms", "free", "--from", "2026-09-20T09:00", "--to", "2026-09-20T10:00", "--cached"),
]  # fmt: skip
CERTAIN = {"store check", "rooms policy lint", "sync history"}
"""Lists that nothing is made for here."""


def header(answer: Any) -> list[str]:
    first, *_ = csv.reader(io.StringIO(answer.stdout))
    return first


@pytest.fixture
def busy(read_desk: Desk) -> Desk:
    """Something for every list."""
    read_desk.reservations(
        make_reservation(1, starts="09:00"),
        make_reservation(2, event=None, subject="Ours", starts="12:00"),
    )
    read_desk.service(1, "catering", "Lunch")
    read_desk.events(ATRIUM, make_event("E1", starts="09:30"))
    with read_desk.store() as store, store.transaction():
        request = make_request(1)
        add_request(store, 1, reason=request.reason, cause=None, at=request.requested_at)
    read_desk.logged(make_log_entry("sync.started"))
    return read_desk


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_an_empty_list_has_the_header_of_a_full_one(
    empty_desk: Desk, tmp_path: Path, words: tuple[str, ...]
) -> None:
    answer = empty_desk.run(*words, "-o", "csv")
    assert answer.stdout.count("\n") == 1
    assert len(header(answer)) >= 1


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_a_full_list_has_no_other_columns(busy: Desk, words: tuple[str, ...]) -> None:
    full = busy.run(*words, "-o", "csv")
    assert full.stdout.count("\n") > 1 or " ".join(words) in CERTAIN
    nothing = Desk(busy.home.parent / "other").run(*words, "-o", "csv")
    assert header(full) == header(nothing)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+31 20", "'+31 20"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("\r\n=1", "'  =1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\x00", "a b\\x00"),
        ("a\x9b2J", "a\\x9b2J"),
        ("\u202egnp", "\\x202egnp"),
        ("\u202e=1", "\\x202e=1"),
        ("Café, 日本", "Café, 日本"),
        (-2, "-2"),
        (True, "true"),
        (None, ""),
        (["\x1b", "=1"], '["\\u001b", "=1"]'),
        (["\x9b"], '["\\x9b"]'),
    ],
)
def test_what_a_cell_holds_is_inert(
    capsys: pytest.CaptureFixture[str], text: object, cell: str
) -> None:
    write_csv([{"it": text, "last": 1}])
    assert list(csv.reader(io.StringIO(capsys.readouterr().out)))[1] == [cell, "1"]


@pytest.mark.parametrize(
    "words",
    [
        ("config", "get", "sync.past_days"),
        ("config", "grants"),
        ("rooms", "change", "Atrium", "--floor", "9"),
        ("log", "prune", "--older-than", "400d", "--yes"),
        ("sandbox", "scenarios"),
    ],
    ids=" ".join,
)
def test_each_format_is_obeyed(desk: Desk, words: tuple[str, ...]) -> None:
    whole = desk.run(*words, "-o", "json")
    assert whole.exit_code == 0
    one = json.loads(whole.stdout)
    items = one if isinstance(one, list) else [one]
    lines = desk.run(*words, "-o", "jsonl").stdout.splitlines()
    assert len(lines) == len(items)
    assert all(isinstance(json.loads(line), dict) for line in lines)
    table = list(csv.reader(io.StringIO(desk.run(*words, "-o", "csv").stdout)))
    assert len(table) == len(items) + 1
    assert set(items[0]) >= {name.partition(".")[0] for name in table[0]}


def test_a_service_says_where_when_and_for_whom(busy: Desk) -> None:
    (service,) = json.loads(busy.run("services", "list", "-o", "json").stdout)
    assert {
        name: service[name]
        for name in ("reservation", "room", "start", "end", "subject", "organizer")
    } == {
        "reservation": 1,
        "room": "atrium@contoso.example",
        "start": "2026-09-15T09:00:00Z",
        "end": "2026-09-15T10:00:00Z",
        "subject": "Budget",
        "organizer": {"name": "Anna de Vries", "email": "anna@contoso.example"},
    }
