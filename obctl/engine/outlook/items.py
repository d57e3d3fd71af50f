"""Reading parts of a room: single events by their ids, series as all their dates.

An id may stand for something else than it did: a single meeting that became a series, or a series
whose organiser took the recurrence off, which is one meeting from then on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from obctl.domain.counted import counted
from obctl.domain.event import Event, EventId, EventType, SeriesMaster
from obctl.domain.room import Room
from obctl.domain.series.expected_dates import unshown
from obctl.domain.sync.reading import Reading, Scope
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import (
    EventUnreadable,
    Listing,
    UnreadableEvent,
    too_many,
    unreadable_in,
)
from obctl.domain.values import replace
from obctl.engine.outlook.inconclusive import partial_read
from obctl.engine.ports import Gateway
from obctl.errors import (
    ForeignLink,
    GraphRefused,
    GraphUnavailable,
    LoopingNextLink,
    MailboxGone,
    NotFound,
    ObctlError,
)
from obctl.store.database import Store
from obctl.store.events import find_event, load_series_events


async def fetch_by_id(
    gateway: Gateway, room: Room, event_ids: Collection[EventId], span: TimeSpan
) -> dict[EventId, Event | UnreadableEvent | None]:
    """Each event, `None` where it is gone; raises for a mailbox that is, and for other errors.

    What Graph does not give by its id, or not so that it can be read, is looked for in the calendar
    of `span`; where that does not show it either, it is one that cannot be read.
    """
    found: dict[EventId, Event | UnreadableEvent | None] = {}
    unreadable: dict[EventId, UnreadableEvent] = {}
    answers = await gateway.fetch_events([(room, event_id) for event_id in sorted(event_ids)])
    for (_mailbox, event_id), answer in answers.items():
        if not isinstance(answer, ObctlError):
            found[event_id] = answer
        elif isinstance(answer, NotFound) and not isinstance(answer, MailboxGone):
            found[event_id] = None
        else:
            unreadable[event_id] = not_given(event_id, answer)
    if unreadable:
        found |= await _from_view(gateway, room, span, unreadable)
    return found


async def _from_view(
    gateway: Gateway, room: Room, span: TimeSpan, unreadable: Mapping[EventId, UnreadableEvent]
) -> dict[EventId, Event | UnreadableEvent]:
    """What the calendar shows of events that are not to be had by their ids.

    Of a series it shows the dates: they are read as such. Raises `Inconclusive` (partial-read)
    where `too_many` are left.
    """
    view = await gateway.fetch_view(room, span)
    shown: dict[EventId | None, Event | UnreadableEvent] = {e.id: e for e in unreadable_in(view)}
    shown |= {event.id: event for event in view}
    series = {event.series_master_id for event in view}
    found: dict[EventId, Event | UnreadableEvent] = {}
    for event_id, event in unreadable.items():
        is_series = event_id in series
        found[event_id] = replace(event, series_master_id=event_id) if is_series else event
        if event_id in shown:
            found[event_id] = shown[event_id]
    left = [event for event in found.values() if isinstance(event, UnreadableEvent)]
    if too_many(len(left), len(view)):
        events = counted(len(left), "event")
        raise partial_read(room, f"{events} in it cannot be read; {left[0].named}")
    return found


def not_given(event_id: EventId, error: ObctlError) -> UnreadableEvent:
    """What an error makes of the one event that was asked for.

    Raises the error where it is about more than that: the credential, the mailbox, too many calls.
    """
    if isinstance(error, EventUnreadable):
        return error.event
    of_its_own = isinstance(error, GraphUnavailable) or (
        isinstance(error, GraphRefused)
        and not isinstance(error, NotFound | ForeignLink | LoopingNextLink)
    )
    if not of_its_own:
        raise error
    said = f" ({error.graph.status} {error.graph.code})" if error.graph else ""
    return UnreadableEvent(event_id, f"Graph does not give it by its id{said}")


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
    unreadable: list[UnreadableEvent] = []
    wanted = set(series)
    for event_id, event in (await fetch_by_id(gateway, room, singles, span)).items():
        if isinstance(event, UnreadableEvent):
            unreadable.append(event)
            known = find_event(store, room.id, event_id)
            its_series = event.series_master_id or (known.series_master_id if known else None)
            if its_series or load_series_events(store, room.id, event_id):
                wanted.add(its_series or event_id)
            continue
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
        unreadable += unreadable_in(found)
        if master_id in events:
            masters[master_id] = SeriesMaster(events[master_id], None)
    return Reading(
        scope=Scope(span, events=frozenset(singles), series=frozenset(wanted)),
        events=tuple(events.values()),
        masters=masters,
        gone=frozenset(gone),
    ).with_unreadable(unreadable)


async def _dates(gateway: Gateway, room: Room, master_id: EventId, span: TimeSpan) -> Listing:
    """All dates of a series in `span`; the one meeting itself where it is no series any more.

    Graph may say so by refusing, or by naming no dates. What it does not give of the series by its
    id is looked for in the calendar. Raises `NotFound` where it is gone, and `Inconclusive` where
    the answer leaves dates out that are there.
    """
    failed: UnreadableEvent | None = None
    left_out: Event | None = None
    instances = Listing()
    try:
        instances = await gateway.fetch_instances(room, master_id, span)
    except NotFound:
        raise
    except ObctlError as error:
        failed = not_given(master_id, error)
    try:
        if not instances and not unreadable_in(instances):
            event = await gateway.fetch_event(room, master_id)
            if event.type is EventType.SINGLE:
                return Listing([event])
        if failed is None:
            left_out = await find_left_out(gateway, room, master_id, span, instances)
    except NotFound:
        raise
    except ObctlError as error:
        failed = failed or not_given(master_id, error)
    if failed is not None:
        return await _dates_in_view(gateway, room, span, failed)
    if left_out is not None:
        raise partial_read(room, f"it left out {left_out.id}, which is there")
    return instances


async def _dates_in_view(
    gateway: Gateway, room: Room, span: TimeSpan, series: UnreadableEvent
) -> Listing:
    """The dates of a series as the calendar shows them, where it cannot be asked for them itself.

    Where it shows none the series is one that cannot be read, with all its dates.
    """
    view = await gateway.fetch_view(room, span)
    dates = [event for event in view if event.series_master_id == series.id]
    unreadable = [event for event in unreadable_in(view) if event.series_master_id == series.id]
    return Listing(dates, unreadable or ([] if dates else [series]))


# A series may count its days in another zone than we can tell.
_AROUND = timedelta(days=2)
# Graph shows no more of a calendar at once.
_LONGEST = timedelta(days=1825)


async def find_left_out(
    gateway: Gateway, room: Room, master_id: EventId, span: TimeSpan, instances: Listing
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
    known = {event.id for event in (*instances, *unreadable_in(instances))}
    for event in await gateway.fetch_view(room, where):
        if (
            event.series_master_id == master_id
            and event.id not in known
            and event.takes_room
            and span.start <= event.start < span.end
        ):
            return event
    return None
