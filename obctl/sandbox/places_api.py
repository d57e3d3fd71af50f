"""Routes of places: rooms, room lists, buildings and floors, as Places knows them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from obctl.sandbox.directory import Room, RoomList
from obctl.sandbox.identity import guid
from obctl.sandbox.odata import matching, page_of, selected
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json
from obctl.sandbox.service import Service

PLACES_PAGE = 100
MANY_PLACES = 1_000
MOST_DESCENDANTS = 2_500


def list_rooms(service: Service, request: GraphRequest) -> GraphResponse:
    """All rooms of the tenant."""
    rooms = [_room(service, one) for one in _listed(service)]
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
            rooms = [_room(service, one) for one in _listed(service) if one.location == title]
            return _places(request, rooms, f"places('{name}')/microsoft.graph.roomList/rooms")
    raise Refusal(404, "ErrorItemNotFound", "The specified room list was not found.")


def list_buildings(service: Service, request: GraphRequest) -> GraphResponse:
    """All buildings of the tenant."""
    directory = service.exchange.directory
    found = [_named(service, made, name) for name, made in directory.buildings.items()]
    return _places(request, found, "places/microsoft.graph.building", MANY_PLACES)


def list_floors(service: Service, request: GraphRequest) -> GraphResponse:
    """All floors of all buildings."""
    found = [
        floor for name in service.exchange.directory.buildings for floor in _floors(service, name)
    ]
    return _places(request, found, "places/microsoft.graph.floor", MANY_PLACES)


def list_rooms_in(service: Service, request: GraphRequest, place: str) -> GraphResponse:
    """The rooms below a building or a floor, by its id; no options are taken."""
    directory = service.exchange.directory
    rooms = []
    for name, made in directory.buildings.items():
        inside = [one for one in _listed(service) if one.building == name]
        if place.lower() == str(made):
            rooms = inside
        else:
            rooms += [one for one in inside if str(_floor_id(service, one)) == place.lower()]
    if not rooms and place.lower() not in {str(one) for one in directory.buildings.values()}:
        raise Refusal(404, "ErrorItemNotFound", "The specified place was not found.")
    shown = [_room(service, one) for one in rooms[:MOST_DESCENDANTS]]
    return answer_json(page_of(request, shown, PLACES_PAGE, "Collection(microsoft.graph.place)"))


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
        "building": one.location or one.building or None,
        "floorNumber": None if one.building else one.floor,
        "floorLabel": None if one.floor is None or one.building else str(one.floor),
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
    } | _outlasting(service, one.place_id, _floor_id(service, one))


def _listed(service: Service) -> list[Room]:
    """The rooms that are not hidden from the address list."""
    return [one for one in service.exchange.directory.rooms.values() if not one.hidden]


def _floors(service: Service, building: str) -> list[dict[str, Any]]:
    numbers = {
        one.floor: _floor_id(service, one)
        for one in _listed(service)
        if one.building == building and one.floor is not None
    }
    parent = service.exchange.directory.buildings[building]
    return [
        _named(service, made, f"Floor {number}", parent)
        for number, made in sorted(numbers.items())
        if made is not None
    ]


def _floor_id(service: Service, one: Room) -> UUID | None:
    building = service.exchange.directory.buildings.get(one.building)
    return None if building is None or one.floor is None else guid(building, "floor", one.floor)


def _named(service: Service, made: UUID, name: str, parent: UUID | None = None) -> dict[str, Any]:
    shown = {"id": str(made), "displayName": name, "isWheelChairAccessible": False, "tags": []}
    return shown | _outlasting(service, made, parent)


def _outlasting(service: Service, made: UUID | None, parent: UUID | None) -> dict[str, Any]:
    if not service.exchange.directory.place_ids:
        return {}
    return {"placeId": str(made), "parentId": str(parent) if parent else None}


def _room_list(found: RoomList) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "displayName": found.person.name,
        "emailAddress": found.person.address,
        "phone": "",
        "address": None,
        "geoCoordinates": None,
    }


def _places(
    request: GraphRequest, found: list[dict[str, Any]], context: str, most: int = PLACES_PAGE
) -> GraphResponse:
    if filter_ := request.query.get("$filter"):
        found = matching(found, filter_, lambda item, name: item.get(name))
    names = request.select()
    shown = [selected(one, names, ()) for one in found]
    size = request.number("$top", most, 1, most)
    return answer_json(page_of(request, shown, size, context))


def _entity(request: GraphRequest, collection: str) -> dict[str, Any]:
    return {"@odata.context": f"{request.base}/$metadata#{collection}/$entity"}
