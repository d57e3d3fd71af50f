"""The listener's worker in a thread of its own, so that its store work never delays an answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from obctl.cli.clock import Clock
from obctl.cli.context import Context

if TYPE_CHECKING:
    from obctl.engine.company import Company
    from obctl.engine.ports import Gateway

START_SECONDS = 60.0
END_SECONDS = 30.0


class WorkerThread:
    """A `Watch` with its own event loop, store connection and Graph client."""

    def __init__(
        self, context: Context, clock: Clock, debounce: float, ended: Callable[[], None]
    ) -> None:
        self._context = context
        self._clock = clock
        self._debounce = debounce
        self._ended = ended
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="obctl-worker", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._error: BaseException | None = None

    def start(self) -> None:
        """Start, and raise what keeps it from working: a missing credential, a damaged store."""
        self._thread.start()
        self._ready.wait(START_SECONDS)
        if self._error is not None:
            raise self._error

    def finish(self) -> None:
        """Let it finish what it has; raise what made it end before."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(END_SECONDS)
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        from obctl.domain.actor import LISTENER
        from obctl.engine.company import Company
        from obctl.store.database import open_store

        try:
            store = open_store(self._context.config.store_path)
            try:
                company = Company(self._context.config, store, self._clock, LISTENER)
                self._context.with_graph(lambda gateway: self._watch(company, gateway))
            finally:
                store.close()
        except BaseException as error:  # noqa: BLE001  raised again where the command waits
            self._error = error
        finally:
            self._ready.set()
            self._ended()

    async def _watch(self, company: Company, gateway: Gateway) -> None:
        from obctl.engine.live.worker import Pace, Watch

        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        watch = Watch(company, gateway, pace=Pace(debounce=self._debounce), report=_report)
        self._ready.set()
        await watch.run(self._stop)


def _report(what: str, error: Exception) -> None:
    from obctl.errors import ObctlError
    from obctl.render.output import warning

    message = error.message if isinstance(error, ObctlError) else f"{type(error).__name__}: {error}"
    warning(f"{what}: {message}; tried again later")
