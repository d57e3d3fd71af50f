"""That something changed: calendarView/delta, from a first round to the next ones.

Links are opaque: they are stored whole and sent back as they came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from kiota_abstractions.request_information import RequestInformation

from obctl.domain.event import DeltaItem, DeltaLink, DeltaRound
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.errors import ObctlError, defects_named
from obctl.graph import request
from obctl.graph.batch import get_many
from obctl.graph.client import Graph, asking
from obctl.graph.failures import cut_short
from obctl.graph.paging import pages
from obctl.graph.request import Asked, Errand, Outcomes
from obctl.graph.sdk_builders import DeltaRequestBuilder
from obctl.graph.times import span_texts
from obctl.graph.translate import read_delta_item


async def open_delta(graph: Graph, room: Room, span: TimeSpan) -> DeltaLink:
    """The end of a first round over `span`, which stays the token's window for good.

    What the round says of every event is passed over: most of it is stubs.
    """
    what = request.delta_of(room.mailbox)
    return await _end_of_round(graph, await graph.send(_first_round(graph, room, span), what), what)


async def open_deltas(
    graph: Graph, windows: Sequence[tuple[Room, TimeSpan]]
) -> dict[str, DeltaLink | ObctlError]:
    """`open_delta` of many rooms: first pages by `$batch`, the others one by one.

    Nobody waits for a mailbox that asks for rest.
    """
    errands = {
        room.mailbox: Errand(
            graph.relative(_first_round(graph, room, span)), request.delta_of(room.mailbox)
        )
        for room, span in windows
    }
    first = await get_many(graph, errands, patient=False)

    async def one(mailbox: str) -> DeltaLink | ObctlError:
        body = first.pop(mailbox)
        if isinstance(body, ObctlError):
            return body
        try:
            with defects_named():
                return await _end_of_round(graph, body, errands[mailbox].asked)
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


async def _end_of_round(graph: Graph, first: bytes, what: Asked) -> DeltaLink:
    link: str | None = None
    async for page in pages(graph, first, what):
        link = page.delta_link
    return _ended(link, what)


async def follow_delta(
    graph: Graph, links: Mapping[str, DeltaLink]
) -> dict[str, DeltaRound | ObctlError]:
    """The next round of each link: first pages by `$batch`, the others one by one.

    Nobody waits for a mailbox that asks for rest.
    """
    first: Outcomes = {}
    errands: dict[str, Errand] = {}
    for mailbox, link in links.items():
        what = request.delta_of(mailbox)
        if link.startswith(f"{graph.url}/"):
            errands[mailbox] = Errand(link.removeprefix(graph.url), what)
        else:
            first[mailbox] = await _get_alone(graph, link, what)
    first |= await get_many(graph, errands, patient=False)

    async def one(mailbox: str) -> DeltaRound | ObctlError:
        body = first.pop(mailbox)
        if isinstance(body, ObctlError):
            return body
        try:
            with defects_named():
                return await _read_round(graph, body, request.delta_of(mailbox))
        except ObctlError as error:
            return error

    rounds = await asyncio.gather(*map(one, links))
    return dict(zip(links, rounds, strict=True))


async def _get_alone(graph: Graph, link: DeltaLink, what: Asked) -> bytes | ObctlError:
    """The same server under another spelling, or a link that is not followed at all."""
    try:
        return await graph.send(graph.follow(link, what), what)
    except ObctlError as error:
        return error


async def _read_round(graph: Graph, first: bytes, what: Asked) -> DeltaRound:
    items: list[DeltaItem] = []
    link: str | None = None
    async for page in pages(graph, first, what):
        items.extend(read_delta_item(raw, what.mailbox or "") for raw in page.value)
        link = page.delta_link
    return DeltaRound(tuple(items), _ended(link, what))


def _ended(link: str | None, what: Asked) -> DeltaLink:
    if link is None:
        raise cut_short(what)
    return DeltaLink(link)
