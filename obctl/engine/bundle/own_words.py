"""The words that stand in obctl's own sources: in a sentence of ours they tell of nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_WORD = re.compile(r"[A-Za-z]{2,}")
_OF_CASTS = ("sandbox", "demo")
"""Packages and modules in which people, rooms and companies of examples occur."""
_OF_GRAPH = (
    "specified object was found store the request failed timeout retry attempted mailbox item"
    " access denied check credentials and try again too many requests throttled concurrency limit"
    " service unavailable resource does not exist property invalid value conflict change key"
    " bad gateway internal server error unauthorized forbidden token expired lifetime"
)
"""Words with which Graph and Exchange refuse."""
_EXAMPLES = frozenset({"contoso", "fabrikam", "anna", "bram", "mia"})


@cache
def own_words() -> frozenset[str]:
    """In lower case; those of the examples left out."""
    found = set(_OF_GRAPH.split())
    for module in _modules(files("obctl")):
        found.update(word.lower() for word in _WORD.findall(module.read_text(encoding="utf-8")))
    return frozenset(found | set("acdiostu")) - _EXAMPLES


def _modules(folder: Traversable) -> Iterator[Traversable]:
    for item in folder.iterdir():
        if item.name.startswith(_OF_CASTS):
            continue
        if item.is_dir():
            yield from _modules(item)
        elif item.name.endswith(".py"):
            yield item
