from __future__ import annotations

from typing import Any

import pytest
from asking import Ask
from recorded_graph import Answer, RecordedGraph, Seen, refusal

from obctl.domain.room import FoundRoom
from obctl.errors import ForeignLink, NotAuthorised, PartialRead

LISTS = "/places/graph.roomList"
ROOMS = "/places/graph.room"
BUILDINGS = "/places/graph.building"
FLOORS = "/places/graph.floor"


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
    graph.on(BUILDINGS, page())
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
    assert {seen.path: seen.query["$top"] for seen in graph.seen} == {
        LISTS: "100", rooms_of("amsterdam@contoso.example"): "100", ROOMS: "100",
        BUILDINGS: "1000",
    }  # fmt: skip


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
    graph.on(BUILDINGS, page())
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
    graph.on(BUILDINGS, page())
    graph.on(LISTS, page())
    graph.on(ROOMS, reply)
    assert [room.name for room in ask(lambda gateway: gateway.fetch_places())] == ["A", "B", "C"]


def test_next_links_of_places_are_followed(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(BUILDINGS, page())
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
    graph.on(BUILDINGS, page())
    graph.on(LISTS, page(place("Berlin")))
    graph.on(rooms_of("berlin@contoso.example"), page(place("Attic")))
    graph.on(ROOMS, page())
    (room,) = ask(lambda gateway: gateway.fetch_places())
    assert (room.name, room.location) == ("Attic", "Berlin")


def rooms_in(place_id: str) -> str:
    return f"/places/{place_id}/descendants/microsoft.graph.room"


def building(name: str, number: int) -> dict[str, Any]:
    return {"id": f"changing-{number}", "placeId": f"building-{number}", "displayName": name}


def test_without_room_lists_rooms_come_with_their_building_and_floor(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(LISTS, page())
    graph.on(ROOMS, page(place("Atrium", placeId="P1", parentId="F1", building="HQ (old name)")))
    graph.on(BUILDINGS, page(building("HQ", 1), building("Annex", 2), {"id": "nameless"}))
    atrium = place("Atrium", placeId="P1", parentId="F1")
    # A next link in place of the end, then the same again: no page that adds nothing is the last.
    link = f"{graph.url}{rooms_in('building-1')}?$skiptoken=2"
    graph.on(
        rooms_in("building-1"),
        page(atrium, after=link),
        page(place("Hidden", placeId="P2", floorNumber=3)),
        page(atrium),
    )
    graph.on(rooms_in("building-2"), page())
    graph.on(FLOORS, page({"id": "F1", "placeId": "F1", "displayName": "Ground floor"}))
    assert ask(lambda gateway: gateway.fetch_places()) == [
        FoundRoom("atrium@contoso.example", "Atrium", "HQ", "Ground floor", None, place_id="P1"),
        FoundRoom("hidden@contoso.example", "Hidden", "HQ", "3", None, place_id="P2"),
    ]


def test_a_room_list_names_the_place_before_a_building_does(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(LISTS, page(place("Amsterdam")))
    graph.on(rooms_of("amsterdam@contoso.example"), page(place("Atrium")))
    graph.on(ROOMS, page(place("Atrium", building="HQ"), place("Bistro", building="Annex")))
    graph.on(BUILDINGS, page(building("HQ", 1)))
    graph.on(rooms_in("building-1"), page(place("Atrium")))
    found = ask(lambda gateway: gateway.fetch_places())
    assert [(room.name, room.location) for room in found] == [
        ("Atrium", "Amsterdam"),
        ("Bistro", "Annex"),
    ]


def test_buildings_are_not_asked_where_every_room_has_a_list(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(LISTS, page(place("Amsterdam")))
    graph.on(rooms_of("amsterdam@contoso.example"), page(place("Atrium")))
    graph.on(ROOMS, page(place("Atrium")))
    ask(lambda gateway: gateway.fetch_places())
    assert BUILDINGS not in graph.paths()


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, "BadRequest"),
        refusal(403, "Authorization_RequestDenied"),
        refusal(404, "ResourceNotFound"),
        refusal(501, "NotImplemented"),
    ],
    ids=str,
)
def test_where_buildings_are_refused_the_rooms_are_listed_all_the_same(
    graph: RecordedGraph, ask: Ask, answer: Answer
) -> None:
    graph.on(LISTS, page())
    graph.on(ROOMS, page(place("Atrium", parentId="F1")))
    graph.on(BUILDINGS, answer)
    graph.on(FLOORS, answer)
    (room,) = ask(lambda gateway: gateway.fetch_places())
    assert (room.name, room.location, room.floor, room.place_id) == ("Atrium", None, None, None)


def test_a_building_whose_rooms_lead_in_a_circle_or_away_is_told(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(LISTS, page())
    graph.on(ROOMS, page(place("Atrium")))
    graph.on(BUILDINGS, page(building("HQ", 1)))
    graph.on(rooms_in("building-1"), page(place("Atrium"), after="https://evil.example/v1.0/x"))
    with pytest.raises(ForeignLink):
        ask(lambda gateway: gateway.fetch_places())


@pytest.mark.parametrize("path", [BUILDINGS, FLOORS, rooms_in("building-1")])
def test_what_fails_midway_is_no_shorter_list(graph: RecordedGraph, ask: Ask, path: str) -> None:
    graph.on(LISTS, page())
    graph.on(ROOMS, page(place("Atrium", parentId="F1")))
    for one, answer in (
        (BUILDINGS, page(building("HQ", 1))), (FLOORS, page()), (rooms_in("building-1"), page()),
    ):  # fmt: skip
        graph.on(one, Answer(b'{"value": [', 200) if one == path else answer)
    with pytest.raises(PartialRead):
        ask(lambda gateway: gateway.fetch_places())


@pytest.mark.parametrize(
    ("body", "purpose"),
    [
        ({"userPurpose": "room"}, "room"),
        ({"userPurpose": {"value": "User"}}, "user"),
        ({"userPurpose": None}, None),
        ({}, None),
        ({"userPurpose": {"value": 7}}, None),
    ],
)
def test_what_a_mailbox_is_for(
    graph: RecordedGraph, ask: Ask, body: dict[str, Any], purpose: str | None
) -> None:
    graph.on("/users/o1/mailboxSettings", body)
    assert ask(lambda gateway: gateway.fetch_purpose("o1")) == purpose
    assert graph.seen[0].query["$select"] == "userPurpose"


def test_the_permission_for_what_a_mailbox_is_for_is_named(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/o1/mailboxSettings", refusal(403, "ErrorAccessDenied"))
    with pytest.raises(NotAuthorised, match=r"MailboxSettings\.Read is missing"):
        ask(lambda gateway: gateway.fetch_purpose("o1"))


@pytest.mark.parametrize(
    ("bad", "named", "wrong"),
    [
        (place("Bad", emailAddress=7), "Bad", "emailAddress"),
        (place("Bad", displayName=["x"]), "bad@contoso.example", "displayName"),
        ({"id": "id-Bad", "floorLabel": {}}, "id-Bad", "floorLabel"),
        ("Bad", "one without name", "no JSON object"),
    ],
)
def test_a_room_that_cannot_be_read_is_named_beside_the_others(
    graph: RecordedGraph, ask: Ask, bad: Any, named: str, wrong: str
) -> None:
    graph.on(BUILDINGS, page())
    graph.on(LISTS, page())
    graph.on(ROOMS, by_skip(page(place("A"), bad), page(place("B"))))
    found = ask(lambda gateway: gateway.fetch_places())
    assert [room.name for room in found] == ["A", "B"]
    (unreadable,) = found.unreadable
    assert unreadable.named == f"{named} among the rooms"
    assert wrong in unreadable.wrong


@pytest.mark.parametrize("of", [LISTS, rooms_of("lists@contoso.example"), BUILDINGS, FLOORS])
def test_an_odd_list_building_or_floor_takes_no_room_along(
    graph: RecordedGraph, ask: Ask, of: str
) -> None:
    odd = {"id": "odd", "displayName": "Odd", "emailAddress": 7}
    answers = {
        LISTS: [place("Lists")],
        rooms_of("lists@contoso.example"): [place("Atrium")],
        ROOMS: [place("Atrium", parentId="F1"), place("Bistro")],
        BUILDINGS: [building("HQ", 1)],
        rooms_in("building-1"): [place("Bistro")],
        FLOORS: [{"id": "F1", "displayName": "Ground floor"}],
    }
    for path, places in answers.items():
        graph.on(path, page(*places, *([odd] if path == of else [])))
    found = ask(lambda gateway: gateway.fetch_places())
    assert [(room.name, room.location, room.floor) for room in found] == [
        ("Atrium", "Lists", "Ground floor"),
        ("Bistro", "HQ", None),
    ]
    assert [one.named.partition(" among ")[0] for one in found.unreadable] == ["Odd"]


def test_where_no_room_can_be_read_the_answer_is_none(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(BUILDINGS, page())
    graph.on(LISTS, page())
    graph.on(ROOMS, page(place("A", emailAddress=7), place("B", emailAddress=8)))
    with pytest.raises(PartialRead, match="the rooms"):
        ask(lambda gateway: gateway.fetch_places())
