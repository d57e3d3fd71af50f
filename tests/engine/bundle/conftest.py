"""A company, and bundles of it, for all tests of this folder: none of them changes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prepared import a_day, make, prepared

from obctl.engine.company import Company


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = prepared(tmp_path_factory.mktemp("home"))
    with closing(company.store):
        yield company


@pytest.fixture(scope="session")
def masked(home: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(home, tmp_path_factory.mktemp("masked") / "b.zip", a_day(home), masked=True)


@pytest.fixture(scope="session")
def plain(home: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(home, tmp_path_factory.mktemp("plain") / "b.zip", a_day(home), masked=False)
