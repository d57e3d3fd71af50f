"""The running organisation: its clock, its directory, what is due, and who hears of changes."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from obctl.sandbox.clock import Clock
from obctl.sandbox.directory import Directory
from obctl.sandbox.identity import global_object_id, guid
from obctl.sandbox.item import Item
from obctl.sandbox.mailbox import Mailbox

ChangeType = Literal["created", "updated", "deleted"]


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened to an item of a mailbox; the ids survive the item."""

    mailbox: Mailbox
    type: ChangeType
    key: int
    entry: int
    version: int


@dataclass(frozen=True, slots=True, order=True)
class Job:
    """Something Exchange will do at `due`."""

    due: datetime
    number: int
    action: str
    mailbox: str
    """The owner's address."""
    key: int
    day: date | None = field(default=None, compare=False)


@dataclass(slots=True)
class Exchange:
    """One tenant's state; every method is called with `lock` held."""

    clock: Clock
    directory: Directory
    attendant_delay: timedelta = timedelta(seconds=2)
    lock: threading.RLock = field(default_factory=threading.RLock)
    agenda: list[Job] = field(default_factory=list)
    listeners: list[Callable[[Change], None]] = field(default_factory=list)
    actions: dict[str, Callable[[Job], None]] = field(default_factory=dict)
    jobs_made: int = 0
    meetings_made: int = 0
    dirty: bool = False
    """Something changed since the state was last saved."""
    _acting_at: datetime | None = None

    def now(self) -> datetime:
        """The present; while something overdue is caught up with, the instant it was due."""
        return self._acting_at or self.clock.now()

    def later(
        self, delay: timedelta, action: str, mailbox: Mailbox, key: int, day: date | None = None
    ) -> None:
        """Have `action` happen to an item after `delay`."""
        self.at(delay, action, mailbox.owner.address.lower(), key, day)

    def at(
        self, delay: timedelta, action: str, address: str, key: int, day: date | None = None
    ) -> None:
        """The same for an address."""
        self.jobs_made += 1
        due = self.now() + delay
        heapq.heappush(self.agenda, Job(due, self.jobs_made, action, address, key, day))

    def catch_up(self) -> None:
        """Do everything that is due by now, in order."""
        if self._acting_at is not None:
            return
        while self.agenda and self.agenda[0].due <= self.clock.now():
            job = heapq.heappop(self.agenda)
            self._acting_at = job.due
            self.dirty = True
            try:
                self.actions[job.action](job)
            finally:
                self._acting_at = None

    def advance(self, delta: timedelta) -> None:
        """Let `delta` pass, with all that happens in it at its own instant."""
        self.go_to(self.clock.now() + delta)

    def go_to(self, instant: datetime) -> None:
        """Set the clock; what was due on the way happens first."""
        if self._acting_at is not None:
            return
        while self.agenda and self.agenda[0].due <= instant:
            if self.agenda[0].due > self.clock.now():
                self.clock.set(self.agenda[0].due)
            self.catch_up()
        self.clock.set(instant)
        self.dirty = True

    def new_uid(self, created: datetime, *parts: object) -> str:
        """The GlobalObjectId of a new meeting."""
        self.meetings_made += 1
        data = guid(self.directory.seed, "meeting", self.meetings_made, *parts).bytes
        return global_object_id(created, data)

    def add(self, mailbox: Mailbox, item: Item) -> None:
        """Put an item on a calendar and tell who listens: a creation also shows as an update."""
        mailbox.add(item)
        self._tell(mailbox, item, "created", "updated")

    def touch(
        self, mailbox: Mailbox, item: Item, day: date | None = None, *, times: int = 1
    ) -> None:
        """Note a change of an item, or of one date; Exchange writes some in several steps."""
        item.modified = self.now()
        if day in item.exceptions:
            item.exceptions[day].modified = self.now()
        for _ in range(times):
            mailbox.stamp(item)
            self._tell(mailbox, item, "updated")

    def remove(self, mailbox: Mailbox, item: Item) -> None:
        """Take an item off a calendar; subscribers hear two updates of what is gone."""
        mailbox.remove(item)
        self._tell(mailbox, item, "deleted", "updated", "updated")

    def _tell(self, mailbox: Mailbox, item: Item, *types: ChangeType) -> None:
        self.dirty = True
        for type_ in types:
            change = Change(mailbox, type_, item.key, item.entry, item.version)
            for listener in self.listeners:
                listener(change)
