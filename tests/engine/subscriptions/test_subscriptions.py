from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from builders import NOW
from subscription_graph import SubscriptionGraph, in_ledger, logged, make_company, refused

from obctl.domain.listed import UnreadableItem
from obctl.domain.notification_urls import notification_urls
from obctl.domain.subscription import LIFETIME, SHORTER_LIFETIME, Occasion, SubscriptionState
from obctl.engine.subscriptions.renew import (
    Failed,
    compare_with_graph,
    create_subscription,
    reauthorize,
    remove_subscription,
    renew_all,
    renew_due,
    renew_in_run,
    renew_subscription,
)
from obctl.errors import GraphRefused, GraphUnavailable, NotFound
from obctl.store.inbox import load_waiting, rooms_with_notifications
from obctl.store.room_search import find_room
from obctl.store.rooms import load_rooms
from obctl.store.subscriptions import find_subscription, load_subscriptions

URLS = notification_urls("https://hooks.contoso.example/notifications")
DUE = {"created_at": NOW - LIFETIME + timedelta(days=1), "expires_at": NOW + timedelta(days=1)}


@pytest.fixture
def company(tmp_path):
    company = make_company(tmp_path, "Atrium", "Bistro")
    yield company
    company.store.close()


@pytest.fixture
def graph():
    return SubscriptionGraph()


def subscribe(company, graph, urls=URLS):
    room = find_room(company.store, "Atrium")
    return asyncio.run(create_subscription(company, graph, room, urls))


def actions(company) -> list[str]:
    return [entry.action for entry in logged(company)]


def test_a_room_is_subscribed_by_object_id_for_as_long_as_graph_allows(company, graph) -> None:
    made = subscribe(company, graph)

    assert made.resource == "users/object-atrium/events"
    assert made.expires_at == NOW + LIFETIME
    assert load_subscriptions(company.store) == [made]
    (entry,) = logged(company)
    assert (entry.action, entry.room) == ("subscription.created", made.room)


def test_each_secret_is_random_and_nowhere_but_in_the_ledger(company, graph) -> None:
    made = subscribe(company, graph)
    other = asyncio.run(
        create_subscription(company, graph, find_room(company.store, "Bistro"), URLS)
    )

    assert graph.secrets[made.id] == made.client_state
    assert len(made.client_state) >= 32
    assert made.client_state != other.client_state
    assert made.client_state not in repr(made)
    assert all(made.client_state not in entry.message for entry in logged(company))


def test_an_unknown_object_id_is_looked_up_first_and_kept(company, graph) -> None:
    company.store.run("UPDATE rooms SET object_id = NULL")
    graph.users["atrium@contoso.example"] = "from-the-directory"

    assert subscribe(company, graph).resource == "users/from-the-directory/events"
    assert find_room(company.store, "Atrium").object_id == "from-the-directory"


def test_a_mailbox_that_is_not_in_the_directory_is_not_subscribed(company, graph) -> None:
    company.store.run("UPDATE rooms SET object_id = NULL")
    with pytest.raises(NotFound, match="atrium@contoso"):
        subscribe(company, graph)
    assert load_subscriptions(company.store) == []


def test_a_failed_validation_is_tried_again(company, graph) -> None:
    graph.refusals = [refused(400, "InvalidRequest")] * 3
    assert subscribe(company, graph).id == "new-1"


def test_a_validation_that_keeps_failing_says_what_graph_needs(company, graph) -> None:
    graph.refusals = [refused(400, "InvalidRequest")] * 4
    with pytest.raises(GraphRefused) as caught:
        subscribe(company, graph)
    assert "obctl listen" in caught.value.hint
    assert caught.value.graph.code == "InvalidRequest"
    assert load_subscriptions(company.store) == []


