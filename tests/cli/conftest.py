"""Companies to type at: with two rooms, and with the demo's tenant behind them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk, two_rooms
from hasty import hasty_loops

from obctl.sandbox.server import SandboxServer


@pytest.fixture(scope="module")
def hasty() -> Iterator[None]:
    """What Graph refuses for now is tried again soon."""
    with hasty_loops():
        yield


@pytest.fixture
def empty_desk(tmp_path: Path) -> Desk:
    """A company without rooms; nobody answers where its Graph should be."""
    return Desk(tmp_path / "home")


@pytest.fixture
def desk(empty_desk: Desk) -> Desk:
    """A company with a room in Amsterdam and one in New York."""
    empty_desk.rooms(*two_rooms())
    return empty_desk


@pytest.fixture
def read_desk(desk: Desk) -> Desk:
    """The same, its rooms passed over last night: `--cached` may speak for Outlook."""
    desk.was_read()
    return desk


@pytest.fixture
def tenant() -> Iterator[SandboxServer]:
    """The demo's tenant, its clock standing still on Monday morning."""
    with SandboxServer(frozen=True) as server:
        yield server


@pytest.fixture
def live_desk(tmp_path: Path, tenant: SandboxServer) -> Desk:
    """A company without rooms in front of the demo's tenant."""
    return Desk(
        tmp_path / "home", url=tenant.url, environment={"OBCTL_NOW": "2026-10-19T05:30:00Z"}
    )
