"""Text in a cell of a CSV file, which a spreadsheet must not run.

A spreadsheet takes text that starts like a formula for one, and some leave out the blanks before it
(OWASP, CSV injection). An apostrophe before it says that it is text. Text that bears one already
gets another, so that what was written can be read back as it was.
"""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def disarmed(text: str) -> str:
    """The text as a cell holds it."""
    return f"'{text}" if _would_run(text) else text


def rearmed(cell: str) -> str:
    """The text of a cell that `disarmed` wrote; any other cell as it is."""
    return cell[1:] if cell[:1] == "'" and _would_run(cell[1:]) else cell


def _would_run(text: str) -> bool:
    """Whether it is a formula, behind apostrophes and blanks or not."""
    return text.lstrip().lstrip("'").lstrip()[:1] in _FORMULA
