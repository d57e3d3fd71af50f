"""Reads the project's papers: their tables, their code blocks, the commands in them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import typer

from obctl.cli.app import app
from obctl.cli.reference import every_command as every_command

ROOT = Path(__file__).parents[1]


def paper(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table(text: str, header: str) -> list[list[str]]:
    """The rows of the Markdown table whose header line starts so, without backticks."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(header))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().replace("`", "") for cell in line.strip("|").split("|")])
    return rows


def blocks(text: str, language: str) -> list[str]:
    """The fenced code of a language; without one, `language` is empty."""
    found = re.findall(r"^( *)```(\w*)\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL)
    return [code for _, named, code in found if named == language]


def commands(code: str) -> list[list[str]]:
    """The obctl commands of shell code, each as its words without `obctl` and redirections."""
    found = []
    for line in code.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|\|\||;|(?<!&)&(?!\w)|(?<!\d)>", _uncommented(line)):
            match = re.search(r"(?:^|\s|\()obctl\s+(.*)", part)
            if match:
                found.append(shlex.split(match[1].replace("$(date +\\%F)", "today")))
    return found


def _uncommented(line: str) -> str:
    return re.sub(r"(^|\s)#.*", "", line)


def parse(words: list[str]) -> None:
    """Parse a command line as obctl would, without running it; raises where it would refuse."""
    command: Any = typer.main.get_command(app)
    context = command.make_context("obctl", list(words))
    while hasattr(command, "resolve_command"):
        rest = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