def test_a_tenant_that_grants_less_gets_what_it_grants_and_is_not_asked_all_the_time(
    company, graph
) -> None:
    graph.longest = SHORTER_LIFETIME
    made = subscribe(company, graph)
    assert made.expires_at == NOW + SHORTER_LIFETIME
    assert graph.calls == ["create object-atrium"] * 3

    graph.calls.clear()
    renewed = asyncio.run(renew_subscription(company, graph, made))
    assert graph.calls == ["renew new-1"] * 2
    assert find_subscription(company.store, made.id) == renewed
    assert renewed.state(NOW + SHORTER_LIFETIME * 0.4) is SubscriptionState.ACTIVE
    assert renewed.state(NOW + SHORTER_LIFETIME * 0.6) is SubscriptionState.EXPIRING


def test_where_graph_will_not_reauthorize_the_expiry_is_moved(company, graph) -> None:
    graph.hold(subscription := in_ledger(company))
    graph.reauthorizes = False
    asyncio.run(reauthorize(company, graph, subscription))
    assert graph.calls == [f"reauthorize {subscription.id}", f"renew {subscription.id}"]
    assert find_subscription(company.store, subscription.id).expires_at == NOW + LIFETIME
    assert actions(company) == ["subscription.renewed"]


@pytest.mark.parametrize("error", [refused(422, "Other"), GraphUnavailable("down")])
def test_other_errors_are_not_repeated(company, graph, error) -> None:
    graph.refusals = [error]
    with pytest.raises(type(error)):
        subscribe(company, graph)
    assert graph.calls == ["create object-atrium"]


def test_a_duplicate_of_our_own_is_adopted_and_extended(company, graph) -> None:
    first = in_ledger(company, **DUE)
    graph.hold(first)

    adopted = subscribe(company, graph)

    assert adopted.id == first.id
    assert adopted.client_state == first.client_state
    assert find_subscription(company.store, first.id).expires_at == NOW + LIFETIME
    assert actions(company) == ["subscription.renewed"]


def test_a_duplicate_with_another_address_is_replaced_and_the_room_catches_up(
    company, graph
) -> None:
    first = in_ledger(company)
    graph.hold(first)

    made = subscribe(company, graph, notification_urls("https://new.example/notifications"))

    assert list(graph.held) == [made.id]
    assert [item.id for item in load_subscriptions(company.store)] == [made.id]
    assert actions(company) == ["subscription.removed", "subscription.created"]
    assert [item.what for item in load_waiting(company.store, made.room)] == [Occasion.CATCH_UP]


@pytest.mark.parametrize(
    "resource",
    [
        "users/object-atrium/events",
        "/Users/Atrium@Contoso.example/Events",
        "Users('object-atrium')/events",
    ],
)
def test_a_duplicate_whose_secret_nobody_knows_is_replaced(company, graph, resource) -> None:
    foreign = in_ledger(company, id="foreign")
    graph.hold(foreign, resource=resource)
    company.store.run("DELETE FROM subscriptions")
    graph.refusals = [refused(409, "Conflict")]

    made = subscribe(company, graph)

    assert list(graph.held) == [made.id]
    assert graph.secrets[made.id] == made.client_state


def test_a_duplicate_that_graph_does_not_list_is_an_error(company, graph) -> None:
    graph.refusals = [refused(409, "Conflict")]
    with pytest.raises(GraphRefused):
        subscribe(company, graph)


def test_an_adopted_one_that_is_gone_by_then_is_made_anew(company, graph) -> None:
    first = in_ledger(company)
    graph.hold(first)

    async def vanished(subscription_id, expires_at):
        graph.held.clear()
        raise NotFound("gone")

    graph.renew_subscription = vanished
    assert subscribe(company, graph).id == "new-1"


def test_only_what_is_due_is_renewed(company, graph) -> None:
    due = in_ledger(company, id="due", **DUE)
    fresh = in_ledger(company, id="fresh", room=load_rooms(company.store)[1].id, created_at=NOW)
    graph.hold(due)
    graph.hold(fresh)

    (renewed,) = asyncio.run(renew_due(company, graph))

    assert renewed.id == "due"
    assert graph.calls == ["renew due"]
    assert find_subscription(company.store, "due").expires_at == NOW + LIFETIME
    assert actions(company) == ["subscription.renewed"]
    assert asyncio.run(renew_due(company, graph)) == []


