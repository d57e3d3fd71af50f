"""A day's sheet for the kitchen or the reception: what is wanted where, and what has changed.

What the log says since the cut-off, and what the sheet says of it:

| entry | on the sheet |
|---|---|
| the service was ordered | `new` |
| it came from another reservation | `came from reservation 7` |
| it was cancelled | `cancelled` |
| it was cancelled, and came back with its meeting | `ordered again` |
| its reservation came from another room | `was in Vermeer` |
| its reservation started at another time | `was 14:00`, with the day where it was another |
| its reservation ended at another time alone | `ended 15:00` |
| its reservation is for more people or fewer | `2 more to come` |
| it is on this sheet no more | a line of its own: `now Thu 2026-10-22 14:00 in Forum` |

Of several changes of one kind the first tells what was before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from obctl.domain.company_log import Action, LogEntry
from obctl.domain.local_time import clock_text, local_text
from obctl.domain.reservation import Reservation, ReservationNumber, Service
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan, local_day
from obctl.domain.told_changes import people_before, times_before
from obctl.domain.zones import zone

CHANGES = (
    Action.EVENT_UPDATED,
    Action.EVENT_MOVED,
    Action.EVENT_RESTORED,
    Action.RESERVATION_CHANGED,
    Action.SERVICE_ADDED,
    Action.SERVICE_CANCELLED,
    Action.SERVICE_MOVED,
    Action.SERVICE_RESTORED,
)
"""The actions that a sheet tells of."""
_SERVICE = re.compile(r"\(service (\d+)\)")
_WENT = re.compile(r"\(service (\d+)\) went to reservation (\d+)$")
_CAME = re.compile(r"(came from reservation \d+)$")


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One service; `away` says where its reservation is now, if it is not on the sheet any more."""

    service: Service
    reservation: Reservation
    changes: tuple[str, ...] = ()
    away: str | None = None


def sheet_lines(
    reservations: Iterable[Reservation],
    entries: Iterable[LogEntry],
    names: Mapping[RoomId, str],
) -> list[SheetLine]:
    """The services of these reservations with what changed by `entries`, oldest first."""
    by_reservation: dict[ReservationNumber, list[LogEntry]] = {}
    for entry in entries:
        if entry.reservation is not None:
            by_reservation.setdefault(entry.reservation, []).append(entry)
    return [
        SheetLine(
            service,
            reservation,
            _changes(service, reservation, by_reservation.get(reservation.number, ()), names),
        )
        for reservation in reservations
        for service in reservation.services
    ]


def left_sheet(
    entries: Iterable[LogEntry], span: TimeSpan, rooms: set[RoomId]
) -> dict[ReservationNumber, bool]:
    """The reservations that were in one of `rooms`, by their entries, and may be no more.

    With each goes whether it is the time that has changed, and started in `span` before; else it
    is the room.
    """
    found: dict[ReservationNumber, bool] = {}
    for entry in entries:
        number = entry.reservation
        was_in = entry.left_room if entry.left_room is not None else entry.room
        if number is None or number in found or was_in not in rooms:
            continue
        before = times_before(entry.message)
        start = before.start if before else None
        if start is not None and span.start <= start < span.end:
            found[number] = True
        elif start is None and entry.left_room is not None:
            found[number] = False
    return found


def services_that_went(entries: Iterable[LogEntry]) -> dict[int, ReservationNumber]:
    """The services that somebody hung on another reservation, with the one they hang on now."""
    went = (
        _WENT.search(entry.message) for entry in entries if entry.action == Action.SERVICE_MOVED
    )
    return {int(found[1]): ReservationNumber(int(found[2])) for found in went if found}


def away_line(
    service: Service,
    reservation: Reservation,
    names: Mapping[RoomId, str],
    rooms: set[RoomId],
) -> SheetLine:
    """A service that has left a sheet of `rooms`, with where it is wanted now."""
    return SheetLine(service, reservation, away=_where(reservation, names, rooms))


def _where(reservation: Reservation, names: Mapping[RoomId, str], rooms: set[RoomId]) -> str:
    when = local_text(reservation.start, reservation.time_zone)
    room = "" if reservation.room in rooms else f" in {names.get(reservation.room, '')}"
    return f"now {when}{room}"


def _changes(
    service: Service,
    reservation: Reservation,
    entries: Sequence[LogEntry],
    names: Mapping[RoomId, str],
) -> tuple[str, ...]:
    told: dict[str, str] = {}
    for entry in entries:
        for kind, words in _told(entry, service, reservation, names):
            if kind == "service":  # the last one counts: ordered, cancelled, ordered again
                told.pop(kind, None)
            told.setdefault(kind, words)
    return tuple(told.values())


def _told(
    entry: LogEntry, service: Service, reservation: Reservation, names: Mapping[RoomId, str]
) -> Iterable[tuple[str, str]]:
    mine = _SERVICE.search(entry.message)
    if mine is not None and entry.action.startswith("service."):
        if int(mine[1]) != service.id:
            return
        match entry.action:
            case Action.SERVICE_ADDED:
                yield "service", "new"
            case Action.SERVICE_CANCELLED:
                yield "service", "cancelled"
            case Action.SERVICE_RESTORED:
                yield "service", "ordered again"
            case _:
                if came := _CAME.search(entry.message):
                    yield "service", came[1]
        return
    if entry.left_room is not None and entry.left_room != reservation.room:
        yield "room", f"was in {names.get(entry.left_room, 'another room')}"
    people, now = people_before(entry.message), reservation.attendees
    if people is not None and now is not None and people != now:
        more = "more" if now > people else "fewer"
        yield "people", f"{abs(now - people)} {more} to come"
    before = times_before(entry.message)
    if before is None:
        return
    where = reservation.time_zone
    if before.start is not None:
        here = zone(where)
        same_day = local_day(before.start, here) == local_day(reservation.start, here)
        shown = clock_text if same_day else local_text
        if before.start != reservation.start:
            yield "time", f"was {shown(before.start, where)}"
    elif before.end is not None and before.end != reservation.end:
        yield "time", f"ended {clock_text(before.end, where)}"
