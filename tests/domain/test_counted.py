from __future__ import annotations

import re
from pathlib import Path

import pytest

import obctl
from obctl.domain.counted import counted


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 rooms"), (1, "1 room"), (2, "2 rooms")], ids=["none", "one", "two"]
)
def test_one_is_one(number: int, words: str) -> None:
    assert counted(number, "room") == words


def test_no_sentence_counts_a_whole_without_asking_whether_it_is_one() -> None:
    """`3 of 1 rooms` is what a sentence says whose plural is typed."""
    typed = re.compile(r"of (?:the )?\{len\([^}]*\)\} \w+s\b")
    package = Path(obctl.__file__).parent
    found = {
        f"{path.relative_to(package)}: {words}"
        for path in package.rglob("*.py")
        for words in typed.findall(path.read_text(encoding="utf-8"))
        if path.name != "outcomes.py"  # which never speaks of a single room
    }
    assert not found
