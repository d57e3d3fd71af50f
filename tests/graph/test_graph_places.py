from __future__ import annotations

from typing import Any

import pytest
from asking import Ask
from recorded_graph import Answer, RecordedGraph, Seen

from obctl.domain.room import FoundRoom

LISTS = "/places/graph.roomList"
ROOMS = "/places/graph.room"


def rooms_of(address: str) -> str:
    return f"/places/{address}/graph.roomList/rooms"


def place(name: str, **others: Any) -> dict[str, Any]:
    return {
        "id": f"id-{name}",
        "displayName": name,
        "emailAddress": f"{name.lower()}@contoso.example",
    } | others


def page(*places: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    return {"value": list(places)} | ({"@odata.nextLink": after} if after else {})


def test_rooms_come_with_the_name_of_their_list(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(LISTS, page(place("Amsterdam"), place("Empty", emailAddress=None)))
    graph.on(rooms_of("amsterdam@contoso.example"), page(place("Atrium")))
    graph.on(
        ROOMS,
        page(
            place("ATRIUM", displayName="Atrium", floorNumber=1, floorLabel="1st", capacity=8),
            place("Boiler", floorNumber=0, capacity="50", emailAddress="Boiler@contoso.example"),
        ),
    )
    assert ask(lambda gateway: gateway.fetch_places()) == [
        FoundRoom("atrium@contoso.example", "Atrium", "Amsterdam", "1st", 8),
        FoundRoom("Boiler@contoso.example", "Boiler", None, "0", 50),
    ]
    assert all(seen.query["$top"] == "100" for seen in graph.seen)


@pytest.mark.parametrize(
    ("others", "capacity", "floor"),
    [
        ({}, None, None),
        ({"capacity": None, "floorLabel": None, "floorNumber": None}, None, None),
        ({"capacity": "about 12", "floorLabel": "", "floorNumber": 3}, None, "3"),
        ({"capacity": 12.0, "floorNumber": "-1"}, 12, "-1"),
        ({"capacity": "12"}, 12, None),
    ],
)
def test_capacity_and_floor_may_be_anything(
    graph: RecordedGraph, ask: Ask, others: dict[str, Any], capacity: int | None, floor: str | None
) -> None:
    graph.on(LISTS, page())
    graph.on(ROOMS, page(place("Atrium", **others)))
    (room,) = ask(lambda gateway: gateway.fetch_places())
    assert (room.capacity, room.floor) == (capacity, floor)


def by_skip(*pages: dict[str, Any]) -> Any:
    """A server that pages by `$skip` and gives no next links."""

    def reply(seen: Seen) -> Answer:
        skip, passed = int(seen.query.get("$skip", "0")), 0
        for one in pages:
            if skip <= passed:
                return Answer(one)
            passed += len(one["value"])
        return Answer(page())

    return reply


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(by_skip(page(place("A"), place("B")), page(place("C"))), id="no next links"),
        pytest.param(
            Answer(page(place("A"), place("B"), place("C"))), id="skip and top are ignored"
        ),
        pytest.param(
            by_skip(page(place("A"), place("B")), page(place("B"), place("C"))), id="overlapping"
        ),
    ],
)
def test_paging_stops_when_a_page_adds_no_room(graph: RecordedGraph, ask: Ask, reply: Any) -> None:
    graph.on(LISTS, page())
    graph.on(ROOMS, reply)
    assert [room.name for room in ask(lambda gateway: gateway.fetch_places())] == ["A", "B", "C"]


def test_next_links_of_places_are_followed(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(LISTS, page())
    graph.on(
        ROOMS,
        page(place("A"), after=f"{graph.url}{ROOMS}?$skiptoken=1"),
        page(place("B")),
        page(),
    )
    assert [room.name for room in ask(lambda gateway: gateway.fetch_places())] == ["A", "B"]


def test_a_room_of_a_list_that_the_tenant_does_not_list_is_found(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(LISTS, page(place("Berlin")))
    graph.on(rooms_of("berlin@contoso.example"), page(place("Attic")))
    graph.on(ROOMS, page())
    (room,) = ask(lambda gateway: gateway.fetch_places())
    assert (room.name, room.location) == ("Attic", "Berlin")
