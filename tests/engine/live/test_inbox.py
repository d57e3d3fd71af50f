from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOW
from fake_reconcile import Looking, notify
from subscription_graph import SubscriptionGraph, in_ledger, logged, make_company

from obctl.domain.subscription import Occasion
from obctl.engine.live.inbox import drain_inbox
from obctl.engine.subscriptions.renew import Failed
from obctl.errors import GraphUnavailable, Unfinished
from obctl.store.inbox import (
    inbox_summary,
    load_waiting,
    news_waits,
    rooms_with_notifications,
)
from obctl.store.subscriptions import find_subscription


@pytest.fixture
def company(tmp_path):
    company = make_company(tmp_path, "Atrium", "Bistro")
    yield company
    company.store.close()


@pytest.fixture
def graph():
    return SubscriptionGraph()


@pytest.fixture
def looking():
    return Looking()


def drain(company, graph, looking) -> list[Failed]:
    return asyncio.run(drain_inbox(company, graph, looking.reconcilers))


def test_all_that_waits_for_a_room_is_one_look(company, graph, looking) -> None:
    for event in ("E1", "E2", "E1", "E1"):
        notify(company, event=event)
    notify(company, "Bistro", event="E3")

    assert drain(company, graph, looking) == []

    assert sorted(looking.looked) == [
        ("Atrium", frozenset({"E1", "E2"})),
        ("Bistro", frozenset({"E3"})),
    ]
    assert rooms_with_notifications(company.store) == {}


@pytest.mark.parametrize("what", list(Occasion))
def test_only_what_is_about_the_subscription_alone_is_no_news_of_the_room(company, what) -> None:
    notify(company, what=what)
    (waiting,) = rooms_with_notifications(company.store)
    about_itself = {Occasion.REAUTHORIZATION_REQUIRED, Occasion.SUBSCRIPTION_REMOVED}
    assert news_waits(company.store, waiting, ["E1"]) == (what not in about_itself)


def test_what_waits_about_one_event_is_no_news_of_another(company) -> None:
    notify(company, event="E1", what="updated")
    (waiting,) = rooms_with_notifications(company.store)
    found = [news_waits(company.store, waiting, ids) for ids in (["E1"], ["E2", "E1"], ["E2"], [])]
    assert found == [True, True, False, False]


def test_a_new_event_is_looked_at_once_more_when_it_has_settled(company, graph, looking) -> None:
    for what in ("created", "created", "updated"):
        notify(company, event="E1", what=what)
    assert drain(company, graph, looking) == []
    just_before = replace(company, clock=lambda: NOW + timedelta(seconds=119))
    assert drain(just_before, graph, looking) == []
    assert looking.looked == [("Atrium", frozenset({"E1"}))]
    assert inbox_summary(company.store) == (0, None)

    settled = replace(company, clock=lambda: NOW + timedelta(seconds=120))
    for _ in range(2):
        assert drain(settled, graph, looking) == []

    assert looking.looked == [("Atrium", frozenset({"E1"}))] * 2
    assert inbox_summary(company.store) == (0, None)


def test_a_second_look_that_fails_is_still_pending(company, graph, looking) -> None:
    notify(company, event="E1", what="created")
    drain(company, graph, looking)
    looking.failing["Atrium"] = GraphUnavailable("down")
    settled = replace(company, clock=lambda: NOW + timedelta(seconds=120))
    assert len(drain(settled, graph, looking)) == 1
    looking.failing.clear()
    assert drain(settled, graph, looking) == []
    assert looking.looked == [("Atrium", frozenset({"E1"}))] * 3


def test_an_empty_inbox_asks_nothing(company, graph, looking) -> None:
    assert drain(company, graph, looking) == []
    assert looking.looked == []
    assert graph.calls == []


def test_a_room_that_fails_keeps_what_waits_and_stops_no_other(company, graph, looking) -> None:
    notify(company, event="E1")
    notify(company, "Bistro", event="E2")
    looking.failing["Atrium"] = GraphUnavailable("down")

    (failed,) = drain(company, graph, looking)

    assert failed.error is looking.failing["Atrium"]
    assert rooms_with_notifications(company.store) == {failed.room: 1}
    looking.failing.clear()
    assert drain(company, graph, looking) == []
    assert rooms_with_notifications(company.store) == {}


