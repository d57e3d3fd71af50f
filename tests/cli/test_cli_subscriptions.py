from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from between import Bad, Between
from builders import NOW, make_subscription
from desk import Desk, lines
from listening import endpoint

from obctl.domain.subscription import LIFETIME
from obctl.sandbox.server import SandboxServer
from obctl.store.rooms import load_rooms
from obctl.store.subscriptions import load_subscriptions, save_subscription

pytestmark = pytest.mark.usefixtures("hasty")

FIELDS = ["id", "room", "resource", "expires_at", "state", "last_notification_at"]


@pytest.fixture
def url() -> Iterator[str]:
    with endpoint() as url:
        yield url


@pytest.fixture
def rooms(live_desk: Desk, tenant: SandboxServer) -> list[str]:
    """Two mapped rooms of the demo's tenant."""
    chosen = tenant.rooms[:2]
    for room in chosen:
        assert live_desk.run("rooms", "add", room).exit_code == 0
    return chosen


def listed(desk: Desk) -> list[dict[str, object]]:
    answer = desk.run("subscriptions", "list", "-o", "json")
    assert answer.exit_code == 0, answer.stderr
    return json.loads(answer.stdout)


def at_graph(tenant: SandboxServer) -> list[dict[str, object]]:
    answer = httpx.get(f"{tenant.url}/subscriptions", headers={"Authorization": "Bearer any"})
    return answer.json()["value"]


def remove_at_graph(tenant: SandboxServer, subscription: object) -> None:
    httpx.delete(
        f"{tenant.url}/subscriptions/{subscription}", headers={"Authorization": "Bearer any"}
    ).raise_for_status()


def test_create_list_renew_remove(live_desk, tenant, rooms, url) -> None:
    made = live_desk.run(
        "subscriptions", "create", "--all", "--notification-url", url, "-o", "json"
    )
    assert made.exit_code == 0, made.stderr
    objects = json.loads(made.stdout)
    assert [list(one) for one in objects] == [FIELDS] * 2
    assert [one["room"] for one in objects] == sorted(rooms)
    assert {one["state"] for one in objects} == {"active"}
    assert {one["expires_at"] for one in objects} == {"2026-10-26T04:30:00Z"}

    there = at_graph(tenant)
    assert {one["changeType"] for one in there} == {"created,updated,deleted"}
    assert {one["notificationUrl"] for one in there} == {url}
    assert {one["lifecycleNotificationUrl"] for one in there} == {url[:-13] + "lifecycle"}
    assert {one["resource"] for one in there} == {one["resource"] for one in objects}

    assert listed(live_desk) == objects
    due = live_desk.run("subscriptions", "renew", "--all")
    assert (due.exit_code, due.stderr) == (0, "no subscription is due\n")
    renewed = live_desk.run("subscriptions", "renew", rooms[0], str(objects[1]["id"]), "-o", "json")
    assert len(json.loads(renewed.stdout)) == 2

    removed = live_desk.run("subscriptions", "remove", rooms[0], "-o", "json")
    assert [one["room"] for one in json.loads(removed.stdout)] == [rooms[0]]
    assert [one["room"] for one in listed(live_desk)] == [rooms[1]]
    assert live_desk.run("subscriptions", "remove", "--all").exit_code == 0
    assert listed(live_desk) == []
    assert at_graph(tenant) == []


def test_no_secret_is_shown_anywhere(live_desk, rooms, url) -> None:
    shown = ""
    for words in (
        ("create", "--all", "--notification-url", url),
        ("list", "-o", "json"),
        ("list", "-o", "csv"),
        ("renew", rooms[0]),
    ):
        answer = live_desk.run("subscriptions", *words)
        shown += answer.stdout + answer.stderr
    with live_desk.store() as store:
        secrets = [one.client_state for one in load_subscriptions(store)]
    assert len(secrets) == 2
    assert not [secret for secret in secrets if secret in shown]


def test_creating_twice_keeps_what_there_is(live_desk, tenant, rooms, url) -> None:
    for _ in range(2):
        answer = live_desk.run("subscriptions", "create", *rooms, "--notification-url", url)
        assert answer.exit_code == 0
    assert {one["id"] for one in at_graph(tenant)} == {one["id"] for one in listed(live_desk)}
    assert len(at_graph(tenant)) == 2


