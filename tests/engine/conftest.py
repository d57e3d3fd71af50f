"""The company and the tenant that the engine's tests work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from night import Night, nightfall


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with nightfall(tmp_path) as found:
        yield found
