"""Commands of one company share the places of a mailbox, whatever process they run in."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from desk import Desk
from listening import eventually

from obctl.graph.shared_places import PER_MAILBOX, SharedPlaces, first_of, shared_places
from obctl.sandbox.server import SandboxServer

ROOM = "ams-1.02@contoso.example"
VIEW = f"users/{ROOM}/calendarView?startDateTime=2026-10-19&endDateTime=2026-10-20"


def somebody_waits(shared: SharedPlaces) -> bool:
    """Whether another process has the turn to take places as soon as there are some."""
    turn = [first_of(ROOM) + PER_MAILBOX]
    if shared._file.take_one(turn) is None:
        return True
    shared._file.give_back(turn)
    return False


def asking(desk: Desk) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "obctl", "graph", "get", VIEW],
        env={**os.environ, **desk.environment},
        stdout=subprocess.DEVNULL,
    )


def test_a_command_waits_for_the_places_that_another_process_has(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    throttle = tenant.service.throttle

    async def held() -> int:
        with shared_places(live_desk.home / "contoso" / "mailboxes.lock") as shared:
            assert shared is not None
            async with shared.held({ROOM: PER_MAILBOX}):
                process = asking(live_desk)
                await asyncio.to_thread(eventually, lambda: somebody_waits(shared))
                assert ROOM not in throttle._windows
        return await asyncio.to_thread(process.wait)

    assert asyncio.run(held()) == 0
    assert ROOM in throttle._windows
