"""What the planner draws: events and reservations in the same words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from obctl.domain.compare.planner import PlannerRow, View
from obctl.domain.difference import Difference, DifferenceKind
from obctl.domain.event import Event
from obctl.domain.local_time import day_text, span_lines
from obctl.domain.reservation import ExternalState, Reservation, Status
from obctl.domain.time_span import TimeSpan, midnight

FIRST_HOUR, LAST_HOUR = 7, 19
_KINDS = {
    DifferenceKind.MISSING_IN_OFFICEBOOKING: "missing in Officebooking",
    DifferenceKind.MISSING_IN_OUTLOOK: "missing in Outlook",
    DifferenceKind.DUPLICATE: "a duplicate",
    DifferenceKind.OVERLAP: "overlaps another meeting",
}


SIGNS = {"✕": "cancelled", "?": "tentative", "!": "cancellation request"}


@dataclass(frozen=True, slots=True)
class Item:
    """One event or reservation on one room's day; the two halves of a meeting share `key`."""

    side: View
    key: str
    start: datetime
    end: datetime
    day: TimeSpan
    zone: ZoneInfo
    subject: str
    all_day: bool = False
    number: int | None = None
    sign: str = ""
    """What its label starts with, one of `SIGNS`."""
    notes: tuple[str, ...] = ()
    difference: str | None = None

    @property
    def hours(self) -> tuple[float, float]:
        """Where it starts and ends on the wall clock of its day, in hours from 0 to 24."""
        start = 0.0 if self.start <= self.day.start else self._hour(self.start)
        end = 24.0 if self.end >= self.day.end else self._hour(self.end)
        return start, max(start, end)  # the clocks may go back in between

    @property
    def times(self) -> str:
        """When it is, in words, as a line below the day's heading says it."""

        def named(day: date) -> str:
            return "" if midnight(day, self.zone) == self.day.start else day_text(day)

        words = span_lines(
            self.start, self.end, self.zone.key, all_day=self.all_day, show_day=named
        )
        return " ".join(" ".join(words).split())

    def _hour(self, moment: datetime) -> float:
        local = moment.astimezone(self.zone)
        return local.hour + local.minute / 60 + local.second / 3600


def items_of(row: PlannerRow, view: View) -> list[Item]:
    """The items of a room's day; in `both` the halves of one meeting are told by event id."""
    differing = _differing(row)
    linked = {r.event_id: r.number for r in row.reservations if r.event_id is not None}
    shown = {event.id for event in row.events}
    return [
        *(_event(row, event, linked.get(event.id), differing) for event in row.events),
        *(
            _reservation(row, reservation, differing, linked=reservation.event_id in shown)
            for reservation in row.reservations
            if view is not View.OFFICE365
        ),
    ]


def hours_shown(items: Iterable[Item]) -> tuple[int, int]:
    """The office hours, widened to what the items need; all-day items need nothing."""
    first, last = FIRST_HOUR, LAST_HOUR
    for item in items:
        start, end = item.hours
        if item.all_day or end - start >= 24:
            continue
        # What began yesterday, or goes on tomorrow, shows where it touches this day.
        first = min(first, math.floor(start) if start > 0 else math.ceil(end) - 1)
        first = min(first, 0 if item.start == item.day.start else first)
        last = max(last, math.ceil(end) if end < 24 else math.floor(start) + 1)
        last = max(last, 24 if item.end == item.day.end else last)
    return max(first, 0), min(last, 24)


def by_place(
    rows: Iterable[PlannerRow],
) -> Iterator[tuple[str, str, list[PlannerRow]]]:
    """Location, zone and the rows that stand below them, in the planner's order."""
    ordered = sorted(rows, key=lambda r: (r.room.location or "", r.room.time_zone, r.room.name))
    for (location, zone), group in groupby(
        ordered, key=lambda r: (r.room.location or "no location", r.room.time_zone)
    ):
        yield location, zone, list(group)


def not_read(row: PlannerRow) -> str | None:
    """What of the room's Outlook side is not known: all of it, or some `unreadable` events."""
    if row.condition is None:
        return None
    if not row.unreadable:
        return f"not read: {row.condition}"
    count = len(row.unreadable)
    named = row.unreadable[0].subject or row.unreadable[0].handle
    return f"not read: 1 event, {named}" if count == 1 else f"not read: {count} events"


def _event(row: PlannerRow, event: Event, number: int | None, differing: dict[str, str]) -> Item:
    sign, notes = "", tuple[str, ...]()
    if event.is_cancelled:
        sign, notes = "✕", ("cancelled in Outlook",)
    elif event.is_tentative:
        sign, notes = "?", ("tentative",)
    return Item(
        View.OFFICE365,
        f"event {event.id}",
        event.start,
        event.end,
        row.span,
        row.room.zone,
        event.subject or "(no subject)",
        event.all_day,
        number,
        sign,
        notes,
        differing.get(f"event {event.id}"),
    )


def _reservation(
    row: PlannerRow, reservation: Reservation, differing: dict[str, str], *, linked: bool
) -> Item:
    sign, notes = "", tuple[str, ...]()
    if reservation.external_state is ExternalState.CANCELLATION_REQUEST:
        sign, notes = "!", ("cancellation request",)
    elif reservation.status is Status.TENTATIVE:
        sign, notes = "?", ("tentative",)
    own = f"reservation {reservation.number}"
    return Item(
        View.OFFICEBOOKING,
        f"event {reservation.event_id}" if linked else own,
        reservation.start,
        reservation.end,
        row.span,
        row.room.zone,
        reservation.subject or "(no subject)",
        reservation.all_day,
        reservation.number,
        sign,
        notes,
        differing.get(own),
    )


def _differing(row: PlannerRow) -> dict[str, str]:
    """What differs, in words, by `event ID` and `reservation NUMBER`."""
    words: dict[str, str] = {}
    for difference in row.differences:
        said = _words(difference)
        if difference.event_id is not None:
            words.setdefault(f"event {difference.event_id}", said)
        if difference.reservation is not None and difference.kind is not DifferenceKind.OVERLAP:
            words.setdefault(f"reservation {difference.reservation}", said)
    return words


def _words(difference: Difference) -> str:
    if difference.kind is DifferenceKind.CHANGED:
        return f"differs in {', '.join(name.replace('_', ' ') for name in difference.fields)}"
    return _KINDS[difference.kind]
