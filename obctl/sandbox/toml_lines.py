"""Where each value of a TOML document stands: tomllib reads values but forgets lines.

No library tells it: tomlkit keeps no lines and moves tables that are mixed, as rooms and meetings
are here; tree-sitter brings 2 MB of compiled code and leaves most of the walk below to us.
Only for documents that tomllib has accepted: this finds places, it does not judge.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import count

Path = tuple[str | int, ...]
_PIECE = re.compile(
    r"""
    \"{3} (?:[^\\]|\\.)*? \"{3,5} | '{3} .*? '{3,5}  # long strings may end in two quotes more
    | "(?:[^"\\]|\\.)*" | '[^']*'
    | \#[^\n]*
    | [\n\[\]{},=.]
    | [^\s\[\]{},=.\#"']+
    """,
    re.DOTALL | re.VERBOSE,
)
_AFTER_SCALAR = frozenset({",", "]", "}", "\n"})


def line_numbers(text: str) -> dict[Path, int]:
    """The line of every table, key and array element, by its path from the root."""
    return _Walk(text).lines


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The pieces with their lines, without comments and without the line ends inside brackets."""
    line, depth = 1, 0
    for found in _PIECE.finditer(text):
        piece = found.group()
        depth += (piece in "[{") - (piece in "]}")
        if piece[0] != "#" and (piece != "\n" or not depth):
            yield line, piece
        line += piece.count("\n")
    yield line, "\n"


class _Walk:
    """One walk through the pieces of a document, from the first to the last."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._counts: Counter[Path] = Counter()
        self._pieces = _pieces(text)
        self._line, self._piece = next(self._pieces)
        table: Path = ()
        while self._piece:
            if self._piece == "[":
                table = self._header()
            elif not self._took("\n"):
                self._pair(table)

    def _take(self) -> str:
        piece = self._piece
        self._line, self._piece = next(self._pieces, (self._line, ""))
        return piece

    def _took(self, piece: str) -> bool:
        return self._piece == piece and bool(self._take())

    def _note(self, path: Path, line: int) -> None:
        """The line of `path`, and of tables above it that have no header of their own."""
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _header(self) -> Path:
        line = self._line
        self._take()
        array = self._took("[")
        *above, last = self._key()
        path: Path = ()
        for word in above:
            path = self._newest((*path, word))
        path = (*path, last)
        if array:
            self._counts[path] += 1
            path = self._newest(path)
        self._note(path, line)
        while not self._took("\n"):
            self._take()
        return path

    def _newest(self, path: Path) -> Path:
        """The newest element where `path` is an array of tables."""
        return (*path, self._counts[path] - 1) if path in self._counts else path

    def _pair(self, table: Path) -> None:
        line = self._line
        path = (*table, *self._key())
        self._note(path, line)
        self._take()  # the equals sign
        self._value(path)

    def _key(self) -> list[str]:
        words = [_word(self._take())]
        while self._took("."):
            words.append(_word(self._take()))
        return words

    def _value(self, path: Path) -> None:
        if self._took("["):
            for position in count():
                if self._took("]"):
                    return
                self._note((*path, position), self._line)
                self._value((*path, position))
                self._took(",")
        elif self._took("{"):
            while not self._took("}"):
                self._pair(path)
                self._took(",")
        else:
            while self._piece not in _AFTER_SCALAR:
                self._take()


def _word(piece: str) -> str:
    """A word of a key, without its quotes."""
    return piece if piece[0] not in "\"'" else next(iter(tomllib.loads(f"{piece} = 0")))
