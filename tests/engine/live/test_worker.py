"""The worker in its own event loop; conditions are awaited, never slept for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from builders import NOW
from fake_reconcile import Looking, notify
from subscription_graph import SubscriptionGraph, in_ledger, make_company

from obctl.domain.event import DeltaLink
from obctl.domain.room import LOCKED_OUT
from obctl.domain.settings import SyncSettings
from obctl.domain.subscription import LIFETIME
from obctl.domain.values import replace
from obctl.engine.live.worker import Pace, Watch
from obctl.engine.sync.resync import forget_reading
from obctl.errors import GraphUnavailable, TryLater, UnsafePlan
from obctl.store.inbox import rooms_with_notifications
from obctl.store.rooms import (
    ReadingState,
    find_room_by_id,
    save_inconclusive,
    save_pass,
    save_reading_state,
)
from obctl.store.subscriptions import find_subscription

DUE = {"created_at": NOW - LIFETIME + timedelta(days=1), "expires_at": NOW + timedelta(days=1)}


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


def run(company, graph, looking, until: Callable[[], bool], **pace: float) -> list[str]:
    """Work until the condition holds, end in order; the rooms that were reported failing."""
    reported: list[str] = []

    async def work() -> None:
        stop = asyncio.Event()
        worker = Watch(
            company,
            graph,
            pace=Pace(**{"debounce": 0.0, "poll": 0.005, "first_retry": 0.02} | pace),
            report=lambda what, _: reported.append(what),
            reconcilers=looking.reconcilers,
        )
        running = asyncio.create_task(worker.run(stop))
        async with asyncio.timeout(20):
            while not until():  # noqa: ASYNC110  it asks the store, which tells nobody
                await asyncio.sleep(0.005)
            stop.set()
            await running

    asyncio.run(work())
    return reported


def emptied(company) -> Callable[[], bool]:
    return lambda: rooms_with_notifications(company.store) == {}


def test_what_waits_from_before_is_handled(company, graph, looking) -> None:
    notify(company, event="E1")
    assert run(company, graph, looking, emptied(company)) == []
    assert looking.looked == [("Atrium", frozenset({"E1"}))]


def test_a_burst_is_one_look(company, graph, looking) -> None:
    notify(company, event="E1")
    arriving = iter(range(2, 7))

    def burst_over() -> bool:
        number = next(arriving, None)
        if number is not None:
            notify(company, event=f"E{number}")
        return number is None and not rooms_with_notifications(company.store)

    run(company, graph, looking, burst_over, debounce=0.2)
    assert looking.looked == [("Atrium", frozenset(f"E{number}" for number in range(1, 7)))]


def test_a_room_that_never_falls_quiet_is_read_all_the_same(company, graph, looking) -> None:
    def looked() -> bool:
        notify(company, event="E1")
        return bool(looking.looked)

    run(company, graph, looking, looked, debounce=0.05)
    assert looking.looked


def test_a_failing_room_is_tried_again_and_stops_no_other(company, graph, looking) -> None:
    notify(company, event="E1")
    notify(company, "Bistro", event="E2")
    looking.failing["Atrium"] = GraphUnavailable("down")

    def recovered() -> bool:
        if looking.looked.count(("Atrium", frozenset({"E1"}))) >= 3:
            looking.failing.clear()
        return emptied(company)()

    reported = run(company, graph, looking, recovered)

    assert looking.looked.count(("Bistro", frozenset({"E2"}))) == 1
    assert reported == ["atrium@contoso.example"] * 3


def test_a_defect_in_one_room_does_not_end_the_worker(company, graph, looking) -> None:
    notify(company, event="E1")
    looking.failing["Atrium"] = ZeroDivisionError("a defect")
    notify(company, "Bistro", event="E2")
    reported = run(company, graph, looking, lambda: len(looking.looked) == 3)
    assert set(reported) == {"atrium@contoso.example"}


for_a_person = pytest.mark.parametrize(
    ("error", "condition"),
    [
        (UnsafePlan("guard"), None),
        (TryLater("another mailbox", code=LOCKED_OUT), LOCKED_OUT),
    ],
    ids=["guard", "locked-out"],
)


@for_a_person
def test_what_waits_for_a_person_is_not_hurried(
    company, graph, looking, error: Exception, condition: str | None
) -> None:
    notify(company, event="E1")
    looking.failing["Atrium"] = error
    if condition:
        (atrium,) = rooms_with_notifications(company.store)
        save_inconclusive(company.store, atrium, condition)

    def others_went_on() -> bool:
        if looking.looked and len(looking.looked) < 6:
            notify(company, "Bistro", event="E2")
        return len(looking.looked) >= 6

    run(company, graph, looking, others_went_on, first_retry=0.001)
    assert looking.looked.count(("Atrium", frozenset({"E1"}))) == 1
    assert list(rooms_with_notifications(company.store).values()) == [1]


@for_a_person
@pytest.mark.parametrize("act", ["resync", "run"])
def test_what_a_person_does_about_a_room_is_taken_up_at_once(
    company, graph, looking, error: Exception, condition: str | None, act: str
) -> None:
    notify(company, event="E1")
    looking.failing["Atrium"] = error
    (atrium,) = rooms_with_notifications(company.store)
    room = find_room_by_id(company.store, atrium)
    read = ReadingState(DeltaLink("link"), NOW, NOW, NOW)
    save_reading_state(company.store, atrium, read)
    if condition:
        save_inconclusive(company.store, atrium, condition)

    def person_acts() -> None:
        del looking.failing["Atrium"]
        if act == "resync":
            forget_reading(company, room)
        else:
            save_pass(company.store, atrium, synced_at=NOW)

    def looked_at_again() -> bool:
        if looking.looked and looking.failing:
            person_acts()
        return rooms_with_notifications(company.store) == {}

    run(company, graph, looking, looked_at_again)
    assert looking.looked == [("Atrium", frozenset({"E1"}))] * 2


def test_the_end_does_not_wait_for_quiet(company, graph, looking) -> None:
    notify(company, event="E1")
    run(company, graph, looking, lambda: True, debounce=500)
    assert looking.looked == [("Atrium", frozenset({"E1"}))]
    assert rooms_with_notifications(company.store) == {}


def test_the_end_does_not_wait_for_what_hangs(company, graph, looking) -> None:
    notify(company, event="E1")
    hanging = asyncio.Event()

    async def hang(*_) -> None:
        looking.looked.append(("Atrium", None))
        await hanging.wait()

    looking._at_events = hang
    run(company, graph, looking, lambda: bool(looking.looked), finish=0.05)
    assert list(rooms_with_notifications(company.store).values()) == [1]


def test_a_new_event_is_looked_at_again_once_exchange_is_done_with_it(
    company, graph, looking
) -> None:
    hasty = replace(company, config=replace(company.config, sync=SyncSettings(settle_seconds=0)))
    notify(hasty, event="E1", what="created")
    notify(hasty, event="E2")

    run(hasty, graph, looking, lambda: len(looking.looked) == 2 and emptied(hasty)())

    assert looking.looked == [("Atrium", frozenset({"E1", "E2"})), ("Atrium", frozenset({"E1"}))]


def test_the_second_look_outlives_the_worker_that_promised_it(company, graph, looking) -> None:
    notify(company, event="E1", what="created")
    run(company, graph, looking, emptied(company))
    looking.looked.clear()
    later = replace(company, clock=lambda: NOW + timedelta(seconds=120))

    run(later, graph, looking, lambda: bool(looking.looked) and emptied(later)())

    assert looking.looked == [("Atrium", frozenset({"E1"}))]


def test_subscriptions_are_renewed_while_it_watches(company, graph, looking) -> None:
    graph.hold(in_ledger(company, **DUE))

    def renewed() -> bool:
        return find_subscription(company.store, "S1").expires_at > NOW + LIFETIME / 2

    assert run(company, graph, looking, renewed) == []
    assert graph.calls == ["renew S1"]


def test_a_renewal_that_fails_is_reported_and_not_hammered(company, graph, looking) -> None:
    in_ledger(company, **DUE)
    graph.down = GraphUnavailable("down")
    rounds = iter(range(40))
    reported = run(company, graph, looking, lambda: next(rounds, None) is None)
    assert reported == ["atrium@contoso.example"]
    assert graph.calls == ["renew S1"]
