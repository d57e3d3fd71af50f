"""Event loops on which nobody sleeps for long: back-offs pass in a tenth of their time.

Only sleeps are short. Whoever waits for an answer waits as long as ever: how busy the machine is
makes no answer late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SPEED = 10.0
_LONGEST_SLEEP = 20.0  # seconds; obctl waits longer only for bytes


class HastyLoop(asyncio.SelectorEventLoop):
    def call_later(self, delay: float, *rest: Any, **more: Any) -> asyncio.TimerHandle:
        short = delay / SPEED if delay <= _LONGEST_SLEEP else delay
        return super().call_later(short, *rest, **more)


class _Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return HastyLoop()


@contextmanager
def hasty_loops() -> Iterator[None]:
    """Whatever starts a loop meanwhile gets one of these."""
    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(_Policy())
    try:
        yield
    finally:
        asyncio.set_event_loop_policy(before)
