"""Commands in what is shown, as they work when they are pasted.

Where a company was named before the command, there may be others, and a command without the name
would not know which one is meant. What is said of a bundle is looked up in the bundle.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

WITH_COMPANY = (
    "doctor", "listen", "planner", "diff", "explain", "causes", "rooms", "subscriptions", "sync",
    "reservations", "services", "cancellations", "log", "bundle", "store", "config", "graph",
)  # fmt: skip
"""The commands that work on a company."""
_COMMAND = re.compile(rf"(?<![\w./-])obctl (?=(?:{'|'.join(WITH_COMPANY)})\b)")
_COMPANY: str | None = None
_BUNDLE: tuple[re.Pattern[str], str] | None = None
"""The commands that work on the bundle that is open, and what stands before them."""


def set_company(name: str | None) -> None:
    """The company that was named on the command line, if one was; no bundle is open."""
    global _BUNDLE, _COMPANY  # noqa: PLW0603  one process, one command line
    _BUNDLE = None
    _COMPANY = name


def set_bundle(file: str, commands: Iterable[str]) -> None:
    """The bundle on which a command runs, and the commands that work on one."""
    global _BUNDLE  # noqa: PLW0603
    either = "|".join(re.escape(command) for command in commands)
    found = re.compile(rf"(?<![\w./-])obctl (?=(?:{either})(?![\w-]))")
    _BUNDLE = (found, f"obctl bundle open {shlex.quote(file)} -- ")


def to_paste(text: str) -> str:
    """The text, its commands with the company's name or on the bundle.

    What a bundle cannot do stays as it is: it is for whoever has the company.
    """
    if _BUNDLE:
        commands, opened = _BUNDLE
        return commands.sub(lambda _: opened, text)
    return _COMMAND.sub(f"obctl --company {_COMPANY} ", text) if _COMPANY else text
