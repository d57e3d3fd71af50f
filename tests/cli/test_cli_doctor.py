"""What `doctor` says of whose mailboxes answer, and of whether that can be told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders import make_room
from desk import Desk
from pasting import ensure_pastable

from obctl.sandbox.server import SandboxServer

ROOMS = ("ams-1.01@contoso.example", "ams-1.02@contoso.example")


@pytest.fixture(params=["User.ReadBasic.All", "none"])
def mapped(request: pytest.FixtureRequest, live_desk: Desk, tenant: SandboxServer) -> Desk:
    """Two rooms, mapped and read under this much permission."""
    tenant.tenant.exchange.directory.permission = request.param
    for words in (*(("rooms", "add", room) for room in ROOMS), ("sync", "run")):
        answer = live_desk.run(*words)
        assert answer.exit_code == 0, answer.stderr
    return live_desk


def findings(desk: Desk) -> tuple[int, list[dict[str, Any]]]:
    """The exit code, and what is said about rooms' mailboxes."""
    answer = desk.run("doctor", "-o", "json")
    found = json.loads(answer.stdout)
    ensure_pastable(found)
    told = [item for item in found if item["check"].startswith("room")]
    return answer.exit_code, [item for item in told if item["check"] != "rooms"]


@pytest.mark.parametrize("mapped", ["User.ReadBasic.All"], indirect=True)
def test_with_the_least_permission_all_is_well(mapped: Desk) -> None:
    code, (told,) = findings(mapped)
    assert (code, told["check"], told["verdict"]) == (0, "room identity", "ok")
    assert told["message"] == "2 of 2 rooms are the mailboxes on record"


def test_a_room_that_has_no_mailbox_on_record_yet_is_not_called_in_order(live_desk: Desk) -> None:
    live_desk.rooms(make_room("Nobody", mailbox=ROOMS[0], object_id=None))
    code, (told,) = findings(live_desk)
    assert (code, told["check"], told["verdict"]) == (0, "room identity", "unproven")
    assert (ROOMS[0] in told["message"], told["remedy"]) == (True, "obctl sync run")


@pytest.mark.parametrize("mapped", ["none"], indirect=True)
def test_where_the_directory_is_closed_the_check_is_off_and_doctor_says_so_once(
    mapped: Desk,
) -> None:
    code, (told,) = findings(mapped)
    assert (code, told["check"], told["verdict"]) == (3, "room identity", "problem")
    assert told["message"].startswith("off: Graph forbids ")
    assert all(room in told["message"] for room in ROOMS)
    assert "User.ReadBasic.All (or User.Read.All)" in told["hint"]
    assert told["hint"].endswith("obctl sync run --full")


@pytest.mark.parametrize("mapped", ["none"], indirect=True)
def test_once_the_directory_is_open_a_full_read_turns_the_check_on(
    mapped: Desk, tenant: SandboxServer
) -> None:
    tenant.tenant.exchange.directory.permission = "User.ReadBasic.All"
    code, (told,) = findings(mapped)
    assert (code, told["check"], told["hint"]) == (3, "room identity", "obctl sync run --full")
    assert mapped.run("sync", "run", "--full").exit_code == 0
    code, (told,) = findings(mapped)
    assert (code, told["verdict"]) == (0, "ok")


@pytest.mark.parametrize("mapped", ["User.ReadBasic.All"], indirect=True)
def test_where_the_directory_was_closed_later_only_the_check_is_off(
    mapped: Desk, tenant: SandboxServer
) -> None:
    tenant.tenant.exchange.directory.permission = "none"
    code, (told,) = findings(mapped)
    assert (code, told["check"]) == (3, "room identity")
    assert "no object id is on record" not in told["message"]


def test_the_status_names_the_rooms_whose_identity_nobody_checks(
    mapped: Desk, tenant: SandboxServer
) -> None:
    off = tenant.tenant.exchange.directory.permission == "none"
    rooms = json.loads(mapped.run("sync", "status", "-o", "json").stdout)["rooms"]
    assert {room["room"]: room["identity_unchecked"] for room in rooms} == dict.fromkeys(ROOMS, off)
    shown = mapped.run("sync", "status").stdout
    assert shown.count("identity check off") == (2 if off else 0)
