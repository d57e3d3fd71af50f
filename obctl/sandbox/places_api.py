"""Routes of places: rooms and room lists, as Places knows them."""

from __future__ import annotations

from typing import Any

from obctl.sandbox.directory import Room, RoomList
from obctl.sandbox.identity import guid
from obctl.sandbox.odata import matching, page_of, selected
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json
from obctl.sandbox.service import Service

PLACES_PAGE = 100


def list_rooms(service: Service, request: GraphRequest) -> GraphResponse:
    """All rooms of the tenant."""
    rooms = [_room(service, one) for one in service.exchange.directory.rooms.values()]
    return _places(request, rooms, "places/microsoft.graph.room")


def list_room_lists(service: Service, request: GraphRequest) -> GraphResponse:
    """All room lists of the tenant."""
    lists = [_room_list(one) for one in service.exchange.directory.lists.values()]
    return _places(request, lists, "places/microsoft.graph.roomList")


def list_rooms_of_list(service: Service, request: GraphRequest, name: str) -> GraphResponse:
    """The rooms of one list, which is addressed by e-mail."""
    directory = service.exchange.directory
    for title, found in directory.lists.items():
        if found.person.address.lower() == name.lower():
            rooms = [
                _room(service, one) for one in directory.rooms.values() if one.location == title
            ]
            return _places(request, rooms, f"places('{name}')/microsoft.graph.roomList/rooms")
    raise Refusal(404, "ErrorItemNotFound", "The specified room list was not found.")


def get_place(service: Service, request: GraphRequest, name: str) -> GraphResponse:
    """One room or room list, by id or address."""
    directory = service.exchange.directory
    for one in directory.rooms.values():
        shown = _room(service, one)
        if name.lower() in (shown["id"], one.person.address.lower()):
            kind = {"@odata.type": "#microsoft.graph.room"}
            return answer_json(_entity(request, "places") | kind | shown)
    for found in directory.lists.values():
        if name.lower() in (str(found.id), found.person.address.lower()):
            kind = {"@odata.type": "#microsoft.graph.roomList"}
            return answer_json(_entity(request, "places") | kind | _room_list(found))
    raise Refusal(404, "ErrorItemNotFound", "The specified place was not found.")


def get_room(service: Service, request: GraphRequest, name: str) -> GraphResponse:
    """One place as the room it is; 404 where it is none."""
    directory = service.exchange.directory
    for one in directory.rooms.values():
        shown = _room(service, one)
        if name.lower() in (shown["id"], one.person.address.lower()):
            context = {
                "@odata.context": f"{request.base}/$metadata#places/microsoft.graph.room/$entity"
            }
            return answer_json(context | shown)
    raise Refusal(404, "ErrorItemNotFound", "The specified place was not found.")


def _room(service: Service, one: Room) -> dict[str, Any]:
    """A room as Places shows it."""
    mailbox = service.exchange.directory.mailbox(one.person)
    return {
        "id": str(guid(mailbox.id, "place")),
        "displayName": one.person.name,
        "emailAddress": one.person.address,
        "nickname": one.person.name,
        "building": one.location or None,
        "floorNumber": one.floor,
        "floorLabel": None if one.floor is None else str(one.floor),
        "label": None,
        "capacity": one.capacity,
        "bookingType": one.processing.booking_type.lower(),
        "audioDeviceName": None,
        "videoDeviceName": None,
        "displayDeviceName": None,
        "isWheelChairAccessible": False,
        "tags": [],
        "phone": "",
        "address": None,
        "geoCoordinates": None,
    }


def _room_list(found: RoomList) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "displayName": found.person.name,
        "emailAddress": found.person.address,
        "phone": "",
        "address": None,
        "geoCoordinates": None,
    }


def _places(request: GraphRequest, found: list[dict[str, Any]], context: str) -> GraphResponse:
    if filter_ := request.query.get("$filter"):
        found = matching(found, filter_, lambda item, name: item.get(name))
    names = request.select()
    shown = [selected(one, names, ()) for one in found]
    size = request.number("$top", PLACES_PAGE, 1, PLACES_PAGE)
    return answer_json(page_of(request, shown, size, context))


def _entity(request: GraphRequest, collection: str) -> dict[str, Any]:
    return {"@odata.context": f"{request.base}/$metadata#{collection}/$entity"}
