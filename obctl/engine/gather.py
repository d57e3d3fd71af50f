"""Gathering the facts from which a cause is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from obctl.domain.agreed_state import AgreedState
from obctl.domain.difference import Difference
from obctl.domain.event import Event, EventId
from obctl.domain.facts import Facts, OrganizerAnswer
from obctl.domain.meeting_date import is_continued
from obctl.domain.push import OutboxItem
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room, RoomId
from obctl.domain.time_span import TimeSpan
from obctl.engine.company import Company
from obctl.engine.elsewhere import look_in
from obctl.engine.outlook import Outlook
from obctl.engine.windows import policy_window
from obctl.store.cancellation_requests import newest_request
from obctl.store.company_log import load_history
from obctl.store.inbox import last_notified, waiting_rooms
from obctl.store.outbox import owed_for
from obctl.store.reservations import load_by_series

_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What all rooms of a comparison share.

    `mapped` are all rooms of the company; `events` are those of `span`, by room of the comparison.
    Rooms without a difference may be left out: their events are asked for where they matter.
    """

    company: Company
    outlook: Outlook
    mapped: tuple[Room, ...]
    rooms: tuple[Room, ...]
    span: TimeSpan
    events: Mapping[RoomId, tuple[Event, ...]]


async def gather_facts(
    gathered: Gathered,
    room: Room,
    difference: Difference,
    reservations: Sequence[Reservation],
    agreed: Mapping[ReservationNumber, AgreedState],
    missing: frozenset[EventId],
) -> Facts:
    """Everything known about one difference."""
    company, outlook = gathered.company, gathered.outlook
    store = company.store
    events = gathered.events.get(room.id, ())
    reservation = next((r for r in reservations if r.number == difference.reservation), None)
    event = next((e for e in events if e.id == difference.event_id), None)
    last_known = outlook.last_known(room, difference.event_id) if difference.event_id else None
    shown: Event | Reservation | None = event or reservation or last_known
    master_id = _master_id(event, reservation, last_known)
    master, master_missing = await outlook.master(room, master_id) if master_id else (None, False)
    event_ids = sorted({x for x in (difference.event_id, master_id) if x})
    subscriptions = await outlook.subscriptions(room)
    series_key = shown.series_key if shown else None
    return Facts(
        difference=difference,
        room=room,
        now=company.now,
        settings=company.config.sync,
        window=policy_window(room, company.config.sync, company.now),
        reservation=reservation,
        agreed=agreed.get(reservation.number) if reservation else None,
        event=event,
        event_missing=difference.event_id in missing,
        last_known=last_known,
        master=master,
        master_missing=master_missing,
        same_series=tuple(
            e
            for e in events
            if master_id and e.series_master_id == master_id and e.id != difference.event_id
        ),
        same_room=tuple(e for e in events if e.id != difference.event_id and _meets(difference, e)),
        elsewhere=await _elsewhere(gathered, room, shown),
        rekeyed=_rekeyed(reservation, events),
        successors=_successors(reservation, events),
        siblings=_siblings(gathered, room, difference, reservations, event, series_key),
        outbox=_owed(company, reservation),
        request=newest_request(store, reservation.number) if reservation else None,
        subscriptions=subscriptions,
        inbox_waiting=room.id in waiting_rooms(store),
        notified_at=last_notified(store, room.id, event_ids) if event_ids else None,
        last_run_at=room.last_synced_at,
        organizer=await outlook.organizer(event.organizer.email)
        if event and not event.is_organizer and _internal(gathered, event)
        else OrganizerAnswer.UNKNOWN,
        organizer_says=await outlook.organizer_says(room, reservation)
        if reservation and event and _is_put_back(reservation, event)
        else None,
        domains=_domains(gathered),
        history=tuple(
            load_history(store, room.id, event_ids, reservation.number if reservation else None)
        ),
        reserved_elsewhere=_reserved_elsewhere(gathered, room, series_key),
        created_together=sum(
            1
            for e in events
            if event
            and e.id != event.id
            and e.created_at
            and event.created_at
            and abs(e.created_at - event.created_at) < _A_MINUTE
        ),
        vanished_together=sum(
            1
            for r in reservations
            if r is not reservation and r.event_id in missing and r.end <= company.now
        ),
        mailbox_id=await outlook.mailbox_id(room) if missing else None,
        mailbox_shared_with=tuple(
            other
            for other in gathered.rooms
            if other.id != room.id and room.object_id and other.object_id == room.object_id
        ),
    )


