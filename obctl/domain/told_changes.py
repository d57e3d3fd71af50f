"""How the company log says that a reservation is at another time, and what can be read of it again.

One form for every entry, wherever the change was made, so that a list can say what was before:
`reservation 7 changed: start Tue 2026-10-20 14:00 (Europe/Amsterdam) -> Tue … ; end … -> …`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.local_time import zoned_text
from obctl.domain.reservation import Reservation
from obctl.domain.zones import zone
from obctl.errors import UnknownZone

_ZONED = r"\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d)([+-]\d{4})? \(([\w/+-]{1,64})\)"
_ANY = r"\w{3} \d{4}-\d\d-\d\d \d\d:\d\d(?:[+-]\d{4})? \([\w/+-]{1,64}\)"
_HEAD = r"reservation \d+ changed(?: in Officebooking)?: (?:its series meets on other days now; )?"
# Anchored: whatever a subject holds stands behind the times.
_START = re.compile(rf"{_HEAD}start {_ZONED} -> ")
_END = re.compile(rf"{_HEAD}(?:start {_ANY} -> {_ANY}; )?end {_ZONED} -> ")
_PEOPLE = re.compile(
    r"reservation \d+ changed in Officebooking: "
    rf"(?:start {_ANY} -> {_ANY}; )?(?:end {_ANY} -> {_ANY}; )?attendees (\d+) -> (\d+): "
)
_CUT_OFF = re.compile(rf"\d+ entr(?:y|ies) older than {_ZONED} removed")


@dataclass(frozen=True, slots=True)
class Before:
    """When a reservation was, before a change; `None` for what the change left as it was."""

    start: datetime | None
    end: datetime | None


def times_changed(before: Reservation, after: Reservation) -> list[str]:
    """The times that are others now, each as it was and as it is."""
    pairs = (("start", before.start, after.start), ("end", before.end, after.end))
    # both in one zone, so that they can be compared
    where = before.time_zone
    return [
        f"{name} {zoned_text(old, where)} -> {zoned_text(new, where)}"
        for name, old, new in pairs
        if old != new
    ]


def times_before(message: str) -> Before | None:
    """What an entry says of when its reservation was; `None` where it says nothing of it."""
    found = Before(_read(_START.match(message)), _read(_END.match(message)))
    return None if found == Before(None, None) else found


def people_before(message: str) -> int | None:
    """How many people were to come before; `None` where an entry says nothing of it."""
    found = _PEOPLE.match(message)
    return None if found is None else int(found[1])


def people_changed(before: Reservation, after: Reservation) -> list[str]:
    """How many people come now, and came before, where that is another number."""
    if before.attendees == after.attendees:
        return []
    return [f"attendees {before.attendees} -> {after.attendees}"]


def cut_off(message: str) -> datetime | None:
    """Before when the log was pruned, as the entry about it says."""
    return _read(_CUT_OFF.match(message))


def _read(found: re.Match[str] | None) -> datetime | None:
    if found is None:
        return None
    day, clock, offset, name = found.groups()
    wall = datetime.fromisoformat(f"{day}T{clock}{offset or ''}")
    try:
        return wall if offset else wall.replace(tzinfo=zone(name))
    except UnknownZone:
        return None
