"""A change written onto the event as it was read, and onto no other."""

from __future__ import annotations

from obctl.domain.event import Event
from obctl.domain.event_changes import EventChanges
from obctl.domain.room import Room
from obctl.domain.values import replace
from obctl.engine.ports import Gateway
from obctl.errors import EventChanged


async def patch_as_read(gateway: Gateway, room: Room, event: Event, changes: EventChanges) -> Event:
    """The event once changed. Raises `EventChanged` where it is no longer as it was read."""
    try:
        return await gateway.change_event(room, event, changes)
    except EventChanged:
        now = await gateway.fetch_event(room, event.id)
        if now.etag != event.etag:
            raise
    # It is as it was read, and refused all the same: what it is compared by cannot be relied on.
    return await gateway.change_event(room, replace(now, etag=None), changes)
