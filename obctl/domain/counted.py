"""Numbers of things in a sentence."""

from __future__ import annotations


def counted(number: int, thing: str, things: str | None = None) -> str:
    """`1 room`, `2 rooms`; `things` is the plural where it is not made with an s."""
    return f"{number} {thing if number == 1 else things or f'{thing}s'}"
