"""Rooms as Graph's places list them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from obctl.domain.foreign_text import decode
from obctl.domain.listed import Listed, UnreadableItem
from obctl.domain.room import FoundRoom
from obctl.graph import request
from obctl.graph.buildings import names_of_floors, rooms_of_buildings
from obctl.graph.client import Graph, asking
from obctl.graph.failures import cut_short
from obctl.graph.place_pages import Ask, asking_for, first_places, places
from obctl.graph.sdk_builders import (
    GraphRoomListRequestBuilder,
    GraphRoomRequestBuilder,
    MailboxSettingsRequestBuilder,
    RoomsRequestBuilder,
)
from obctl.graph.wire import PlaceWire, PurposeWire

_TOP = 100  # the most Graph gives of rooms and room lists
_PURPOSE = msgspec.json.Decoder(PurposeWire)


async def fetch_purpose(graph: Graph, address: str) -> str | None:
    """What a mailbox is for, in Graph's words (`userPurpose`), in lower case.

    `room`, `equipment`, `user`, `shared`, `linked`, `others`; `None` where Graph does not say.
    """
    query = MailboxSettingsRequestBuilder.MailboxSettingsRequestBuilderGetQueryParameters(
        select=["userPurpose"]
    )
    settings = graph.client.users.by_user_id(address).mailbox_settings
    what = request.purpose(address)
    body = await graph.send(settings.to_get_request_information(asking(query)), what)
    try:
        return decode(_PURPOSE, body).word
    except ValueError as error:
        raise cut_short(what) from error


async def fetch_places(graph: Graph) -> Listed[FoundRoom]:
    """All rooms, each with the name of its room list, else of its building, where it has one.

    Rooms, lists, buildings and floors that cannot be read stand beside them; raises `PartialRead`
    where no room can be read.
    """
    odd: list[UnreadableItem] = []
    locations: dict[str, str] = {}
    rooms: dict[str, PlaceWire] = {}
    lists = await places(graph, _ask_lists(graph), "the room lists")
    odd += lists.unreadable
    for room_list in lists:
        if not room_list.email_address:
            continue
        name = room_list.display_name or room_list.email_address
        ask = _ask_rooms_of(graph, room_list.email_address)
        listed = await places(graph, ask, f"the rooms of list {name}")
        odd += listed.unreadable
        for room in listed:
            if room.email_address:
                rooms.setdefault(room.email_address.casefold(), room)
                locations.setdefault(room.email_address.casefold(), name)
    listed = await places(graph, _ask_rooms(graph), "the rooms")
    odd += listed.unreadable
    for room in listed:
        if room.email_address:
            rooms[room.email_address.casefold()] = room
    if not locations or rooms.keys() - locations.keys():
        for address, (room, building) in (await rooms_of_buildings(graph, odd)).items():
            rooms.setdefault(address, room)
            locations.setdefault(address, building)
    floors: dict[str, str] = {}
    if any(room.parent_id and _floor(room) is None for room in rooms.values()):
        floors = await names_of_floors(graph, odd)
    if odd and not rooms:
        raise cut_short(request.places("the rooms"))
    found = (_found(room, locations.get(address), floors) for address, room in rooms.items())
    # A room may stand in several lists.
    once = {one.id or str(number): one for number, one in reversed([*enumerate(odd)])}
    return Listed(found, reversed(once.values()))


async def fetch_first_rooms(graph: Graph) -> Listed[str]:
    """The addresses on the first page of all rooms, in one request."""
    listed = await first_places(graph, _ask_rooms(graph), "the rooms")
    return Listed(
        (room.email_address or room.display_name or "" for room in listed), listed.unreadable
    )


def _ask_lists(graph: Graph) -> Ask:
    options = GraphRoomListRequestBuilder.GraphRoomListRequestBuilderGetQueryParameters
    return asking_for(graph.client.places.graph_room_list, options, _TOP)


def _ask_rooms_of(graph: Graph, room_list: str) -> Ask:
    """A room list is asked for by address: its id does not work everywhere."""
    builder = graph.client.places.by_place_id(room_list).graph_room_list.rooms
    return asking_for(builder, RoomsRequestBuilder.RoomsRequestBuilderGetQueryParameters, _TOP)


def _ask_rooms(graph: Graph) -> Ask:
    options = GraphRoomRequestBuilder.GraphRoomRequestBuilderGetQueryParameters
    return asking_for(graph.client.places.graph_room, options, _TOP)


def _found(place: PlaceWire, location: str | None, floors: Mapping[str, str]) -> FoundRoom:
    address = place.email_address or ""
    return FoundRoom(
        mailbox=address,
        name=place.display_name or address,
        location=location or place.building or None,
        floor=_floor(place) or floors.get(place.parent_id or ""),
        capacity=_capacity(place.capacity),
        place_id=place.place_id or None,
    )


def _floor(place: PlaceWire) -> str | None:
    """The floor as the room itself has it."""
    floor = place.floor_label or place.floor_number
    return None if floor is None else str(floor)


def _capacity(value: float | str | None) -> int | None:
    """A number that some answers write as text."""
    try:
        return int(value) if value is not None else None
    except ValueError:
        return None
