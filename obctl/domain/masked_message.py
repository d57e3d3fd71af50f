"""Sentences of obctl's own without what they quote of others.

Everything goes that is not known to be harmless: what was replaced elsewhere gets the pseudonym it
has there, what stands in quotes one of its own, and of the rest those words alone stay that occur
in obctl's own sources, where nobody of the company stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from obctl.domain.masking import ADDRESS, Mask

MASKED = "(masked)"
_HARMLESS = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?"
    r"|\d{8}T\d{6}Z-[0-9a-f]{6}"  # a run
    r"|\d\d:\d\d(?::\d\d)?(?:-\d\d:\d\d)?"
    r"|[+-]?\d{1,6}(?:[.,]\d{1,3})?%?"
    r"|Error[A-Z][A-Za-z]+"  # a code of Exchange
)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_NOTE = re.compile(
    r"^((?:approved|rejected) by [^:]+: [^:]+: |.*?; note: )(.+)$", re.DOTALL | re.IGNORECASE
)
"""How our sentences end that carry what a person wrote."""
_WORD = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.@-]{0,79}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TELEPHONE = re.compile(r"(?<![\w:.-])(?:\+|0)\d(?:[ ()/.-]{0,2}\d){6,}(?![\w:-])")
_AROUND = "()[]{}<>,;:.!?'\"`…"
_START = 3
"""Letters by which what was replaced is found again."""
_LONGEST = 20_000
"""A sentence of ours that is longer quotes somebody at great length."""


class Sentences(Protocol):
    """What becomes of sentences and of codes."""

    def message(self, text: str) -> str: ...
    def code(self, text: str) -> str: ...


class AsTheyAre:
    """Leaves both, for a first look at what else there is to mask."""

    def message(self, text: str) -> str:
        return text

    def code(self, text: str) -> str:
        return text


class MaskedMessages:
    """Masks sentences by what a `Mask` has replaced and by obctl's own `words` (lower case).

    To be made once everything else is masked.
    """

    def __init__(self, mask: Mask, words: frozenset[str]) -> None:
        self._mask = mask
        self._words = words
        self._known = _by_start(mask.replaced)

    def message(self, text: str) -> str:
        """A sentence with pseudonyms in the place of what it tells of others."""
        if len(text) > _LONGEST:
            return MASKED
        noted = _NOTE.match(text)
        if noted and noted[2] != MASKED:
            return self.message(noted[1].rstrip()) + " " + self._mask.text(noted[2])
        return "".join(self._pieces(text))

    def code(self, text: str) -> str:
        """A word that programs compare, such as a cause or a key: as it is, if it is one of ours.

        Also where a meeting is called so: of which one it is said, a code does not tell.
        """
        ours = _CODE.fullmatch(text) and all(
            piece.lower() in self._words for piece in _WORD.findall(text)
        )
        return text if ours else self.message(text)

    def _pieces(self, text: str) -> Iterator[str]:
        """The parts of a sentence in order, each masked where that is due."""
        at = start = 0
        while at < len(text):
            found = None if at and _joins(text[at - 1]) else self._replaced(text, at)
            quoted = None if found else self._quoted(text, at)
            if not found and not quoted:
                at += 1
                continue
            yield self._plain(text[start:at])
            length, masked = found or quoted or (0, "")
            yield masked
            at = start = at + length
        yield self._plain(text[start:])

    def _replaced(self, text: str, at: int) -> tuple[int, str] | None:
        """The longest known text that stands here as a whole: its length and pseudonym."""
        for letters in range(_START, 0, -1):
            for original, masked in self._known.get(text[at : at + letters].casefold(), ()):
                end = at + len(original)
                if text[at:end].casefold() == original.casefold() and not (
                    end < len(text) and _joins(text[end]) and _joins(text[end - 1])
                ):
                    return len(original), masked
        return None

    def _quoted(self, text: str, at: int) -> tuple[int, str] | None:
        """A text in quotes that begins here, unless it is made of harmless words of ours."""
        if text[at] not in "'\"" or (at and _joins(text[at - 1])):
            return None
        found = _QUOTED.match(text, at)
        if found is None:
            return None
        inside = found[1] if found[1] is not None else found[2]
        if not inside.strip() or inside in self._mask.replaced.values():
            return len(found[0]), found[0]
        quote = found[0][0]
        return len(found[0]), f"{quote}{self._mask.subject(inside)}{quote}"

    def _plain(self, text: str) -> str:
        """What quotes nobody as far as is known: harmless words stay, others go, each run once."""
        text = _TELEPHONE.sub(MASKED, text)
        masked = re.sub(r"\S+", lambda found: self._word(found[0]), text)
        return re.sub(rf"{re.escape(MASKED)}(?:\s+{re.escape(MASKED)})+", MASKED, masked)

    def _word(self, word: str) -> str:
        core = word.strip(_AROUND)
        if not core or _HARMLESS.fullmatch(core) or core == "masked":
            return word
        before, after = word.split(core, 1)
        return before + self._core(core) + after

    def _core(self, core: str) -> str:
        if ADDRESS.fullmatch(core):
            return self._mask.address(core)
        if _GUID.fullmatch(core):
            return self._mask.identifier(core)
        pieces = _WORD.findall(core)
        left = _WORD.sub("", core)
        ours = all(piece.lower() in self._words for piece in pieces)
        if pieces and ours and len(re.sub(r"\D", "", left)) <= 6 and "//" not in left:
            return core
        return core if not pieces and not re.search(r"\d{4}", left) else MASKED


def _by_start(replaced: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What was replaced, longest first, by its first letters; also as Python quotes it."""
    found: dict[str, list[tuple[str, str]]] = {}
    both = {repr(text)[1:-1]: masked for text, masked in replaced.items()} | dict(replaced)
    for text in sorted(both, key=len, reverse=True):
        if stripped := text.strip():
            found.setdefault(stripped[:_START].casefold(), []).append(
                (stripped, both[text].strip())
            )
    return found


def _joins(letter: str) -> bool:
    """Whether a letter goes on with the word it stands beside."""
    return letter.isalnum() or letter == "_"