def test_what_another_store_made_is_replaced(live_desk, tenant, rooms, url) -> None:
    live_desk.run("subscriptions", "create", rooms[0], "--notification-url", url)
    (first,) = at_graph(tenant)
    with live_desk.store() as store:
        store.run("DELETE FROM subscriptions")

    foreign = live_desk.run("subscriptions", "list", "-o", "json")
    assert json.loads(foreign.stdout) == []
    assert f"foreign: {first['id']} watches AMS 0.01 " in foreign.stderr
    assert f"(Europe/Amsterdam) and tells {url}" in foreign.stderr
    assert "another company's or installation's, or of a ledger that was lost" in foreign.stderr

    live_desk.run("subscriptions", "create", rooms[0], "--notification-url", url)
    (second,) = at_graph(tenant)
    assert second["id"] != first["id"]
    assert [one["id"] for one in listed(live_desk)] == [second["id"]]


def test_one_that_graph_no_longer_has_is_listed_as_lost_and_renewed_anew(
    live_desk, tenant, rooms, url
) -> None:
    live_desk.run("subscriptions", "create", rooms[0], "--notification-url", url)
    (first,) = at_graph(tenant)
    remove_at_graph(tenant, first["id"])

    answer = live_desk.run("subscriptions", "list", "-o", "json")
    assert [one["state"] for one in json.loads(answer.stdout)] == ["lost"]
    assert "obctl subscriptions renew --all" in answer.stderr

    assert live_desk.run("subscriptions", "renew", "--all").exit_code == 0
    (second,) = at_graph(tenant)
    assert [(one["id"], one["state"]) for one in listed(live_desk)] == [(second["id"], "active")]


def test_removing_what_graph_dropped_already_is_fine(live_desk, tenant, rooms, url) -> None:
    live_desk.run("subscriptions", "create", rooms[0], "--notification-url", url)
    remove_at_graph(tenant, at_graph(tenant)[0]["id"])
    assert live_desk.run("subscriptions", "remove", rooms[0]).exit_code == 0
    assert listed(live_desk) == []


def test_one_that_is_not_in_the_ledger_is_removed_by_its_id(live_desk, tenant, rooms, url) -> None:
    live_desk.run("subscriptions", "create", rooms[0], "--notification-url", url)
    with live_desk.store() as store:
        store.run("DELETE FROM subscriptions")
    (foreign,) = at_graph(tenant)
    answer = live_desk.run("subscriptions", "remove", str(foreign["id"]))
    assert (answer.exit_code, answer.stderr) == (0, f"foreign: {foreign['id']} removed\n")
    assert at_graph(tenant) == []


def test_nobody_at_the_notification_url(live_desk, rooms) -> None:
    answer = live_desk.run(
        "subscriptions", "create", "--all", "--notification-url", "http://127.0.0.1:9/notifications"
    )
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert "`obctl listen` must run there" in answer.stderr
    assert listed(live_desk) == []


def test_one_room_that_fails_does_not_stop_the_other(live_desk, tenant, rooms, url) -> None:
    with live_desk.store() as store:
        store.run("UPDATE rooms SET object_id = 'nobody' WHERE mailbox = ?", (rooms[0],))
    answer = live_desk.run(
        "subscriptions", "create", "--all", "--notification-url", url, "-o", "json"
    )
    assert answer.exit_code == 8
    assert [one["room"] for one in json.loads(answer.stdout)] == [rooms[1]]
    error = json.loads(answer.stderr)["error"]
    assert (error["code"], error["message"]) == (
        "unfinished",
        "1 of 2 rooms failed, the others are done",
    )
    assert rooms[0] in error["hint"]


def test_the_ledger_alone_where_graph_is_down(desk) -> None:
    with desk.store() as store:
        save_subscription(
            store, make_subscription(created_at=NOW - timedelta(hours=2), expires_at=NOW + LIFETIME)
        )
    answer = desk.run("subscriptions", "list")
    assert answer.exit_code == 0
    assert "this is the ledger alone" in answer.stderr
    assert lines(answer.stdout) == [
        "                                expires",
        "room and id             state   (Europe/Amsterdam)    notified",
        "──────────────────────────────────────────────────────────────",
        "atrium@contoso.example  active  Mon 2026-09-21 13:00  never",
        "S1",
    ]


