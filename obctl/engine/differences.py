"""`diff`: both sides of rooms read at the same moment, compared, each difference explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from obctl.domain.agreed_state import AgreedState
from obctl.domain.causes import Explanation, explain
from obctl.domain.comparison import compare, pair
from obctl.domain.difference import Difference, RoomVerdict
from obctl.domain.event import Event, EventId
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import LOCKED_OUT, Room, RoomId, Verdict
from obctl.domain.time_span import TimeSpan, days_span
from obctl.domain.values import replace
from obctl.engine.calendars import Calendar
from obctl.engine.company import Company
from obctl.engine.conditions import condition
from obctl.engine.gather import Gathered, gather_facts
from obctl.engine.in_step import read_in_step
from obctl.engine.outlook import Outlook
from obctl.errors import ObctlError
from obctl.store.agreed_states import load_agreed_of
from obctl.store.reservations import load_by_events, load_room_reservations
from obctl.store.rooms import load_rooms

_AROUND = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RoomComparison:
    """One room's two sides as compared; nothing in it where the verdict is inconclusive."""

    room: Room
    verdict: RoomVerdict
    span: TimeSpan
    reservations: tuple[Reservation, ...] = ()
    events: tuple[Event, ...] = ()
    agreed: dict[ReservationNumber, AgreedState] | None = None
    missing: frozenset[EventId] = frozenset()
    differences: tuple[Difference, ...] = ()
    explanations: tuple[Explanation, ...] = ()


async def compare_rooms(
    company: Company,
    outlook: Outlook,
    rooms: Sequence[Room],
    first: date,
    last: date,
    only: frozenset[RoomId] | None = None,
) -> list[RoomComparison]:
    """Compare the days `first` to `last`, in each room's zone.

    `only` limits which rooms' differences are explained; the others serve as neighbours.
    """
    spans = {room.id: days_span(first, last, room.zone) for room in rooms}
    whole = TimeSpan(
        min((span.start for span in spans.values()), default=company.now) - _AROUND,
        max((span.end for span in spans.values()), default=company.now) + _AROUND,
    )
    equal = {} if outlook.live else _equal_rooms(company, rooms, spans)
    answers = await outlook.views([room for room in rooms if room.id not in equal], whole)
    compared = [
        equal.get(room.id)
        or await _compare(company, outlook, room, spans[room.id], whole, answers[room.id])
        for room in rooms
    ]
    gathered = Gathered(
        company,
        outlook,
        tuple(load_rooms(company.store)),
        tuple(rooms),
        whole,
        {item.room.id: item.events for item in compared if item.room.id not in equal},
    )
    return [
        await _explained(gathered, item) if only is None or item.room.id in only else item
        for item in compared
    ]


def _equal_rooms(
    company: Company, rooms: Sequence[Room], spans: Mapping[RoomId, TimeSpan]
) -> dict[RoomId, RoomComparison]:
    """The rooms in which the store knows of no difference, told without the days around.

    What was agreed on only excuses differences: where there are none it need not be read.
    """
    found: dict[RoomId, RoomComparison] = {}
    for room in rooms:
        span = spans[room.id]
        both = read_in_step(company.store, room, span)
        if both is None:
            continue
        reservations, events = both
        if not compare(room, reservations, events, span):
            verdict = RoomVerdict(room.id, Verdict.OK)
            found[room.id] = RoomComparison(room, verdict, span, tuple(reservations), tuple(events))
    return found


async def _compare(
    company: Company,
    outlook: Outlook,
    room: Room,
    span: TimeSpan,
    whole: TimeSpan,
    answer: Calendar,
) -> RoomComparison:
    if isinstance(answer, ObctlError):
        why = condition(answer)
        return RoomComparison(room, RoomVerdict(room.id, Verdict.INCONCLUSIVE, why), span)
    if outlook.live and room.condition == LOCKED_OUT:
        # The mailbox on record is back, or there would be no answer: the next pass lifts the lock.
        room = replace(room, condition=None)
    reservations = {
        reservation.number: reservation
        for reservation in load_room_reservations(company.store, room.id, whole)
    }
    event_ids = [event.id for event in answer]
    for reservation in load_by_events(company.store, room.id, event_ids, besides=reservations):
        reservations[reservation.number] = reservation
    events = {event.id: event for event in answer}
    missing: set[EventId] = set()
    lone = pair(reservations.values(), events.values()).only_reservations
    for reservation in lone:
        if (
            not reservation.is_active
            or reservation.event_id is None
            or not span.overlaps(reservation.start, reservation.end)
        ):
            continue
        found, gone = await outlook.event(room, reservation.event_id)
        if gone:
            missing.add(reservation.event_id)
        if found is not None:
            if found.takes_room and whole.overlaps(found.start, found.end):
                # the view left it out and it is there: nothing of this read is to be trusted
                return RoomComparison(
                    room, RoomVerdict(room.id, Verdict.INCONCLUSIVE, "partial-read"), span
                )
            events[found.id] = found
    agreed = load_agreed_of(company.store, reservations.keys())
    return RoomComparison(
        room,
        RoomVerdict(room.id, Verdict.OK),
        span,
        tuple(reservations.values()),
        tuple(events.values()),
        agreed,
        frozenset(missing),
        compare(
            room,
            reservations.values(),
            events.values(),
            span,
            agreed,
        ),
    )


async def _explained(gathered: Gathered, item: RoomComparison) -> RoomComparison:
    differences: list[Difference] = []
    explanations: list[Explanation] = []
    for difference in item.differences:
        facts = await gather_facts(
            gathered,
            item.room,
            difference,
            item.reservations,
            item.agreed or {},
            item.missing,
        )
        explanation = explain(facts)
        explanations.append(explanation)
        differences.append(
            replace(
                difference,
                cause=explanation.cause,
                missed_because=explanation.missed_because,
            )
        )
    return replace(item, differences=tuple(differences), explanations=tuple(explanations))
