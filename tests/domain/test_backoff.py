"""How long what failed waits before it is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from obctl.domain.backoff import Backoff

MINUTES = Backoff(timedelta(minutes=1), timedelta(minutes=10))


@pytest.mark.parametrize(
    ("doublings", "minutes"), [(0, 1), (1, 2), (3, 8), (4, 10), (5, 10), (100_000, 10)]
)
def test_a_wait_doubles_until_it_is_the_longest(doublings: int, minutes: int) -> None:
    assert MINUTES.wait(doublings) == timedelta(minutes=minutes)


def test_a_first_wait_beyond_the_longest_is_cut() -> None:
    hasty = Backoff(timedelta(minutes=1), timedelta(seconds=5))
    assert hasty.wait(0) == timedelta(seconds=5)
