"""Plans in files: data to review, with the fingerprints that make a later apply exact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from obctl.config import write_private
from obctl.domain.sync.plan import fingerprint_of, plan_object
from obctl.domain.sync.run_report import RunReport
from obctl.domain.time_span import instant_text
from obctl.engine.company import Company
from obctl.engine.read_files import read_json
from obctl.errors import UsageError

_FORMAT = 1
_ENTRY = re.compile(r"\[(\d+)\]")
_BYTE = re.compile(r"\(byte (\d+)\)")


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """What a plan file allows: these rooms, each with exactly these changes.

    `full`: the rooms were read in full; without that the same changes may not show.
    """

    rooms: list[str]
    fingerprints: dict[str, list[str]]
    full: bool = False


class _PlanOfRoom(msgspec.Struct):
    room: str
    changes: list[dict[str, Any]]


class _PlanFile(msgspec.Struct):
    format: int
    company: str
    made_at: str
    full: bool
    rooms: list[str]
    fingerprints: dict[str, list[str]]
    plans: list[_PlanOfRoom]


def save_plan(
    path: Path, company: Company, report: RunReport, rooms: list[str], *, full: bool
) -> None:
    """Write the plan of a dry run; raises `UsageError` where the file cannot be written."""
    content = {
        "format": _FORMAT,
        "company": company.config.company,
        "made_at": instant_text(report.started_at),
        "full": full,
        "rooms": rooms,
        "fingerprints": report.fingerprints(),
        "plans": [plan_object(plan) for plan in report.plans if plan.changes],
    }
    try:
        write_private(path, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", code="bad-file") from error


def load_plan(path: Path, company: Company) -> ReviewedPlan:
    """Read a plan file; raises `UsageError` for what is none, or none of this company."""
    content = b""
    try:
        content = read_json(path)
        found = msgspec.json.decode(content, type=_PlanFile)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", code="bad-file") from error
    except (ValueError, msgspec.DecodeError) as error:
        raise UsageError(
            f"{path} is no plan: {_where(content, error)}",
            hint="make one: obctl sync run --plan-out FILE",
            code="bad-file",
        ) from error
    if found.format != _FORMAT or found.company != company.config.company:
        raise UsageError(
            f"{path} is a plan for company {found.company!r} (format {found.format})",
            hint="make one: obctl sync run --plan-out FILE",
            code="bad-file",
        )
    shown: dict[str, list[str]] = {}
    entries: dict[str, list[str]] = {}
    for entry, plan in enumerate(found.plans, 1):
        shown.setdefault(plan.room, []).append(fingerprint_of(plan.changes))
        entries.setdefault(plan.room, []).append(str(entry))
    for room in sorted(shown.keys() | found.fingerprints.keys()):
        if shown.get(room) != found.fingerprints.get(room):
            raise UsageError(
                f"{path} was changed after it was made: {_changed(room, entries.get(room, []))}",
                hint="make a new one: obctl sync run --plan-out FILE",
                code="bad-file",
            )
    return ReviewedPlan(found.rooms, found.fingerprints, found.full)


def _changed(room: str, entries: list[str]) -> str:
    """What of a plan file is another than it was, and where it stands there."""
    if not entries:
        return f"its plan for {room} is missing"
    where = f"{'entry' if len(entries) == 1 else 'entries'} {', '.join(entries)} of its plans"
    return f"its plan for {room} is another one ({where})"


def _where(content: bytes, error: Exception) -> str:
    """The decoder's words with the line of the file, and entries counted from 1."""
    words = _ENTRY.sub(lambda found: f", entry {int(found[1]) + 1}", str(error))
    if found := _BYTE.search(words):
        line = content[: int(found[1])].count(b"\n") + 1
        return words.replace(found[0], f"(line {line})")
    return words
