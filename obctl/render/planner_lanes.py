"""Lanes: what shares its time stands one below the other, so that nothing covers another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Spanned(Protocol):
    """Whatever lies between two places of a line; `end` is where the next one may begin."""

    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...


Bar = TypeVar("Bar", bound=Spanned)


def lanes(bars: Iterable[Bar]) -> list[list[Bar]]:
    """The bars by lane, each in the first that is free from its start on."""
    found: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda b: (b.start, -b.end)):
        free = next((lane for lane in found if lane[-1].end <= bar.start), None)
        if free is None:
            found.append([bar])
        else:
            free.append(bar)
    return found
