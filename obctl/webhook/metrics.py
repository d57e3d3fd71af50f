"""The listener's figures in Prometheus' text format."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from obctl.store.inbox import NotificationKind
from obctl.webhook.items import Dropped

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 3.0, 10.0)
"""Seconds. Graph calls an endpoint slow from 3 s on, and gives up after 10."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts since the listener started."""

    def __init__(self) -> None:
        self.handshakes = 0
        self.accepted: Counter[NotificationKind] = Counter()
        self.dropped: Counter[Dropped] = Counter()
        self.responses: Counter[int] = Counter()
        self._seconds = [0] * (len(BUCKETS) + 1)
        self._seconds_sum = 0.0

    def answered(self, status: int, seconds: float) -> None:
        """Count one answer to a POST of notifications."""
        self.responses[status] += 1
        self._seconds[bisect_left(BUCKETS, seconds)] += 1
        self._seconds_sum += seconds

    def text(self, *, pending: int, oldest_seconds: float) -> str:
        """Everything, as Prometheus reads it."""
        return "".join(f"{line}\n" for line in self._lines(pending, oldest_seconds))

    def _lines(self, pending: int, oldest_seconds: float) -> Iterator[str]:
        yield from _head("obctl_handshakes_total", "counter", "Validation requests answered")
        yield f"obctl_handshakes_total {self.handshakes}"
        yield from _head("obctl_notifications_accepted_total", "counter", "Items in the inbox")
        for kind in NotificationKind:
            yield f'obctl_notifications_accepted_total{{kind="{kind}"}} {self.accepted[kind]}'
        yield from _head("obctl_notifications_dropped_total", "counter", "Items not taken")
        for reason in Dropped:
            yield f'obctl_notifications_dropped_total{{reason="{reason}"}} {self.dropped[reason]}'
        yield from _head("obctl_responses_total", "counter", "Answers to notifications")
        for status, count in sorted(self.responses.items()):
            yield f'obctl_responses_total{{status="{status}"}} {count}'
        yield from _head("obctl_response_seconds", "histogram", "Time until the answer")
        running = 0
        for limit, count in zip((*BUCKETS, "+Inf"), self._seconds, strict=True):
            running += count
            yield f'obctl_response_seconds_bucket{{le="{limit}"}} {running}'
        yield f"obctl_response_seconds_sum {self._seconds_sum:.6f}"
        yield f"obctl_response_seconds_count {running}"
        yield from _head("obctl_inbox_pending", "gauge", "Notifications nobody has handled yet")
        yield f"obctl_inbox_pending {pending}"
        yield from _head("obctl_inbox_oldest_seconds", "gauge", "Age of the oldest of them")
        yield f"obctl_inbox_oldest_seconds {oldest_seconds:.0f}"


def _head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}.", f"# TYPE {name} {kind}"
