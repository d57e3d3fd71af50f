"""The company and the tenant that the engine's tests work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eventful import prepare, state
from mortal import Mortals
from night import Building, Night, nightfall, tenant_text

from obctl.config import Cloud
from obctl.sandbox.server import SandboxServer


@pytest.fixture(scope="session")
def building(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Building]:
    """One server for all tests; each gets a tenant of its own behind it."""
    file = tmp_path_factory.mktemp("sandbox") / "tenant.toml"
    file.write_text(tenant_text(), "utf-8")
    with SandboxServer(file, frozen=True) as server:
        found = Building(server)
        yield found
        found.close()


@pytest.fixture(scope="session")
def mortals() -> Iterator[Mortals]:
    """Where commands are typed in processes of their own."""
    found = Mortals()
    yield found
    found.close()


@pytest.fixture(scope="session")
def calm(building: Building, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an undisturbed eventful night leaves."""
    with nightfall(building, tmp_path_factory.mktemp("calm")) as night:
        prepare(night)
        night.run()
        return state(night)


@pytest.fixture
def night(building: Building, tmp_path: Path) -> Iterator[Night]:
    with nightfall(building, tmp_path) as found:
        yield found


@pytest.fixture(scope="session")
def embassy(building: Building) -> Iterator[Building]:
    """The same server, spoken to as a national cloud: no series lists its cancelled dates."""
    found = Building(building.server, cloud=Cloud.USGOV)
    yield found
    found.close()


@pytest.fixture
def national_night(embassy: Building, tmp_path: Path) -> Iterator[Night]:
    with nightfall(embassy, tmp_path) as found:
        yield found
