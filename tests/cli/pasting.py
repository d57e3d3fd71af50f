"""Whether what `doctor` says to run can be pasted as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import typer
from readme_reader import commands, parse

_TO_FILL_IN = re.compile(r"…|\.\.\.|(?<![\w$])(?!OBCTL_NOW\b)[A-Z]{2,}[A-Z_-]*(?![\w.])|<[a-z]|\{")


def ensure_pastable(findings: Iterable[Mapping[str, Any]]) -> None:
    """No remedy, nor a hint that is a command, has a word to fill in; obctl takes what is its."""
    for one in findings:
        for text in (one["remedy"], one["hint"]):
            if not text or (text is one["hint"] and not text.startswith("obctl ")):
                continue
            assert not _to_fill_in(text), one
            for words in commands(text):
                with suppress(typer.Exit):  # --help
                    parse(words)


def _to_fill_in(text: str) -> list[str]:
    """Ellipses and words in capitals; options of other programs (`-X POST`) are none."""
    return [found for found in _TO_FILL_IN.findall(re.sub(r"'[^']*'|-X POST", "", text)) if found]
