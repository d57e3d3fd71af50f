"""The beginning of a debug file: all that is known before the command does anything."""

from __future__ import annotations

from collections.abc import Sequence

from obctl.cli.context import Context
from obctl.cli.debug_file import DebugFile, introduction, open_debug_file
from obctl.cli.debug_masking import Masking
from obctl.errors import ObctlError


def begin(context: Context, words: Sequence[str]) -> DebugFile | None:
    """A file with its first lines; `None`, and a remark, where none can be made."""
    from obctl.config import SETTINGS
    from obctl.render.output import message

    rooms = _rooms(context)
    masking = Masking(context.environment, rooms)
    try:
        file = open_debug_file(context.home, context.environment, rooms)
    except (OSError, ObctlError) as error:
        message(f"no debug file could be written: {error}")
        return None
    for line in introduction(masking, words, context.environment, [*_commands(), *SETTINGS]):
        file.line(line)
    for line in _settings(context, masking):
        file.line(line)
    return file


def _rooms(context: Context) -> list[tuple[str, str]]:
    from obctl.config import choose_company
    from obctl.store.glimpse import rooms_ever

    try:
        name = choose_company(context.home, context.company_option, context.environment)
        return rooms_ever(context.home / name / "store.db")
    except ObctlError:
        return []


def _commands() -> list[str]:
    """Every word that names a command or a group."""
    from obctl.cli.examples import EXAMPLES

    return [word for command in EXAMPLES for word in command.split()]


def _settings(context: Context, masking: Masking) -> list[str]:
    from obctl.config import SETTINGS
    from obctl.engine.admin.settings import current_settings

    try:
        found = current_settings(context.config, context.environment)
    except ObctlError as error:
        return [f"no settings: {masking.message(error.message)}"]
    return [
        masking.text(f"{one['key']} = {SETTINGS[one['key']].told(one['value'])} ({one['from']})")
        for one in found
    ]
