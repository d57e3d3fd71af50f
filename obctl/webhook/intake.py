"""The durable side of the listener: what was taken is committed before Graph gets its 202.

One thread owns the store connection. While it commits, further requests gather and share the next
commit, so that durability costs one fsync for many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from obctl.domain.actor import LISTENER
from obctl.domain.company_log import Action, Entry
from obctl.domain.subscription import Subscription
from obctl.errors import StoreBusy
from obctl.store.database import Store, open_store
from obctl.store.inbox import NotificationKind, add_notifications, inbox_summary
from obctl.store.journal import Journal
from obctl.store.subscriptions import load_watching, touch_subscription
from obctl.webhook.items import Received

MOST_WAITING = 50_000
"""Items in memory; beyond that Graph is asked to come again."""
BUSY_MILLISECONDS = 2_000
"""Less than the time in which Graph has to have its answer."""

Answer = TypeVar("Answer")
Gathered = tuple[Sequence[Received], asyncio.Future[None]]


class Intake:
    """Writes what arrives, and knows the ledger as of its last look."""

    def __init__(self, store_path: Path, *, reload_after: float = 1.0) -> None:
        self._path = store_path
        self._reload_after = reload_after
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="obctl-intake")
        self._opened: Store | None = None
        self._gathered: list[Gathered] = []
        self._waiting = 0
        self._writer: asyncio.Task[None] | None = None
        self._reload: asyncio.Task[None] | None = None
        self._may_reload_at = 0.0
        self._ledger: dict[str, Subscription] = {}

    async def open(self) -> None:
        """Open the store; raises `StoreError` before anything was promised."""
        await self._in_thread(self._load)

    async def close(self) -> None:
        """Write what was gathered and let go of the store."""
        if self._writer is not None:
            await self._writer
        if self._reload is not None:
            self._reload.cancel()
        await self._in_thread(lambda store: store.close())
        self._thread.shutdown()

    async def ledger(self, wanted: set[str]) -> Mapping[str, Subscription]:
        """Our subscriptions by id, whose case means nothing.

        Another process may have made an unknown one just now. All who ask for unknown ids share one
        look that begins after they asked, so strangers cannot make us look more often.
        """
        if not wanted <= self._ledger.keys():
            if self._reload is None:
                self._reload = asyncio.create_task(self._look_again())
            await asyncio.shield(self._reload)
        return self._ledger

    async def add(self, received: Sequence[Received]) -> None:
        """Return once everything is committed; raises `ObctlError` where nothing was."""
        if self._waiting + len(received) > MOST_WAITING:
            raise StoreBusy("the inbox is written more slowly than notifications arrive")
        done = asyncio.get_running_loop().create_future()
        self._gathered.append((received, done))
        self._waiting += len(received)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        await done

    async def summary(self) -> tuple[int, datetime | None]:
        """How many notifications wait for the worker, and since when the oldest does."""
        return await self._in_thread(inbox_summary)

    async def _write_all(self) -> None:
        try:
            while self._gathered:
                gathered, self._gathered = self._gathered, []
                await self._write_together(gathered)
        finally:
            self._writer = None

    async def _write_together(self, gathered: list[Gathered]) -> None:
        items = [item for received, _ in gathered for item in received]
        failure: Exception | None = None
        try:
            await self._in_thread(lambda store: _write(store, items))
        except Exception as error:  # noqa: BLE001  whoever waits has to hear of it, whatever it is
            failure = error
        self._waiting -= len(items)
        for _, done in gathered:
            if done.cancelled():
                continue
            if failure is None:
                done.set_result(None)
            else:
                done.set_exception(failure)

    async def _look_again(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._may_reload_at - loop.time()))
        self._may_reload_at = loop.time() + self._reload_after
        self._reload = None
        await self._in_thread(self._load)

    def _load(self, store: Store) -> None:
        self._ledger = {item.id.casefold(): item for item in load_watching(store)}

    async def _in_thread(self, work: Callable[[Store], Answer]) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(self._store()))

    def _store(self) -> Store:
        if self._opened is None:
            self._opened = open_store(self._path)
            # Graph forgets what we answered 202 to: it has to outlive a power cut too.
            self._opened.run("PRAGMA synchronous = FULL")
            self._opened.run(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        return self._opened


def _write(store: Store, received: Sequence[Received]) -> None:
    last = {item.notification.subscription: item.notification.received_at for item in received}
    with store.transaction():
        add_notifications(store, [item.notification for item in received])
        for at, items in groupby(received, lambda item: item.notification.received_at):
            _log(store, at, items)
        for subscription, at in last.items():
            touch_subscription(store, subscription, at)


def _log(store: Store, at: datetime, received: Iterable[Received]) -> None:
    Journal(store, LISTENER, lambda: at).write(map(_entry, received))


def _entry(item: Received) -> Entry:
    notification = item.notification
    lifecycle = notification.kind is NotificationKind.LIFECYCLE
    return Entry(
        action=Action.NOTIFICATION_RECEIVED,
        message=f"Graph notified: {'subscription ' if lifecycle else ''}{notification.what}",
        room=notification.room,
        event_id=notification.event_id,
        payload=item.original or None,
    )
