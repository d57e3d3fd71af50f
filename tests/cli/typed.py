"""Every command as the command line knows it, for tests that hold a rule over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from obctl.cli.app import app
from obctl.cli.commands import Later

ROOT: Any = typer.main.get_command(app)


def every_command() -> dict[str, Any]:
    """The commands by the words that call them, `reservations list` say."""
    return dict(_leaves(ROOT, ()))


def _leaves(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(command, Later):
        command = command.load()
    if not hasattr(command, "commands"):
        yield " ".join(words), command
        return
    for name, inner in command.commands.items():
        yield from _leaves(inner, (*words, name))


def options_of(command: Any) -> dict[str, Any]:
    """The options of a command by their longest spelling."""
    return {
        max(one.opts, key=len): one for one in command.params if one.param_type_name == "option"
    }


def arguments_of(command: Any) -> list[Any]:
    return [one for one in command.params if one.param_type_name == "argument"]
