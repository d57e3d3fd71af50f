"""A room's day as the store knows it, where nothing outside of it can matter to a comparison."""

from __future__ import annotations

from obctl.domain.room import Room
from obctl.domain.sync.matching import Matching, is_matched_by_id, match
from obctl.domain.sync.reading import Reading, Scope
from obctl.domain.sync.sides import Sides
from obctl.domain.time_span import TimeSpan
from obctl.store.database import Store
from obctl.store.reservations import load_by_events, load_room_reservations
from obctl.store.unreadable_events import load_listing


def read_in_step(store: Store, room: Room, span: TimeSpan) -> Matching | None:
    """Both sides of a span where every meeting in it has its partner in it, else `None`.

    A meeting moved out of the span, or one of several for one event, needs the days around it too.
    """
    events = load_listing(store, room.id, span)
    reservations = load_room_reservations(store, room.id, span)
    if events.unreadable or not is_matched_by_id(reservations, events):
        return None
    known = {reservation.number for reservation in reservations}
    if load_by_events(store, room.id, [event.id for event in events], besides=known):
        return None
    reading = Reading(Scope(span, whole=True), tuple(events))
    return match(Sides(room, tuple(reservations), {}, reading))
