"""Rules over every command: nothing empty is taken, and what stands wrong is explained."""

from __future__ import annotations

import json
from typing import Any

import pytest
from desk import Desk
from typed import arguments_of, every_command, options_of

COMMANDS = every_command()
VALUES = {
    "int": "1", "float": "1", "int range": "1", "float range": "1", "path": "file.json",
}  # fmt: skip


def fill(param: Any) -> str:
    """Something that a parameter takes."""
    choices = getattr(param.type, "choices", None)
    if choices:
        return str(getattr(choices[0], "value", choices[0]))
    return VALUES.get(param.type.name, "x")


def required(command: Any, but: Any, *, arguments: bool = True) -> list[str]:
    """The words that a command cannot do without, those of one option aside."""
    words: list[str] = []
    for name, option in options_of(command).items():
        if option.required and option is not but:
            words += [name, fill(option)]
    return words + [fill(one) for one in arguments_of(command) if one.required and arguments]


TEXTS = [
    (words, name)
    for words, command in COMMANDS.items()
    for name, option in options_of(command).items()
    if not option.is_flag and option.type.name in ("str", "path")
]
PLACES = [
    (words, one.name)
    for words, command in COMMANDS.items()
    for one in arguments_of(command)
    if one.type.name in ("str", "path") and (words, one.name) != ("config set", "value")
]


def test_there_are_many() -> None:
    assert len(TEXTS) > 60
    assert len(PLACES) > 15


@pytest.mark.parametrize("value", ["", " "], ids=["empty", "blank"])
@pytest.mark.parametrize(("words", "name"), TEXTS, ids=lambda one: one)
def test_an_empty_value_of_an_option_is_refused(
    empty_desk: Desk, words: str, name: str, value: str
) -> None:
    """A script's variable that is not set must not mean "all"."""
    command = COMMANDS[words]
    rest = required(command, options_of(command)[name])
    answer = empty_desk.run(*words.split(), name, value, *rest)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert f"error: {name} is empty" in answer.stderr


@pytest.mark.parametrize(("words", "name"), PLACES, ids=lambda one: one)
def test_an_empty_argument_is_refused(empty_desk: Desk, words: str, name: str) -> None:
    command = COMMANDS[words]
    options = required(command, None, arguments=False)
    typed = [
        "" if one.name == name else fill(one)
        for one in arguments_of(command)
        if one.name == name or one.required
    ]
    answer = empty_desk.run(*words.split(), *options, *typed)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "is empty" in answer.stderr


def test_an_empty_company_is_no_company(desk: Desk) -> None:
    answer = desk.run("--company", "", "rooms", "list")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "--company is empty" in answer.stderr


def test_an_empty_text_removes_a_setting(desk: Desk) -> None:
    assert desk.run("config", "set", "sync.past_days", "3").exit_code == 0
    assert desk.run("config", "set", "sync.past_days", "").exit_code == 0
    assert desk.run("config", "get", "sync.past_days").stdout == "1\n"


def test_what_is_empty_is_an_error_object_for_scripts(desk: Desk) -> None:
    answer = desk.run("rooms", "list", "--location", "", "-o", "json")
    assert json.loads(answer.stderr)["error"] == {
        "code": "empty-value",
        "message": "--location is empty",
        "hint": "a variable that is not set? To do without it leave it out",
        "graph": None,
        "client_request_id": None,
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("rooms", "list", "--company", "contoso"),
            "--company stands before the command: obctl --company NAME rooms list …",
        ),
        (("rooms", "list", "-c", "contoso"), "-c stands before the command"),
        (("rooms", "--company", "contoso", "list"), "obctl --company NAME rooms …"),
        (("sync", "status", "--debug"), "obctl --debug sync status …"),
        (("rooms", "policy", "--quiet", "lint"), "obctl --quiet rooms policy …"),
        (("doctor", "--quiet"), "obctl --quiet doctor …"),
        (("rooms", "list", "--version"), "--version stands before the command"),
        (("-o", "json", "rooms", "list"), "-o stands after the command: obctl COMMAND … -o …"),
        (("--format", "json", "rooms", "list"), "--format stands after the command"),
        (("--yes", "log", "prune"), "--yes stands after the command"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else None,
)
@pytest.mark.parametrize("format", [(), ("-o", "json")], ids=["people", "scripts"])
def test_an_option_in_the_wrong_place_is_told_the_right_one(
    desk: Desk, words: tuple[str, ...], said: str, format: tuple[str, ...]
) -> None:
    answer = desk.run(*words, *format)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert said in " ".join(answer.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cancellations", "list", "--cause", "hard-deleted"), "hard-deleted-by-delegate"),
        (("cancellations", "approve", "--cause", "no-show", "--yes"), "no-show-released"),
        (("cancellations", "list", "--status", "opne"), "did you mean open?"),
        (("log", "search", "--action", "event.move"), "event.moved"),
        (("log", "search", "--action", "events.*"), "event.*"),
        (("log", "search", "--action", "zzz"), "there are cancellation.*, conflict.*"),
        (("reservations", "list", "--status", "canceled"), "'cancelled'"),
        (("reservations", "list", "--external-state", "101"), "one of 0, 10, 20, 21, 100, 110"),
        (("reservations", "list", "--room", "Atrum"), "did you mean 'Atrium'?"),
        (("reservations", "list", "--location", "Utrecht"), "known locations: Amsterdam, New York"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else None,
)
def test_an_unknown_code_is_refused_with_the_nearest(
    desk: Desk, words: tuple[str, ...], said: str
) -> None:
    answer = desk.run(*words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert said in " ".join(answer.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    "glob", ["*", "event.*", "*.failed", "push.?reated", "[eg]*", "log.pruned"]
)
def test_a_pattern_that_some_action_fits_is_taken(desk: Desk, glob: str) -> None:
    assert desk.run("log", "search", "--action", glob).exit_code == 0
