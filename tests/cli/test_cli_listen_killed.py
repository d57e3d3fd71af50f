"""A listener killed while it works: the next one does what waits, and nothing twice."""

from __future__ import annotations

import os
import queue
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from builders import make_subscription
from desk import Desk
from listening import eventually, listening

from obctl.sandbox.faults import Fault, Faults
from obctl.sandbox.server import SandboxServer
from obctl.sandbox.tenant import Meeting
from obctl.store.company_log import LogFilter, search_log
from obctl.store.inbox import inbox_summary
from obctl.store.runs import load_runs
from obctl.store.subscriptions import save_subscription

MONDAY = datetime(2026, 10, 19, 5, 30, tzinfo=UTC)

MOST_STARTS = 10  # each gets further than the one before


@dataclass
class Deadly(Faults):
    """Kills the process that asks as soon as its n-th request has come; Graph still does it."""

    left: int = 0
    victims: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)

    def meet(self, method: str, mailbox: str | None, route: str) -> Fault | None:
        self.left -= 1
        if self.left == 0:
            os.kill(self.victims.get(), signal.SIGKILL)
        return super().meet(method, mailbox, route)


def pending(desk: Desk) -> int:
    with desk.store() as store:
        return inbox_summary(store)[0]


def word_of(what: str, event: str) -> dict[str, object]:
    return {
        "subscriptionId": "S1",
        "clientState": "secret",
        "changeType": what,
        "resourceData": {"id": event},
    }


def test_a_listener_killed_again_and_again_ends_like_an_undisturbed_one(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    room = tenant.rooms[0]
    live_desk.run("rooms", "add", room)
    with live_desk.store() as store:
        save_subscription(store, make_subscription(expires_at=MONDAY + timedelta(days=2)))

    def book(subject: str, hour: int, **more: object) -> Meeting:
        start, end = (f"2026-10-24T{at:02}:00" for at in (hour, hour + 1))
        return tenant.tenant.book("anna@contoso.example", [room], subject, start, end, **more)

    ending, moving = book("Ending", 9), book("Moving", 11)
    tenant.tenant.advance(seconds=5)
    assert live_desk.run("sync", "run").exit_code == 0
    with live_desk.store() as store:
        (run,) = load_runs(store)
    tenant.tenant.cancel(ending)
    tenant.tenant.change(moving, start="2026-10-24T15:00")
    fresh = book("Fresh", 13)
    tenant.tenant.advance(seconds=5)
    words = [
        word_of("updated", tenant.tenant.event_id(room, ending)),
        word_of("updated", tenant.tenant.event_id(room, moving)),
        word_of("created", tenant.tenant.event_id(room, fresh)),
    ]
    with listening(live_desk, "--no-worker") as listener:
        assert listener.notify(*words) == 202
    deadly = tenant.service.faults = Deadly()
    for start in range(1, MOST_STARTS):
        deadly.left = 4 * start - 3
        with listening(live_desk, "--debounce", "0") as listener:
            deadly.victims.put(listener.process.pid)
            eventually(lambda: listener.process.poll() is not None or not pending(live_desk))
        if not pending(live_desk):
            break
    assert 1 < start < MOST_STARTS - 1
    with live_desk.store() as store:
        rows = store.rows("SELECT subject, status, start_at FROM reservations ORDER BY subject")
        done = [
            (entry.subject, entry.action)
            for entry in search_log(store, LogFilter())
            if entry.subject and entry.run != run.id
        ]
    assert [tuple(row) for row in rows] == [
        ("Ending", "cancelled", "2026-10-24T07:00:00Z"),
        ("Fresh", "confirmed", "2026-10-24T11:00:00Z"),
        ("Moving", "confirmed", "2026-10-24T13:00:00Z"),
    ]
    assert sorted(done) == [
        ("Ending", "cancellation.processed"),
        ("Ending", "event.cancelled"),
        ("Fresh", "event.created"),
        ("Moving", "event.updated"),
    ]
