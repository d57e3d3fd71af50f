"""Whether an answer with the dates of a series has them all.

Its master says which dates there must be, and the calendar itself is asked for those that the
answer does not show: a date that is in neither is not there, whatever the pattern says.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from obctl.domain.event import Event, EventId, EventType
from obctl.domain.expected_dates import unshown
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.engine.ports import Gateway

# A series may count its days in another zone than we can tell.
_AROUND = timedelta(days=2)
# Graph shows no more of a calendar at once.
_LONGEST = timedelta(days=1825)


async def find_left_out(
    gateway: Gateway, room: Room, master_id: EventId, span: TimeSpan, instances: Collection[Event]
) -> Event | None:
    """A date of the series that is in the calendar, though not among its `instances` in `span`.

    A date that was moved may be on any day, so that more is looked at where the master may have one
    that is not shown. Raises `NotFound` where the series is gone.
    """
    master = await gateway.fetch_master(room, master_id)
    missing = unshown(master, instances, span, room.zone)
    moved = sum(event.type is EventType.EXCEPTION for event in instances)
    if not missing and (master.exceptions or 0) <= moved:
        return None
    where = span
    if missing and (master.exceptions == 0 or span.end - span.start > _LONGEST):
        where = TimeSpan(missing[0], missing[-1]).widened(_AROUND)
    known = {event.id for event in instances}
    for event in await gateway.fetch_view(room, where):
        if (
            event.series_master_id == master_id
            and event.id not in known
            and event.takes_room
            and span.start <= event.start < span.end
        ):
            return event
    return None
