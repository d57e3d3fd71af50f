"""The pages of a collection of places: neither a missing link nor a short page is its end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from kiota_abstractions.request_information import RequestInformation

from obctl.domain.foreign_text import decode
from obctl.domain.listed import Listed, UnreadableItem
from obctl.graph import request
from obctl.graph.client import Graph, asking
from obctl.graph.odd_item import unreadable
from obctl.graph.paging import pages, read_page
from obctl.graph.wire import PlaceWire

Ask = Callable[[int | None], RequestInformation]
"""The request for what comes after so many places; for the first page after `None`."""
_PLACE = msgspec.json.Decoder(PlaceWire)


class Collection(Protocol):
    """What all request builders of the SDK have that read a collection."""

    def to_get_request_information(self, config: Any = None, /) -> RequestInformation: ...


async def places(graph: Graph, ask: Ask, collection: str) -> Listed[PlaceWire]:
    """The places of a collection (`the rooms`, say), until a page adds none.

    Next links were missing here for years, and `$skip` and `$top` may be ignored for applications:
    neither a missing link nor a short page means the end.
    """
    what = request.places(collection)
    path = path_of(graph, ask)
    found: list[PlaceWire] = []
    odd: list[UnreadableItem] = []
    seen: set[str] = set()
    skip: int | None = None
    while True:
        new = 0
        info = ask(skip)
        async for page in pages(graph, await graph.send(info, what), graph.errand(info, what)):
            for raw in page.value:
                place = _read(raw, collection, path)
                key = _key(place, raw)
                if key in seen:
                    continue
                seen.add(key)
                new += 1
                if isinstance(place, UnreadableItem):
                    odd.append(place)
                else:
                    found.append(place)
        if not new:
            return Listed(found, odd)
        skip = len(seen)


def asking_for(builder: Collection, options: Callable[..., Any], top: int) -> Ask:
    """Asks for a collection of places at its `builder`, `top` in one page.

    `options` are the SDK's query parameters of that builder.
    """

    def ask(skip: int | None) -> RequestInformation:
        return builder.to_get_request_information(asking(options(top=top, skip=skip)))

    return ask


async def first_places(graph: Graph, ask: Ask, collection: str) -> Listed[PlaceWire]:
    """Those of the first page alone."""
    info, what, path = ask(None), request.places(collection), path_of(graph, ask)
    page = read_page(await graph.send(info, what), what)
    read = [_read(raw, collection, path) for raw in page.value]
    return Listed(
        (one for one in read if not isinstance(one, UnreadableItem)),
        (one for one in read if isinstance(one, UnreadableItem)),
    )


def path_of(graph: Graph, ask: Ask) -> str:
    """Where Graph shows the collection, as `graph get` takes it."""
    return graph.relative(ask(None)).partition("?")[0].lstrip("/")


def _read(raw: msgspec.Raw, collection: str, path: str) -> PlaceWire | UnreadableItem:
    try:
        return decode(_PLACE, raw)
    except ValueError as error:
        return unreadable(raw, PlaceWire, error, path, collection)


def _key(place: PlaceWire | UnreadableItem, raw: msgspec.Raw) -> str:
    """What tells a place from the others of its collection."""
    if isinstance(place, UnreadableItem):
        return place.id or hashlib.sha256(bytes(raw)).hexdigest()
    return place.id or (place.email_address or "").casefold()
