"""`obctl diff` and `obctl explain`."""

from __future__ import annotations


def diff() -> None:
    """To be written by its owner."""


def explain() -> None:
    """To be written by its owner."""
