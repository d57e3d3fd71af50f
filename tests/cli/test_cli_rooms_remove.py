"""`rooms remove` at the desk: what is told before, what is left, and how it is taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from builders import NOW, make_outbox_item, make_reservation, make_subscription
from desk import ATRIUM, Desk, lines
from listening import endpoint

from obctl.domain.reservation import ReservationNumber
from obctl.domain.sync.cancellation import Reason
from obctl.sandbox.server import SandboxServer
from obctl.store.cancellation_requests import add_request
from obctl.store.outbox import add_to_outbox
from obctl.store.rooms import find_room_at
from obctl.store.subscriptions import load_subscriptions, save_subscription

ROOM = "ams-1.02@contoso.example"
NAME = "AMS 1.02 Vermeer"
ENDS = "1 pending write and 1 open cancellation request stay"
REMOVED_KEYS = [
    "mailbox", "removed_at", "pending_writes", "open_requests", "still_subscribed"
]  # fmt: skip


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Atrium has a write that is owed and a request that waits; Graph is not there."""
    desk.reservations(make_reservation(1, room=ATRIUM), make_reservation(2, room=ATRIUM))
    with desk.store() as store, store.transaction():
        add_to_outbox(store, make_outbox_item(reservation=ReservationNumber(1)))
        add_request(store, 2, reason=Reason.UNPROVEN, cause=None, at=NOW)
    return desk


def mailboxes(desk: Desk, *options: str) -> list[str]:
    answer = desk.run("rooms", "list", *options, "-o", "json")
    return [room["mailbox"] for room in json.loads(answer.stdout)]


def test_what_is_begun_is_told_and_asks_for_yes_where_nobody_can_answer(busy: Desk) -> None:
    refused = busy.run("rooms", "remove", "Atrium")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"Take Atrium (atrium@contoso.example) out? {ENDS} as they are." in refused.stderr
    assert "add --yes" in refused.stderr
    assert len(mailboxes(busy)) == 2
    done = busy.run("rooms", "remove", "Atrium", "--yes")
    assert (done.exit_code, done.stdout) == (0, "")
    assert lines(done.stderr) == [
        "Atrium (atrium@contoso.example) is not mapped any more; nothing was cancelled",
        f"{ENDS}: writes wait until it is mapped again, requests for a person",
        "`obctl rooms add atrium@contoso.example` takes it back, with all its reservations",
    ]
    assert mailboxes(busy) == ["liberty@contoso.example"]
    assert mailboxes(busy, "--removed") == ["atrium@contoso.example"]


