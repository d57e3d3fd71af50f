from __future__ import annotations

from typing import Any

import pytest
from asking import Ask
from recorded_graph import Answer, RecordedGraph, Seen, refusal

from obctl.domain.directory import DirectoryEntry
from obctl.domain.room import FoundRoom
from obctl.errors import NotAuthorised

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


def test_the_directory_answers_with_its_own_id(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(
        "/users/atrium@contoso.example",
        {
            "id": "object-1",
            "mail": "Atrium@contoso.example",
            "displayName": "Atrium",
            "accountEnabled": False,
        },
    )
    found = ask(lambda gateway: gateway.look_up_account("atrium@contoso.example"))
    assert found == DirectoryEntry("object-1", "Atrium@contoso.example", "Atrium", enabled=False)
    assert "accountEnabled" in graph.seen[0].query["$select"].split(",")


def test_who_somebody_is_takes_the_least_permission(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/a@contoso.example", {"id": "o1", "mail": "a@contoso.example"})
    ask(lambda gateway: gateway.look_up("a@contoso.example"))
    assert graph.seen[0].query["$select"] == "id,mail,userPrincipalName,displayName"


def test_an_account_that_may_not_be_read_is_looked_up_all_the_same(
    graph: RecordedGraph, ask: Ask
) -> None:
    def reply(seen: Seen) -> Answer:
        if "accountEnabled" in seen.query["$select"]:
            return refusal(403, "Authorization_RequestDenied")
        return Answer({"id": "o1", "mail": "a@contoso.example"})

    graph.on("/users/a@contoso.example", reply)
    found = ask(lambda gateway: gateway.look_up_account("a@contoso.example"))
    assert found == DirectoryEntry("o1", "a@contoso.example", None, enabled=None)


def test_who_has_no_mail_has_a_principal_name(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/o1", {"id": "o1", "mail": None, "userPrincipalName": "a@contoso.example"})
    found = ask(lambda gateway: gateway.look_up("o1"))
    assert found == DirectoryEntry("o1", "a@contoso.example", None, enabled=None)


def test_who_is_not_in_the_directory_is_nobody(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/gone", refusal(404, "Request_ResourceNotFound"))
    assert ask(lambda gateway: gateway.look_up("gone")) is None


def test_a_directory_that_may_not_be_read_is_no_missing_person(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on("/users/a", refusal(403, "Authorization_RequestDenied"))
    with pytest.raises(NotAuthorised, match=r"User\.ReadBasic\.All"):
        ask(lambda gateway: gateway.look_up("a"))


def test_many_are_looked_up_in_one_request_and_one_failure_is_no_others(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.serve_batch()
    graph.on("/users/atrium@contoso.example", {"id": "o1", "mail": "atrium@contoso.example"})
    graph.on("/users/gone@contoso.example", refusal(404, "Request_ResourceNotFound"))
    graph.on("/users/shut@contoso.example", refusal(403, "Authorization_RequestDenied"))
    found = ask(
        lambda gateway: gateway.look_up_all(
            ["atrium@contoso.example", "gone@contoso.example", "shut@contoso.example"]
        )
    )
    assert found["atrium@contoso.example"] == DirectoryEntry(
        "o1", "atrium@contoso.example", None, enabled=None
    )
    assert found["gone@contoso.example"] is None
    assert isinstance(found["shut@contoso.example"], NotAuthorised)
    assert len([seen for seen in graph.seen if not seen.batched]) == 1
