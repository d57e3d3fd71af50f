"""How well endpoints answer: the slow are served late, the very slow lose notifications.

The thresholds are those of Graph's delivery rules; they are kept per host, for all subscriptions.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import urlsplit

_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long Graph waits, and when it loses patience; seconds are real time."""

    handshake: float = 10.0
    answer: float = 10.0
    slow: float = 3.0
    slow_share: float = 0.10
    drop_share: float = 0.15
    enough: int = 100
    """Answers in ten minutes before shares mean anything."""
    penalty: timedelta = timedelta(minutes=10)


class Standing(Enum):
    """What an endpoint's record has earned it."""

    GOOD = "good"
    SLOW = "slow"
    DROP = "drop"


@dataclass(slots=True)
class Endpoints:
    """The record of every host."""

    patience: Patience = field(default_factory=Patience)
    _answers: dict[str, deque[tuple[datetime, float]]] = field(default_factory=dict)
    _verdicts: dict[str, tuple[Standing, datetime]] = field(default_factory=dict)

    def note(self, url: str, now: datetime, seconds: float) -> None:
        """An endpoint took `seconds` to answer."""
        host = urlsplit(url).netloc
        answers = self._answers.setdefault(host, deque())
        answers.append((now, seconds))
        while answers[0][0] <= now - _WINDOW:
            answers.popleft()
        standing = self._judge(answers)
        if standing is not Standing.GOOD:
            self._verdicts[host] = standing, now + self.patience.penalty
            answers.clear()

    def standing(self, url: str, now: datetime) -> Standing:
        """How notifications for `url` are treated at the moment."""
        standing, until = self._verdicts.get(urlsplit(url).netloc, (Standing.GOOD, now))
        return standing if now < until else Standing.GOOD

    def until(self, url: str) -> datetime | None:
        """When the present treatment ends."""
        found = self._verdicts.get(urlsplit(url).netloc)
        return found[1] if found else None

    def _judge(self, answers: deque[tuple[datetime, float]]) -> Standing:
        if len(answers) < self.patience.enough:
            return Standing.GOOD
        late = sum(seconds >= self.patience.answer for _, seconds in answers) / len(answers)
        slow = sum(seconds >= self.patience.slow for _, seconds in answers) / len(answers)
        if late > self.patience.drop_share:
            return Standing.DROP
        return Standing.SLOW if slow > self.patience.slow_share else Standing.GOOD
