"""What is true: calendarView, a series' instances, single events, all read to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote

from kiota_abstractions.request_information import RequestInformation

from obctl.config import Cloud
from obctl.domain.event import Event, EventId, EventType, SeriesMaster
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import EventUnreadable, Listing, UnreadableEvent, too_many
from obctl.domain.values import replace
from obctl.errors import GraphRefused, ObctlError, PartialRead, defects_named
from obctl.graph import request
from obctl.graph.batch import get_many
from obctl.graph.batch_wire import SIZE
from obctl.graph.client import PAGE_SIZE, Graph, asking
from obctl.graph.links import ensure_goes_on
from obctl.graph.paging import pages
from obctl.graph.request import Errand
from obctl.graph.sdk_builders import (
    CalendarViewRequestBuilder,
    EventItemRequestBuilder,
    EventsRequestBuilder,
    InstancesRequestBuilder,
)
from obctl.graph.times import span_texts
from obctl.graph.translate import more_exceptions, read_answer, read_event, read_master

_UNSUPPORTED = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_IMPLEMENTED)
_EVENT_FIELDS = [
    "id", "type", "subject", "start", "end", "isAllDay", "organizer", "attendees", "hideAttendees",
    "seriesMasterId", "iCalUId", "isCancelled", "isOrganizer", "isDraft", "responseStatus",
    "showAs", "sensitivity", "originalStartTimeZone", "createdDateTime", "lastModifiedDateTime",
    "changeKey", "transactionId", "recurrence",
]  # fmt: skip


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
    by_mailbox = {room.mailbox: room for room in rooms}
    errands = {
        mailbox: graph.errand(_view(graph, room, span), request.calendar(room))
        for mailbox, room in by_mailbox.items()
    }
    first = await get_many(graph, errands, patient=patient)

    async def one(room: Room) -> Listing | ObctlError:
        body = first.pop(room.mailbox)
        if isinstance(body, ObctlError):
            return body
        try:
            with defects_named():
                return await _read_view(graph, room, span, body, errands[room.mailbox])
        except ObctlError as error:
            return error

    found = await asyncio.gather(*map(one, by_mailbox.values()))
    return dict(zip(by_mailbox, found, strict=True))


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
            f"{len(unreadable)} of {len(events) + len(unreadable)} events cannot be read:"
            f" {what.what}; the first, {first_one.named}: {first_one.wrong}",
            hint="run the command again; `obctl graph get` shows the answer as it is",
        )
    return Listing(events.values(), unreadable.values())


async def fetch_instances(graph: Graph, room: Room, master_id: EventId, span: TimeSpan) -> Listing:
    """All occurrences and exceptions of a series in `span`."""
    start, end = span_texts(span)
    query = InstancesRequestBuilder.InstancesRequestBuilderGetQueryParameters(
        start_date_time=start, end_date_time=end, top=PAGE_SIZE
    )
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(master_id).instances
    info, what = builder.to_get_request_information(asking(query)), request.event(room, master_id)
    body = await graph.send(info, what)
    return await _read_events(graph, room, body, graph.errand(info, what))


async def fetch_event(graph: Graph, room: Room, event_id: EventId) -> Event:
    """One event by id."""
    what = request.event(room, event_id)
    return read_answer(await graph.send(_event(graph, room, event_id), what), room, what, event_id)


async def fetch_events(
    graph: Graph, room: Room, event_ids: Sequence[EventId]
) -> dict[EventId, Event | ObctlError]:
    """`fetch_event` of many, by `$batch`, one after the other: each fills the mailbox's limit."""
    found: dict[EventId, Event | ObctlError] = {}
    for first in range(0, len(event_ids), SIZE):
        errands = {
            event_id: graph.errand(_event(graph, room, event_id), request.event(room, event_id))
            for event_id in event_ids[first : first + SIZE]
        }
        bodies = await get_many(graph, {str(event_id): one for event_id, one in errands.items()})
        found |= {event_id: _read_event(bodies[event_id], room, event_id) for event_id in errands}
    return found


