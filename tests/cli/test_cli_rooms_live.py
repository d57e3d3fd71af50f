"""Rooms as Graph knows them: through the SDK and HTTP, against the demo's tenant."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from builders import make_reservation, make_room
from desk import ATRIUM, Desk, lines
from recorded_graph import RecordedGraph

from obctl.domain.room import RoomId
from obctl.sandbox.faults import Fault
from obctl.sandbox.server import SandboxServer
from obctl.store.room_search import find_room
from obctl.store.rooms import load_rooms

pytestmark = pytest.mark.usefixtures("hasty")

FOUND_KEYS = ["mailbox", "name", "location", "floor", "capacity", "mapped"]
FREE_KEYS = [
    "room", "name", "location", "floor", "capacity", "fits", "busy_until", "dates", "taken",
]  # fmt: skip
VERMEER = "ams-1.02@contoso.example"


def test_discover_lists_the_tenants_rooms_and_which_are_mapped(live_desk: Desk) -> None:
    assert live_desk.run("rooms", "add", VERMEER).exit_code == 0
    answer = live_desk.run("rooms", "discover", "-o", "json")
    assert answer.exit_code == 0
    found = json.loads(answer.stdout)
    assert list(found[0]) == FOUND_KEYS
    assert len(found) == 12
    assert [room["mailbox"] for room in found if room["mapped"]] == [VERMEER]
    assert answer.stderr == (
        "next: obctl rooms add MAILBOX, or obctl rooms discover --add for all\n"
    )


def test_the_discovered_rooms_fit_eighty_columns(live_desk: Desk) -> None:
    shown = lines(live_desk.run("rooms", "discover").stdout)
    assert shown[:3] == [
        "  mailbox                    name                  location      floor  people",
        "──────────────────────────────────────────────────────────────────────────────",
        "  ams-0.01@contoso.example   AMS 0.01 Nachtwacht   Amsterdam HQ  0          40",
    ]
    assert len(shown) == 14


def test_discover_maps_all_rooms_once(live_desk: Desk) -> None:
    first = live_desk.run("rooms", "discover", "--add", "-o", "json")
    assert first.exit_code == 0
    assert lines(first.stderr) == [
        "12 rooms are mapped now",
        "their zone: Europe/Amsterdam; `obctl rooms change` corrects it",
    ]
    assert all(room["mapped"] for room in json.loads(first.stdout))
    second = live_desk.run("rooms", "discover", "--add")
    assert (second.exit_code, second.stderr) == (0, "0 rooms are mapped now\n")
    with live_desk.store() as store:
        rooms = load_rooms(store)
    assert len(rooms) == 12
    assert {room.time_zone for room in rooms} == {"Europe/Amsterdam"}
    assert all(room.object_id for room in rooms)


def test_what_is_not_given_comes_from_graph(live_desk: Desk) -> None:
    answer = live_desk.run("rooms", "add", VERMEER, "--floor", "one", "-o", "json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    room = json.loads(answer.stdout)
    assert (room["name"], room["location"], room["floor"], room["capacity"]) == (
        "AMS 1.02 Vermeer", "Amsterdam HQ", "one", 6,
    )  # fmt: skip
    assert room["activated_at"] == "2026-10-19T05:30:00Z"


def test_an_activation_without_offset_is_in_the_rooms_zone(live_desk: Desk) -> None:
    answer = live_desk.run(
        "rooms", "add", "nyc-14.01@contoso.example", "--time-zone", "Eastern Standard Time",
        "--activated-at", "2026-10-01T08:00", "-o", "json",
    )  # fmt: skip
    room = json.loads(answer.stdout)
    assert (room["time_zone"], room["activated_at"]) == (
        "America/New_York",
        "2026-10-01T12:00:00Z",
    )


def test_a_mailbox_graph_does_not_know_is_no_room(live_desk: Desk) -> None:
    answer = live_desk.run("rooms", "add", "nobody@contoso.example")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr.startswith("error: Graph knows no mailbox nobody@contoso.example\n")
    with live_desk.store() as store:
        assert load_rooms(store) == []


def test_without_the_directory_a_room_is_mapped_all_the_same(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    tenant.service.faults.active.append(Fault("forbidden", route="users/*"))
    answer = live_desk.run("rooms", "add", VERMEER)
    assert (answer.exit_code, answer.stdout) == (0, "")
    with live_desk.store() as store:
        room = find_room(store, VERMEER)
    assert (room.name, room.object_id) == ("AMS 1.02 Vermeer", None)


def test_free_rooms_come_tightest_first_and_taken_ones_not_at_all(live_desk: Desk) -> None:
    live_desk.run("rooms", "discover", "--add")
    answer = live_desk.run(
        "rooms", "free", "--from", "2026-10-19T13:00", "--to", "2026-10-19T14:00",
        "--location", "Amsterdam HQ", "--capacity", "6", "-o", "json",
    )  # fmt: skip
    assert (answer.exit_code, answer.stderr) == (0, "")
    rooms = json.loads(answer.stdout)
    assert list(rooms[0]) == FREE_KEYS
    assert (rooms[0]["room"], rooms[0]["fits"]) == (VERMEER, "exact")
    sizes = [room["capacity"] for room in rooms]
    assert sizes == sorted(sizes)
    assert min(sizes) >= 6


def test_a_room_free_in_outlook_is_taken_by_a_reservation(live_desk: Desk) -> None:
    live_desk.run("rooms", "add", VERMEER)
    span = ("--from", "2026-10-19T13:00", "--to", "2026-10-19T14:00")
    free = json.loads(live_desk.run("rooms", "free", *span, "-o", "json").stdout)
    assert [room["room"] for room in free] == [VERMEER]
    live_desk.reservations(
        make_reservation(
            event=None, room=ATRIUM, starts="2026-10-19 11:30", ends="2026-10-19 12:30"
        )
    )
    answer = live_desk.run("rooms", "free", *span)
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "no room is free Mon 2026-10-19 13:00-14:00 (Europe/Amsterdam)\n"


def test_a_room_whose_schedule_cannot_be_read_is_left_out_and_named(live_desk: Desk) -> None:
    live_desk.run("rooms", "discover", "--add")
    live_desk.rooms(make_room("Ghost", object_id=None))
    answer = live_desk.run(
        "rooms", "free", "--from", "2026-10-24T13:00", "--to", "2026-10-24T14:00", "-o", "json"
    )
    assert answer.exit_code == 8
    free = [room["room"] for room in json.loads(answer.stdout)]
    assert VERMEER in free
    assert "ghost@contoso.example" not in free
    assert answer.stderr.startswith("left out, its schedule could not be read: Ghost: ")


def test_where_no_schedule_can_be_read_no_room_is_known_to_be_free(live_desk: Desk) -> None:
    live_desk.rooms(make_room("Ghost", object_id=None))
    answer = live_desk.run("rooms", "free", "--from", "tomorrow 13:00", "--to", "tomorrow 14:00")
    assert (answer.exit_code, answer.stdout) == (8, "")
    assert answer.stderr.startswith("no room is known to be free Tue 2026-10-20")
    assert "left out, its schedule could not be read: Ghost: " in answer.stderr


def test_where_graph_forbids_all_the_error_is_the_answer(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    live_desk.rooms(make_room("Vermeer", mailbox=VERMEER, object_id=None))
    tenant.service.token = "another"
    answer = live_desk.run("rooms", "free", "--from", "tomorrow 13:00", "--to", "tomorrow 14:00")
    assert (answer.exit_code, answer.stdout) == (4, "")


@pytest.mark.parametrize(
    ("said", "free", "code"),
    [
        ({"availabilityView": "2" * 18}, ["Boiler"], 0),
        ({"availabilityView": "2" * 18, "scheduleItems": []}, ["Boiler"], 0),
        ({"availabilityView": "2" * 18, "scheduleItems": None}, ["Boiler"], 0),
        ({"availabilityView": "0" * 17 + "1"}, ["Boiler"], 0),
        ({"availabilityView": "2" * 6 + "0" * 12}, ["Atrium", "Boiler"], 0),
        ({"availabilityView": "22"}, ["Boiler"], 8),
        ({"availabilityView": "0" * 17}, ["Boiler"], 8),
        ({"availabilityView": "0" * 6 + "2"}, ["Boiler"], 0),
        ({}, ["Boiler"], 8),
        ({"error": {"responseCode": "5006"}, "availabilityView": "0" * 18}, ["Boiler"], 8),
    ],
)
def test_a_room_shown_without_its_items_is_free_only_where_its_view_says_so(
    live_desk: Desk, said: dict[str, Any], free: list[str], code: int
) -> None:
    live_desk.rooms(make_room("Atrium"), make_room("Boiler", id=RoomId(2)))
    answer = {
        "value": [
            {"scheduleId": "ATRIUM@contoso.example", **said},
            {"scheduleId": "boiler@contoso.example", "availabilityView": "0" * 18},
        ]
    }
    with RecordedGraph() as graph:
        for name in ("atrium", "boiler"):
            graph.on(f"/users/object-{name}/calendar/getSchedule", answer, method="POST")
        live_desk.environment["OBCTL_GRAPH_URL"] = graph.url
        found = live_desk.run(
            "rooms", "free", "--from", "tomorrow 13:00", "--to", "tomorrow 14:00", "-o", "json"
        )
    assert [room["name"] for room in json.loads(found.stdout)] == free
    assert found.exit_code == code
    assert ("could not be read: Atrium" in found.stderr) is (code == 8)


def test_graph_get_prints_what_graph_sent(live_desk: Desk) -> None:
    answer = live_desk.run("graph", "get", f"/users/{VERMEER}/calendar?$select=owner")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert json.loads(answer.stdout_bytes)["owner"]["address"] == VERMEER


def test_graph_get_of_a_room_by_an_address_that_is_no_principal_name(live_desk: Desk) -> None:
    answer = live_desk.run("graph", "get", f"/users/{VERMEER}")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "Graph said: 404 Request_ResourceNotFound" in answer.stderr
    shown = " ".join(answer.stderr.split())
    command = f"obctl graph get '/users?$filter=mail eq %27{VERMEER}%27'"
    assert command in shown
    found = live_desk.run(*shlex.split(command)[1:])
    assert found.exit_code == 0, found.stderr
    assert [one["mail"] for one in json.loads(found.stdout)["value"]] == [VERMEER]


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/users/o'neil@contoso.example", "mail eq %27o%27%27neil@contoso.example%27"),
        ("users/nobody@contoso.example?$select=id", "mail eq %27nobody@contoso.example%27"),
        ("/users/00000000-0000-0000-0000-000000000000", None),
    ],
)
def test_where_an_address_may_be_looked_for_the_way_on_is_named(
    live_desk: Desk, path: str, command: str | None
) -> None:
    shown = " ".join(live_desk.run("graph", "get", path).stderr.split())
    if command is None:
        assert "$filter" not in shown
    else:
        assert f"obctl graph get '/users?$filter={command}'" in shown


def test_graph_get_of_nothing_says_what_graph_said(live_desk: Desk) -> None:
    answer = live_desk.run("graph", "get", "/nonsense")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "Graph said: 400 BadRequest" in answer.stderr


def test_events_older_than_the_activation_come_only_once_asked_for(live_desk: Desk) -> None:
    live_desk.run("rooms", "add", VERMEER)

    def count() -> int:
        assert live_desk.run("sync", "run").exit_code == 0
        return len(json.loads(live_desk.run("reservations", "list", "-o", "json").stdout))

    assert count() == 0
    live_desk.run("rooms", "import-existing", "--all")
    assert count() > 10
