"""Rooms by building and floor: how tenants sort them that have no room lists.

Microsoft's pages: place-list and place-descendants (v1.0), both with Place.Read.All. National
clouds and tenants without Places know no buildings: what is refused there is not missed, as every
room stands among the rooms too.
"""

from __future__ import annotations

from collections.abc import Iterable

from kiota_abstractions.request_information import RequestInformation

from obctl.domain.listed import UnreadableItem
from obctl.errors import CredentialRefused, GraphRefused, NotAuthorised
from obctl.graph.client import Graph, asking
from obctl.graph.place_pages import Ask, asking_for, places
from obctl.graph.sdk_builders import GraphBuildingRequestBuilder, GraphFloorRequestBuilder
from obctl.graph.wire import PlaceWire

_TOP = 1_000  # the most Graph gives of buildings and floors
_ROOMS = "{+baseurl}/places/{place%2Did}/descendants/microsoft.graph.room"


async def rooms_of_buildings(
    graph: Graph, odd: list[UnreadableItem]
) -> dict[str, tuple[PlaceWire, str]]:
    """The rooms of every building, by address in lower case, each with its building's name.

    What cannot be read, buildings and rooms, is added to `odd`.
    """
    found: dict[str, tuple[PlaceWire, str]] = {}
    for building in await _all(graph, _ask_buildings(graph), "the buildings", odd):
        known_as = building.place_id or building.id
        name = building.display_name
        if not known_as or not name:
            continue
        ask, collection = _ask_rooms_in(graph, known_as), f"the rooms of building {name}"
        for room in await _all(graph, ask, collection, odd):
            if room.email_address:
                found.setdefault(room.email_address.casefold(), (room, name))
    return found


async def names_of_floors(graph: Graph, odd: list[UnreadableItem]) -> dict[str, str]:
    """The names of all floors, by the ids that their rooms name as parent.

    Floors that cannot be read are added to `odd`.
    """
    names: dict[str, str] = {}
    for floor in await _all(graph, _ask_floors(graph), "the floors", odd):
        for known_as in (floor.id, floor.place_id):
            if known_as and floor.display_name:
                names[known_as] = floor.display_name
    return names


async def _all(
    graph: Graph, ask: Ask, collection: str, odd: list[UnreadableItem]
) -> Iterable[PlaceWire]:
    try:
        found = await places(graph, ask, collection)
    except CredentialRefused:
        raise
    except (GraphRefused, NotAuthorised) as error:
        if error.graph is None:  # pages in a circle, a link that leads away: no refusal of Graph's
            raise
        return ()
    odd += found.unreadable
    return found


def _ask_buildings(graph: Graph) -> Ask:
    options = GraphBuildingRequestBuilder.GraphBuildingRequestBuilderGetQueryParameters
    return asking_for(graph.client.places.graph_building, options, _TOP)


def _ask_floors(graph: Graph) -> Ask:
    options = GraphFloorRequestBuilder.GraphFloorRequestBuilderGetQueryParameters
    return asking_for(graph.client.places.graph_floor, options, _TOP)


def _ask_rooms_in(graph: Graph, place: str) -> Ask:
    """All descendants of a kind; the function takes no options, and the SDK knows no kinds."""
    descendants = graph.client.places.by_place_id(place).descendants

    def ask(_skip: int | None) -> RequestInformation:
        info = descendants.to_get_request_information(asking())
        info.url_template = _ROOMS
        return info

    return ask
