"""What a file says of reservations, whatever its format: entries, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from obctl.domain.event import Person
from obctl.domain.room import Room
from obctl.domain.time_span import ACCEPTED, TimeSpan, is_accepted, midnight, utc
from obctl.domain.wall_clock import of_wall
from obctl.errors import UsageError
from obctl.store.database import Store
from obctl.store.imported import ImportKey
from obctl.store.room_search import find_room

CANCELLED, PAST, NO_EVENT, NO_DATE = "cancelled", "past", "no meeting", "without a date of its own"
"""Why something of a file is left out."""
_MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One reservation of a file, or with `repeat` a series of them; `line` is where it stands.

    `key` is the entry's UID and date; `None` where the file names no UID.
    """

    line: int
    room: Room
    subject: str
    span: TimeSpan
    organizer: Person
    key: ImportKey | None = None
    repeat: str | None = None
    attendees: int | None = None
    notes: str | None = None
    tentative: bool = False


@dataclass(slots=True)
class FileContents:
    """All that was found in a file: nothing of it counts where there are `problems`."""

    entries: list[FileEntry] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def wrong(self, line: int, what: str) -> None:
        self.problems.append((line, what))


class Rooms:
    """The rooms that a file may mean; each is looked for once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[str, Room | UsageError] = {}

    def find(self, wanted: str) -> Room:
        """The mapped room with this address or unique name. Raises `UsageError`."""
        if wanted not in self._found:
            try:
                self._found[wanted] = find_room(self._store, wanted)
            except UsageError as error:
                self._found[wanted] = error
        found = self._found[wanted]
        if isinstance(found, UsageError):
            raise found
        return found


def moment_of(value: date, zone: ZoneInfo) -> datetime:
    """A day or a time of a file as an instant, UTC; what names no zone is in the room's.

    Raises `UsageError` for a time out of range, and for one that the clocks skip or show twice.
    """
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
        if is_accepted(value):
            return midnight(value.date(), zone)
    if not is_accepted(value):
        raise UsageError(f"{value} is out of range, {ACCEPTED}", code="bad-time")
    return of_wall(value, zone) if value.tzinfo is None else utc(value)


def address_of(text: str) -> str:
    """An e-mail address, with or without `mailto:`. Raises `UsageError`."""
    address = text.strip()
    if address[:7].casefold() == "mailto:":
        address = address[7:]
    name, at, domain = address.partition("@")
    if not (name and at and "." in domain) or " " in address:
        raise UsageError(f"{address!r} is no e-mail address", code="bad-address")
    return address


def people_of(text: str) -> int | None:
    """How many people come; `None` for an empty text. Raises `UsageError`."""
    if not text:
        return None
    if not text.isdecimal() or len(text) > _MOST_DIGITS:
        told = text if len(text) < 40 else f"{text[:40]}…"
        raise UsageError(f"{told!r} is no number of people", code="bad-attendees")
    return int(text)
