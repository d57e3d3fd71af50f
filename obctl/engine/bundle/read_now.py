"""Outlook's side of a bundle as Graph shows it when the bundle is made.

What most cases are about happened since the last pass: what was read last would tell of another
Outlook. Only the copy in the bundle learns of it; the company's own memory is for its passes.
"""

from __future__ import annotations

from datetime import datetime

from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing
from obctl.engine.compare.outlook_source import Outlook
from obctl.errors import ObctlError
from obctl.store.bundle_rows import Extent
from obctl.store.database import Store
from obctl.store.events import load_events, mark_gone, save_events
from obctl.store.rooms import load_rooms
from obctl.store.unreadable_events import forget_unreadable, load_listing, save_unreadable

_MOST_ROOMS = 20
"""Rooms that are read for a bundle: as many as one `$batch` asks."""


async def keep_outlook(store: Store, outlook: Outlook, extent: Extent, now: datetime) -> bool:
    """Have a bundle's store remember its rooms as Graph shows them now; whether all of them did."""
    rooms = [room for room in load_rooms(store) if room.id in extent.rooms]
    if not 0 < len(rooms) <= _MOST_ROOMS:
        return False
    try:
        found = await outlook.answers(rooms, extent.span)
    except ObctlError:
        return False
    with store.transaction():
        for room in rooms:
            answer = found[room.id]
            if isinstance(answer, Listing):
                _remember(store, room.id, answer, extent.span, now)
    return all(isinstance(found[room.id], Listing) for room in rooms)


def _remember(store: Store, room: RoomId, shown: Listing, span: TimeSpan, now: datetime) -> None:
    known = load_listing(store, room, span).unreadable
    named = {event.id for event in shown.unreadable}
    there = {event.id for event in shown} | named
    forget_unreadable(store, room, {event.handle for event in known if event.id not in named})
    save_unreadable(store, room, shown.unreadable, now)
    if None not in named:  # else nobody can tell which is not there
        gone = [event.id for event in load_events(store, room, span) if event.id not in there]
        mark_gone(store, room, gone, now)
    save_events(store, room, shown)
