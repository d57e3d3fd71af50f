"""Every story is played once for all tests of this folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "engine"))
NOISY = 8
"""One in so many stories is played a second time, with something else that happens beside it."""


@pytest.fixture(scope="session")
def matrix(tmp_path_factory: pytest.TempPathFactory):
    from confusion.catalogue import all_stories
    from confusion.judge import Matrix
    from confusion.noise import noisy
    from confusion.play import play

    stories = all_stories()
    drawn = list(noisy(stories, draw=0))[::NOISY]
    return Matrix(play([*stories, *drawn], tmp_path_factory.mktemp("confusion")))
