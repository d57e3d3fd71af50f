from __future__ import annotations

from collections.abc import Iterator

import pytest
from running_listener import Running, running_listener


@pytest.fixture(scope="module")
def shared_listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_listener(tmp_path_factory.mktemp("listener")) as running:
        yield running


@pytest.fixture
def listener(shared_listener: Running) -> Running:
    """A listener as if just started: starting one for each test takes too long."""
    shared_listener.start_afresh()
    return shared_listener


@pytest.fixture
def doomed_listener(tmp_path) -> Iterator[Running]:
    """One whose store may be broken."""
    with running_listener(tmp_path) as running:
        yield running
