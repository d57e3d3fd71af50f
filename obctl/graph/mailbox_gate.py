"""When a request may go out: four in flight per mailbox is Exchange's limit, inside `$batch` too.

And none to a mailbox that has asked to be left alone, before the time it named.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from obctl.errors import GraphDetail, GraphUnavailable, Throttled
from obctl.graph.shared_places import PER_MAILBOX, SharedPlaces

IN_ALL = 8  # httpx's pool slows down with many busy connections
LONGEST_WAIT = 20.0
"""Seconds for one `Retry-After`: nobody waits for a longer one, the caller may try later."""
MOST_REST = 60.0
"""Seconds of short rests, one after the other, that are waited for before a mailbox answers."""
RESPITE = 300.0
"""Seconds for which it is left alone after that: the wait is not repeated for every question."""

SILENT_FOR = 60.0
"""Seconds for which a mailbox that kept silent is not asked: each question would wait as long."""


class MailboxSilent(GraphUnavailable):
    """Raised in place of a request to a mailbox that has just left another one unanswered."""


class MailboxResting(Throttled):
    """Raised in place of a request to a mailbox that has asked to be left alone for longer."""


@dataclass(frozen=True, slots=True)
class _Closed:
    until: float
    said: GraphDetail
    rest: float = 0.0
    """Seconds that were waited for it since it last answered."""
    given_up: bool = False


class Gate:
    """Lets requests through within both limits, and to mailboxes that may be asked."""

    def __init__(
        self,
        *,
        per_mailbox: int = PER_MAILBOX,
        in_all: int = IN_ALL,
        most_rest: float = MOST_REST,
        shared: SharedPlaces | None = None,
    ) -> None:
        self._mailboxes: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(per_mailbox)
        )
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._per_mailbox = per_mailbox
        self._all = asyncio.Semaphore(in_all)
        self._most_rest = most_rest
        self._shared = shared
        self._closed: dict[str, _Closed] = {}
        self._silent: dict[str, float] = {}
        """Until when a mailbox is not asked because it gave no answer."""

    def close(self, mailboxes: Iterable[str], seconds: float, said: GraphDetail) -> None:
        """Leave mailboxes alone for a while, as Graph `said`; a longer while stands.

        One that has only ever asked for rest is left alone for longer than it asked.
        """
        now = _now()
        until = now + seconds
        for name in map(str.casefold, mailboxes):
            known = self._closed.get(name)
            if known is not None and known.until >= until:
                continue
            rest = seconds if known is None else known.rest + until - max(known.until, now)
            if seconds > LONGEST_WAIT:
                self._closed[name] = _Closed(until, said)
            elif rest > self._most_rest:
                self._closed[name] = _Closed(now + RESPITE, said, given_up=True)
            else:
                self._closed[name] = _Closed(until, said, rest)

    def kept_silent(self, mailbox: str) -> None:
        """It gave no answer, and was asked alone: nobody waits for it again right away."""
        self._silent[mailbox.casefold()] = _now() + SILENT_FOR

    def answered(self, mailbox: str) -> None:
        """It has answered a question: whatever rest it asked for is forgotten once it is over."""
        self._silent.pop(mailbox.casefold(), None)
        closed = self._closed.get(mailbox.casefold())
        if closed is not None and (closed.given_up or closed.until <= _now()):
            del self._closed[mailbox.casefold()]

    def refusal(
        self, mailbox: str, longest: float = LONGEST_WAIT
    ) -> MailboxResting | MailboxSilent | None:
        """The error of asking a mailbox now: it is closed for longer than one waits, or silent."""
        if self._silent.get(mailbox.casefold(), 0.0) > _now():
            return MailboxSilent(
                f"Graph did not answer in time for {mailbox}, which is left alone for a minute",
                hint="run the command again; if it goes on, see `obctl doctor`",
            )
        left = self._left(mailbox)
        if left <= longest:
            return None
        closed = self._closed[mailbox.casefold()]
        why = (
            f"{mailbox} puts us off again and again, and is left alone"
            if closed.given_up
            else f"Graph asks us to leave {mailbox} alone"
        )
        refusal = MailboxResting(
            f"{why} for another {math.ceil(left)} s",
            hint="wait that long, then run the command again",
            graph=closed.said,
        )
        if not closed.given_up:
            refusal.rest = left
        return refusal

    @asynccontextmanager
    async def passed(self, mailboxes: Collection[str]) -> AsyncIterator[None]:
        """Hold the places that questions to `mailboxes` take.

        Raises `MailboxResting` and `MailboxSilent`. Many questions to one mailbox take all its
        places: Graph works on that many at once. Sorted, so that two batches never wait for each
        other; the place among all comes last, so that nobody sits on it while waiting for a
        mailbox.
        """
        names = {mailbox.casefold(): mailbox for mailbox in mailboxes}
        self._ensure_none_silent(names.values())
        asked = Counter(mailbox.casefold() for mailbox in mailboxes)
        async with AsyncExitStack() as stack:
            for name in sorted(names):
                # One at a time collects places: two that need all would hold half of them each.
                async with self._turns[name]:
                    for _ in range(min(asked[name], self._per_mailbox)):
                        await stack.enter_async_context(self._mailboxes[name])
            await self._opened(names.values())
            if self._shared is not None:
                await stack.enter_async_context(self._shared.held(asked))
            await self._all.acquire()
            # What was in flight may have closed a mailbox meanwhile.
            while any(self._left(mailbox) > 0 for mailbox in names.values()):
                self._all.release()
                await self._opened(names.values())
                await self._all.acquire()
            stack.callback(self._all.release)
            self._ensure_none_silent(names.values())
            yield

    def _ensure_none_silent(self, mailboxes: Iterable[str]) -> None:
        for mailbox in mailboxes:
            if isinstance(refusal := self.refusal(mailbox), MailboxSilent):
                raise refusal

    async def _opened(self, mailboxes: Iterable[str]) -> None:
        for mailbox in mailboxes:
            while (left := self._left(mailbox)) > 0:
                if (refusal := self.refusal(mailbox)) is not None:
                    raise refusal
                await asyncio.sleep(left)

    def _left(self, mailbox: str) -> float:
        closed = self._closed.get(mailbox.casefold())
        return 0.0 if closed is None else max(closed.until - _now(), 0.0)


def _now() -> float:
    return asyncio.get_running_loop().time()