def test_one_that_graph_dropped_is_lost_made_anew_and_the_room_catches_up(company, graph) -> None:
    in_ledger(company, id="dropped", **DUE)

    (made,) = asyncio.run(renew_due(company, graph))

    assert made.notification_url == "https://hooks.contoso.example/notifications"
    assert made.lifecycle_url == "https://hooks.contoso.example/lifecycle"
    assert find_subscription(company.store, "dropped").lost
    assert actions(company) == ["subscription.lost", "subscription.created"]
    assert logged(company)[0].request_id == "r1"
    assert [item.what for item in load_waiting(company.store, made.room)] == [Occasion.CATCH_UP]
    assert asyncio.run(renew_due(company, graph)) == []


def test_one_that_ran_out_stays_expired_in_the_ledger(company, graph) -> None:
    """Lost before its time and run out are different causes of a missed change."""
    in_ledger(company, id="old", created_at=NOW - LIFETIME, expires_at=NOW - timedelta(hours=1))

    (made,) = asyncio.run(renew_due(company, graph))

    assert made.id == "new-1"
    assert find_subscription(company.store, "old").state(NOW) == "expired"
    assert actions(company) == ["subscription.lost", "subscription.created"]


def test_one_that_could_not_be_replaced_is_tried_again(company, graph) -> None:
    in_ledger(company, id="dropped", **DUE)
    graph.refusals = [GraphUnavailable("down")]

    (failed,) = asyncio.run(renew_due(company, graph))
    assert isinstance(failed, Failed)
    assert find_subscription(company.store, "dropped").lost

    (made,) = asyncio.run(renew_due(company, graph))
    assert made.id == "new-1"
    assert actions(company) == ["subscription.lost", "subscription.created"]


def test_one_rooms_failure_is_no_others(company, graph) -> None:
    atrium, bistro = load_rooms(company.store)
    graph.hold(in_ledger(company, id="a", room=atrium.id, **DUE))
    in_ledger(company, id="b", room=bistro.id, **DUE)
    graph.refusals = [refused(403, "Forbidden")]

    outcomes = asyncio.run(renew_due(company, graph))

    assert {type(outcome) for outcome in outcomes} == {Failed, type(in_ledger(company))}
    assert find_subscription(company.store, "a").expires_at == NOW + LIFETIME


def test_renewing_by_name_does_not_wait_for_half_of_its_life(company, graph) -> None:
    fresh = in_ledger(company, created_at=NOW)
    graph.hold(fresh)
    assert asyncio.run(renew_subscription(company, graph, fresh)).expires_at == NOW + LIFETIME


def test_renewing_all_finds_what_graph_dropped_without_a_word(company, graph) -> None:
    in_ledger(company, created_at=NOW, expires_at=NOW + LIFETIME)

    (made,), _unreadable = asyncio.run(renew_all(company, graph))

    assert made.id == "new-1"
    assert rooms_with_notifications(company.store) == {made.room: 1}


def test_a_run_subscribes_anew_what_graph_dropped_without_a_word(company, graph) -> None:
    fresh = {"created_at": NOW, "expires_at": NOW + LIFETIME}
    bistro = {"room": load_rooms(company.store)[1].id, "resource": "users/object-bistro/events"}
    graph.hold(in_ledger(company, id="kept", **bistro, **fresh))
    in_ledger(company, id="dropped", **fresh)
    (made,) = asyncio.run(renew_in_run(company, graph))
    assert actions(company) == ["subscription.lost", "subscription.created"]
    assert rooms_with_notifications(company.store) == {made.room: 1}
    assert asyncio.run(renew_in_run(company, graph)) == []


def test_a_run_renews_what_is_due_though_graph_lists_nothing(company, graph, monkeypatch) -> None:
    due = in_ledger(company, id="due", **DUE)
    graph.hold(due)

    async def refuse() -> None:
        raise GraphUnavailable("down")

    monkeypatch.setattr(graph, "fetch_subscriptions", refuse)
    (renewed,) = asyncio.run(renew_in_run(company, graph))
    assert (renewed.id, actions(company)) == ("due", ["subscription.renewed"])


