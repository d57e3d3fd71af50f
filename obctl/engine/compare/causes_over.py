"""`causes`: what was found over some days, and which rooms nobody could look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from obctl.domain.cause_counts import Found, Kind
from obctl.domain.difference import RoomVerdict
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan, local_day
from obctl.engine.company import Company
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.gather_facts import Gathered
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.compare.risks import Risk, risks_in
from obctl.store.cancellation_requests import load_requests
from obctl.store.reservations import find_reservation
from obctl.store.rooms import load_rooms


@dataclass(frozen=True, slots=True)
class CausesFound:
    """All causes of the days, and of each room whether it could be looked at."""

    found: tuple[Found, ...]
    verdicts: tuple[RoomVerdict, ...]
    unasked: int | None
    """Meetings in step whose organisers could not be asked; `None` where no risk was looked for."""


async def causes_over(
    company: Company,
    outlook: Outlook,
    rooms: Sequence[Room],
    days: tuple[date, date],
    *,
    risks: bool,
) -> CausesFound:
    """Compare the first to the last of the days in each room's zone; requests count too.

    With `risks` each meeting in step is looked at as well, which asks much more.
    """
    compared = await compare_rooms(company, outlook, rooms, *days) if rooms else []
    found = [*_differences(compared), *_requests(company, rooms, *days)]
    unasked = 0 if risks else None
    if risks and rooms:
        whole = TimeSpan(
            min(item.span.start for item in compared), max(item.span.end for item in compared)
        )
        gathered = Gathered(company, outlook, tuple(load_rooms(company.store)), whole)
        looked = await risks_in(gathered, compared)
        found += [_of_risk(risk) for risk in looked.risks]
        unasked = looked.unasked
    return CausesFound(tuple(found), tuple(item.verdict for item in compared), unasked)


def _of_risk(risk: Risk) -> Found:
    reservation = risk.reservation
    return Found(
        Kind.RISK,
        risk.cause,
        risk.room,
        reservation.start,
        reservation.subject,
        reservation.number,
        risk.event.id,
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
