"""A finding of `doctor`, and what all of them come to: the table of exit codes.

| found | exit |
|---|---|
| a problem that is a missing permission | 4 |
| another problem | 3 |
| nothing worse than warnings and what could not be proven | 0 |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from obctl.errors import NotAuthorised, ObctlError

_NAMED = 3
SUCCESS, PROBLEMS, PERMISSIONS = 0, 3, 4


class Verdict(StrEnum):
    """How a check ended; `UNPROVEN` is what was not, or cannot be, looked at."""

    OK = "ok"
    PROBLEM = "problem"
    WARNING = "warning"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `hint` says what to do, `remedy` is a command that does it."""

    check: str
    verdict: Verdict
    message: str
    hint: str | None = None
    remedy: str | None = None
    rooms: tuple[str, ...] = ()
    """The mailboxes it is about, where it is about some and not others."""
    permission: bool = False
    """Something has to be granted in Entra or Exchange."""


def exit_code(findings: Iterable[Finding]) -> int:
    """0 only where a night would succeed; see the table above."""
    problems = [one for one in findings if one.verdict is Verdict.PROBLEM]
    if any(one.permission for one in problems):
        return PERMISSIONS
    return PROBLEMS if problems else SUCCESS


def finding_object(finding: Finding) -> dict[str, Any]:
    """The finding as JSON data."""
    return {
        "check": finding.check,
        "verdict": finding.verdict.value,
        "message": finding.message,
        "hint": finding.hint,
        "remedy": finding.remedy,
        "rooms": list(finding.rooms),
        "permission": finding.permission,
    }


def ok(check: str, message: str) -> Finding:
    return Finding(check, Verdict.OK, message)


def problem(
    check: str,
    message: str,
    hint: str | None = None,
    *,
    remedy: str | None = None,
    rooms: Sequence[str] = (),
) -> Finding:
    return Finding(check, Verdict.PROBLEM, message, hint, remedy, tuple(rooms))


def warning(
    check: str,
    message: str,
    hint: str | None = None,
    *,
    remedy: str | None = None,
    rooms: Sequence[str] = (),
) -> Finding:
    return Finding(check, Verdict.WARNING, message, hint, remedy, tuple(rooms))


def unproven(
    check: str, message: str, hint: str | None = None, *, remedy: str | None = None
) -> Finding:
    return Finding(check, Verdict.UNPROVEN, message, hint, remedy)


def refused(
    check: str,
    error: ObctlError,
    *,
    message: str | None = None,
    remedy: str | None = None,
    rooms: Sequence[str] = (),
    verdict: Verdict = Verdict.PROBLEM,
) -> Finding:
    """An error of Graph or of ours as a finding; where nothing mends it, it is asked again."""
    missing = isinstance(error, NotAuthorised)
    said = message or error.message
    again = f"obctl doctor --room {rooms[0]}" if rooms else "obctl doctor"
    return Finding(check, verdict, said, error.hint, remedy or again, tuple(rooms), missing)


def by_kind(
    check: str,
    errors: Mapping[str, ObctlError],
    *,
    remedies: Mapping[type[ObctlError], str] | None = None,
    verdict: Verdict = Verdict.PROBLEM,
) -> list[Finding]:
    """The errors of rooms, keyed by mailbox: one finding for each kind, which names its rooms.

    A remedy may have `{room}` in it for the first of them.
    """
    kinds: dict[tuple[type[ObctlError], str], list[str]] = {}
    for mailbox, error in errors.items():
        said = error.graph.code if error.graph else ""
        kinds.setdefault((type(error), said), []).append(mailbox)
    found = []
    for (kind, _), rooms in kinds.items():
        first = errors[rooms[0]]
        others = f"; and {named(rooms[1:])}" if rooms[1:] else ""
        remedy = (remedies or {}).get(kind, "").replace("{room}", rooms[0]) or None
        found.append(
            refused(
                check, first, message=f"{first.message}{others}", remedy=remedy, rooms=rooms,
                verdict=verdict,
            )
        )  # fmt: skip
    return found


def named(rooms: Sequence[str]) -> str:
    """The first few of many, and how many more."""
    more = len(rooms) - _NAMED
    return ", ".join(rooms[:_NAMED]) + (f" and {more} more" if more > 0 else "")
