"""The tenant's clock: real time, an instant that runs on, or one that stands still."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Says what time it is on Exchange; moves only forward by itself, anywhere when told."""

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._base = start or datetime.now(UTC)
        self._since = time.monotonic()
        self.frozen = frozen

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        if self.frozen:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._since)

    def set(self, instant: datetime) -> None:
        """Jump to `instant`; a running clock runs on from there."""
        self._base = instant.astimezone(UTC)
        self._since = time.monotonic()

    def freeze(self) -> None:
        """Stand still at the present instant."""
        self.set(self.now())
        self.frozen = True

    def run(self) -> None:
        """Run on from the present instant."""
        self.set(self.now())
        self.frozen = False
