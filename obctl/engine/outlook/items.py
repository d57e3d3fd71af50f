"""Reading parts of a room: single events by their ids, series as all their dates.

An id may stand for something else than it did: a single meeting that became a series, or a series
whose organiser took the recurrence off, which is one meeting from then on.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from http import HTTPStatus

from obctl.domain.event import Event, EventId, EventType, SeriesMaster
from obctl.domain.room import Room
from obctl.domain.series.expected_dates import unshown
from obctl.domain.sync.reading import Reading, Scope
from obctl.domain.time_span import TimeSpan
from obctl.engine.outlook.inconclusive import partial_read
from obctl.engine.ports import Gateway
from obctl.errors import GraphRefused, MailboxGone, NotFound, ObctlError
from obctl.store.database import Store
from obctl.store.events import find_event, load_series_events


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


async def read_parts(
    gateway: Gateway,
    store: Store,
    room: Room,
    span: TimeSpan,
    *,
    singles: set[EventId],
    series: set[EventId],
) -> Reading:
    """Read single events by id and series as all their instances in `span`."""
    events: dict[EventId, Event] = {}
    masters: dict[EventId, SeriesMaster | None] = {}
    gone: set[EventId] = set()
    wanted = set(series)
    for event_id, event in (await fetch_by_id(gateway, room, singles)).items():
        if event is None:
            gone.add(event_id)
            known = find_event(store, room.id, event_id)
            if known and known.series_master_id:
                wanted.add(known.series_master_id)
            elif known is None and load_series_events(store, room.id, event_id):
                # a series that went as a whole
                wanted.add(event_id)
            continue
        if event.type is EventType.MASTER:
            wanted.add(event.id)
        elif event.series_master_id:
            wanted.add(event.series_master_id)
            events[event.id] = event
        else:
            events[event.id] = event
            if load_series_events(store, room.id, event.id):
                wanted.add(event.id)
    for master_id in sorted(wanted):
        if master_id in events:
            masters[master_id] = SeriesMaster(events[master_id], None)
            continue
        try:
            found = await _dates(gateway, room, master_id, span)
        except MailboxGone:
            raise
        except NotFound:
            masters[master_id] = None
            gone.add(master_id)
            continue
        events |= {event.id: event for event in found}
        if master_id in events:
            masters[master_id] = SeriesMaster(events[master_id], None)
    return Reading(
        scope=Scope(span, events=frozenset(singles), series=frozenset(wanted)),
        events=tuple(events.values()),
        masters=masters,
        gone=frozenset(gone),
    )


async def _dates(
    gateway: Gateway, room: Room, master_id: EventId, span: TimeSpan
) -> tuple[Event, ...]:
    """All dates of a series in `span`; the one meeting itself where it is no series any more.

    Graph may say so by refusing, or by naming no dates. Raises `NotFound` where it is gone, and
    `Inconclusive` where the answer leaves dates out that are there.
    """
    refused: GraphRefused | None = None
    try:
        instances = await gateway.fetch_instances(room, master_id, span)
    except GraphRefused as error:
        if error.graph is None or error.graph.status != HTTPStatus.BAD_REQUEST:
            raise
        instances, refused = (), error
    if not instances:
        event = await gateway.fetch_event(room, master_id)
        if event.type is EventType.SINGLE:
            return (event,)
    if refused is not None:
        raise refused
    left_out = await find_left_out(gateway, room, master_id, span, instances)
    if left_out is not None:
        raise partial_read(room, f"it left out {left_out.id}, which is there")
    return instances


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
