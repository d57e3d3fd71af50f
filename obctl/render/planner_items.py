"""What the planner draws: events and reservations in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from obctl.domain.compare.planner import PlannerRow, View
from obctl.domain.difference import Difference, DifferenceKind
from obctl.domain.event import Event
from obctl.domain.reservation import ExternalState, Reservation, Status
from obctl.domain.time_span import TimeSpan

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
