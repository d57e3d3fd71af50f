"""`explain`: the whole story of one reservation or event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus

from obctl.domain.causes import cause_in_step, reply_in
from obctl.domain.causes.facts import OrganizerAnswer
from obctl.domain.causes.story import Story
from obctl.domain.causes.unseen import names
from obctl.domain.company_log import LogEntry
from obctl.domain.compare.comparison import normalised
from obctl.domain.difference import RoomVerdict
from obctl.domain.event import Event, EventId, EventType
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room, Verdict
from obctl.domain.time_span import TimeSpan, local_day
from obctl.domain.unreadable_event import EVENT_UNREADABLE, EventUnreadable, UnreadableEvent
from obctl.engine.company import Company
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.gather_facts import Gathered, facts_at_rest
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.compare.risks import may_be_at_risk
from obctl.errors import (
    CredentialRefused,
    GraphRefused,
    MailboxGone,
    NotFound,
    ObctlError,
    UsageError,
)
from obctl.store.agreed_states import find_agreed
from obctl.store.company_log import load_history, load_refusals
from obctl.store.events import find_event_anywhere
from obctl.store.reservations import find_by_event, find_reservation, load_by_series
from obctl.store.rooms import find_room_by_id, load_rooms
from obctl.store.unreadable_events import find_unreadable

_LAST_INSTANT = timedelta(microseconds=1)


async def explain_item(company: Company, outlook: Outlook, wanted: str) -> Story:
    """The story of a reservation number or an event id; raises `UsageError` for neither."""
    room, reservation, found = await _find(company, outlook, wanted)
    if not room.is_mapped:
        # Nobody keeps it in step: what is there now is not obctl's business.
        outlook = Outlook(company, None)
    if isinstance(found, UnreadableEvent) and reservation is None:
        return _of_unreadable(company, room, found)
    event = found if isinstance(found, Event) else None
    shown = event or reservation
    if shown is None:
        raise _unknown(wanted)
    starts = [item.start for item in (reservation, event) if item]
    ends = [item.end for item in (reservation, event) if item]
    whole = TimeSpan(min(starts), max(*starts, max(ends) - _LAST_INSTANT)).at_once
    compared = (
        await compare_rooms(
            company,
            outlook,
            [room],
            local_day(whole.start, room.zone),
            local_day(whole.end, room.zone),
        )
    )[0]
    unreadable = _unreadable(compared, reservation, event)
    reservation, event = _both(compared, reservation, event)
    about = [
        position
        for position, difference in enumerate(compared.differences)
        if (reservation and difference.reservation == reservation.number)
        or (event and difference.event_id == event.id)
    ]
    explanation = compared.explanations[about[0]] if about else None
    cause, organizer = (explanation.cause, explanation.organizer) if explanation else (None, None)
    account = None
    if compared.matching and event and not about and may_be_at_risk(reservation, event):
        mapped = tuple(load_rooms(company.store))
        gathered = Gathered(company, outlook, mapped, compared.span)
        facts = await facts_at_rest(gathered, compared.matching.sides, reservation, event)
        cause, organizer, account = cause_in_step(facts), reply_in(facts), facts.organizer
    agreed = find_agreed(company.store, reservation.number) if reservation else None
    ids = {item.event_id for item in (reservation,) if item and item.event_id}
    ids |= {event.id} if event else set()
    return Story(
        room=room,
        verdict=_verdict(compared, unreadable),
        reservation=reservation,
        event=event,
        agreed=agreed,
        differences=tuple(compared.differences[position] for position in about),
        normalised=normalised(reservation, event, agreed) if reservation and event else (),
        cause=cause,
        missed_because=explanation.missed_because if explanation else None,
        ruled_out=explanation.ruled_out if explanation else (),
        organizer=organizer,
        account=None if account is OrganizerAnswer.UNKNOWN else account,
        story=_entries(company, room, sorted(ids), reservation),
        unreadable=unreadable,
    )


def _of_unreadable(company: Company, room: Room, event: UnreadableEvent) -> Story:
    """All there is to tell of an event that nobody can read, and for which nothing is reserved."""
    return Story(
        room=room,
        verdict=RoomVerdict(room.id, Verdict.INCONCLUSIVE, EVENT_UNREADABLE),
        reservation=None,
        event=None,
        agreed=None,
        differences=(),
        normalised=(),
        cause=None,
        missed_because=None,
        ruled_out=(),
        story=_entries(company, room, [event.id] if event.id else [], None),
        unreadable=event,
    )


def _unreadable(
    compared: RoomComparison, reservation: Reservation | None, event: Event | None
) -> UnreadableEvent | None:
    """The unreadable event that the item is, or may be."""
    for owner, hidden in compared.matching.withheld if compared.matching else ():
        if reservation and owner.number == reservation.number:
            return hidden
    shown = (item for item in compared.unreadable if event and item.id == event.id)
    return next(shown, None)


def _verdict(compared: RoomComparison, unreadable: UnreadableEvent | None) -> RoomVerdict:
    """Whether what is said of the item can be trusted: another one's trouble is not its own."""
    if compared.verdict.condition == EVENT_UNREADABLE and unreadable is None:
        return RoomVerdict(compared.room.id, Verdict.OK)
    return compared.verdict


