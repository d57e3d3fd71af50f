"""The planner: one day of rooms as both sides see it. Drawing it is for `render`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from obctl.domain.difference import Difference
from obctl.domain.enums import View as View
from obctl.domain.event import Event, EventType, Response
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan, days_span
from obctl.domain.unreadable_event import EVENT_UNREADABLE, UnreadableEvent


@dataclass(frozen=True, slots=True)
class PlannerRow:
    """One room on one day, as that day passes in the room's own zone.

    `condition` says why Outlook could not be read: `events` is empty then, and means nothing. Or it
    says that the day has, or may have, `unreadable` events besides.
    """

    room: Room
    span: TimeSpan
    events: tuple[Event, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    differences: tuple[Difference, ...] = ()
    condition: str | None = None
    unreadable: tuple[UnreadableEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannerDay:
    """The rows of one day; `time_zone` is the rooms' common zone, else the company's."""

    day: date
    time_zone: str
    view: View
    rows: tuple[PlannerRow, ...]


def plan_row(
    room: Room,
    day: date,
    *,
    events: Iterable[Event] = (),
    reservations: Iterable[Reservation] = (),
    differences: Iterable[Difference] = (),
    condition: str | None = None,
    unreadable: Iterable[UnreadableEvent] = (),
) -> PlannerRow:
    """What of the given items touches the room's day.

    Cancelled events stand on the calendar and are shown; declined ones and drafts are not there.
    """
    span = days_span(day, day, room.zone)
    hidden = tuple(event for event in unreadable if event.may_touch(span))
    return PlannerRow(
        room,
        span,
        tuple(sorted((e for e in events if _on_calendar(e) and _touches(span, e)), key=_order)),
        tuple(sorted((r for r in reservations if r.is_active and _touches(span, r)), key=_order)),
        tuple(d for d in differences if span.overlaps(d.start, d.end)),
        condition or (EVENT_UNREADABLE if hidden else None),
        hidden,
    )


def _on_calendar(event: Event) -> bool:
    return not (
        event.is_draft or event.response is Response.DECLINED or event.type is EventType.MASTER
    )


def _touches(span: TimeSpan, item: Event | Reservation) -> bool:
    return span.overlaps(item.start, item.end)


def _order(item: Event | Reservation) -> tuple[bool, object, object]:
    return not item.all_day, item.start, item.end
