"""What of a list is shown and in which order: `--fields`, `--sort` and `--limit`.

A field is a name of the list's objects as `csv_fields` spells it, or the object that holds it:
`organizer.email`, or `organizer` for all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from obctl.errors import UsageError

JsonObject = Mapping[str, Any]
_OPEN = ("by_cause",)
"""Objects whose names follow from what was found: anything may be asked of them."""


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class SortKey:
    """One field to sort by."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """How a list is to be shown; `names` are all the columns it has."""

    format: Format
    names: Sequence[str]
    fields: tuple[str, ...] = ()
    """Those to show, in this order; all where it is empty."""
    sort: tuple[SortKey, ...] = ()
    limit: int | None = None
    page: int | None = None
    """How many are shown where nobody set a limit."""

    @property
    def is_chosen(self) -> bool:
        """Whether anything but the format was asked for."""
        return bool(self.fields or self.sort or self.limit)

    @property
    def most(self) -> int | None:
        """How many are shown at most."""
        return self.limit or self.page

    @property
    def searched(self) -> int | None:
        """How many a search has to find: one more than is shown tells that there are more.

        What is to be sorted has to be found whole.
        """
        return None if self.sort or self.most is None else self.most + 1

    @property
    def columns(self) -> list[str]:
        """The columns of CSV: of a field that holds others, these."""
        return [
            name
            for field in self.fields
            for name in [one for one in self.names if _is_in(one, field)] or [field]
        ]

    def part(self, objects: Iterable[JsonObject], *, searched: bool = False) -> Part:
        """The objects to be shown; `searched`: they end one after the last that is shown."""
        return Part(self.sorted(objects), self, is_counted=not searched or bool(self.sort))

    def sorted(self, objects: Iterable[JsonObject]) -> Iterable[JsonObject]:
        """In the order that is wanted; what has no value comes last, whatever the direction."""
        for key in reversed(self.sort):
            whole = list(objects)
            with_value = [item for item in whole if value_of(item, key.field) is not None]
            without = [item for item in whole if value_of(item, key.field) is None]
            with_value.sort(key=lambda item: _rank(item, key.field), reverse=key.descending)
            objects = with_value + without
        return objects

    def chosen(self, item: JsonObject) -> JsonObject:
        """The object with the fields that are wanted alone, each where it was."""
        if not self.fields:
            return item
        kept: dict[str, Any] = {}
        for field in self.fields:
            _keep(kept, item, field.split("."))
        return kept


class Part:
    """Some objects of a list, one by one, and how many more there were."""

    def __init__(
        self, objects: Iterable[JsonObject], listing: Listing, *, is_counted: bool
    ) -> None:
        self._objects = iter(objects)
        self._listing = listing
        self._is_counted = is_counted
        self._shown = self._left = 0

    def __iter__(self) -> Iterator[JsonObject]:
        for item in islice(self._objects, self._listing.most):
            self._shown += 1
            yield item
        self._left = sum(1 for _ in self._objects)

    @property
    def remark(self) -> str | None:
        """That not all are shown, once they were gone through."""
        if not self._left:
            return None
        if self._is_counted:
            return f"showing {self._shown} of {self._shown + self._left}"
        return f"there are more than these {self._shown}; narrow the search, or use --limit"


def wanted_list(
    format: Format,
    names: Sequence[str],
    *,
    fields: str | None = None,
    sort: str | None = None,
    limit: int | None = None,
    page: int | None = None,
) -> Listing:
    """A `Listing` from what was typed; raises `UsageError` for a field that the list has not."""
    chosen = tuple(dict.fromkeys(_known(word, names) for word in _words(fields, "--fields")))
    keys = tuple(
        SortKey(_sortable(word.removeprefix("-"), names), word.startswith("-"))
        for word in _words(sort, "--sort")
    )
    return Listing(format, names, chosen, keys, limit, page)


def all_fields(names: Sequence[str]) -> list[str]:
    """Every name that `--fields` takes, the objects that hold others included."""
    found: list[str] = []
    for name in names:
        parts = name.split(".")
        found += [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
    return list(dict.fromkeys(found))


def value_of(item: JsonObject, field: str) -> Any:
    """What an object has there; `None` where it has nothing."""
    found: Any = item
    for name in field.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _words(text: str | None, option: str) -> list[str]:
    if text is None:
        return []
    words = [word.strip() for word in text.split(",")]
    if not all(word.removeprefix("-") for word in words):
        raise UsageError(
            f"{option} {text!r} has an empty name in it",
            hint=f"for example {option} number,start",
            code="unknown-field",
        )
    return words


def _known(word: str, names: Sequence[str]) -> str:
    known = all_fields(names)
    if word in known or any(_is_in(word, name) for name in known if name in _OPEN):
        return word
    from obctl.domain.nearest import meant

    raise UsageError(
        f"there is no field {word!r} here",
        hint=meant(word, known) or f"there are {', '.join(known)}",
        code="unknown-field",
    )


def _sortable(word: str, names: Sequence[str]) -> str:
    field = _known(word, names)
    inner = [name for name in names if name != field and _is_in(name, field)]
    if inner:
        raise UsageError(
            f"{field!r} is an object, which has no order",
            hint=f"sort by one of its fields: {', '.join(inner)}",
            code="unknown-field",
        )
    return field


def _is_in(name: str, field: str) -> bool:
    return f"{name}.".startswith(f"{field}.")


def _rank(item: JsonObject, field: str) -> tuple[int, Any, str]:
    """Numbers by size, texts without regard to case; what has neither by its text."""
    value = value_of(item, field)
    if isinstance(value, int | float):
        return 0, value, ""
    words = str(value).removesuffix("Z")  # of an instant: its fractions come after the second
    return 1, words.casefold(), words


def _keep(kept: dict[str, Any], item: JsonObject, path: Sequence[str]) -> None:
    name, *rest = path
    value = item.get(name)
    if rest and isinstance(value, Mapping):
        inner = kept.setdefault(name, {})
        if inner is not value:
            _keep(inner, value, rest)
    else:
        kept[name] = value
