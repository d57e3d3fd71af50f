"""`python -m obctl.cli.reference` writes `obctl/REFERENCE.md` anew from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from obctl.cli.app import app
from obctl.cli.commands import Later
from obctl.cli.examples import EXAMPLES

FILE = Path(__file__).parents[1] / "REFERENCE.md"
AGAIN = "python -m obctl.cli.reference"
_HEAD = f"""# Every command

Written by `{AGAIN}` from the commands themselves; `obctl COMMAND --help` says the same.
What obctl is for, and how its parts go together, is told in [../README.md](../README.md).

| exit | means |
|---|---|
| 0 | done, "nothing found" included |
| 1 | unexpected, or a question was answered with no |
| 2 | wrong arguments, configuration or store |
| 3 | differences or problems exist: only of commands that check |
| 4 | not authorised |
| 5 | try later |
| 6 | a guard stopped it, or a plan is not the reviewed one |
| 7 | locked out until `obctl sync resync` |
| 8 | some rooms failed or were inconclusive, the others are done |
| 130 | interrupted; state is consistent |
"""


def every_command() -> Iterator[tuple[str, Any]]:
    """Each command and each group, by its words: `rooms policy lint`."""
    waiting: list[tuple[str, Any]] = [("", typer.main.get_command(app))]
    while waiting:
        words, command = waiting.pop(0)
        if words:
            yield words, command
        for name, below in getattr(command, "commands", {}).items():
            found = below.load() if isinstance(below, Later) else below
            waiting.append((f"{words} {name}".strip(), found))


def reference() -> str:
    """The whole page."""
    root = typer.main.get_command(app)
    top = ["## obctl", *_parameters(root, root.make_context("obctl", [], resilient_parsing=True))]
    pages = [
        _page(words, command)
        for words, command in every_command()
        if not hasattr(command, "commands")
    ]
    return "\n".join([_HEAD, *top, *pages])


def _page(words: str, command: Any) -> str:
    context = command.make_context(f"obctl {words}", [], resilient_parsing=True)
    usage = " ".join([f"obctl {words}", *command.collect_usage_pieces(context)])
    lines = [f"## obctl {words}", "", f"`{usage}`", "", str(command.help or "")]
    lines += _parameters(command, context)
    names = getattr(command.callback, "names", ())
    if names:
        lines += ["Fields: " + ", ".join(f"`{name}`" for name in names) + ".", ""]
    lines += ["```sh", *EXAMPLES.get(words, ()), "```", ""]
    return "\n".join(lines)


def _parameters(command: Any, context: Any) -> list[str]:
    rows = [
        f"| {_name(param, context)} | {_default(param)} | {_cell(param.help or '')} |"
        for param in command.get_params(context)
        if param.name != "help"
    ]
    return ["", "| argument or option | default | what |", "|---|---|---|", *rows, ""]


def _name(param: Any, context: Any) -> str:
    metavar = param.make_metavar(context)
    if param.param_type_name == "argument":
        return _cell(f"`{metavar}`")
    names = ", ".join(f"`{name}`" for name in sorted(param.opts, key=len, reverse=True))
    return _cell(names if param.is_flag else f"{names} `{metavar}`")


def _default(param: Any) -> str:
    if param.required:
        return "required"
    value = getattr(param.default, "value", param.default)
    return "" if value in (None, False, ()) or callable(value) else f"`{value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
    print(f"{FILE} written")
