"""Rooms as Graph's places list them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import msgspec
from kiota_abstractions.request_information import RequestInformation

from obctl.domain.foreign_text import decode
from obctl.domain.room import FoundRoom
from obctl.graph import request
from obctl.graph.client import Graph, asking
from obctl.graph.failures import cut_short
from obctl.graph.paging import pages
from obctl.graph.request import Asked
from obctl.graph.sdk_builders import (
    GraphRoomListRequestBuilder,
    GraphRoomRequestBuilder,
    RoomsRequestBuilder,
)
from obctl.graph.wire import PlaceWire

_TOP = 100  # the most Graph gives of rooms and room lists
_PLACE = msgspec.json.Decoder(PlaceWire)

Ask = Callable[[int | None], RequestInformation]


async def fetch_places(graph: Graph) -> list[FoundRoom]:
    """All rooms, each with the name of its room list where it has one."""
    locations: dict[str, str] = {}
    rooms: dict[str, PlaceWire] = {}
    async for room_list in _places(graph, _ask_lists(graph), request.places("the room lists")):
        if not room_list.email_address:
            continue
        name = room_list.display_name or room_list.email_address
        what = request.places(f"the rooms of list {name}")
        async for room in _places(graph, _ask_rooms_of(graph, room_list.email_address), what):
            if room.email_address:
                rooms.setdefault(room.email_address.casefold(), room)
                locations.setdefault(room.email_address.casefold(), name)
    async for room in _places(graph, _ask_rooms(graph), request.places("the rooms")):
        if room.email_address:
            rooms[room.email_address.casefold()] = room
    return [_found(room, locations.get(address)) for address, room in rooms.items()]


def _ask_lists(graph: Graph) -> Ask:
    def ask(skip: int | None) -> RequestInformation:
        query = GraphRoomListRequestBuilder.GraphRoomListRequestBuilderGetQueryParameters(
            top=_TOP, skip=skip
        )
        return graph.client.places.graph_room_list.to_get_request_information(asking(query))

    return ask


def _ask_rooms_of(graph: Graph, room_list: str) -> Ask:
    """A room list is asked for by address: its id does not work everywhere."""
    builder = graph.client.places.by_place_id(room_list).graph_room_list.rooms

    def ask(skip: int | None) -> RequestInformation:
        query = RoomsRequestBuilder.RoomsRequestBuilderGetQueryParameters(top=_TOP, skip=skip)
        return builder.to_get_request_information(asking(query))

    return ask


def _ask_rooms(graph: Graph) -> Ask:
    def ask(skip: int | None) -> RequestInformation:
        query = GraphRoomRequestBuilder.GraphRoomRequestBuilderGetQueryParameters(
            top=_TOP, skip=skip
        )
        return graph.client.places.graph_room.to_get_request_information(asking(query))

    return ask


async def _places(graph: Graph, ask: Ask, what: Asked) -> AsyncIterator[PlaceWire]:
    """The places of a collection, until a page adds none.

    Next links were missing here for years, and `$skip` and `$top` may be ignored for applications:
    neither a missing link nor a short page means the end.
    """
    seen: set[str] = set()
    skip: int | None = None
    while True:
        new = 0
        info = ask(skip)
        async for page in pages(graph, await graph.send(info, what), graph.errand(info, what)):
            for raw in page.value:
                place = _read(raw, what)
                key = place.id or (place.email_address or "").casefold()
                if key not in seen:
                    seen.add(key)
                    new += 1
                    yield place
        if not new:
            return
        skip = len(seen)


def _read(raw: msgspec.Raw, what: Asked) -> PlaceWire:
    try:
        return decode(_PLACE, raw)
    except ValueError as error:
        raise cut_short(what) from error


def _found(place: PlaceWire, location: str | None) -> FoundRoom:
    floor = place.floor_label or place.floor_number
    address = place.email_address or ""
    return FoundRoom(
        mailbox=address,
        name=place.display_name or address,
        location=location,
        floor=None if floor is None else str(floor),
        capacity=_capacity(place.capacity),
    )


def _capacity(value: float | str | None) -> int | None:
    """A number that some answers write as text."""
    try:
        return int(value) if value is not None else None
    except ValueError:
        return None
