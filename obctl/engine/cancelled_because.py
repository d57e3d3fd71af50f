"""Why the events of a room went: the cause that a cancellation request shows."""

from __future__ import annotations

from collections.abc import Mapping

from obctl.domain.difference import Cause
from obctl.domain.situation import Situation


def causes_of(situation: Situation) -> Mapping[int, Cause]:
    """The cause of each loss, by reservation number."""
    return {}
