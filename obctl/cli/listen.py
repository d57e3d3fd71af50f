"""`obctl listen`."""

from __future__ import annotations


def listen() -> None:
    """To be written by its owner."""