def _entries(
    company: Company, room: Room, ids: list[EventId], reservation: Reservation | None
) -> tuple[LogEntry, ...]:
    """The item's own entries, and what has kept its room from being passed over since."""
    number = reservation.number if reservation else None
    own = load_history(company.store, None, ids, number)
    refused = load_refusals(company.store, room.id, room.last_synced_at)
    return tuple(sorted([*own, *refused], key=lambda entry: entry.id or 0))


async def _find(
    company: Company, outlook: Outlook, wanted: str
) -> tuple[Room, Reservation | None, Event | UnreadableEvent | None]:
    if wanted.isdecimal():
        reservation = find_reservation(company.store, int(wanted))
        return find_room_by_id(company.store, reservation.room), reservation, None
    event_id = EventId(wanted)
    recorded = find_unreadable(company.store, wanted)
    known = find_event_anywhere(company.store, wanted)
    if known is not None:
        room = find_room_by_id(company.store, known[0])
        if owners := find_by_event(company.store, room.id, wanted):
            return room, owners[0], known[1]
        return room, None, await _as_it_is_now(outlook, room, known[1])
    if recorded is not None:
        return find_room_by_id(company.store, recorded.room), None, recorded.event
    rooms = load_rooms(company.store)
    for room in rooms:
        if owners := find_by_event(company.store, room.id, wanted):
            return room, owners[0], None
    return await _ask_all(company, outlook, event_id, rooms)


async def _as_it_is_now(outlook: Outlook, room: Room, known: Event) -> Event:
    """An event without a reservation: it may have moved to another day since it was last read."""
    if not room.is_mapped:
        return known
    answer = (await outlook.answers_by_id([(room, known.id)])).get((room.id, known.id))
    return answer if isinstance(answer, Event) else known


async def _ask_all(
    company: Company, outlook: Outlook, event_id: EventId, rooms: Sequence[Room]
) -> tuple[Room, None, Event | UnreadableEvent]:
    """The room that has an event of which nothing is on record; raises where none says so."""
    answers = await outlook.answers_by_id([(room, event_id) for room in rooms])
    silent: list[Room] = []
    failed: list[ObctlError] = []
    for room in rooms:
        match answers.get((room.id, event_id)):
            case Event() as event if event.type is EventType.MASTER:
                raise _series(company, room, event)
            case Event() as event:
                return room, None, event
            case EventUnreadable() as error if error.event.payload:
                return room, None, error.event
            case CredentialRefused() as error:
                raise error
            case ObctlError() as error if _is_no(error):
                continue
            case answer:
                silent.append(room)
                failed += [answer] if answer else []
    if failed and len(failed) == len(rooms):
        raise failed[0]
    raise _unknown(event_id) if not silent else _unseen(event_id, silent, live=outlook.live)


def _is_no(error: ObctlError) -> bool:
    """Whether Graph says that a mailbox has no such event, or that there is no such id at all."""
    if isinstance(error, NotFound):
        return not isinstance(error, MailboxGone)
    status = error.graph.status if error.graph else None
    return isinstance(error, GraphRefused) and status == HTTPStatus.BAD_REQUEST


def _series(company: Company, room: Room, master: Event) -> UsageError:
    """A series is explained date by date; these are its next ones."""
    dates = [
        reservation
        for reservation in load_by_series(company.store, [master.series_key or ""])
        if reservation.room == room.id and reservation.end > company.now
    ]
    listed = ", ".join(str(reservation.number) for reservation in dates[:5]) or "none yet"
    return UsageError(
        f"this is the series {master.subject!r} of {room.mailbox}, not one of its dates",
        hint=f"explain a date: obctl explain NUMBER; its next reservations: {listed}",
        code="series-master",
    )


def _both(
    compared: RoomComparison, reservation: Reservation | None, event: Event | None
) -> tuple[Reservation | None, Event | None]:
    """The two halves as the comparison paired them."""
    for ours, theirs in compared.matching.pairs if compared.matching else ():
        if (reservation and ours.number == reservation.number) or (event and theirs.id == event.id):
            return ours, theirs
    present = {item.id: item for item in compared.events}
    return reservation, present.get(event.id) if event else None


def _unseen(wanted: str, silent: Sequence[Room], *, live: bool) -> UsageError:
    """The error for an event that nobody was able to look for everywhere."""
    if not live:
        return UsageError(
            f"{wanted!r} is neither a reservation nor an event that was read so far",
            hint="without --cached the rooms are asked for it",
            code="unknown-item",
        )
    return UsageError(
        f"{wanted!r} is no reservation, and of no room that answered an event; no answer came from"
        f" {names(silent)}",
        hint=f"obctl doctor --room {silent[0].mailbox} says why",
        code="unknown-item",
    )


def _unknown(wanted: str) -> UsageError:
    return UsageError(
        f"{wanted!r} is neither a reservation nor an event of a mapped room",
        hint="use a number of `obctl reservations list` or an event id of `obctl diff`",
        code="unknown-item",
    )
