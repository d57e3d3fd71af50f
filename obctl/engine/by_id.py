"""Events asked for by their ids, many at once: which are there, and which are not."""

from __future__ import annotations

from collections.abc import Collection

from obctl.domain.event import Event, EventId
from obctl.domain.room import Room
from obctl.engine.ports import Gateway
from obctl.errors import MailboxGone, NotFound, ObctlError


async def fetch_by_id(
    gateway: Gateway, room: Room, event_ids: Collection[EventId]
) -> dict[EventId, Event | None]:
    """Each event, `None` where it is gone; raises for a mailbox that is, and for other errors."""
    found: dict[EventId, Event | None] = {}
    for event_id, answer in (await gateway.fetch_events(room, sorted(event_ids))).items():
        if not isinstance(answer, ObctlError):
            found[event_id] = answer
        elif isinstance(answer, NotFound) and not isinstance(answer, MailboxGone):
            found[event_id] = None
        else:
            raise answer
    return found
