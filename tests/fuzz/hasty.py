"""Event loops whose clock runs fast: back-offs and silences pass in a tenth of their time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Iterator
from contextlib import contextmanager

SPEED = 10.0


class _Selector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None):
        return super().select(None if timeout is None else timeout / SPEED)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__(_Selector())

    def time(self) -> float:
        return super().time() * SPEED


class _Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return _Loop()


@contextmanager
def hasty_loops() -> Iterator[None]:
    """Whatever starts a loop meanwhile gets a fast one."""
    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(_Policy())
    try:
        yield
    finally:
        asyncio.set_event_loop_policy(before)
