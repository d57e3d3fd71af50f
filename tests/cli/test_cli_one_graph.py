"""A command opens Graph once, and not at all where there is nothing to ask or to write."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from listening import endpoint
from msgraph.graph_service_client import GraphServiceClient
from pytest_mock import MockerFixture

from obctl.sandbox.server import SandboxServer

ROOM = "ams-1.02@contoso.example"
MAKE = (
    "reservations create --room ams-1.02@contoso.example --organizer anna@contoso.example"
    " --duration 1h --subject Ours --start"
)
WEEKLY = "--repeat FREQ=WEEKLY;BYDAY=TU;COUNT=4"


class Counted:
    """A desk at which each command is counted: how often Graph was opened, and a loop run."""

    def __init__(self, desk: Desk, mocker: MockerFixture) -> None:
        self._desk = desk
        self._clients = mocker.spy(GraphServiceClient, "__init__")
        self._loops = mocker.spy(asyncio, "run")

    def __call__(self, words: str, opens: int) -> Any:
        self._clients.reset_mock()
        self._loops.reset_mock()
        answer = self._desk.run(*words.split())
        assert answer.exit_code in (0, 3), f"{words}: {answer.stderr}"
        assert self._clients.call_count == opens, words
        assert self._loops.call_count <= 1, words
        return answer


@pytest.fixture
def counted(live_desk: Desk, mocker: MockerFixture) -> Counted:
    return Counted(live_desk, mocker)


@pytest.fixture
def synced(counted: Counted) -> Counted:
    """A company in step with the demo's tenant in one room."""
    counted(f"rooms add {ROOM} --time-zone Europe/Amsterdam", 1)
    counted("sync run", 1)
    return counted


@pytest.fixture
def url() -> Iterator[str]:
    with endpoint() as url:
        yield url


def number_of(answer: Any) -> int:
    found: int = json.loads(answer.stdout)["number"]
    return found


def lost(tenant: SandboxServer, subject: str = "Ours") -> None:
    """Outlook loses the meetings with a subject."""
    for meeting in list(tenant.tenant.meetings_in(ROOM)):
        if tenant.tenant.copy(ROOM, meeting)[1].subject == subject:
            tenant.tenant.delete(ROOM, meeting)


def test_a_reservation_is_looked_for_saved_and_pushed_over_one_graph(synced: Counted) -> None:
    number = number_of(synced(f"{MAKE} 2026-10-20T20:00 {WEEKLY} -o json", 1))
    change = f"reservations change {number}"
    synced(f"{change} --start 2026-10-20T20:30", 1)
    synced(f"{change} --start 2026-10-20T21:00 --scope all", 1)
    synced(f"{change} --subject Theirs --scope following", 1)
    synced(f"reservations cancel {number} --scope all --yes", 1)


def test_what_is_left_to_the_next_run_opens_no_graph(synced: Counted) -> None:
    number = number_of(synced(f"{MAKE} 2026-10-20T20:00 --no-push -o json", 0))
    synced(f"reservations change {number} --start 2026-10-20T20:30 --no-push", 0)
    synced(f"reservations cancel {number} --yes --no-push", 0)


def test_what_owes_outlook_nothing_opens_no_graph(synced: Counted, tenant: SandboxServer) -> None:
    never_pushed = number_of(synced(f"{MAKE} 2026-10-20T20:00 --no-push -o json", 0))
    synced(f"reservations cancel {never_pushed} --yes", 0)
    kept = number_of(synced(f"{MAKE} 2026-10-20T21:00 -o json", 1))
    lost(tenant)
    synced("sync run", 1)
    synced("cancellations reject 1 --yes", 0)
    synced(f"reservations change {kept} --subject Kept", 0)


def test_a_rejected_cancellation_is_pushed_back_over_one_graph(
    synced: Counted, tenant: SandboxServer
) -> None:
    for start in ("20:00", "21:00"):
        synced(f"{MAKE} 2026-10-20T{start} -o json", 1)
    lost(tenant)
    synced("sync run --allow-cancellations", 1)
    synced("cancellations status 1", 1)
    synced("cancellations reject 1 --push-back --yes", 1)
    synced("cancellations approve 2 --yes", 0)


def test_both_sides_are_compared_and_fixed_over_one_graph(
    synced: Counted, tenant: SandboxServer
) -> None:
    synced("diff 2026-10-24", 1)
    tenant.tenant.book(
        organizer="bob@contoso.example", rooms=[ROOM], subject="Theirs",
        start="2026-10-24T20:00", end="2026-10-24T21:00",
    )  # fmt: skip
    fixed = synced("diff 2026-10-24 --fix", 1)
    assert "1 difference, a pass over 1 room, 0 left" in fixed.stderr
    synced("diff 2026-10-24 --fix", 1)
    synced("diff 2026-10-24 --cached --fix", 1)
    synced("diff 2026-10-24 --cached", 0)


def test_a_company_without_rooms_has_nothing_to_ask_of_graph(counted: Counted, url: str) -> None:
    counted("diff 2026-10-20", 0)
    counted("diff 2026-10-20 --fix", 0)
    counted("planner 2026-10-20", 0)
    counted("rooms free --from 2026-10-20T09:00 --to 2026-10-20T10:00", 0)
    counted(f"subscriptions create --all --notification-url {url}", 0)
    counted("subscriptions renew --all", 0)
    counted("subscriptions remove --all --yes", 0)


def test_other_commands_that_ask_graph_open_it_once(
    synced: Counted, tmp_path: Path, url: str
) -> None:
    plan = tmp_path / "plan.json"
    number = number_of(synced(f"{MAKE} 2026-10-20T20:00 --no-push -o json", 0))
    synced("doctor", 1)
    synced("rooms discover --add", 1)
    synced("rooms free --from 2026-10-20T09:00 --to 2026-10-20T10:00", 1)
    synced("planner 2026-10-20", 1)
    synced(f"planner 2026-10-20 --room {ROOM} --cached", 0)
    synced(f"explain {number}", 1)
    synced(f"explain {number} --cached", 0)
    synced(f"sync run --room {ROOM} --plan-out {plan}", 1)
    synced(f"sync apply {plan} --yes", 1)
    synced(f"sync resync {ROOM} --yes", 1)
    synced(f"subscriptions create {ROOM} --notification-url {url}", 1)
    synced("subscriptions list", 1)
    synced("subscriptions renew --all", 1)
    synced(f"subscriptions renew {ROOM}", 1)
    synced("subscriptions remove --all --yes", 1)
    synced(f"graph get users/{ROOM}/events?$top=1", 1)