def test_that_a_subscription_ended_is_told_with_the_way_back(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    assert live_desk.run("rooms", "add", ROOM).exit_code == 0
    with endpoint() as url:
        command = ("subscriptions", "create", ROOM, "--notification-url", url)
        assert live_desk.run(*command).exit_code == 0
        done = live_desk.run("rooms", "remove", ROOM)
        assert done.exit_code == 0
        told = lines(done.stderr)
        assert told[2] == "its subscription ended; once it is mapped again:"
        assert told[3].strip() == f"obctl {' '.join(command)}"
        assert live_desk.run("rooms", "add", ROOM).exit_code == 0
        assert live_desk.run(*command).exit_code == 0


def test_a_room_with_nothing_begun_goes_without_a_question_and_without_graph(desk: Desk) -> None:
    answer = desk.run("rooms", "remove", "Liberty", "--by", "Mia", "-o", "json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    told = json.loads(answer.stdout)
    assert list(told) == REMOVED_KEYS
    assert (told["mailbox"], told["removed_at"]) == (
        "liberty@contoso.example", "2026-09-14T12:00:00Z",
    )  # fmt: skip
    (entry,) = json.loads(
        desk.run(
            "log", "search", "--action", "room.removed", "--room", "Liberty", "-o", "json"
        ).stdout
    )
    assert entry["actor"] == "Mia"
    assert entry["message"] == "Liberty (liberty@contoso.example) is not mapped any more"


def test_history_of_a_room_taken_out_is_found_and_says_so(busy: Desk) -> None:
    busy.run("rooms", "remove", "Atrium", "--yes")
    said = "Atrium is not mapped any more since 2026-09-14"
    for words in (
        ("reservations", "list"),
        ("reservations", "list", "--room", "Atrium"),
        ("reservations", "list", "--on", "2026-09-15"),
        ("reservations", "list", "--location", "Amsterdam"),
    ):
        answer = busy.run(*words, "-o", "json")
        assert [item["number"] for item in json.loads(answer.stdout)] == [1, 2]
        assert answer.stderr == f"{said}\n"
    shown = busy.run("reservations", "show", "1", "-o", "json")
    assert (json.loads(shown.stdout)["number"], shown.stderr) == (1, f"{said}\n")
    assert "taken out" in busy.run("rooms", "show", "Atrium").stdout
    assert lines(busy.run("rooms", "list", "--removed").stdout)[-1].endswith("taken out, now")
    told = busy.run("explain", "1", "--cached", "-o", "json")
    assert f"{said}: Outlook is shown as it was last read" in told.stderr
    assert json.loads(told.stdout)["item"]["reservation"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("sync", "run", "--room", "Atrium"),
        ("planner", "today", "--room", "Atrium"),
        ("diff", "today", "--room", "Atrium"),
        ("subscriptions", "create", "Atrium", "--notification-url", "https://h.example/n"),
        ("rooms", "remove", "Atrium", "--yes"),
        ("rooms", "import-existing", "Atrium"),
        ("rooms", "change", "Atrium", "--capacity", "4"),
    ],
    ids=" ".join,
)
def test_what_needs_a_mapped_room_says_that_it_is_none(busy: Desk, words: tuple[str, ...]) -> None:
    busy.run("rooms", "remove", "Atrium", "--yes")
    answer = busy.run(*words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "Atrium (atrium@contoso.example) is not mapped any more since 2026-09-14" in (
        answer.stderr
    )
    assert "`obctl rooms add atrium@contoso.example` takes it back" in " ".join(
        answer.stderr.split()
    )


def test_planner_diff_and_free_rooms_leave_it_out(busy: Desk) -> None:
    busy.run("rooms", "remove", "Atrium", "--yes")
    day = json.loads(busy.run("planner", "2026-09-15", "--cached", "-o", "json").stdout)
    assert [room["room"] for room in day["rooms"]] == ["liberty@contoso.example"]
    found = busy.run("diff", "2026-09-15", "--cached", "-o", "json")
    told = json.loads(found.stdout)
    assert [room["room"] for room in told["rooms"]] == ["liberty@contoso.example"]
    assert told["differences"] == []
    answer = busy.run("rooms", "list", "--location", "Amsterdam")
    assert "no room at location 'Amsterdam'" in answer.stderr


@pytest.fixture
def url() -> Iterator[str]:
    with endpoint() as url:
        yield url


@pytest.fixture
def live(live_desk: Desk, url: str) -> Desk:
    """A room of the demo's tenant, read and subscribed."""
    for words in (
        ("rooms", "add", ROOM),
        ("rooms", "import-existing", "--all"),
        ("sync", "run"),
        ("subscriptions", "create", "--all", "--notification-url", url),
    ):
        assert live_desk.run(*words).exit_code == 0
    return live_desk


def at_graph(tenant: SandboxServer) -> list[dict[str, Any]]:
    answer = httpx.get(f"{tenant.url}/subscriptions", headers={"Authorization": "Bearer any"})
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


def reservations(desk: Desk) -> list[tuple[Any, ...]]:
    found = json.loads(desk.run("reservations", "list", "-o", "json").stdout)
    return [(item["number"], item["status"], item["start"]) for item in found]


def test_the_subscription_ends_at_graph_too(live: Desk, tenant: SandboxServer) -> None:
    assert live.run("rooms", "remove", ROOM).exit_code == 0
    assert at_graph(tenant) == []
    assert json.loads(live.run("subscriptions", "list", "-o", "json").stdout) == []
    removed = live.run("log", "search", "--action", "subscription.removed", "-o", "json")
    (entry,) = json.loads(removed.stdout)
    assert entry["message"].endswith("removed: its room was taken out")


def test_a_subscription_that_cannot_be_ended_is_told_and_tried_again(
    live: Desk, tenant: SandboxServer
) -> None:
    (held,) = at_graph(tenant)
    url, live.environment["OBCTL_GRAPH_URL"] = tenant.url, "http://127.0.0.1:9/v1.0"
    answer = live.run("rooms", "remove", ROOM, "-o", "json")
    assert answer.exit_code == 8
    assert json.loads(answer.stdout)["still_subscribed"] == [held["id"]]
    error = json.loads(answer.stderr.splitlines()[-1])["error"]
    assert error["code"] == "still-subscribed"
    assert error["message"].startswith(
        f"{NAME} is taken out, but Graph still holds its subscription {held['id']}: "
    )
    assert "each `obctl sync run` tries again" in error["hint"]
    live.environment["OBCTL_GRAPH_URL"] = url
    assert len(at_graph(tenant)) == 1
    left = live.run("subscriptions", "list")
    assert f"foreign: {held['id']}" in left.stderr
    assert "no mapped room of the ledger relies on it" in left.stderr
    assert "does not know it" not in left.stderr
    assert live.run("sync", "run").exit_code == 0
    assert at_graph(tenant) == []
    with live.store() as store:
        assert load_subscriptions(store) == []


def test_one_that_ran_out_is_history_and_needs_no_graph(desk: Desk) -> None:
    old = make_subscription(room=ATRIUM, expires_at=NOW)
    with desk.store() as store, store.transaction():
        save_subscription(store, old)
    assert desk.run("rooms", "remove", "Atrium").exit_code == 0
    with desk.store() as store:
        assert [one.id for one in load_subscriptions(store)] == [old.id]


def test_a_room_taken_back_has_all_it_had_and_nothing_twice(live: Desk) -> None:
    before = reservations(live)
    assert len(before) > 10
    assert live.run("rooms", "remove", ROOM).exit_code == 0
    with live.store() as store:
        gone = find_room_at(store, ROOM)
    back = live.run("rooms", "add", ROOM.upper(), "--capacity", "7")
    assert (back.exit_code, back.stderr.splitlines()[0]) == (
        0,
        f"{NAME} ({ROOM}) is mapped again, Europe/Amsterdam",
    )
    with live.store() as store:
        again = find_room_at(store, ROOM)
    assert again is not None
    assert gone is not None
    assert (again.id, again.activated_at, again.capacity) == (gone.id, gone.activated_at, 7)
    assert live.run("sync", "run").exit_code == 0
    assert reservations(live) == before
    assert "is mapped already" in live.run("rooms", "add", ROOM).stderr


def test_a_file_takes_a_room_back_and_says_what_is_new_of_it(busy: Desk, tmp_path: Any) -> None:
    busy.run("rooms", "remove", "Atrium", "--yes")
    file = tmp_path / "rooms.csv"
    file.write_text("mailbox,name,capacity\nATRIUM@contoso.example,Atrium West,12\n")
    answer = busy.run("rooms", "import", str(file), "-o", "json")
    (room,) = json.loads(answer.stdout)
    assert (room["mailbox"], room["name"], room["capacity"], room["location"]) == (
        "atrium@contoso.example", "Atrium West", 12, "Amsterdam",
    )  # fmt: skip
    assert room["activated_at"] == "2026-01-01T00:00:00Z"
    assert room["removed_at"] is None


def test_discover_add_leaves_out_what_was_taken_out_on_purpose(live: Desk) -> None:
    live.run("rooms", "remove", ROOM)
    answer = live.run("rooms", "discover", "--add", "-o", "json")
    assert answer.exit_code == 0
    assert "11 rooms are mapped now" in answer.stderr
    assert f"left out, as it was taken out: {ROOM}" in answer.stderr
    assert [one["mailbox"] for one in json.loads(answer.stdout) if not one["mapped"]] == [ROOM]
