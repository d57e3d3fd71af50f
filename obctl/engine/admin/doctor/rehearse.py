"""Questions that only a recording wants: one of each kind a night, a push or `explain` asks.

What goes wrong is part of the recording, and no finding.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from obctl.domain.directory import DirectoryEntry
from obctl.domain.event import Event, EventType
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.engine.admin.doctor.rooms import VIEW
from obctl.engine.ports import Gateway
from obctl.errors import ObctlError

_NOBODY = "00000000-0000-0000-0000-000000000000"


async def rehearse(gateway: Gateway, rooms: Sequence[Room], now: datetime) -> None:
    """Ask them, of the first room that shows an event; else of the first."""
    await _asked(gateway.fetch_places)
    if not rooms:
        return
    entries = await gateway.look_up_all([room.mailbox for room in rooms])
    ids = [one.object_id for one in entries.values() if isinstance(one, DirectoryEntry)]
    await _asked(lambda: gateway.look_up_ids(ids or [_NOBODY]))
    span = TimeSpan(now, now + VIEW)
    deltas = await gateway.open_deltas([(room, span) for room in rooms])
    links = [
        (room, link) for room in rooms if not isinstance(link := deltas[room.mailbox], ObctlError)
    ]
    await _asked(lambda: gateway.follow_delta(links))
    views = await gateway.fetch_views(rooms, span)
    room, event = _first(rooms, views)
    await _asked(lambda: gateway.look_up_account(room.mailbox))
    if event is None:
        return
    await _asked(lambda: gateway.fetch_event(room, event.id))
    if event.ical_uid is not None:
        uid = event.ical_uid
        await _asked(lambda: gateway.find_by_ical_uid(room, uid))
    if event.series_master_id is not None:
        master = event.series_master_id
        await _asked(lambda: gateway.fetch_master(room, master))
        await _asked(lambda: gateway.fetch_instances(room, master, span))


def _first(
    rooms: Sequence[Room], views: Mapping[str, tuple[Event, ...] | ObctlError]
) -> tuple[Room, Event | None]:
    """A room with an event to ask about, one of a series before others."""
    shown = [
        (room, event)
        for room in rooms
        if not isinstance(view := views[room.mailbox], ObctlError)
        for event in view
    ]
    shown.sort(key=lambda pair: pair[1].type is EventType.SINGLE)
    return shown[0] if shown else (rooms[0], None)


async def _asked(question: Callable[[], Awaitable[object]]) -> None:
    with suppress(ObctlError):
        await question()
