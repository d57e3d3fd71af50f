"""`causes`: what was found over some days, and which rooms nobody could look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from obctl.domain.cause_counts import Found, Kind
from obctl.domain.difference import RoomVerdict
from obctl.domain.room import Room
from obctl.domain.time_span import local_day
from obctl.engine.company import Company
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.outlook_source import Outlook
from obctl.store.cancellation_requests import load_requests
from obctl.store.reservations import find_reservation


@dataclass(frozen=True, slots=True)
class CausesFound:
    """All causes of the days, and of each room whether it could be looked at."""

    found: tuple[Found, ...]
    verdicts: tuple[RoomVerdict, ...]


async def causes_over(
    company: Company, outlook: Outlook, rooms: Sequence[Room], first: date, last: date
) -> CausesFound:
    """Compare the days `first` to `last` in each room's zone; requests about them count too."""
    compared = await compare_rooms(company, outlook, rooms, first, last) if rooms else []
    return CausesFound(
        (*_differences(compared), *_requests(company, rooms, first, last)),
        tuple(item.verdict for item in compared),
    )


def _differences(compared: Sequence[RoomComparison]) -> Iterator[Found]:
    for item in compared:
        for difference in item.differences:
            yield Found(
                Kind.DIFFERENCE,
                difference.cause,
                item.room,
                difference.start,
                difference.subject,
                difference.reservation,
                difference.event_id,
                difference.missed_because,
            )


def _requests(company: Company, rooms: Sequence[Room], first: date, last: date) -> Iterator[Found]:
    """The cancellation requests about meetings of these days, decided ones included."""
    chosen = {room.id: room for room in rooms}
    for request in load_requests(company.store):
        reservation = find_reservation(company.store, request.reservation)
        room = chosen.get(reservation.room)
        if room is None or not first <= local_day(reservation.start, room.zone) <= last:
            continue
        yield Found(
            Kind.REQUEST,
            request.cause,
            room,
            reservation.start,
            reservation.subject,
            reservation.number,
            reservation.event_id,
        )
