"""Which rooms are free: neither Officebooking nor Outlook may hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from obctl.domain.availability import BusySpan, FreeRoom, Schedule, rank
from obctl.domain.compare.comparison import FREE
from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
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
    """The rooms free for a time that is wanted, and those nothing can be said about."""

    free: tuple[FreeRoom, ...]
    unknown: tuple[tuple[Room, ObctlError], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The times a room is wanted for, at least one, in order, and for how many people.

    What is `own` does not take the room: it is what the times are wanted for.
    """

    spans: Sequence[TimeSpan]
    capacity: int | None = None
    own: Sequence[Reservation] = ()

    @property
    def asked(self) -> TimeSpan:
        return TimeSpan(self.spans[0].start - _BEFORE, max(span.end for span in self.spans))


async def find_free_live(
    company: Company, gateway: Gateway, rooms: Sequence[Room], wanted: Wanted
) -> Availability:
    """Free by the store and by Graph's free/busy as it is now.

    Raises the first error where no room at all could be read for want of Graph itself.
    """
    answers = await gateway.fetch_schedules(rooms, wanted.asked) if rooms else {}
    errors = [answer for answer in answers.values() if isinstance(answer, ObctlError)]
    if errors and len(errors) == len(rooms) and all(map(is_graph_itself, errors)):
        raise errors[0]
    schedules = {
        room.mailbox: _with_reserved(
            company, room, wanted, _without_own(room, wanted, answers[room.mailbox])
        )
        for room in rooms
    }
    return _availability(rooms, schedules, wanted)


def find_free_cached(company: Company, rooms: Sequence[Room], wanted: Wanted) -> Availability:
    """Free by the store: its reservations, and Outlook as last read."""
    whole = TimeSpan(wanted.spans[0].start, wanted.asked.end)
    schedules: dict[str, Schedule | ObctlError] = {}
    for room in rooms:
        unknown = not_remembered(company.store, room, whole)
        known = unknown or remembered_around(company.store, room, wanted.asked)
        if isinstance(known, ObctlError):
            read: Schedule | ObctlError = known
        else:
            ids = {own.event_id for own in wanted.own if own.room == room.id}
            read = Schedule(_taking(event for event in known if event.id not in ids))
        schedules[room.mailbox] = _with_reserved(company, room, wanted, read)
    return _availability(rooms, schedules, wanted)


def _availability(
    rooms: Sequence[Room], schedules: Mapping[str, Schedule | ObctlError], wanted: Wanted
) -> Availability:
    busy: dict[str, Sequence[BusySpan]] = {}
    unknown: list[tuple[Room, ObctlError]] = []
    for room in rooms:
        schedule = schedules[room.mailbox]
        if isinstance(schedule, ObctlError):
            unknown.append((room, schedule))
        elif not all(map(schedule.knows, wanted.spans)):
            unknown.append((room, _not_told(room)))
        else:
            busy[room.mailbox] = schedule.busy
    return Availability(tuple(rank(rooms, busy, wanted.spans, wanted.capacity)), tuple(unknown))


def _without_own(
    room: Room, wanted: Wanted, outlook: Schedule | ObctlError
) -> Schedule | ObctlError:
    """Free/busy names no event: one item of just the same time is taken out for each of our own."""
    if isinstance(outlook, ObctlError):
        return outlook
    busy = list(outlook.busy)
    for own in wanted.own:
        if own.room == room.id and own.event_id is not None:
            same = (item for item in busy if (item.start, item.end) == (own.start, own.end))
            if (item := next(same, None)) is not None:
                busy.remove(item)
    return Schedule(tuple(busy), outlook.unknown)


def _not_told(room: Room) -> PartialRead:
    return PartialRead(
        f"Graph's answer does not say for all of the time whether {room.mailbox} is free",
        hint=f"obctl planner --room {room.mailbox} shows its calendar",
    )


def _with_reserved(
    company: Company, room: Room, wanted: Wanted, outlook: Schedule | ObctlError
) -> Schedule | ObctlError:
    if isinstance(outlook, ObctlError):
        return outlook
    own = {reservation.number for reservation in wanted.own}
    return outlook + Schedule(
        tuple(
            BusySpan(reservation.start, reservation.end)
            for reservation in load_room_reservations(company.store, room.id, wanted.asked)
            if reservation.is_active and reservation.number not in own
        )
    )


def _taking(events: Iterable[Event]) -> tuple[BusySpan, ...]:
    return tuple(
        BusySpan(event.start, event.end)
        for event in events
        if event.takes_room and event.show_as not in FREE
    )
