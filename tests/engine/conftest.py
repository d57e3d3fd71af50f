"""The company and the tenant that the engine's tests work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from busy_night import prepare, state
from killed_process import KilledProcesses
from night import Night, TenantServer, nightfall, tenant_text

from obctl.config import Cloud
from obctl.sandbox.server import SandboxServer


@pytest.fixture(scope="session")
def tenant_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TenantServer]:
    """One server for all tests; each gets a tenant of its own behind it."""
    file = tmp_path_factory.mktemp("sandbox") / "tenant.toml"
    file.write_text(tenant_text(), "utf-8")
    with SandboxServer(file, frozen=True) as server:
        found = TenantServer(server)
        yield found
        found.close()


@pytest.fixture(scope="session")
def killed_processes() -> Iterator[KilledProcesses]:
    """Where commands are typed in processes of their own."""
    found = KilledProcesses()
    yield found
    found.close()


@pytest.fixture(scope="session")
def undisturbed(
    tenant_server: TenantServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What an undisturbed busy night leaves."""
    with nightfall(tenant_server, tmp_path_factory.mktemp("calm")) as night:
        prepare(night)
        night.run()
        return state(night)


@pytest.fixture
def night(tenant_server: TenantServer, tmp_path: Path) -> Iterator[Night]:
    with nightfall(tenant_server, tmp_path) as found:
        yield found


@pytest.fixture(scope="session")
def national_server(tenant_server: TenantServer) -> Iterator[TenantServer]:
    """The same server, spoken to as a national cloud: no series lists its cancelled dates."""
    found = TenantServer(tenant_server.server, cloud=Cloud.USGOV)
    yield found
    found.close()


@pytest.fixture
def national_night(national_server: TenantServer, tmp_path: Path) -> Iterator[Night]:
    with nightfall(national_server, tmp_path) as found:
        yield found
