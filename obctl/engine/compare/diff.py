"""`diff`: both sides of rooms read at the same moment, compared, each difference explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from obctl.domain.causes import Explanation, explain
from obctl.domain.compare.comparison import compare, unreadable_within
from obctl.domain.difference import Difference, RoomVerdict
from obctl.domain.event import Event, EventId
from obctl.domain.reservation import Reservation
from obctl.domain.room import LOCKED_OUT, Room, RoomId, Verdict
from obctl.domain.series.same_date import is_same_date
from obctl.domain.sync.goes_on import with_successors
from obctl.domain.sync.matching import Matching, match
from obctl.domain.sync.other_days import whole_days
from obctl.domain.sync.proof import series_id
from obctl.domain.sync.rebooked import may_be_rebooked
from obctl.domain.time_span import TimeSpan, days_span
from obctl.domain.unreadable_event import EVENT_UNREADABLE, UnreadableEvent
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.compare.both_sides import read_in_step
from obctl.engine.compare.gather_facts import Gathered, gather_facts
from obctl.engine.compare.look_elsewhere import find_whereabouts
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.compare.read_sides import sides_of, with_masters, without_event
from obctl.engine.outlook.calendars import Calendar
from obctl.engine.outlook.find_meeting import look_in
from obctl.engine.outlook.inconclusive import condition
from obctl.engine.outlook.remembered import not_remembered
from obctl.engine.outlook.windows import read_span
from obctl.errors import ObctlError
from obctl.store.database import Store
from obctl.store.outbox import load_leaving
from obctl.store.reservations import load_by_series
from obctl.store.rooms import load_rooms

_AROUND = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RoomComparison:
    """One room's two sides as compared; no matching where the room could not be read.

    Where the days have, or may have, `unreadable` events, all but these is compared.
    """

    room: Room
    verdict: RoomVerdict
    span: TimeSpan
    matching: Matching | None = None
    differences: tuple[Difference, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    unreadable: tuple[UnreadableEvent, ...] = ()

    @property
    def reservations(self) -> tuple[Reservation, ...]:
        return self.matching.sides.reservations if self.matching else ()

    @property
    def events(self) -> tuple[Event, ...]:
        return self.matching.sides.reading.events if self.matching else ()


async def compare_rooms(
    company: Company,
    outlook: Outlook,
    rooms: Sequence[Room],
    first: date,
    last: date,
) -> list[RoomComparison]:
    """Compare the days `first` to `last`, in each room's zone."""
    spans = {room.id: days_span(first, last, room.zone) for room in rooms}
    whole = TimeSpan(
        min((span.start for span in spans.values()), default=company.now) - _AROUND,
        max((span.end for span in spans.values()), default=company.now) + _AROUND,
    )
    equal = {} if outlook.live else _equal_rooms(company, rooms, spans)
    answers = await outlook.views([room for room in rooms if room.id not in equal], whole)
    asked = await outlook.rounds.together(
        _compare(company, outlook, room, spans[room.id], whole, answers[room.id])
        for room in rooms
        if room.id not in equal
    )
    compared = equal | {item.room.id: item for item in asked}
    mapped = tuple(load_rooms(company.store))
    found = [(item.matching, item.differences) for item in compared.values() if item.matching]
    whereabouts = await find_whereabouts(company, outlook, mapped, found, whole)
    gathered = Gathered(company, outlook, mapped, whole, whereabouts)
    return await outlook.rounds.together(_explained(gathered, compared[room.id]) for room in rooms)


def _equal_rooms(
    company: Company, rooms: Sequence[Room], spans: Mapping[RoomId, TimeSpan]
) -> dict[RoomId, RoomComparison]:
    """The rooms in which the store knows of no difference, told without the days around.

    What was agreed on only excuses differences: where there are none it need not be read.
    """
    found: dict[RoomId, RoomComparison] = {}
    for room in rooms:
        span = spans[room.id]
        if not_remembered(company.store, room, span):
            continue
        matching = read_in_step(company.store, room, span)
        if matching is not None and not compare(matching, span):
            verdict = RoomVerdict(room.id, Verdict.OK)
            found[room.id] = RoomComparison(room, verdict, span, matching)
    return found


