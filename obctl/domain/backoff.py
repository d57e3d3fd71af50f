"""Back-off: how long what failed waits before it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first` on, up to `longest`."""

    first: timedelta
    longest: timedelta

    def wait(self, doublings: int) -> timedelta:
        """The first wait, doubled so many times; however many, the longest is the end."""
        wait = self.first
        for _ in range(doublings):
            if wait >= self.longest:
                break
            wait *= 2
        return min(wait, self.longest)
