"""`obctl planner`."""

from __future__ import annotations


def planner() -> None:
    """To be written by its owner."""
