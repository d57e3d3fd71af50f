"""Commands are imported when they are typed; what is known of them before is what they say."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from obctl.cli.app import app
from obctl.cli.commands import Later

ROOT: Any = typer.main.get_command(app)


@pytest.mark.parametrize("late", ROOT.commands.values(), ids=lambda late: late.name)
def test_the_list_of_commands_says_what_each_says_itself(late: Later) -> None:
    found = late.load()
    first, _, _ = (found.help or "").partition("\n\n")
    assert (found.name, " ".join(first.split())) == (late.name, late.help)
    assert late.get_short_help_str(50) == found.get_short_help_str(50)


def test_a_command_nobody_knows_is_told_with_the_nearest() -> None:
    context = ROOT.make_context("obctl", ["resrvations"])
    with pytest.raises(typer.exceptions.TyperException, match="Did you mean 'reservations'"):
        ROOT.resolve_command(context, ["resrvations"])
