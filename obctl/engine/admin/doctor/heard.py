"""What was heard while Graph was asked: its clock, and every answer where they are recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from obctl.domain.http_exchange import HttpExchange


class Heard:
    """Told of each answer of Graph as it came."""

    def __init__(self, clock: Callable[[], datetime], *, keep: bool = False) -> None:
        self._clock = clock
        self._keep = keep
        self._ahead: list[timedelta] = []
        self.exchanges: list[HttpExchange] = []

    def __call__(self, exchange: HttpExchange) -> None:
        if not exchange.was_answered:
            return
        if exchange.answered_at is not None:
            self._ahead.append(self._clock() - exchange.answered_at)
        if self._keep:
            self.exchanges.append(exchange)

    @property
    def ahead(self) -> timedelta | None:
        """How far our clock goes before Graph's; an answer that was long on its way tells least."""
        return min(self._ahead, key=abs, default=None)
