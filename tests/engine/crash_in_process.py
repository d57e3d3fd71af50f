"""A run that dies in this process: nothing it began is finished, and nothing is cleaned up.

`killed_process.py` kills real processes, which takes long; a machine of thousands of steps needs
this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.store.database import Store, open_store


class Died(BaseException):
    """Raised at the last breath and at all that is tried afterwards; nobody catches it."""


class Breath:
    """How many statements and requests there are left to live for."""

    def __init__(self, left: int) -> None:
        self._left = left

    def draw(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Died


class BriefStore(Store):
    """A connection of its own: closed in the middle of a transaction, that never was."""

    breath: Breath

    def run(self, sql: str, parameters: object = ()) -> Any:
        self.breath.draw()
        return super().run(sql, parameters)

    def run_many(self, sql: str, rows: list[tuple[object, ...]]) -> None:
        self.breath.draw()
        super().run_many(sql, rows)


class BriefGateway:
    """The real gateway, as long as there is breath to ask."""

    def __init__(self, gateway: Any, breath: Breath) -> None:
        self._gateway, self._breath = gateway, breath

    def __getattr__(self, name: str) -> Any:
        self._breath.draw()
        return getattr(self._gateway, name)


@contextmanager
def crashing(company: Company, breaths: int) -> Iterator[tuple[Company, Breath]]:
    """The company as a run sees it that dies after so many breaths, if it lasts that long."""
    opened = open_store(company.store.path)
    store = BriefStore(opened.path, opened.connection)
    store.breath = Breath(breaths)
    try:
        with suppress(Died):
            yield replace(company, store=store), store.breath
    finally:
        store.close()
