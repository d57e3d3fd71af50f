"""One proxy and one theatre for all cases of a file: stages are dear to prepare."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cases import Fuzzer
from graph_proxy import GraphProxy
from hasty import hasty_loops
from story import Theatre

SEED = 20
ODDITIES = 12
"""A tenant that differs from a plain one in every way that is drawn; by hand, any."""


# Of a module, not of the session: tests of other files are about how long is waited.
@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzer]:
    with GraphProxy() as proxy, hasty_loops():
        yield Fuzzer(Theatre(proxy, tmp_path_factory.mktemp("fuzz"), ODDITIES), SEED)
