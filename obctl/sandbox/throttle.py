"""Outlook's limits per app and mailbox: four requests at once, ten thousand in ten minutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from obctl.sandbox.refusal import Refusal

AT_ONCE = 4
IN_TEN_MINUTES = 10_000
_WINDOW = timedelta(minutes=10)


@dataclass(slots=True)
class Throttle:
    """Counts the requests of every mailbox."""

    in_flight: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refused: int = 0
    _windows: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    @contextmanager
    def entry(self, mailbox: str, now: datetime) -> Iterator[None]:
        """Hold one of the mailbox's four places, or be refused; the refused still count."""
        self._count(mailbox, now)
        if self.in_flight[mailbox] >= AT_ONCE:
            self.refused += 1
            raise Refusal(
                429,
                "ApplicationThrottled",
                "Application is over its MailboxConcurrency limit.",
                headers={"Retry-After": "1"},
            )
        self.in_flight[mailbox] += 1
        try:
            yield
        finally:
            self.in_flight[mailbox] -= 1

    def _count(self, mailbox: str, now: datetime) -> None:
        since, count = self._windows.get(mailbox, (now, 0))
        if not since <= now < since + _WINDOW:
            since, count = now, 0
        self._windows[mailbox] = since, count + 1
        if count >= IN_TEN_MINUTES:
            self.refused += 1
            wait = max(1, int((since + _WINDOW - now).total_seconds()))
            raise Refusal(
                429,
                "TooManyRequests",
                "Too many requests.",
                headers={"Retry-After": str(wait)},
            )
