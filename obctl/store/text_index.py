"""Words anywhere in texts: FTS5 over the trigrams of folded text.

An index gives candidates: rows that hold all trigrams of a word, if perhaps not side by side. Who
asks compares the text itself. Indexes are brought up to date in batches, when a run has ended or a
search needs it, so that writing costs nothing meanwhile; what is not indexed yet is looked through.
"""

from __future__ import annotations

from collections.abc import Sequence

from obctl.store.codec import fold
from obctl.store.database import Store

_GRAM = 3
_MANY_TERMS = 40
END = "  "
"""Ends every indexed text, so that its last letters begin a trigram too."""


def folded_words(text: str | None) -> list[str]:
    """The words of what somebody searches for, as texts are compared."""
    return [fold(word) for word in (text or "").split()]


def match_of(store: Store, index: str, words: Sequence[str]) -> str | None:
    """What to MATCH for candidates that hold all `words`; `None` where that narrows nothing."""
    parts = [part for part in (_part(store, index, word) for word in words) if part]
    return " AND ".join(parts) or None


def _part(store: Store, index: str, word: str) -> str:
    if len(word) >= _GRAM:
        grams = dict.fromkeys(word[at : at + _GRAM] for at in range(len(word) - _GRAM + 1))
        return " AND ".join(map(_quoted, grams))
    # A short word begins a trigram wherever it stands; one that begins many is found by looking.
    terms = _terms(store, index, word)
    if len(terms) > _MANY_TERMS:
        return ""
    return f"({' OR '.join(map(_quoted, terms or [word.ljust(_GRAM, chr(0x10FFFF))]))})"


def _terms(store: Store, index: str, start: str) -> list[str]:
    store.run(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{index}_terms USING fts5vocab(main, {index}, row)"
    )
    rows = store.rows(
        f"SELECT term FROM temp.{index}_terms WHERE term >= ? AND term <= ? LIMIT ?",
        (start, start + chr(0x10FFFF), _MANY_TERMS + 1),
    )
    return [row["term"] for row in rows]


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'
