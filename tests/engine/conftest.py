"""The company and the tenant that the engine's tests work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from night import Night, nightfall, tenant_text

from obctl.sandbox.server import SandboxServer


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """One server for all tests; each gets a tenant of its own behind it."""
    file = tmp_path_factory.mktemp("sandbox") / "tenant.toml"
    file.write_text(tenant_text(), "utf-8")
    with SandboxServer(file, frozen=True) as server:
        yield server


@pytest.fixture
def night(sandbox: SandboxServer, tmp_path: Path) -> Iterator[Night]:
    with nightfall(sandbox, tmp_path) as found:
        yield found
