"""Looking for a vanished meeting in rooms the pass does not read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from obctl.domain.meeting_date import is_same_date
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room
from obctl.domain.situation import Destination
from obctl.domain.time_span import TimeSpan
from obctl.engine.calendars import fetch_calendars
from obctl.engine.ports import Gateway
from obctl.errors import ObctlError
from obctl.store.database import Store
from obctl.store.reservations import find_by_event

_AROUND = timedelta(days=1)
_FAR = timedelta(days=14)


async def find_elsewhere(
    gateway: Gateway, store: Store, lost: Sequence[Reservation], rooms: Sequence[Room]
) -> tuple[dict[ReservationNumber, Destination], bool]:
    """Where meetings of `lost` stand now, unclaimed, in one of `rooms`; by reservation number.

    And whether all these rooms could be asked: one that cannot be read says nothing.
    """
    found, complete = await _look(gateway, store, lost, rooms, _AROUND)
    # Room and day may have changed together: worth a wider look where services would be lost.
    catered = [r for r in lost if r.number not in found and r.ordered_services]
    further, all_answered = await _look(gateway, store, catered, rooms, _FAR)
    return found | further, complete and all_answered


async def _look(
    gateway: Gateway,
    store: Store,
    lost: Sequence[Reservation],
    rooms: Sequence[Room],
    around: timedelta,
) -> tuple[dict[ReservationNumber, Destination], bool]:
    if not lost or not rooms:
        return {}, True
    span = TimeSpan(
        min(reservation.start for reservation in lost) - around,
        max(reservation.end for reservation in lost) + around,
    )
    views = await fetch_calendars(gateway, rooms, span)
    found: dict[ReservationNumber, Destination] = {}
    complete = True
    for room in rooms:
        view = views.get(room.mailbox)
        if view is None or isinstance(view, ObctlError):
            complete = False
            continue
        for event in view:
            if not event.takes_room:
                continue
            reservation = next(
                (
                    candidate
                    for candidate in lost
                    if candidate.number not in found and is_same_date(candidate, event, room.zone)
                ),
                None,
            )
            if reservation and not find_by_event(store, room.id, event.id):
                found[reservation.number] = Destination(room, event)
    return found, complete