async def _compare(
    company: Company,
    outlook: Outlook,
    room: Room,
    span: TimeSpan,
    whole: TimeSpan,
    answer: Calendar,
) -> RoomComparison:
    if not outlook.live:
        answer = not_remembered(company.store, room, span) or answer
    if isinstance(answer, ObctlError):
        why = condition(answer)
        return RoomComparison(room, RoomVerdict(room.id, Verdict.INCONCLUSIVE, why), span)
    if outlook.live and room.condition == LOCKED_OUT:
        # The mailbox on record is back, or there would be no answer: the next pass lifts the lock.
        room = replace(room, condition=None)
    asked = await with_masters(outlook, match(sides_of(company.store, room, whole, answer)), span)
    wider = _wider(company, asked, span)
    if wider != whole:
        around = (await outlook.answers([room], wider))[room.id]
        if not isinstance(around, ObctlError):
            seen, whole = match(sides_of(company.store, room, wider, around)), wider
            asked = await with_masters(outlook, seen, span)
    reading = asked.sides.reading
    gone: set[EventId] = set()
    unreadable = outlook.unreadable_series(room)
    events = {event.id: event for event in reading.events}
    ids = [item.event_id for item in without_event(asked, span) if item.event_id]
    answers = await outlook.events([(room, event_id) for event_id in ids])
    for event_id, (found, is_gone) in zip(ids, answers, strict=True):
        if is_gone:
            gone.add(event_id)
        if isinstance(found, UnreadableEvent):
            unreadable.append(found)
        elif found is not None:
            if found.takes_room and whole.overlaps(found.start, found.end):
                # the view left it out and it is there: nothing of this read is to be trusted
                return RoomComparison(
                    room, RoomVerdict(room.id, Verdict.INCONCLUSIVE, "partial-read"), span
                )
            events[found.id] = found
    known = replace(reading, events=tuple(events.values()), gone=frozenset(gone))
    known = known.with_unreadable(unreadable)
    matching = match(replace(asked.sides, reading=known))
    matching = await _with_successors(company, outlook, matching)
    hidden = unreadable_within(matching, span)
    verdict = RoomVerdict(room.id, Verdict.OK)
    if hidden:
        verdict = RoomVerdict(room.id, Verdict.INCONCLUSIVE, EVENT_UNREADABLE)
    return RoomComparison(room, verdict, span, matching, compare(matching, span), unreadable=hidden)


def _wider(company: Company, matching: Matching, span: TimeSpan) -> TimeSpan:
    """What has to be read to tell what became of dates that the days lost.

    A series that meets on other days now has them within the week or month. One that is not there
    under its id may be there under another.
    """
    sides, wide = matching.sides, whole_days(matching, company.now)
    masters = sides.reading.masters
    nowhere = {master_id for master_id, master in masters.items() if master is None}
    if not any(
        reservation.series_key and series_id(sides.reading, reservation) in nowhere
        for reservation in without_event(matching, span)
    ):
        return wide
    known = read_span(sides.room, company.config.sync, company.now)
    return TimeSpan(min(wide.start, known.start), max(wide.end, known.end))


async def _with_successors(company: Company, outlook: Outlook, matching: Matching) -> Matching:
    """The matching with what goes on as another event joined, as a pass over the room has it.

    Not where the meeting turned up in another room, nor an event that came from one, or that a
    write is about to take off.
    """
    leaving = load_leaving(company.store, matching.sides.room.id)
    candidates = may_be_rebooked(matching)
    if not candidates:
        return with_successors(matching, now=company.now, taken=leaving)
    store, sides = company.store, matching.sides
    others = [other for other in load_rooms(store) if other.id != sides.room.id]
    span = sides.reading.scope.span
    taken = await _from_other_rooms(outlook, store, others, candidates, span)
    off = [owner for owner, event in matching.pairs if not event.takes_room]
    lost = [r for r in (*matching.lone_reservations, *off) if r.is_active and r.series_key]
    found, _unasked = await look_in(outlook.answers, lost, others, span)
    moved = {meeting.number for meeting, _room, _event in found if isinstance(meeting, Reservation)}
    return with_successors(matching, now=company.now, taken=taken | leaving, moved=moved)


async def _from_other_rooms(
    outlook: Outlook,
    store: Store,
    others: Sequence[Room],
    events: Sequence[Event],
    span: TimeSpan,
) -> set[EventId]:
    """The events that are what another room has lost, or may have: it does not show them."""
    rooms = {other.id: other for other in others}
    held = [
        (event, reservation)
        for event in events
        for reservation in load_by_series(store, [event.series_key] if event.series_key else [])
        if reservation.is_active
        and reservation.room in rooms
        and is_same_date(reservation, event, rooms[reservation.room].zone)
    ]
    homes = {reservation.room for _event, reservation in held}
    views = await outlook.answers([rooms[home] for home in homes], span) if homes else {}
    return {
        event.id
        for event, reservation in held
        if not _is_shown(views[reservation.room], reservation)
    }


def _is_shown(calendar: Calendar, reservation: Reservation) -> bool:
    return not isinstance(calendar, ObctlError) and any(
        event.id == reservation.event_id and event.takes_room for event in calendar
    )


async def _explained(gathered: Gathered, item: RoomComparison) -> RoomComparison:
    if item.matching is None:
        return item
    sides = item.matching.sides
    facts = await gathered.outlook.rounds.together(
        gather_facts(gathered, sides, difference) for difference in item.differences
    )
    explanations = tuple(map(explain, facts))
    differences = tuple(
        replace(difference, cause=told.cause, missed_because=told.missed_because)
        for difference, told in zip(item.differences, explanations, strict=True)
    )
    return replace(item, differences=differences, explanations=explanations)
