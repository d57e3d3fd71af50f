"""Commands in what is shown, as they work when they are pasted.

Where a company was named before the command, there may be others, and a command without the name
would not know which one is meant.
"""

from __future__ import annotations

import re

WITH_COMPANY = (
    "doctor", "listen", "planner", "diff", "explain", "causes", "rooms", "subscriptions", "sync",
    "reservations", "services", "cancellations", "log", "bundle", "store", "config", "graph",
)  # fmt: skip
"""The commands that work on a company."""
_COMMAND = re.compile(rf"(?<![\w./-])obctl (?=(?:{'|'.join(WITH_COMPANY)})\b)")
_COMPANY: str | None = None


def set_company(name: str | None) -> None:
    """The company that was named on the command line, if one was."""
    global _COMPANY  # noqa: PLW0603  one process, one command line
    _COMPANY = name


def to_paste(text: str) -> str:
    """The text, its commands with the company's name."""
    return _COMMAND.sub(f"obctl --company {_COMPANY} ", text) if _COMPANY else text
