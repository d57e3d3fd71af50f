"""`obctl bundle`: what support needs of a company, made at home and opened elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import make_event, make_reservation
from desk import ATRIUM, Desk

DAY = "2026-09-15"


@pytest.fixture
def differing(read_desk: Desk) -> Desk:
    """A reservation at nine that Outlook has at ten; nobody answers where Graph should be."""
    read_desk.reservations(make_reservation(1001))
    read_desk.events(ATRIUM, make_event("E1", starts="10:00"))
    return read_desk


def made(desk: Desk, tmp_path: Path, *words: str) -> Path:
    file = tmp_path / "support.zip"
    done = desk.run("bundle", "create", str(file), *words)
    assert done.exit_code == 0, done.stderr
    return file


def opened(desk: Desk, file: Path, *words: str) -> Any:
    """What a command says of a bundle on a machine that has no company at all."""
    elsewhere = {"OBCTL_HOME": str(file.parent / "nobody"), "OBCTL_NOW": ""}
    other = Desk.__new__(Desk)
    other.environment = desk.environment | elsewhere
    return other.run("bundle", "open", str(file), *(["--", *words] if words else []))


def test_an_item_is_explained_elsewhere_as_at_home(differing: Desk, tmp_path: Path) -> None:
    at_home = json.loads(differing.run("explain", "1001", "--cached", "-o", "json").stdout)
    file = made(differing, tmp_path, "1001", "--plain")
    there = opened(differing, file, "explain", "1001", "-o", "json")
    assert there.exit_code == 0, there.stderr
    told = json.loads(there.stdout)
    assert {name: told[name] for name in at_home} == at_home


def test_try(differing: Desk, tmp_path: Path) -> None:
    file = made(differing, tmp_path, "1001")
    for words in (
        [],
        ["explain", "1001"],
        ["diff", DAY],
        ["planner", DAY],
        ["log", "search"],
        ["reservations", "list"],
        ["sync", "status"],
        ["reservations", "cancel", "1001"],
        ["planner", "2026-10-01"],
        ["reservations", "show", "1001"],
        ["causes"],
        ["subscriptions", "list"],
        ["sync", "history"],
        ["cancellations", "list"],
        ["reservations", "list", "--text", "subject"],
        ["log"],
        ["nonsense"],
        ["diff", DAY, "--fix"],
        ["planner", DAY, "--room", "Liberty"],
        ["store", "check"],
    ):
        there = opened(differing, file, *words)
        print("=====", words, there.exit_code)
        print(there.stdout)
        print(there.stderr)
    assert 0
