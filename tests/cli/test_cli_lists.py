"""Every command that shows a list takes `--fields`, `--sort` and `--limit`."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from builders import make_log_entry, make_reservation
from desk import Desk
from readme_reader import every_command

# What acts (`--by`) shows what it did, and `--limit` would read as if it did less.
SPARED = {
    "sync run": "a report; the companies of a night are a list in CSV alone",
    "sandbox fault": "an object with a list in CSV alone",
    "sandbox clear-faults": "an object with a list in CSV alone",
}
COMMANDS = {words: one for words, one in every_command() if getattr(one, "callback", None)}


def names_in(function: Any) -> set[str]:
    """Every name that a function's body uses, its module's own functions followed."""
    function = inspect.unwrap(function)
    functions = {
        node.name: node
        for node in ast.parse(inspect.getsource(inspect.getmodule(function))).body
        if isinstance(node, ast.FunctionDef)
    }
    seen: set[str] = set()
    waiting = [function.__name__]
    while waiting:
        node = functions.get(waiting.pop())
        for one in ast.walk(node) if node else ():
            if isinstance(one, ast.Name) and one.id not in seen:
                seen.add(one.id)
                waiting.append(one.id)
    return seen


def lists() -> Iterator[str]:
    for words, command in COMMANDS.items():
        if {"show_list", "show_with_list"} & names_in(command.callback):
            yield words


LISTS = list(lists())


def options(words: str) -> set[str]:
    return {name for param in COMMANDS[words].params for name in param.opts}


def test_commands_that_show_lists_are_found() -> None:
    assert {"reservations list", "log search", "log tail", "diff", "rooms free"} <= set(LISTS)


@pytest.mark.parametrize("words", LISTS)
def test_a_command_that_shows_a_list_takes_the_options_of_lists(words: str) -> None:
    """`@lists(csv_fields.…)` above the command, and a parameter `listing` in place of `format`."""
    if words not in SPARED and "--by" not in options(words):
        assert "--fields" in options(words)


@pytest.fixture
def booked(desk: Desk) -> Desk:
    desk.reservations(
        make_reservation(1, starts="09:00", subject="Zeta"),
        make_reservation(2, starts="12:00", subject="alpha"),
        make_reservation(3, starts="11:00", subject="Beta"),
    )
    return desk


def test_the_options_go_together(booked: Desk) -> None:
    answer = booked.run(
        "reservations", "list", "--fields", "subject,organizer.email", "--sort", "-subject",
        "--limit", "2", "-o", "json",
    )  # fmt: skip
    assert answer.exit_code == 0
    assert answer.stderr == "showing 2 of 3\n"
    email = {"email": "anna@contoso.example"}
    assert json.loads(answer.stdout) == [
        {"subject": "Zeta", "organizer": email},
        {"subject": "Beta", "organizer": email},
    ]


def test_a_limit_alone_is_one_of_the_search(booked: Desk) -> None:
    answer = booked.run("reservations", "list", "--limit", "2", "--fields", "number", "-o", "csv")
    assert answer.stdout.splitlines() == ["number", "1", "3"]
    assert answer.stderr == "there are more than these 2; narrow the search, or use --limit\n"


def test_an_unknown_field_is_refused_before_graph_is_asked(desk: Desk) -> None:
    answer = desk.run("diff", "2026-09-15", "--fields", "cause.cod", "-o", "json")
    assert answer.exit_code == 2
    error = json.loads(answer.stderr)["error"]
    assert error["code"] == "unknown-field"
    assert "cause.code" in error["hint"]


def test_remarks_are_silent_where_they_are_not_wanted(booked: Desk) -> None:
    answer = booked.run("--quiet", "reservations", "list", "--limit", "1", "-o", "jsonl")
    assert (answer.exit_code, answer.stderr) == (0, "")


def test_the_tail_of_the_log_shows_chosen_fields_line_by_line(desk: Desk) -> None:
    desk.logged(make_log_entry("sync.started"), make_log_entry("sync.finished"))
    assert desk.run("log", "tail", "--fields", "action,room").stdout.split() == [
        "sync.started", "sync.finished",
    ]  # fmt: skip
    lines = desk.run("log", "tail", "-n", "1", "--fields", "action", "-o", "jsonl").stdout
    assert lines == '{"action": "sync.finished"}\n'


def test_chosen_fields_of_differences_are_a_table_of_these(read_desk: Desk) -> None:
    read_desk.reservations(
        make_reservation(1, event=None, subject="Ours", starts="12:00"),
        make_reservation(2, event=None, subject="Alpha", starts="14:00"),
    )
    options = ("--cached", "--fields", "kind,subject", "--sort", "subject", "--limit", "1")
    answer = read_desk.run("diff", "2026-09-15", *options)
    assert answer.exit_code == 3
    assert answer.stdout.splitlines()[2].split() == ["missing_in_outlook", "Alpha"]
    assert answer.stderr == "showing 1 of 2\n"
    whole = json.loads(read_desk.run("diff", "2026-09-15", *options, "-o", "json").stdout)
    assert whole["differences"] == [{"kind": "missing_in_outlook", "subject": "Alpha"}]
    assert whole["summary"]["differences"] == 2