def test_a_run_asks_for_no_list_where_no_room_is_subscribed(company, graph) -> None:
    assert asyncio.run(renew_in_run(company, graph)) == []
    assert graph.calls == []


def test_nothing_is_asked_of_graph_where_nothing_is_due(company, graph) -> None:
    in_ledger(company, created_at=NOW, expires_at=NOW + LIFETIME)
    asyncio.run(renew_due(company, graph))
    assert graph.calls == []


@pytest.mark.parametrize("there", [True, False], ids=["there", "dropped already"])
def test_removing_ends_it_on_both_sides(company, graph, there) -> None:
    subscription = in_ledger(company)
    if there:
        graph.hold(subscription)

    asyncio.run(remove_subscription(company, graph, subscription))

    assert graph.held == {}
    assert load_subscriptions(company.store) == []
    assert actions(company) == ["subscription.removed"]


def test_what_graph_could_not_remove_stays_in_the_ledger(company, graph) -> None:
    subscription = in_ledger(company)
    graph.down = GraphUnavailable("down")
    with pytest.raises(GraphUnavailable):
        asyncio.run(remove_subscription(company, graph, subscription))
    assert load_subscriptions(company.store) == [subscription]


def test_the_ledger_beside_graphs_list(company, graph) -> None:
    atrium, bistro = load_rooms(company.store)
    both = in_ledger(company, id="both", room=atrium.id)
    in_ledger(company, id="gone", room=bistro.id)
    graph.hold(both)
    graph.hold(in_ledger(company, id="foreign"), resource="users/other/messages")
    company.store.run("DELETE FROM subscriptions WHERE id = 'foreign'")

    found = asyncio.run(compare_with_graph(company, graph))

    assert {item.id: item.lost for item in found.subscriptions} == {"both": False, "gone": True}
    assert [item.id for item in found.foreign] == ["foreign"]
    assert not find_subscription(company.store, "gone").lost
    assert logged(company) == []


def test_what_was_replaced_is_history(company, graph) -> None:
    in_ledger(company, id="old", lost=True, created_at=NOW - timedelta(days=9))
    new = in_ledger(company, id="new")
    graph.hold(new)
    found = asyncio.run(compare_with_graph(company, graph))
    assert [item.id for item in found.subscriptions] == ["new"]


@pytest.mark.parametrize(
    ("unreadable", "lost"),
    [
        ([], {1, 2}),
        ([UnreadableItem("s1", "s1", "expirationDateTime: missing")], {2}),
        ([UnreadableItem("S1", "S1", "expirationDateTime: missing")], {2}),
        ([UnreadableItem("other", "other", "resource: expected str")], {1, 2}),
        # Without an id it may be any of them.
        ([UnreadableItem(None, "one without name", "id: missing")], set()),
    ],
)
def test_what_cannot_be_read_is_not_taken_for_lost_nor_replaced(
    company, graph, unreadable, lost
) -> None:
    for number in (1, 2):
        in_ledger(company, id=f"s{number}", room=number, created_at=NOW - timedelta(days=1))
    graph.unreadable = unreadable
    compared = asyncio.run(compare_with_graph(company, graph))
    assert {one.room for one in compared.subscriptions if one.lost} == lost
    assert compared.unreadable == tuple(unreadable)
    asyncio.run(renew_all(company, graph))
    assert {int(call[-1]) for call in _made_for(company, graph)} == lost


def _made_for(company, graph) -> list[str]:
    """The rooms that were subscribed anew, by id."""
    rooms = {room.object_id: str(room.id) for room in load_rooms(company.store)}
    made = [call.removeprefix("create ") for call in graph.calls if call.startswith("create ")]
    return [rooms[user] for user in made]


def test_where_graph_says_duplicate_and_none_can_be_read_it_is_named(company, graph) -> None:
    graph.refusals = [refused(409, "Conflict")]
    graph.unreadable = [UnreadableItem("s9", "s9", "expirationDateTime: missing")]
    with pytest.raises(GraphRefused) as raised:
        subscribe(company, graph)
    assert "s9" in (raised.value.hint or "")
    assert "delete s9" not in graph.calls
