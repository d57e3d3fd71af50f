"""Searching reservations by time: days and wall-clock times are those of each room's own zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from obctl.domain.reservation import Reservation
from obctl.domain.room import Room, RoomId
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.store.reservations import Filter, search_reservations


def search_by_zone(
    company: Company,
    rooms: Sequence[Room],
    span_in: Callable[[ZoneInfo], TimeSpan],
    wanted: Filter,
) -> list[Reservation]:
    """The reservations of `rooms` that overlap the span of their zone, by start."""
    zones: dict[ZoneInfo, list[RoomId]] = defaultdict(list)
    for room in rooms:
        zones[room.zone].append(room.id)
    found: list[Reservation] = []
    for zone, ids in zones.items():
        part = replace(wanted, rooms=ids, span=span_in(zone))
        found += search_reservations(company.store, part)
    found.sort(key=lambda reservation: (reservation.start, reservation.number))
    return found[: wanted.limit]
