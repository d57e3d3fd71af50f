"""One room as the store knows it: its calendar as last read, and its reservations."""

from __future__ import annotations

from datetime import date

from obctl.domain.compare.room_then import RoomThen
from obctl.domain.room import Room
from obctl.domain.time_span import EARLIEST, LATEST, TimeSpan, days_span
from obctl.domain.unreadable_event import EVENT_UNREADABLE
from obctl.engine.outlook.inconclusive import condition
from obctl.engine.outlook.remembered import not_remembered
from obctl.store.database import Store
from obctl.store.reservations import load_room_reservations
from obctl.store.rooms import load_reading_state
from obctl.store.unreadable_events import load_listing


def room_then(store: Store, room: Room, day: date | None) -> RoomThen:
    """A day of the room, or all that was read of it and what was reserved from there on."""
    state = load_reading_state(store, room.id)
    since, until = state.remembered_since or state.read_start, state.read_end
    read = TimeSpan(since, until) if since is not None and until is not None else None
    span = days_span(day, day, room.zone) if day is not None else read
    unknown = not_remembered(store, room, span or TimeSpan(EARLIEST, LATEST))
    if day is not None and span is not None:
        reserved = span
    else:
        reserved = TimeSpan(read.start if read else EARLIEST, LATEST)
    reservations = tuple(load_room_reservations(store, room.id, reserved))
    if unknown is not None or span is None:
        return RoomThen(
            room,
            read,
            None,
            condition(unknown) if unknown else None,
            unknown.message if unknown else None,
            reservations,
        )
    calendar = load_listing(store, room.id, span)
    hidden = EVENT_UNREADABLE if calendar.unreadable else None
    return RoomThen(room, read, calendar, hidden, None, reservations)
