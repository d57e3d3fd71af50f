"""Both sides of a room as a comparison reads them: around its days, and what else they ask for."""

from __future__ import annotations

from obctl.domain.event import EventId, SeriesMaster
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.sync.matching import Matching, match, perhaps_continued
from obctl.domain.sync.proof import series_id
from obctl.domain.sync.reading import Reading, Scope
from obctl.domain.sync.sides import Sides
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing
from obctl.domain.values import replace
from obctl.engine.compare.outlook_source import Outlook
from obctl.store.agreed_states import load_agreed_of
from obctl.store.database import Store
from obctl.store.reservations import load_by_events, load_by_series, load_room_reservations


def sides_of(store: Store, room: Room, whole: TimeSpan, events: Listing) -> Sides:
    """Both sides around the days, and what belongs to their events wherever it stands."""
    reservations = {
        reservation.number: reservation
        for reservation in load_room_reservations(store, room.id, whole)
    }
    event_ids = [event.id for event in events]
    owners = load_by_events(store, room.id, event_ids, besides=reservations)
    reservations |= {reservation.number: reservation for reservation in owners}
    owned = {reservation.event_id for reservation in reservations.values()}
    keys = {event.series_key for event in events if event.series_key and event.id not in owned}
    held = {reservation.series_key for reservation in reservations.values()}
    reservations |= {
        reservation.number: reservation
        for reservation in load_by_series(store, keys - held)
        if reservation.room == room.id
    }
    agreed = load_agreed_of(store, reservations.keys())
    reading = Reading(Scope(whole, whole=True), tuple(events), unreadable=events.unreadable)
    return Sides(room, tuple(reservations.values()), agreed, reading)


async def with_masters(outlook: Outlook, matching: Matching, span: TimeSpan) -> Matching:
    """The matching once the series were asked for that may have lost dates, or have been split."""
    sides, reading = matching.sides, matching.sides.reading
    asked = {
        master_id
        for reservation in (*without_event(matching, span), *perhaps_continued(matching))
        if (master_id := series_id(reading, reservation))
    }
    ids = sorted(asked)
    answers = await outlook.rounds.together(outlook.master(sides.room, one) for one in ids)
    masters: dict[EventId, SeriesMaster | None] = {
        master_id: master
        for master_id, (master, is_gone) in zip(ids, answers, strict=True)
        if master or is_gone
    }
    if not masters:
        return matching
    known = {event.id for event in reading.events}
    single = (master.event for master in masters.values() if master and master.is_single)
    events = reading.events + tuple(event for event in single if event.id not in known)
    return match(replace(sides, reading=replace(reading, masters=masters, events=events)))


def without_event(matching: Matching, span: TimeSpan) -> list[Reservation]:
    """The active reservations of the days whose event was not read."""
    return [
        reservation
        for reservation in matching.lone_reservations
        if reservation.is_active
        and reservation.event_id is not None
        and span.overlaps(reservation.start, reservation.end)
    ]
