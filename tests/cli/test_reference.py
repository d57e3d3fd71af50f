"""Each command has examples that parse, and the reference page says what the commands say."""

from __future__ import annotations

import re
import shlex

import pytest
from desk import Desk
from readme_reader import every_command, parse

from obctl.cli.examples import EXAMPLES
from obctl.cli.reference import AGAIN, FILE, reference

COMMANDS = [words for words, one in every_command() if not hasattr(one, "commands")]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_has_examples(words: str) -> None:
    assert words in EXAMPLES, f"add two or three lines for `obctl {words}` to obctl/cli/examples.py"
    assert 2 <= len(EXAMPLES[words]) <= 3


def test_no_example_is_of_a_command_that_there_is_not() -> None:
    assert set(EXAMPLES) == set(COMMANDS)


@pytest.mark.parametrize("words", list(EXAMPLES))
def test_an_example_parses_and_is_of_its_command(words: str) -> None:
    for line in EXAMPLES[words]:
        within = re.search(r"\$\((obctl .*?)\)", line)
        name, *typed = shlex.split(within[1] if within else line, comments=True)
        assert name == "obctl"
        after = typed[2:] if typed[0] == "--company" else typed
        assert " ".join(after).startswith(words)
        parse(typed)


def test_help_ends_with_the_examples(desk: Desk) -> None:
    shown = desk.run("reservations", "list", "--help").stdout
    assert shown.partition("\nExamples:\n")[2] == "".join(
        f"  {line}\n" for line in EXAMPLES["reservations list"]
    )


def test_the_reference_is_that_of_the_commands() -> None:
    again = f"write it anew: {AGAIN}"
    assert FILE.exists(), again
    assert FILE.read_text(encoding="utf-8") == reference(), again