def _is_put_back(reservation: Reservation, event: Event) -> bool:
    return not reservation.is_active and event.takes_room and event.id != reservation.event_id


def _siblings(
    gathered: Gathered,
    room: Room,
    difference: Difference,
    reservations: Sequence[Reservation],
    event: Event | None,
    series_key: str | None,
) -> tuple[Reservation, ...]:
    """Reservations of the room that overlap, or belong to the same series on whatever day.

    An event that may go on for a date nearby finds that one too.
    """
    found = {
        r.number: r for r in reservations if r.start < difference.end and r.end > difference.start
    }
    if event is not None and event.original_start:
        living = {e.id for e in gathered.events.get(room.id, ())}
        found |= {
            r.number: r
            for r in reservations
            if r.is_active and r.event_id not in living and is_continued(r, event)
        }
    if series_key is not None:
        found |= {
            r.number: r
            for r in load_by_series(gathered.company.store, [series_key])
            if r.room == room.id
        }
    if difference.reservation is not None:
        found.pop(difference.reservation, None)
    return tuple(found.values())


def _successors(reservation: Reservation | None, events: Sequence[Event]) -> tuple[Event, ...]:
    if reservation is None:
        return ()
    return tuple(event for event in events if is_continued(reservation, event))


def _master_id(
    event: Event | None, reservation: Reservation | None, last_known: Event | None
) -> EventId | None:
    for item in (event, reservation, last_known):
        if item is not None and item.series_master_id:
            return item.series_master_id
    return None


def _meets(difference: Difference, event: Event) -> bool:
    return event.start < difference.end and event.end > difference.start


def _rekeyed(reservation: Reservation | None, events: Sequence[Event]) -> Event | None:
    if reservation is None or reservation.key is None:
        return None
    return next(
        (e for e in events if e.key == reservation.key and e.id != reservation.event_id), None
    )


def _owed(company: Company, reservation: Reservation | None) -> OutboxItem | None:
    owed = owed_for(company.store, reservation.number) if reservation else []
    return owed[-1] if owed else None


async def _elsewhere(
    gathered: Gathered, room: Room, shown: Event | Reservation | None
) -> tuple[tuple[Room, Event], ...]:
    """The same meeting in other mapped rooms, those outside the comparison included."""
    if shown is None or shown.series_key is None:
        return ()
    others = [other for other in gathered.mapped if other.id != room.id]
    if isinstance(shown, Event) and shown.takes_room:
        # It is here: only of a room that it may have left does it matter.
        same = load_by_series(gathered.company.store, [shown.series_key])
        left = {reservation.room for reservation in same if reservation.is_active}
        others = [other for other in others if other.id in left]
    if not others:
        return ()
    found, _unasked = await look_in(gathered.outlook.answers, [shown], others, gathered.span)
    return tuple((other, event) for _shown, other, event in found)


def _reserved_elsewhere(
    gathered: Gathered, room: Room, series_key: str | None
) -> tuple[tuple[Room, Reservation], ...]:
    if series_key is None:
        return ()
    rooms = {other.id: other for other in gathered.mapped}
    return tuple(
        (rooms[reservation.room], reservation)
        for reservation in load_by_series(gathered.company.store, [series_key])
        if reservation.room != room.id and reservation.is_active and reservation.room in rooms
    )


def _domains(gathered: Gathered) -> frozenset[str]:
    return frozenset(room.mailbox.rpartition("@")[2].lower() for room in gathered.mapped)


def _internal(gathered: Gathered, event: Event) -> bool:
    address = event.organizer.email or ""
    return address.rpartition("@")[2].lower() in _domains(gathered)
