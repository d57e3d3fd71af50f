"""A sandbox per test, its clock standing still, and a client that has a token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from notification_sink import Sink
from sandbox_client import Graph

from obctl.sandbox.server import SandboxServer

TENANT = """
[tenant]
id = "7d6f2c1e-4b0a-4c58-9e3d-52a1f0b7c914"
domain = "contoso.example"
time_zone = "Europe/Amsterdam"
clock = "2026-10-19T05:30:00Z"
seed = 7

[[buildings]]
name = "Headquarters"

[[locations]]
name = "Amsterdam HQ"
email = "amsterdam@contoso.example"

[[rooms]]
mailbox = "rembrandt@contoso.example"
name = "Rembrandt"
location = "Amsterdam HQ"
floor = 1
capacity = 8

[[rooms]]
mailbox = "vermeer@contoso.example"
name = "Vermeer"
location = "Amsterdam HQ"
building = "Headquarters"
floor = 1
capacity = 4

[[people]]
name = "Anna de Vries"
mailbox = "anna@contoso.example"

[[people]]
name = "Bob van Dijk"
mailbox = "bob@contoso.example"
"""


@pytest.fixture
def tenant_file(tmp_path: Path) -> Path:
    file = tmp_path / "tenant.toml"
    file.write_text(TENANT, "utf-8")
    return file


@pytest.fixture
def sandbox(tenant_file: Path) -> Iterator[SandboxServer]:
    with SandboxServer(tenant_file, frozen=True) as server:
        yield server


@pytest.fixture
def graph(sandbox: SandboxServer) -> Iterator[Graph]:
    with Graph(sandbox.url) as client:
        yield client


@pytest.fixture
def sink() -> Iterator[Sink]:
    found = Sink()
    yield found
    found.close()
