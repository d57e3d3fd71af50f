"""Runs of obctl in processes of their own that die by SIGKILL at a chosen SQL statement.

The store changes only by statements, and whatever is written outward lies between two of them: to
die before each statement in turn is to die at every instant that matters. Started as a script, this
is the process that has imported everything and forks a child for each order on its standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from obctl.config import load_config
from obctl.domain.settings import SyncSettings
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.planning import PassOptions
from obctl.engine.sync import run_sync
from obctl.graph.gateway import open_gateway
from obctl.store.database import open_store
from obctl.store.rooms import load_rooms


class Mortals:
    """The test's end of the pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, home: Path, now: datetime, *, dies_at: int) -> bool:
        """One `sync run` over all rooms; whether it was killed before it ended."""
        order = {"home": str(home), "now": now.isoformat(), "dies_at": dies_at}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        end = json.loads(self._process.stdout.readline())
        assert end in (0, -signal.SIGKILL)
        return bool(end == -signal.SIGKILL)

    def close(self) -> None:
        self._process.communicate()


def _live(order: dict[str, Any]) -> None:
    config = load_config(Path(order["home"]), "contoso", {})
    config = replace(config, sync=SyncSettings(future_days=30))
    store = open_store(config.store_path)
    left = order["dies_at"]

    def before_each(_statement: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    store.connection.set_trace_callback(before_each)
    now = datetime.fromisoformat(order["now"])
    company = Company(config=config, store=store, clock=lambda: now)

    async def night() -> None:
        async with open_gateway(config.graph, token="letmein") as gateway:
            await run_sync(company, gateway, load_rooms(store), PassOptions())

    asyncio.run(night())
    store.connection.set_trace_callback(None)
    store.close()


def _serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
