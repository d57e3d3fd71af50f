"""Every story is played once for all tests of this folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "engine"))


@pytest.fixture(scope="session")
def matrix(tmp_path_factory: pytest.TempPathFactory):
    from confusion.catalogue import all_stories
    from confusion.judge import Matrix
    from confusion.play import play

    return Matrix(play(all_stories(), tmp_path_factory.mktemp("confusion")))
