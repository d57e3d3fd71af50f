"""Where each value of a TOML document stands: tomllib reads values but forgets lines.

Only for documents that tomllib has accepted; it finds places, it does not judge.
"""

from __future__ import annotations

import re
from bisect import bisect_right

Path = tuple[str | int, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"(?:\s|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}\n#]*")
_QUOTES = ('"""', "'''", '"', "'")


def line_numbers(text: str) -> dict[Path, int]:
    """The line of every table, key and array element, by its path from the root."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        self.newlines = [found.start() for found in re.finditer("\n", text)]
        self.header_line = 1

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip():
            if self.text.startswith("[[", self.at):
                table = self._header(2)
                self.counts[table] = self.counts.get(table, -1) + 1
                table = (*table, self.counts[table])
                self._note(table)
            elif self.text[self.at] == "[":
                table = self._header(1)
                self._note(table)
            else:
                self._pair(table)
        return self.lines

    def _header(self, brackets: int) -> Path:
        start = self.at
        self.at += brackets
        words = self._key()
        self._skip()
        self.at += brackets
        path: Path = ()
        for position, word in enumerate(words):
            path = (*path, word)
            last = position == len(words) - 1
            if path in self.counts and not (last and brackets == 2):
                path = (*path, self.counts[path])
        self.header_line = self._line(start)
        return path

    def _pair(self, table: Path) -> None:
        start = self.at
        path = (*table, *self._key())
        self.lines.setdefault(path, self._line(start))
        self._skip()
        self.at += 1  # the equals sign
        self._skip()
        self._value(path)

    def _key(self) -> list[str]:
        words = []
        while True:
            self._skip()
            if self.text[self.at] in "\"'":
                start = self.at
                self._string()
                words.append(self.text[start + 1 : self.at - 1])
            else:
                found = _BARE.match(self.text, self.at)
                word = found.group() if found else self.text[self.at]
                self.at += len(word)
                words.append(word)
            self._skip()
            if not self.text.startswith(".", self.at):
                return words
            self.at += 1

    def _value(self, path: Path) -> None:
        sign = self.text[self.at]
        if sign == "[":
            self._array(path)
        elif sign == "{":
            self._inline(path)
        elif sign in "\"'":
            self._string()
        else:
            found = _SCALAR.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1

    def _array(self, path: Path) -> None:
        self.at += 1
        position = 0
        while self._skip() and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.lines[(*path, position)] = self._line(self.at)
            self._value((*path, position))
            position += 1
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while self._skip() and self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)
        self.at += 1

    def _string(self) -> None:
        quote = next(one for one in _QUOTES if self.text.startswith(one, self.at))
        self.at += len(quote)
        while not self.text.startswith(quote, self.at):
            self.at += 2 if quote[0] == '"' and self.text[self.at] == "\\" else 1
        self.at += len(quote)
        while len(quote) == 3 and self.text.startswith(quote[0], self.at):
            self.at += 1

    def _line(self, at: int) -> int:
        return bisect_right(self.newlines, at) + 1

    def _note(self, path: Path) -> None:
        self.lines.setdefault(path, self.header_line)

    def _skip(self) -> bool:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)
