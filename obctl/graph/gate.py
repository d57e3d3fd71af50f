"""How many requests may be in flight: four per mailbox is Exchange's limit, inside `$batch` too."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

PER_MAILBOX = 4
IN_ALL = 8  # httpx's pool slows down with many busy connections


class Gate:
    """Lets requests through within both limits."""

    def __init__(self, *, per_mailbox: int = PER_MAILBOX, in_all: int = IN_ALL) -> None:
        self._mailboxes: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(per_mailbox)
        )
        self._all = asyncio.Semaphore(in_all)

    @asynccontextmanager
    async def passed(self, mailboxes: Iterable[str]) -> AsyncIterator[None]:
        """Hold a place for every mailbox.

        Sorted, so that two batches never wait for each other; the place among all comes last, so
        that nobody sits on it while waiting for a mailbox.
        """
        async with AsyncExitStack() as stack:
            for mailbox in sorted({mailbox.casefold() for mailbox in mailboxes}):
                await stack.enter_async_context(self._mailboxes[mailbox])
            await stack.enter_async_context(self._all)
            yield
