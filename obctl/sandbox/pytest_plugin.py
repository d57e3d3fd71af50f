"""The sandbox as a pytest fixture, for whoever tests a program that speaks Microsoft Graph.

pytest loads this module wherever obctl is installed; nothing else is imported before a test asks
for the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from obctl.sandbox.server import SandboxServer

_MARKER = (
    "graph_sandbox(tenant=None, clock=None, frozen=True, token=None, latency=0.0): what the"
    " graph_sandbox fixture starts with; a relative tenant file lies beside the test"
)
_OPTIONS = frozenset({"tenant", "clock", "frozen", "token", "latency"})


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def graph_sandbox(request: pytest.FixtureRequest) -> Iterator[SandboxServer]:
    """A simulated tenant that speaks Graph at `graph_sandbox.url`, for this test alone.

    Without the marker it is the demo's tenant. Its clock stands still unless `frozen=False`.
    """
    from obctl.sandbox.server import SandboxServer

    marker = request.node.get_closest_marker("graph_sandbox")
    options: dict[str, Any] = dict(marker.kwargs) if marker else {}
    if (marker and marker.args) or options.keys() - _OPTIONS:
        pytest.fail(f"the marker is used as {_MARKER}", pytrace=False)
    if options.get("tenant") is not None:
        options["tenant"] = request.path.parent / options["tenant"]
    with SandboxServer(**{"frozen": True} | options) as sandbox:
        yield sandbox
