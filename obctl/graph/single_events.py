"""Events by their ids: as they are now, and series masters with what was taken out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote

from kiota_abstractions.request_information import RequestInformation

from obctl.config import Cloud
from obctl.domain.event import Event, EventId, SeriesMaster
from obctl.domain.room import Room
from obctl.domain.values import replace
from obctl.errors import GraphRefused, ObctlError
from obctl.graph import request
from obctl.graph.client import Graph, asking
from obctl.graph.links import ensure_goes_on
from obctl.graph.paging import pages
from obctl.graph.read_many import read_many
from obctl.graph.request import Errand
from obctl.graph.sdk_builders import EventItemRequestBuilder
from obctl.graph.translate import more_exceptions, read_answer, read_master

_UNSUPPORTED = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_IMPLEMENTED)
_EVENT_FIELDS = [
    "id", "type", "subject", "start", "end", "isAllDay", "organizer", "attendees", "hideAttendees",
    "seriesMasterId", "iCalUId", "isCancelled", "isOrganizer", "isDraft", "responseStatus",
    "showAs", "sensitivity", "originalStartTimeZone", "createdDateTime", "lastModifiedDateTime",
    "changeKey", "transactionId", "recurrence",
]  # fmt: skip

_Key = tuple[str, EventId]
_Wanted = Mapping[_Key, Room]


async def fetch_event(graph: Graph, room: Room, event_id: EventId) -> Event:
    """One event by id."""
    what = request.event(room, event_id)
    return read_answer(await graph.send(_event(graph, room, event_id), what), room, what, event_id)


async def fetch_events(
    graph: Graph, wanted: Sequence[tuple[Room, EventId]]
) -> dict[_Key, Event | ObctlError]:
    """`fetch_event` of many, by `$batch`."""
    asked = {(room.mailbox, event_id): room for room, event_id in wanted}

    async def read(key: _Key, body: bytes) -> Event:
        return read_answer(body, asked[key], request.event(asked[key], key[1]), key[1])

    return await read_many(graph, _errands(graph, asked), read)


async def fetch_master(graph: Graph, room: Room, master_id: EventId) -> SeriesMaster:
    """A series master, with its cancelled dates where this cloud tells them."""
    what = request.event(room, master_id)
    if graph.cloud is Cloud.GLOBAL:
        try:
            body = await graph.send(_with_dates(graph, room, master_id), what)
        except GraphRefused as error:
            if not _is_unsupported(error):
                raise
        else:
            return await _read_master(graph, room, master_id, body)
    # National clouds lack both properties, and so may what stands between us and Graph.
    plain = await graph.send(_event(graph, room, master_id), what)
    return read_master(plain, room, what, master_id)


async def fetch_masters(
    graph: Graph, wanted: Sequence[tuple[Room, EventId]]
) -> dict[_Key, SeriesMaster | ObctlError]:
    """`fetch_master` of many, by `$batch`."""
    asked = {(room.mailbox, master_id): room for room, master_id in wanted}
    found: dict[_Key, SeriesMaster | ObctlError] = {}
    plain = asked
    if graph.cloud is Cloud.GLOBAL:

        async def read(key: _Key, body: bytes) -> SeriesMaster:
            return await _read_master(graph, asked[key], key[1], body)

        found = await read_many(graph, _errands(graph, asked, dates=True), read)
        plain = {key: asked[key] for key, one in found.items() if _is_unsupported(one)}

    async def read_plain(key: _Key, body: bytes) -> SeriesMaster:
        return read_master(body, asked[key], request.event(asked[key], key[1]), key[1])

    return found | await read_many(graph, _errands(graph, plain), read_plain)


def _is_unsupported(answer: object) -> bool:
    """Whether Graph refuses the question itself, or what asks for a series' dates in it."""
    return (
        isinstance(answer, GraphRefused)
        and answer.graph is not None
        and answer.graph.status in _UNSUPPORTED
    )


def _errands(graph: Graph, asked: _Wanted, *, dates: bool = False) -> dict[_Key, Errand]:
    build = _with_dates if dates else _event
    return {
        (mailbox, event_id): graph.errand(
            build(graph, room, event_id), request.event(room, event_id)
        )
        for (mailbox, event_id), room in asked.items()
    }


def _event(graph: Graph, room: Room, event_id: EventId) -> RequestInformation:
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(event_id)
    return builder.to_get_request_information(asking())


def _with_dates(graph: Graph, room: Room, master_id: EventId) -> RequestInformation:
    """A master's cancelled dates and its exceptions besides."""
    query = EventItemRequestBuilder.EventItemRequestBuilderGetQueryParameters(
        # the exceptions may be left out unless both name them
        select=[*_EVENT_FIELDS, "cancelledOccurrences", "exceptionOccurrences"],
        expand=["exceptionOccurrences"],
    )
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(master_id)
    return builder.to_get_request_information(asking(query))


async def _read_master(graph: Graph, room: Room, master_id: EventId, body: bytes) -> SeriesMaster:
    """The master with all of its exceptions counted: Graph pages what it expands."""
    what = request.event(room, master_id)
    master = read_master(body, room, what, master_id)
    link = more_exceptions(body)
    if link is None:
        return master
    path = f"/users/{quote(room.user)}/events/{quote(master_id)}/exceptionOccurrences"
    errand = Errand(path, what)
    ensure_goes_on(link, errand, graph.url)
    first = await graph.send(graph.follow(link, what), what)
    more = [len(page.value) async for page in pages(graph, first, errand)]
    return replace(master, exceptions=(master.exceptions or 0) + sum(more))
