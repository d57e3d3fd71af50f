"""What holds for every test; pytest makes `builders` beside it importable."""

from __future__ import annotations

import gc
import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# As a command does: what is imported stays, and is not looked through again and again for garbage.
gc.set_threshold(50_000)

# A shell starts what runs in the background deaf to Ctrl-C, and children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


_LONGEST = (
    "confusion/test_confusion.py",
    "cli/test_cli_demo.py",
    "fuzz/test_fuzz_graph.py",
    "engine/sync/test_machine.py",
    "fuzz/test_fuzz_listener.py",
    "confusion/test_masked_alike.py",
)
"""The files that take longest, in that order: one that began last would have the others wait."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, whatever order they are collected in."""
    places = {name: place for place, name in enumerate(_LONGEST)}
    here = Path(__file__).parent
    items.sort(
        key=lambda item: (
            places.get(item.path.relative_to(here).as_posix(), len(_LONGEST))
            if item.path.is_relative_to(here)
            else len(_LONGEST)
        )
    )


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: a third of the time tests wait for other processes."""
    return (os.cpu_count() or 1) + 2
