"""What is true: calendarView, a series' instances, single events, all read to their end."""

from __future__ import annotations

from collections.abc import Sequence

from kiota_abstractions.request_information import RequestInformation

from obctl.domain.counted import counted
from obctl.domain.event import Event, EventId, EventType
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import EventUnreadable, Listing, UnreadableEvent, too_many
from obctl.errors import ObctlError, PartialRead
from obctl.graph import request
from obctl.graph.client import PAGE_SIZE, Graph, asking
from obctl.graph.paging import pages
from obctl.graph.read_many import read_many
from obctl.graph.request import Errand
from obctl.graph.sdk_builders import (
    CalendarViewRequestBuilder,
    EventsRequestBuilder,
    InstancesRequestBuilder,
)
from obctl.graph.times import span_texts
from obctl.graph.translate import read_event


async def fetch_view(graph: Graph, room: Room, span: TimeSpan) -> Listing:
    """Every single event, occurrence and exception of `room` that overlaps `span`."""
    info, what = _view(graph, room, span), request.calendar(room)
    return await _read_view(
        graph, room, span, await graph.send(info, what), graph.errand(info, what)
    )


async def fetch_views(
    graph: Graph, rooms: Sequence[Room], span: TimeSpan, *, patient: bool = True
) -> dict[str, Listing | ObctlError]:
    """`fetch_view` of many rooms: first pages by `$batch`, the others one by one."""
    found = await fetch_spans(graph, [(room, span) for room in rooms], patient=patient)
    return {mailbox: listing for (mailbox, _span), listing in found.items()}


async def fetch_spans(
    graph: Graph, wanted: Sequence[tuple[Room, TimeSpan]], *, patient: bool = True
) -> dict[tuple[str, TimeSpan], Listing | ObctlError]:
    """`fetch_views` of rooms and spans."""
    asked = {(room.mailbox, span): (room, span) for room, span in wanted}
    errands = {
        key: graph.errand(_view(graph, room, span), request.calendar(room))
        for key, (room, span) in asked.items()
    }

    async def read(key: tuple[str, TimeSpan], body: bytes) -> Listing:
        return await _read_view(graph, *asked[key], body, errands[key])

    return await read_many(graph, errands, read, patient=patient)


def _view(graph: Graph, room: Room, span: TimeSpan) -> RequestInformation:
    start, end = span_texts(span)
    query = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(
        start_date_time=start, end_date_time=end, top=PAGE_SIZE
    )
    builder = graph.client.users.by_user_id(room.user).calendar.calendar_view
    return builder.to_get_request_information(asking(query))


async def _read_view(
    graph: Graph, room: Room, span: TimeSpan, first: bytes, errand: Errand
) -> Listing:
    found = await _read_events(graph, room, first, errand)
    events = (
        event
        for event in found
        if event.type is not EventType.MASTER and span.overlaps(event.start, event.end)
    )
    return Listing(events, [event for event in found.unreadable if event.may_touch(span)])


async def _read_events(graph: Graph, room: Room, first: bytes, errand: Errand) -> Listing:
    """The events of all pages; of one that comes twice, the last.

    Raises `PartialRead` where `too_many` cannot be read.
    """
    what = errand.asked
    events: dict[EventId, Event] = {}
    unreadable: dict[str, UnreadableEvent] = {}
    async for page in pages(graph, first, errand):
        for raw in page.value:
            try:
                event = read_event(raw, room)
            except EventUnreadable as error:
                unreadable[error.event.handle] = error.event
                events.pop(EventId(error.event.handle), None)
            else:
                events[event.id] = event
                unreadable.pop(event.id, None)
    if too_many(len(unreadable), len(events)):
        first_one = next(iter(unreadable.values()))
        raise PartialRead(
            f"{len(unreadable)} of {counted(len(events) + len(unreadable), 'event')} cannot be"
            " read:"
            f" {what.what}; the first, {first_one.named}: {first_one.wrong}",
            hint="run the command again; `obctl graph get` shows the answer as it is",
        )
    return Listing(events.values(), unreadable.values())


async def fetch_instances(graph: Graph, room: Room, master_id: EventId, span: TimeSpan) -> Listing:
    """All occurrences and exceptions of a series in `span`."""
    info, what = _instances(graph, room, master_id, span), request.event(room, master_id)
    body = await graph.send(info, what)
    return await _read_events(graph, room, body, graph.errand(info, what))


async def fetch_all_instances(
    graph: Graph, wanted: Sequence[tuple[Room, EventId, TimeSpan]]
) -> dict[tuple[str, EventId, TimeSpan], Listing | ObctlError]:
    """`fetch_instances` of many: first pages by `$batch`, the others one by one."""
    asked = {(room.mailbox, master_id, span): room for room, master_id, span in wanted}
    errands = {
        (mailbox, master_id, span): graph.errand(
            _instances(graph, room, master_id, span), request.event(room, master_id)
        )
        for (mailbox, master_id, span), room in asked.items()
    }

    async def read(key: tuple[str, EventId, TimeSpan], body: bytes) -> Listing:
        return await _read_events(graph, asked[key], body, errands[key])

    return await read_many(graph, errands, read)


def _instances(graph: Graph, room: Room, master_id: EventId, span: TimeSpan) -> RequestInformation:
    start, end = span_texts(span)
    query = InstancesRequestBuilder.InstancesRequestBuilderGetQueryParameters(
        start_date_time=start, end_date_time=end, top=PAGE_SIZE
    )
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(master_id).instances
    return builder.to_get_request_information(asking(query))


async def find_by_ical_uid(graph: Graph, room: Room, ical_uid: str) -> Listing:
    """Singles and masters with this `iCalUId`."""
    info, what = _by_ical_uid(graph, room, ical_uid), request.calendar(room)
    body = await graph.send(info, what)
    return await _read_events(graph, room, body, graph.errand(info, what))


async def find_all_by_ical_uid(
    graph: Graph, wanted: Sequence[tuple[Room, str]]
) -> dict[tuple[str, str], Listing | ObctlError]:
    """`find_by_ical_uid` of many, by `$batch`."""
    asked = {(room.mailbox, ical_uid): room for room, ical_uid in wanted}
    errands = {
        (mailbox, ical_uid): graph.errand(
            _by_ical_uid(graph, room, ical_uid), request.calendar(room)
        )
        for (mailbox, ical_uid), room in asked.items()
    }

    async def read(key: tuple[str, str], body: bytes) -> Listing:
        return await _read_events(graph, asked[key], body, errands[key])

    return await read_many(graph, errands, read)


def _by_ical_uid(graph: Graph, room: Room, ical_uid: str) -> RequestInformation:
    quoted = ical_uid.replace("'", "''")
    query = EventsRequestBuilder.EventsRequestBuilderGetQueryParameters(
        filter=f"iCalUId eq '{quoted}'", top=PAGE_SIZE
    )
    builder = graph.client.users.by_user_id(room.user).events
    return builder.to_get_request_information(asking(query))