async def fetch_events_of(
    graph: Graph, wanted: Sequence[tuple[Room, EventId]]
) -> dict[tuple[str, EventId], Event | ObctlError]:
    """`fetch_event` in many rooms, by `$batch`; one event's failure is no other's."""
    errands = {
        str(number): graph.errand(_event(graph, room, event_id), request.event(room, event_id))
        for number, (room, event_id) in enumerate(wanted)
    }
    bodies = await get_many(graph, errands)
    return {
        (room.mailbox, event_id): _read_event(bodies[str(number)], room, event_id)
        for number, (room, event_id) in enumerate(wanted)
    }


def _event(graph: Graph, room: Room, event_id: EventId) -> RequestInformation:
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(event_id)
    return builder.to_get_request_information(asking())


def _read_event(body: bytes | ObctlError, room: Room, event_id: EventId) -> Event | ObctlError:
    if isinstance(body, ObctlError):
        return body
    try:
        return read_answer(body, room, request.event(room, event_id), event_id)
    except ObctlError as error:
        return error


async def fetch_master(graph: Graph, room: Room, master_id: EventId) -> SeriesMaster:
    """A series master, with its cancelled dates where this cloud tells them."""
    what = request.event(room, master_id)
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(master_id)
    if graph.cloud is Cloud.GLOBAL:
        query = EventItemRequestBuilder.EventItemRequestBuilderGetQueryParameters(
            # the exceptions may be left out unless both name them
            select=[*_EVENT_FIELDS, "cancelledOccurrences", "exceptionOccurrences"],
            expand=["exceptionOccurrences"],
        )
        try:
            body = await graph.send(builder.to_get_request_information(asking(query)), what)
        except GraphRefused as error:
            if error.graph is None or error.graph.status not in _UNSUPPORTED:
                raise
        else:
            path = f"/users/{quote(room.user)}/events/{quote(master_id)}/exceptionOccurrences"
            master = read_master(body, room, what, master_id)
            return await _with_all_exceptions(graph, master, body, Errand(path, what))
    # National clouds lack both properties, and so may what stands between us and Graph.
    plain = await graph.send(builder.to_get_request_information(asking()), what)
    return read_master(plain, room, what, master_id)


async def _with_all_exceptions(
    graph: Graph, master: SeriesMaster, body: bytes, errand: Errand
) -> SeriesMaster:
    """The master with all of its exceptions counted: Graph pages what it expands."""
    link = more_exceptions(body)
    if link is None:
        return master
    ensure_goes_on(link, errand, graph.url)
    first = await graph.send(graph.follow(link, errand.asked), errand.asked)
    more = [len(page.value) async for page in pages(graph, first, errand)]
    return replace(master, exceptions=(master.exceptions or 0) + sum(more))


async def find_by_ical_uid(graph: Graph, room: Room, ical_uid: str) -> Listing:
    """Singles and masters with this `iCalUId`."""
    info, what = _by_ical_uid(graph, room, ical_uid), request.calendar(room)
    body = await graph.send(info, what)
    return await _read_events(graph, room, body, graph.errand(info, what))


async def find_all_by_ical_uid(
    graph: Graph, wanted: Sequence[tuple[Room, str]]
) -> dict[tuple[str, str], Listing | ObctlError]:
    """`find_by_ical_uid` of many, by `$batch`; one calendar's failure is no other's."""
    errands = {
        str(number): graph.errand(_by_ical_uid(graph, room, uid), request.calendar(room))
        for number, (room, uid) in enumerate(wanted)
    }
    bodies = await get_many(graph, errands)
    return {
        (room.mailbox, uid): await _found(graph, room, bodies[str(number)], errands[str(number)])
        for number, (room, uid) in enumerate(wanted)
    }


async def _found(
    graph: Graph, room: Room, body: bytes | ObctlError, errand: Errand
) -> Listing | ObctlError:
    if isinstance(body, ObctlError):
        return body
    try:
        with defects_named():
            return await _read_events(graph, room, body, errand)
    except ObctlError as error:
        return error


def _by_ical_uid(graph: Graph, room: Room, ical_uid: str) -> RequestInformation:
    quoted = ical_uid.replace("'", "''")
    query = EventsRequestBuilder.EventsRequestBuilderGetQueryParameters(
        filter=f"iCalUId eq '{quoted}'", top=PAGE_SIZE
    )
    builder = graph.client.users.by_user_id(room.user).events
    return builder.to_get_request_information(asking(query))
