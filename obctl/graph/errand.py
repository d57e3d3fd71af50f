"""One GET among many, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass

from obctl.errors import ObctlError
from obctl.graph.asked import Asked


@dataclass(frozen=True, slots=True)
class Errand:
    """One GET: its address below the base URL, and what it asks."""

    path: str
    asked: Asked


Outcomes = dict[str, bytes | ObctlError]
