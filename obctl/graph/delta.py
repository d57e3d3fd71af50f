"""That something changed: calendarView/delta, from a first round to the next ones.

Links are opaque: they are stored whole and sent back as they came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import quote

from kiota_abstractions.request_information import RequestInformation

from obctl.domain.event import DeltaItem, DeltaLink, DeltaRound
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.errors import ObctlError, defects_named
from obctl.graph import request
from obctl.graph.batch import get_many
from obctl.graph.client import Graph, asking
from obctl.graph.failures import cut_short
from obctl.graph.links import ensure_goes_on
from obctl.graph.paging import pages
from obctl.graph.request import Asked, Errand, Outcomes
from obctl.graph.sdk_builders import DeltaRequestBuilder
from obctl.graph.times import span_texts
from obctl.graph.translate import read_delta_item


async def open_delta(graph: Graph, room: Room, span: TimeSpan) -> DeltaLink:
    """The end of a first round over `span`, which stays the token's window for good.

    What the round says of every event is passed over: most of it is stubs.
    """
    info, what = _first_round(graph, room, span), request.delta_of(room)
    return await _end_of_round(graph, await graph.send(info, what), graph.errand(info, what))


async def open_deltas(
    graph: Graph, windows: Sequence[tuple[Room, TimeSpan]]
) -> dict[str, DeltaLink | ObctlError]:
    """`open_delta` of many rooms: first pages by `$batch`, the others one by one.

    Nobody waits for a mailbox that asks for rest.
    """
    errands = {
        room.mailbox: graph.errand(_first_round(graph, room, span), request.delta_of(room))
        for room, span in windows
    }
    first = await get_many(graph, errands, patient=False)

    async def one(mailbox: str) -> DeltaLink | ObctlError:
        body = first.pop(mailbox)
        if isinstance(body, ObctlError):
            return body
        try:
            with defects_named():
                return await _end_of_round(graph, body, errands[mailbox])
        except ObctlError as error:
            return error

    links = await asyncio.gather(*map(one, errands))
    return dict(zip(errands, links, strict=True))


def _first_round(graph: Graph, room: Room, span: TimeSpan) -> RequestInformation:
    start, end = span_texts(span)
    query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(
        start_date_time=start, end_date_time=end
    )
    builder = graph.client.users.by_user_id(room.user).calendar_view.delta
    return builder.to_get_request_information(asking(query))


async def _end_of_round(graph: Graph, first: bytes, errand: Errand) -> DeltaLink:
    link: str | None = None
    async for page in pages(graph, first, errand):
        link = page.delta_link
    return _ended(link, errand.asked)


async def follow_delta(
    graph: Graph, links: Sequence[tuple[Room, DeltaLink]]
) -> dict[str, DeltaRound | ObctlError]:
    """The next round of each link: first pages by `$batch`, the others one by one.

    Nobody waits for a mailbox that asks for rest.
    """
    errands = {room.mailbox: _round(room) for room, _ in links}
    first: Outcomes = {}
    batched: dict[str, Errand] = {}
    for room, link in links:
        errand = errands[room.mailbox]
        try:
            ensure_goes_on(link, errand, graph.url)
        except ObctlError as error:
            first[room.mailbox] = error
            continue
        if link.startswith(f"{graph.url}/"):
            batched[room.mailbox] = Errand(link.removeprefix(graph.url), errand.asked)
        else:
            first[room.mailbox] = await _get_alone(graph, link, errand.asked)
    first |= await get_many(graph, batched, patient=False)

    async def one(mailbox: str) -> DeltaRound | ObctlError:
        body = first.pop(mailbox)
        if isinstance(body, ObctlError):
            return body
        try:
            with defects_named():
                return await _read_round(graph, body, errands[mailbox])
        except ObctlError as error:
            return error

    rounds = await asyncio.gather(*map(one, errands))
    return dict(zip(errands, rounds, strict=True))


def _round(room: Room) -> Errand:
    """What every round of a room asks, the first and the next ones."""
    return Errand(f"/users/{quote(room.user)}/calendarView/delta", request.delta_of(room))


async def _get_alone(graph: Graph, link: DeltaLink, what: Asked) -> bytes | ObctlError:
    """The answer to a link of the same server in another spelling, which no `$batch` takes."""
    try:
        with defects_named():
            return await graph.send(graph.follow(link, what), what)
    except ObctlError as error:
        return error


async def _read_round(graph: Graph, first: bytes, errand: Errand) -> DeltaRound:
    what = errand.asked
    items: list[DeltaItem] = []
    nameless = False
    link: str | None = None
    async for page in pages(graph, first, errand):
        for raw in page.value:
            item = read_delta_item(raw)
            items += [] if item is None else [item]
            nameless |= item is None
        link = page.delta_link
    return DeltaRound(tuple(items), _ended(link, what), nameless)


def _ended(link: str | None, what: Asked) -> DeltaLink:
    if link is None:
        raise cut_short(what)
    return DeltaLink(link)
