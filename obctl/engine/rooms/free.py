"""Which rooms are free: neither Officebooking nor Outlook may hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from obctl.domain.availability import BusySpan, FreeRoom, Schedule, rank
from obctl.domain.compare.comparison import FREE
from obctl.domain.event import Event
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.engine.company import Company
from obctl.engine.outlook.inconclusive import is_graph_itself
from obctl.engine.outlook.remembered import not_remembered, remembered_around
from obctl.engine.ports import Gateway
from obctl.errors import ObctlError, PartialRead
from obctl.store.reservations import load_room_reservations

# An item that ends where the span starts lies just outside it; half an hour keeps Graph's slots of
# five minutes or thirty in step with the span.
_BEFORE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Availability:
    """The free rooms, and those nothing can be said about."""

    free: tuple[FreeRoom, ...]
    unknown: tuple[tuple[Room, ObctlError], ...]


async def find_free_live(
    company: Company,
    gateway: Gateway,
    rooms: Sequence[Room],
    span: TimeSpan,
    capacity: int | None,
) -> Availability:
    """Free by the store and by Graph's free/busy as it is now.

    Raises the first error where no room at all could be read for want of Graph itself.
    """
    asked = TimeSpan(span.start - _BEFORE, span.end)
    answers = await gateway.fetch_schedules(rooms, asked) if rooms else {}
    errors = [answer for answer in answers.values() if isinstance(answer, ObctlError)]
    if errors and len(errors) == len(rooms) and all(map(is_graph_itself, errors)):
        raise errors[0]
    schedules = {
        room.mailbox: _with_reserved(company, room, asked, answers[room.mailbox]) for room in rooms
    }
    return _availability(rooms, schedules, span, capacity)


def find_free_cached(
    company: Company, rooms: Sequence[Room], span: TimeSpan, capacity: int | None
) -> Availability:
    """Free by the store: its reservations, and Outlook as last read."""
    asked = TimeSpan(span.start - _BEFORE, span.end)
    schedules: dict[str, Schedule | ObctlError] = {}
    for room in rooms:
        unknown = not_remembered(company.store, room, span)
        known = unknown or remembered_around(company.store, room, asked)
        read = known if isinstance(known, ObctlError) else Schedule(_taking(known))
        schedules[room.mailbox] = _with_reserved(company, room, asked, read)
    return _availability(rooms, schedules, span, capacity)


def _availability(
    rooms: Sequence[Room],
    schedules: Mapping[str, Schedule | ObctlError],
    span: TimeSpan,
    capacity: int | None,
) -> Availability:
    busy: dict[str, Sequence[BusySpan]] = {}
    unknown: list[tuple[Room, ObctlError]] = []
    for room in rooms:
        schedule = schedules[room.mailbox]
        if isinstance(schedule, ObctlError):
            unknown.append((room, schedule))
        elif not schedule.knows(span):
            unknown.append((room, _not_told(room)))
        else:
            busy[room.mailbox] = schedule.busy
    return Availability(tuple(rank(rooms, busy, span, capacity)), tuple(unknown))


def _not_told(room: Room) -> PartialRead:
    return PartialRead(
        f"Graph's answer does not say for all of the time whether {room.mailbox} is free",
        hint=f"obctl planner --room {room.mailbox} shows its calendar",
    )


def _with_reserved(
    company: Company, room: Room, span: TimeSpan, outlook: Schedule | ObctlError
) -> Schedule | ObctlError:
    if isinstance(outlook, ObctlError):
        return outlook
    return outlook + Schedule(_reserved(company, room, span))


def _reserved(company: Company, room: Room, span: TimeSpan) -> tuple[BusySpan, ...]:
    return tuple(
        BusySpan(reservation.start, reservation.end)
        for reservation in load_room_reservations(company.store, room.id, span)
        if reservation.is_active
    )


def _taking(events: Sequence[Event]) -> tuple[BusySpan, ...]:
    return tuple(
        BusySpan(event.start, event.end)
        for event in events
        if event.takes_room and event.show_as not in FREE
    )
