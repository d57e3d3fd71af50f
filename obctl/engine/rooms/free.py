"""Which rooms are free: neither Officebooking nor Outlook may hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from obctl.domain.availability import BusySpan, FreeRoom, rank
from obctl.domain.compare.comparison import FREE
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.errors import ObctlError
from obctl.store.events import load_events
from obctl.store.reservations import load_room_reservations

_BEFORE = timedelta(minutes=1)  # an item that ends where the span starts lies just outside it


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

    Raises the first error where no room at all could be read.
    """
    asked = TimeSpan(span.start - _BEFORE, span.end)
    answers = await gateway.fetch_schedules(rooms, asked) if rooms else {}
    busy: dict[str, list[BusySpan]] = {}
    unknown: list[tuple[Room, ObctlError]] = []
    for room in rooms:
        answer = answers[room.mailbox]
        if isinstance(answer, ObctlError):
            unknown.append((room, answer))
        else:
            busy[room.mailbox] = [*_reserved(company, room, asked), *answer]
    if rooms and len(unknown) == len(rooms):
        raise unknown[0][1]
    return Availability(tuple(rank(rooms, busy, span, capacity)), tuple(unknown))


def find_free_cached(
    company: Company, rooms: Sequence[Room], span: TimeSpan, capacity: int | None
) -> Availability:
    """Free by the store: its reservations, and Outlook as last read."""
    asked = TimeSpan(span.start - _BEFORE, span.end)
    busy = {
        room.mailbox: [*_reserved(company, room, asked), *_known(company, room, asked)]
        for room in rooms
    }
    return Availability(tuple(rank(rooms, busy, span, capacity)), ())


def _reserved(company: Company, room: Room, span: TimeSpan) -> list[BusySpan]:
    return [
        BusySpan(reservation.start, reservation.end)
        for reservation in load_room_reservations(company.store, room.id, span)
        if reservation.is_active
    ]


def _known(company: Company, room: Room, span: TimeSpan) -> list[BusySpan]:
    return [
        BusySpan(event.start, event.end)
        for event in load_events(company.store, room.id, span)
        if event.takes_room and event.show_as not in FREE
    ]
