"""The places of a mailbox as Windows locks them: its module spied on, as this is another system."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pytest_mock import MockerFixture

from obctl.graph import shared_places as module

UNLOCK, LOCK_OR_FAIL = 0, 2
"""`LK_UNLCK` and `LK_NBLCK` of sys/locking.h."""
FARTHEST = 2**31 - 1
"""A position in a file is a signed 32-bit number to `_locking`."""


@pytest.fixture
def locking(mocker: MockerFixture) -> Any:
    """`msvcrt.locking`, which tells where the file stood: it locks from there."""
    return mocker.Mock(side_effect=lambda file, _mode, _size: os.lseek(file, 0, os.SEEK_CUR))


@pytest.fixture
def windows(mocker: MockerFixture, monkeypatch: pytest.MonkeyPatch, locking: Any) -> ModuleType:
    """The module as Windows imports it."""
    its = SimpleNamespace(locking=locking, LK_UNLCK=UNLOCK, LK_NBLCK=LOCK_OR_FAIL)
    mocker.patch.dict(sys.modules, {"msvcrt": its})
    spec = spec_from_file_location("places_on_windows", module.__file__)
    assert spec is not None
    assert spec.loader is not None
    found = module_from_spec(spec)
    mocker.patch.dict(sys.modules, {"places_on_windows": found})
    with monkeypatch.context() as there:
        there.setattr(sys, "platform", "win32")
        spec.loader.exec_module(found)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    found = os.open(tmp_path / "places", os.O_RDWR | os.O_CREAT)
    yield found
    os.close(found)


def test_one_byte_is_locked_where_it_lies_without_waiting(
    windows: ModuleType, locking: Any, file: int
) -> None:
    seen: list[tuple[int, int, int]] = []
    locking.side_effect = lambda *said: seen.append((os.lseek(said[0], 0, 1), *said[1:]))
    assert windows._lock(file, 4096)
    windows._unlock(file, 4096)
    assert seen == [(4096, LOCK_OR_FAIL, 1), (4096, UNLOCK, 1)]


@pytest.mark.parametrize(
    ("number", "is_ours"),
    [(errno.EACCES, False), (errno.EAGAIN, False), (errno.ENOTSUP, True), (errno.EINVAL, True)],
    ids=["somebody else's", "busy", "no locks on this drive", "no such place"],
)
def test_what_somebody_else_holds_is_told_from_a_drive_without_locks(
    windows: ModuleType, locking: Any, file: int, number: int, is_ours: bool
) -> None:
    locking.side_effect = OSError(number, os.strerror(number))
    assert windows._lock(file, 0) is is_ours


def test_a_lock_that_cannot_be_let_go_of_stops_nobody(
    windows: ModuleType, locking: Any, file: int
) -> None:
    locking.side_effect = OSError(errno.EACCES, "Permission denied")
    windows._unlock(file, 0)


def test_no_place_lies_beyond_what_windows_locks(windows: ModuleType) -> None:
    last = (windows._MAILBOXES - 1) * windows._STRIDE + windows.PER_MAILBOX
    assert last <= FARTHEST


async def _two(windows: ModuleType, path: Path) -> None:
    with windows.shared_places(path) as first, windows.shared_places(path) as second:
        async with first.held({"a@contoso.example": 2}), second.held({"a@contoso.example": 2}):
            pass


def test_places_are_taken_and_given_back(windows: ModuleType, locking: Any, tmp_path: Path) -> None:
    asyncio.run(_two(windows, tmp_path / "places"))
    modes = [call.args[1] for call in locking.call_args_list]
    assert modes.count(LOCK_OR_FAIL) == modes.count(UNLOCK) == 6  # a turn and two places, twice
