"""Rooms of a tenant that sorts them by buildings, rooms that got another address, and people."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from between import Bad, Between
from desk import Desk, lines

from obctl.sandbox.actions import perform
from obctl.sandbox.faults import Fault
from obctl.sandbox.server import SandboxServer
from obctl.sandbox.steps import Recreate
from obctl.store.rooms import find_room_at, load_rooms

TENANT = """
[tenant]
domain = "contoso.example"
time_zone = "Europe/Amsterdam"
clock = "2026-09-14T12:00:00Z"

[[buildings]]
name = "Headquarters"

[[rooms]]
mailbox = "hals@contoso.example"
name = "Hals"
building = "Headquarters"
floor = 2
capacity = 6

[[rooms]]
mailbox = "vermeer@contoso.example"
name = "Vermeer"
building = "Headquarters"

[[rooms]]
mailbox = "hidden@contoso.example"
name = "Boardroom"
hidden = true

[[people]]
name = "Anna de Vries"
mailbox = "anna@contoso.example"

[[people]]
name = "Info"
mailbox = "info@contoso.example"
purpose = "shared"
"""
HALS, NEW, HIDDEN = "hals@contoso.example", "frans.hals@contoso.example", "hidden@contoso.example"


@pytest.fixture
def places(tmp_path: Path) -> Iterator[SandboxServer]:
    file = tmp_path / "tenant.toml"
    file.write_text(TENANT)
    with SandboxServer(file, frozen=True) as server:
        yield server


@pytest.fixture
def desk(places: SandboxServer, tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home", url=places.url)


def discovered(desk: Desk, *options: str) -> list[dict[str, Any]]:
    answer = desk.run("rooms", "discover", *options, "-o", "json")
    assert answer.exit_code == 0, answer.stderr
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found


def addresses(desk: Desk) -> list[str]:
    with desk.store() as store:
        return [room.mailbox for room in load_rooms(store)]


def test_a_building_is_the_location_and_its_floor_the_floor(desk: Desk) -> None:
    found = discovered(desk, "--add")
    assert [(one["name"], one["location"], one["floor"]) for one in found] == [
        ("Hals", "Headquarters", "Floor 2"),
        ("Vermeer", "Headquarters", None),
    ]
    with desk.store() as store:
        hals = find_room_at(store, HALS)
    assert hals is not None
    assert hals.place_id


def test_a_tenant_without_place_ids_is_listed_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "tenant.toml"
    file.write_text(TENANT.replace("clock =", "place_ids = false\nclock ="))
    with SandboxServer(file, frozen=True) as server:
        desk = Desk(tmp_path / "home", url=server.url)
        assert [one["location"] for one in discovered(desk, "--add")] == ["Headquarters"] * 2
        with desk.store() as store:
            assert [room.place_id for room in load_rooms(store)] == [None, None]


def readdress(places: SandboxServer) -> None:
    with places.tenant.locked():
        places.service.exchange.directory.readdress(HALS, NEW)


def test_a_room_that_got_another_address_is_no_second_room(
    desk: Desk, places: SandboxServer
) -> None:
    discovered(desk, "--add")
    readdress(places)
    told = desk.run("rooms", "discover")
    assert (
        f"{NEW} is the place that is known as {HALS}: its address, or its mailbox, is another now"
        in told.stderr
    )
    assert addresses(desk) == [HALS, "vermeer@contoso.example"]
    answer = desk.run("rooms", "discover", "--add")
    assert lines(answer.stderr)[:2] == [
        f"Hals has another address: {HALS} -> {NEW}",
        "0 rooms are mapped now",
    ]
    assert addresses(desk) == [NEW, "vermeer@contoso.example"]
    (entry,) = json.loads(
        desk.run("log", "search", "--action", "setting.changed", "-o", "json").stdout
    )
    assert entry["message"] == f"Hals: address: {HALS} -> {NEW}"


def test_a_place_with_another_mailbox_is_not_taken_for_the_room(
    desk: Desk, places: SandboxServer
) -> None:
    discovered(desk, "--add")
    perform(places.service, Recreate(room=HALS))
    readdress(places)
    answer = desk.run("rooms", "discover", "--add")
    assert f"{NEW} is the place that is known as {HALS}" in answer.stderr
    assert addresses(desk) == [HALS, "vermeer@contoso.example"]
    added = desk.run("rooms", "add", NEW)
    assert (added.exit_code, added.stdout) == (2, "")
    assert f"the place of {NEW} is known as {HALS} (Hals)" in added.stderr
    assert f"obctl rooms remove {HALS}" in added.stderr


def test_a_room_taken_out_is_taken_back_under_its_new_address(
    desk: Desk, places: SandboxServer
) -> None:
    discovered(desk, "--add")
    with desk.store() as store:
        before = find_room_at(store, HALS)
    assert desk.run("rooms", "remove", HALS).exit_code == 0
    readdress(places)
    assert desk.run("rooms", "add", NEW).exit_code == 0
    with desk.store() as store:
        after = find_room_at(store, NEW)
        assert find_room_at(store, HALS) is None
    assert before is not None
    assert after is not None
    assert (after.id, after.object_id, after.is_mapped) == (before.id, before.object_id, True)


def test_a_mapped_room_is_not_added_again_under_its_new_address(
    desk: Desk, places: SandboxServer
) -> None:
    discovered(desk, "--add")
    readdress(places)
    answer = desk.run("rooms", "add", NEW)
    assert answer.exit_code == 2
    assert f"{HALS} is mapped already" in answer.stderr
    assert "obctl rooms discover --add" in " ".join(answer.stderr.split())
    assert addresses(desk) == [HALS, "vermeer@contoso.example"]


@pytest.mark.parametrize(("person", "purpose"), [("anna", "user"), ("info", "shared")])
def test_the_mailbox_of_a_person_is_not_mapped_by_a_slip(
    desk: Desk, person: str, purpose: str
) -> None:
    address = f"{person}@contoso.example"
    refused = desk.run("rooms", "add", address)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"{address} is no room: its mailbox is for '{purpose}' (userPurpose)" in refused.stderr
    assert "--not-a-room" in refused.stderr
    assert addresses(desk) == []
    assert desk.run("rooms", "add", address, "--not-a-room").exit_code == 0
    assert addresses(desk) == [address]


def test_a_room_hidden_from_the_address_list_is_a_room(desk: Desk) -> None:
    assert HIDDEN not in [one["mailbox"] for one in discovered(desk)]
    answer = desk.run("rooms", "add", HIDDEN)
    assert (answer.exit_code, "warning" in answer.stderr) == (0, False)


def test_where_only_its_absence_speaks_a_mailbox_is_not_mapped_unasked(
    desk: Desk, places: SandboxServer
) -> None:
    places.service.faults.active.append(Fault("forbidden", route="mailboxSettings"))
    refused = desk.run("rooms", "add", HIDDEN)
    assert refused.exit_code == 2
    assert "nothing shows that hidden@contoso.example is a room" in refused.stderr
    assert "MailboxSettings.Read" in refused.stderr
    assert desk.run("rooms", "add", HIDDEN, "--not-a-room").exit_code == 0
    # What Places lists is a room, whatever may be read besides.
    assert desk.run("rooms", "add", HALS).exit_code == 0


def test_where_nothing_can_be_told_it_is_said(desk: Desk, places: SandboxServer) -> None:
    faults = [Fault("forbidden", route=route) for route in ("mailboxSettings", "places/*")]
    places.service.faults.active.extend(faults)
    answer = desk.run("rooms", "add", HALS)
    assert answer.exit_code == 0
    assert "whether hals@contoso.example is a room cannot be told" in answer.stderr
    assert "Place.Read.All" in answer.stderr


def _changed(name: str, value: Any, of: str) -> Bad:
    """A list in which one field of the item that says `of` is something else."""

    def change(good: bytes) -> bytes:
        page = json.loads(good)
        for item in page["value"]:
            if of in json.dumps(item):
                item[name] = value
        return json.dumps(page).encode()

    return Bad(change=change)


def test_a_room_that_cannot_be_read_is_named_and_the_others_are_mapped(
    places: SandboxServer, tmp_path: Path
) -> None:
    with Between(places.port) as between:
        desk = Desk(tmp_path / "home", url=between.url)
        between.spoil("/places/*", _changed("emailAddress", 7, HALS))
        shown = desk.run("rooms", "discover", "--add", "-o", "json")
        assert shown.exit_code == 8
        assert [one["name"] for one in json.loads(shown.stdout)] == ["Vermeer"]
        assert "cannot be read: Hals among the rooms (expected str" in shown.stderr
        assert addresses(desk) == ["vermeer@contoso.example"]
        # Its absence among the places does not speak: they could not all be read.
        places.service.faults.active.append(Fault("forbidden", route="mailboxSettings"))
        added = desk.run("rooms", "add", HALS)
        assert added.exit_code == 0
        assert f"whether {HALS} is a room cannot be told" in added.stderr


@pytest.mark.parametrize(
    "path",
    ["/places/*graph.room", "/places/*graph.building", "/places/*/descendants/*graph.room"],
    ids=["rooms", "buildings", "rooms-of-a-building"],
)
def test_what_cannot_be_read_is_shown_by_the_command_that_the_hint_names(
    desk: Desk, places: SandboxServer, path: str
) -> None:
    def change(good: bytes) -> bytes:
        page = json.loads(good)
        page["value"].insert(0, {"id": "odd", "displayName": "Odd one", "emailAddress": 7})
        return json.dumps(page).encode()

    with Between(places.port) as between:
        between.spoil(path, Bad(change=change), method="GET")
        desk.environment["OBCTL_GRAPH_URL"] = between.url
        found = desk.run("rooms", "discover", "-o", "json")
        assert found.exit_code == 8
        assert [one["name"] for one in json.loads(found.stdout)] == ["Hals", "Vermeer"]
        assert "cannot be read: Odd one among" in found.stderr
        told_of = desk.run("rooms", "discover").stderr
        (command,) = (line.strip() for line in told_of.splitlines() if "obctl graph get" in line)
        shown = desk.run(*shlex.split(command)[1:])
        assert shown.exit_code == 0, shown.stderr
        assert "Odd one" in shown.stdout
        told = json.loads(desk.run("doctor", "-o", "json").stdout)
    (finding,) = (one for one in told if one["check"] == "graph places")
    if path != "/places/*graph.room":
        assert finding["verdict"] == "ok"
        return
    assert (finding["verdict"], finding["remedy"]) == ("warning", command)
    assert (
        "2 rooms on the first page, and some that cannot be read: Odd one among the rooms"
        in (finding["message"])
    )
