"""One pending write with everything it is about, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from obctl.domain.company_log import Action, Entry
from obctl.domain.event import Event
from obctl.domain.outbox import OutboxItem
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.sync.run_report import Problem
from obctl.domain.values import replace
from obctl.errors import ObctlError


@dataclass(frozen=True, slots=True)
class PushResult:
    """One write after an attempt; `error` is `None` where Outlook has it now.

    `problems` are what a person has to know of it though it succeeded: a double booking made
    meanwhile. `follow` are the writes that became due by this one.
    """

    reservation: int
    error: ObctlError | None = None
    problems: tuple[Problem, ...] = ()
    follow: tuple[OutboxItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One pending write; `series` are the dates of the whole series where it is about that."""

    item: OutboxItem
    reservation: Reservation
    room: Room
    series: tuple[Reservation, ...] = ()

    @property
    def is_wanted(self) -> bool:
        """Whether any reservation still stands in the room that is written to."""
        dates = (self.reservation, *self.series)
        return any(date.is_active and date.room == self.item.room for date in dates)

    def entry(self, action: Action, phrase: str) -> Entry:
        """The log entry about this write."""
        message = f"reservation {self.reservation.number}: {self.item.action}: {phrase}"
        return replace(
            Entry.about(self.reservation, action, message),
            room=self.room.id,
            event_id=self.item.event_id or self.reservation.event_id,
        )

    def problem_entry(self, action: Action, problem: Problem, about: Event | None = None) -> Entry:
        """The log entry about a problem, with the data of the other event that it is `about`."""
        entry = self.entry(action, "")
        entry = replace(entry, message=f"{problem.code}: {problem.message}")
        return replace(entry, event_id=about.id, payload=about.payload) if about else entry