def test_nothing_subscribed_is_an_empty_list(live_desk) -> None:
    assert listed(live_desk) == []
    answer = live_desk.run("subscriptions", "list")
    assert (answer.stdout, answer.stderr) == ("", "no room is subscribed\n")


def test_a_company_without_rooms_subscribes_none(live_desk, url) -> None:
    answer = live_desk.run("subscriptions", "create", "--all", "--notification-url", url)
    assert (answer.exit_code, answer.stderr) == (0, "no room is mapped yet\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "--notification-url", "https://h.example/notifications"), "--all"),
        (("create", "atrium", "--all", "--notification-url", "https://h.example/n"), "not both"),
        (("create", "--all"), "--notification-url"),
        (("create", "--all", "--notification-url", "http://h.example/n"), "only https"),
        (("create", "nowhere", "--notification-url", "https://h.example/n"), "nowhere"),
        (("renew",), "--all"),
        (("renew", "atrium"), "has no subscription"),
        (("remove",), "--all"),
        (("remove", "nowhere"), "nowhere"),
    ],
)
def test_wrong_arguments_are_said_before_graph_is_asked(desk, words, said) -> None:
    answer = desk.run("subscriptions", *words)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert said in answer.stderr


def test_one_that_cannot_be_read_is_named_and_neither_lost_nor_replaced(
    live_desk, tenant, rooms, url
) -> None:
    live_desk.run("subscriptions", "create", "--all", "--notification-url", url)
    before = at_graph(tenant)
    odd = str(before[0]["id"])

    def change(good: bytes) -> bytes:
        page = json.loads(good)
        for item in page["value"]:
            if item["id"] == odd:
                item["expirationDateTime"] = "soon"
        return json.dumps(page).encode()

    with Between(tenant.port) as between:
        between.spoil("/subscriptions", Bad(change=change), method="GET")
        live_desk.environment["OBCTL_GRAPH_URL"] = between.url
        shown = live_desk.run("subscriptions", "list", "-o", "json")
        assert shown.exit_code == 8
        assert {one["state"] for one in json.loads(shown.stdout)} == {"active"}
        assert f"cannot be read: {odd} (" in shown.stderr
        renewed = live_desk.run("subscriptions", "renew", "--all")
        assert (renewed.exit_code, odd in renewed.stderr) == (8, True)
        findings = json.loads(live_desk.run("doctor", "-o", "json").stdout)
    assert at_graph(tenant) == before
    (finding,) = (one for one in findings if odd in one["message"])
    assert (finding["verdict"], finding["remedy"]) == ("warning", "obctl graph get subscriptions")


def test_a_room_whose_id_nobody_tells_is_subscribed_by_its_address(live_desk, tenant, url) -> None:
    tenant.tenant.exchange.directory.permission = "none"
    room = tenant.rooms[0]
    assert live_desk.run("rooms", "add", room).exit_code == 0
    made = live_desk.run("subscriptions", "create", "--all", "--notification-url", url)
    assert made.exit_code == 0, made.stderr
    (there,) = at_graph(tenant)
    assert there["resource"] == f"users/{room}/events"
    again = live_desk.run("subscriptions", "create", "--all", "--notification-url", url)
    assert (again.exit_code, len(at_graph(tenant))) == (0, 1)
    assert live_desk.run("subscriptions", "renew", "--all").exit_code == 0
    (listed,) = json.loads(live_desk.run("subscriptions", "list", "-o", "json").stdout)
    assert listed["state"] == "active"
    # once the id is known it is the same room's: neither doubled nor foreign
    tenant.tenant.exchange.directory.permission = "User.ReadBasic.All"
    assert live_desk.run("sync", "run").exit_code == 0
    with live_desk.store() as store:
        assert load_rooms(store)[0].object_id
    found = json.loads(live_desk.run("doctor", "-o", "json").stdout)
    assert {one["verdict"] for one in found if one["check"] == "subscriptions"} == {"ok"}
    kept = live_desk.run("subscriptions", "create", "--all", "--notification-url", url)
    assert (kept.exit_code, len(at_graph(tenant))) == (0, 1)
