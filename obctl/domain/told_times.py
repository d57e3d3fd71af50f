"""When a reservation was before, as the company log tells it at the end of what it says.

Writer and reader stand side by side: whoever changes one sees the other. All that others wrote,
such as a subject, stands before our own last words, so that none of it can be taken for them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from obctl.domain.local_time import zoned_text
from obctl.domain.reservation import Reservation
from obctl.domain.zones import zone
from obctl.errors import UnknownZone

_TIME = r"\w{3} (\d{4}-\d\d-\d\d \d\d:\d\d(?:[+-]\d{4})?) \(([^()]+)\)"
_NUMBER = r"(\d+|None)"
_WAS = re.compile(rf"(?:; attendees {_NUMBER} -> {_NUMBER})?(?:; it was from {_TIME} to {_TIME})?$")
_MOVED_IN_OUTLOOK = re.compile(
    r"reservation \d+ changed: (?:its series meets on other days now; )?"
    rf"(?:start {_TIME} -> {_TIME}(?:; |$))?(?:end {_TIME} -> {_TIME})?"
)


@dataclass(frozen=True, slots=True)
class Before:
    """What was otherwise before an entry; `None` is as it was after it, or not told.

    `attendees` are how many there were and how many there are.
    """

    start: datetime | None = None
    end: datetime | None = None
    attendees: tuple[int | None, int | None] | None = None

    @property
    def is_told(self) -> bool:
        return self != Before()


def was_text(before: Reservation, after: Reservation) -> str:
    """The last words of an entry about a change: what `before_of` reads."""
    said = ""
    if before.attendees != after.attendees:
        said += f"; attendees {before.attendees} -> {after.attendees}"
    if (before.start, before.end) != (after.start, after.end):
        start, end = (zoned_text(item, before.time_zone) for item in (before.start, before.end))
        said += f"; it was from {start} to {end}"
    return said


def before_of(message: str) -> Before:
    """What an entry about a reservation says of the time before it."""
    if found := _MOVED_IN_OUTLOOK.match(message):
        words = found.groups()
        return Before(start=_moment(*words[:2]), end=_moment(*words[4:6]))
    found = _WAS.search(message)
    words = found.groups() if found else (None,) * 6
    attendees = None if words[0] is None else (_count(words[0]), _count(words[1]))
    return Before(_moment(*words[2:4]), _moment(*words[4:6]), attendees)


def moment_in(message: str, word: str) -> datetime | None:
    """The time that an entry names after a word."""
    found = re.search(rf"\b{re.escape(word)} {_TIME}", message)
    return _moment(*found.groups()) if found else None


def _count(word: str | None) -> int | None:
    return None if word in (None, "None") else int(word)


def _moment(text: str | None, zone_name: str | None) -> datetime | None:
    """The instant of a time as `zoned_text` writes it; `None` for what is none."""
    if text is None or zone_name is None:
        return None
    try:
        local = datetime.fromisoformat(text)
        return (local if local.tzinfo else local.replace(tzinfo=zone(zone_name))).astimezone(UTC)
    except (ValueError, UnknownZone, OverflowError):
        return None
