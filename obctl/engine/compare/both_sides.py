"""A room's day as the store knows it, where nothing outside of it can matter to a comparison."""

from __future__ import annotations

from datetime import datetime

from obctl.domain.room import Room
from obctl.domain.sync.matching import Matching, is_matched_by_id, match
from obctl.domain.sync.reading import Reading, Scope
from obctl.domain.sync.rebooked import may_be_rebooked, rebooked
from obctl.domain.sync.sides import Sides
from obctl.domain.time_span import TimeSpan
from obctl.store.database import Store
from obctl.store.events import load_events
from obctl.store.outbox import load_leaving
from obctl.store.reservations import load_by_events, load_by_series, load_room_reservations


def read_in_step(store: Store, room: Room, span: TimeSpan) -> Matching | None:
    """Both sides of a span where every meeting in it has its partner in it, else `None`.

    A meeting moved out of the span, or one of several for one event, needs the days around it too.
    """
    events = load_events(store, room.id, span)
    reservations = load_room_reservations(store, room.id, span)
    if not is_matched_by_id(reservations, events):
        return None
    known = {reservation.number for reservation in reservations}
    if load_by_events(store, room.id, [event.id for event in events], besides=known):
        return None
    reading = Reading(Scope(span, whole=True), tuple(events))
    return match(Sides(room, tuple(reservations), {}, reading))


def with_rebooked(store: Store, matching: Matching, now: datetime) -> Matching:
    """The matching with what was booked anew in its slot joined, as a pass over the room has it.

    An event stands for something else where another room's reservation has its key, or where a
    write is about to take it off.
    """
    candidates = may_be_rebooked(matching)
    if not candidates:
        return matching
    room = matching.sides.room.id
    held = load_by_series(store, {event.series_key for event in candidates if event.series_key})
    keys = {item.series_key for item in held if item.is_active and item.room != room}
    taken = {event.id for event in candidates if event.series_key in keys}
    return rebooked(matching, now=now, taken=taken | load_leaving(store, room))
