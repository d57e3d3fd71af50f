"""Reads a TOML file and reports everything wrong with it at once, each problem with its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import Any, NoReturn

from obctl.domain import zones
from obctl.errors import ConfigError, UnknownZone
from obctl.sandbox.toml_lines import Path, line_numbers


@dataclass(slots=True)
class Document:
    """A parsed file, its text, and the problems found so far."""

    name: str
    data: dict[str, Any]
    text: str
    problems: list[tuple[Path, str]] = field(default_factory=list)

    def complain(self, path: Path, message: str) -> None:
        """Note a problem; reading goes on."""
        self.problems.append((path, message))

    def finish(self) -> None:
        """Raise `ConfigError` with every problem, in the order of the file."""
        if self.problems:
            lines = line_numbers(self.text)
            told = {(_nearest(lines, path), message) for path, message in self.problems}
            fail(self.name, [f"line {line}: {message}" for line, message in sorted(told)])


def _nearest(lines: Mapping[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest thing above it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def fail(name: str, problems: list[str]) -> NoReturn:
    """Raise `ConfigError` for a file with `problems`."""
    raise ConfigError(
        f"{name} has {len(problems)} problem{'s' if len(problems) > 1 else ''}:\n  "
        + "\n  ".join(problems)
    )


def open_document(file: FilePath) -> Document:
    """Parse `file`; a file that is no TOML is one problem, with its line."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {file}: {error}") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is no TOML: {error}") from error
    return Document(str(file), data, text)


class Table:
    """One table of a document, read key by key; keys nobody asked for are problems."""

    def __init__(self, document: Document, data: Mapping[str, Any], path: Path) -> None:
        self.document = document
        self.data = data
        self.path = path
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def complain(self, message: str, key: str | None = None) -> None:
        """Note a problem with a key of this table, or with the table."""
        self.document.complain(self.path if key is None else (*self.path, key), message)

    def raw(self, key: str) -> Any:
        """The value as it stands, or None."""
        self._asked.add(key)
        return self.data.get(key)

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A string."""
        value = self.raw(key)
        if value is None:
            if required:
                self.complain(f"{key} is missing")
            return default
        if not isinstance(value, str):
            self.complain(f"{key} must be a string, not {value!r}", key)
            return default
        if required and not value.strip():
            self.complain(f"{key} is empty", key)
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """true or false."""
        value = self.raw(key)
        if value is not None and not isinstance(value, bool):
            self.complain(f"{key} must be true or false, not {value!r}", key)
            return default
        return default if value is None else value

    def number(self, key: str, default: int | None = None, low: int | None = None) -> int | None:
        """A whole number."""
        value = self.raw(key)
        if value is None:
            return default
        if (
            not isinstance(value, int)
            or isinstance(value, bool)
            or (low is not None and value < low)
        ):
            least = "" if low is None else f" of at least {low}"
            self.complain(f"{key} must be a whole number{least}, not {value!r}", key)
            return default
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        """One of the words in `allowed`."""
        value = self.raw(key)
        if value is None:
            return default
        if value not in allowed:
            self.complain(f"{key} must be one of {', '.join(allowed)}, not {value!r}", key)
            return default
        return str(value)

    def texts(self, key: str) -> list[str]:
        """An array of strings."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.complain(f"{key} must be an array of strings", key)
            return []
        return value

    def zone(self, key: str, default: str) -> str:
        """A time-zone name, Windows or IANA."""
        name = self.text(key, default)
        try:
            zones.zone(name)
        except UnknownZone:
            self.complain(f"{key} {name!r} is no time zone that Exchange knows", key)
            return "UTC"
        return name

    def instant(self, key: str) -> datetime | None:
        """An instant with its offset; a string or TOML's own datetime."""
        value = self.raw(key)
        parsed = _parsed(value)
        if value is not None and (parsed is None or parsed.tzinfo is None):
            self.complain(
                f"{key} must be an instant such as 2026-10-19T05:30:00Z, not {value!r}", key
            )
            return None
        return parsed.astimezone(UTC) if parsed is not None else None

    def wall(self, key: str, *, required: bool = False) -> datetime | None:
        """A wall-clock time without offset, or a date for midnight."""
        value = self.raw(key)
        if value is None:
            if required:
                self.complain(f"{key} is missing")
            return None
        parsed = _parsed(value)
        if parsed is None or parsed.tzinfo is not None:
            self.complain(
                f"{key} must be a wall-clock time such as 2026-10-19T09:00, not {value!r}", key
            )
            return None
        return parsed

    def dates(self, key: str) -> set[date]:
        """An array of dates."""
        found = set()
        for position, one in enumerate(self.raw(key) or []):
            parsed = _parsed(one)
            if parsed is None:
                self.document.complain((*self.path, key, position), f"{one!r} is no date")
            else:
                found.add(parsed.date())
        return found

    def table(self, key: str) -> Table:
        """A table inside this one; empty if it is not there."""
        value = self.raw(key)
        if value is not None and not isinstance(value, dict):
            self.complain(f"{key} must be a table", key)
            value = None
        return Table(self.document, value or {}, (*self.path, key))

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of an array."""
        value = self.raw(key) or []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.complain(f"{key} must be an array of tables", key)
            return
        for position, one in enumerate(value):
            yield Table(self.document, one, (*self.path, key, position))

    def done(self) -> None:
        """Complain about every key nobody asked for."""
        for key in self.data.keys() - self._asked:
            known = {one.lower(): one for one in self._asked}
            near = get_close_matches(key.lower(), known, n=1)
            listed = f"known here: {', '.join(sorted(self._asked))}"
            told = f"did you mean {known[near[0]]}?" if near else listed
            self.complain(f"unknown key {key!r}; {told}", key)


def _parsed(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, datetime.min.time())
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None
