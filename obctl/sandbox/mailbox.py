"""One mailbox's calendar: what is on it, what shows in a window, and what changed when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from obctl.sandbox.identity import parse_id
from obctl.sandbox.item import Item, Person, Shown, shown_item, shown_occurrence
from obctl.sandbox.refusal import item_not_found

MailboxKind = Literal["room", "user", "external"]
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An item that was on the calendar until change `sequence`."""

    key: int
    entry: int
    sequence: int


@dataclass(slots=True)
class Mailbox:
    """A calendar with an owner; external people have one that Graph never shows."""

    id: UUID
    owner: Person
    kind: MailboxKind
    zone: str
    items: dict[int, Item] = field(default_factory=dict)
    entries: dict[int, int] = field(default_factory=dict)
    pending: dict[int, Item] = field(default_factory=dict)
    """Requests that have arrived but are not shown before they are answered."""
    tombstones: dict[int, Tombstone] = field(default_factory=dict)
    sequence: int = 0
    last_number: int = 0
    sync_states: list[int] = field(default_factory=list)
    last_sync_state: int = 0

    def next_number(self) -> int:
        """A number no item of this mailbox has had: for a key, an entry or a version."""
        self.last_number += 1
        return self.last_number

    def add(self, item: Item) -> None:
        """Put a new item on the calendar."""
        self.items[item.key] = item
        self.entries[item.entry] = item.key
        self.stamp(item)

    def stamp(self, item: Item) -> None:
        """Note that `item` changed: a new change key, a later place in the change feed."""
        self.sequence += 1
        item.sequence = self.sequence
        item.version = self.next_number()
        for exception in item.exceptions.values():
            exception.version = item.version

    def remove(self, item: Item) -> None:
        """Take the item off the calendar."""
        del self.items[item.key]
        del self.entries[item.entry]
        self.sequence += 1
        self.tombstones[item.key] = Tombstone(item.key, item.entry, self.sequence)

    def refile(self, item: Item) -> None:
        """Move the item between folders: its ordinary id becomes another."""
        del self.entries[item.entry]
        item.entry = self.next_number()
        self.entries[item.entry] = item.key

    def find(self, event_id: str) -> tuple[Item, date | None]:
        """The single item or master an id names, and the day if it names an occurrence."""
        ref = parse_id(self.id, event_id)
        if ref is None:
            raise item_not_found()
        key = ref.number if ref.immutable else self.entries.get(ref.number)
        item = self.items.get(key) if key is not None else None
        if item is None:
            raise item_not_found()
        if ref.day is not None and not has_occurrence(item, ref.day):
            raise item_not_found()
        return item, ref.day

    def by_uid(self, uid: str) -> Item | None:
        """This mailbox's copy of a meeting."""
        return next((item for item in self.items.values() if item.uid == uid), None)

    def view(self, start: datetime, end: datetime) -> list[Shown]:
        """What calendarView shows: singles first, then what series put in the window."""
        singles: list[Shown] = []
        recurring: list[Shown] = []
        for item in self.items.values():
            if item.kind == "seriesMaster":
                recurring.extend(instances(item, start, end))
            elif overlaps(item.start_at, item.end_at, start, end):
                singles.append(shown_item(item))
        singles.sort(key=_by_start)
        recurring.sort(key=_by_start)
        return singles + recurring

    def busy(self, start: datetime, end: datetime) -> list[Shown]:
        """What takes the mailbox's time in the window."""
        return [
            shown
            for shown in self.view(start, end)
            if not shown.item.is_cancelled
            and shown.item.show_as not in ("free", "workingElsewhere")
        ]


def overlaps(start: datetime, end: datetime, window_start: datetime, window_end: datetime) -> bool:
    """Whether a meeting shows in a window; one without length shows where it starts."""
    return start < window_end and (end > window_start or start == end == window_start)


def has_occurrence(master: Item, day: date) -> bool:
    """Whether the series still happens, moved or not, for its original `day`."""
    if master.recurrence is None or day in master.cancelled_days:
        return False
    return day in master.exceptions or bool(master.recurrence.days(day, day))


def instances(master: Item, start: datetime, end: datetime) -> list[Shown]:
    """The occurrences and exceptions of `master` that show in the window, in order."""
    found = list(_plain(master, start, end))
    found.extend(
        shown_item(exception)
        for exception in master.exceptions.values()
        if overlaps(exception.start_at, exception.end_at, start, end)
    )
    found.sort(key=_by_start)
    return found


def _plain(master: Item, start: datetime, end: datetime) -> Iterator[Shown]:
    if master.recurrence is None:
        return
    # Two days wider than the window: zones lie up to 14 hours from UTC and meetings have length.
    first = (start - master.length - 2 * _A_DAY).date()
    for day in master.recurrence.days(first, (end + 2 * _A_DAY).date()):
        if day in master.cancelled_days or day in master.exceptions:
            continue
        shown = shown_occurrence(master, day)
        if overlaps(shown.start_at, shown.end_at, start, end):
            yield shown


def _by_start(shown: Shown) -> tuple[datetime, int]:
    return shown.start_at, shown.item.key