def test_what_arrives_during_a_look_is_looked_at_again(company, graph, looking) -> None:
    notify(company, event="E1")

    def arrive() -> None:
        looking.meanwhile = lambda: None
        notify(company, event="E2")

    looking.meanwhile = arrive
    drain(company, graph, looking)

    assert looking.looked == [("Atrium", frozenset({"E1"})), ("Atrium", frozenset({"E2"}))]


def test_a_stream_that_never_ends_is_left_to_the_next_run(company, graph, looking) -> None:
    notify(company, event="E1")
    looking.meanwhile = lambda: notify(company, event="E1")
    drain(company, graph, looking)
    assert sum(rooms_with_notifications(company.store).values()) == 1


@pytest.mark.parametrize("what", ["missed", Occasion.CATCH_UP, "updated"])
def test_without_an_event_the_whole_room_is_looked_at_once(company, graph, looking, what) -> None:
    notify(company, event="E1")
    notify(company, what=what)
    drain(company, graph, looking)
    assert looking.looked == [("Atrium", None)]


def test_reauthorization_is_answered_and_no_look_is_pending(company, graph, looking) -> None:
    graph.hold(in_ledger(company))
    notify(company, what="reauthorizationRequired")
    notify(company, what="reauthorizationRequired")

    drain(company, graph, looking)

    assert graph.calls == ["reauthorize S1"]
    assert looking.looked == []
    assert rooms_with_notifications(company.store) == {}


def test_a_removed_subscription_is_made_anew_before_the_room_catches_up(
    company, graph, looking
) -> None:
    in_ledger(company)
    notify(company, what="subscriptionRemoved")
    notify(company, event="E1")

    drain(company, graph, looking)

    assert graph.calls == ["create object-atrium"]
    assert looking.looked == [("Atrium", frozenset({"E1"})), ("Atrium", None)]
    assert find_subscription(company.store, "S1").lost
    assert [entry.action for entry in logged(company)] == [
        "subscription.lost",
        "subscription.created",
    ]


def test_a_removal_of_what_graph_still_has_is_adopted_and_catches_up(
    company, graph, looking
) -> None:
    graph.hold(in_ledger(company))
    notify(company, what="subscriptionRemoved")
    drain(company, graph, looking)
    assert list(graph.held) == ["S1"]
    assert not find_subscription(company.store, "S1").lost
    assert looking.looked == [("Atrium", None)]


@pytest.mark.parametrize("what", ["subscriptionRemoved", "reauthorizationRequired"])
def test_word_about_a_subscription_that_was_replaced_means_nothing(
    company, graph, looking, what
) -> None:
    in_ledger(company, lost=True)
    graph.hold(in_ledger(company, id="S2", created_at=NOW))
    notify(company, what=what)
    drain(company, graph, looking)
    assert graph.calls == []
    assert rooms_with_notifications(company.store) == {}


def test_a_room_whose_subscription_cannot_be_mended_is_looked_at_all_the_same(
    company, graph, looking
) -> None:
    in_ledger(company)
    notify(company, what="subscriptionRemoved")
    notify(company, event="E1")
    graph.refusals = [GraphUnavailable("down")]

    (failed,) = drain(company, graph, looking)

    assert looking.looked == [("Atrium", frozenset({"E1"}))]
    assert [item.what for item in load_waiting(company.store, failed.room)] == [
        "subscriptionRemoved"
    ]
    assert drain(company, graph, looking) == []
    assert graph.held["new-1"]


def test_a_mended_subscription_stays_mended_where_the_look_fails(company, graph, looking) -> None:
    in_ledger(company)
    notify(company, what="subscriptionRemoved")
    notify(company, event="E1")
    looking.failing["Atrium"] = Unfinished("inconclusive")

    (failed,) = drain(company, graph, looking)

    assert [item.what for item in load_waiting(company.store, failed.room)] == [
        "updated",
        Occasion.CATCH_UP,
    ]
