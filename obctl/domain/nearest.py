"""What somebody may have meant by a word that is unknown."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Those of the known words that look most like it, however it is written."""
    from difflib import get_close_matches

    spelled = {one.casefold(): one for one in known}
    return [spelled[one] for one in get_close_matches(word.casefold(), spelled, n=most, cutoff=0.5)]


def meant(word: str, known: Iterable[str]) -> str | None:
    """A question that names them: `did you mean push.failed or push.created?`"""
    close = nearest(word, known)
    if not close:
        return None
    return f"did you mean {' or '.join(close)}?"
