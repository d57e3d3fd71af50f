"""Looking for a vanished meeting in rooms the pass does not read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.engine.ports import Gateway
from obctl.errors import ObctlError
from obctl.store.database import Store
from obctl.store.reservations import find_by_event

_AROUND = timedelta(days=1)


async def find_elsewhere(
    gateway: Gateway, store: Store, lost: Sequence[Reservation], rooms: Sequence[Room]
) -> dict[int, tuple[Room, Event]]:
    """Where meetings of `lost` stand now, unclaimed, in one of `rooms`; by reservation number.

    A room that cannot be read says nothing, so nothing is found there.
    """
    if not lost or not rooms:
        return {}
    span = TimeSpan(
        min(reservation.start for reservation in lost) - _AROUND,
        max(reservation.end for reservation in lost) + _AROUND,
    )
    by_key = {reservation.key: reservation for reservation in lost if reservation.key}
    views = await gateway.fetch_views(rooms, span)
    found: dict[int, tuple[Room, Event]] = {}
    for room in rooms:
        view = views.get(room.mailbox)
        if view is None or isinstance(view, ObctlError):
            continue
        for event in view:
            reservation = by_key.get(event.key) if event.key else None
            if (
                reservation
                and event.takes_room
                and reservation.number not in found
                and not find_by_event(store, room.id, event.id)
            ):
                found[reservation.number] = (room, event)
    return found
