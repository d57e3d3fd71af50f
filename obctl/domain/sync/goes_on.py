"""Lost reservations whose meeting goes on as another event: what a clock and other rooms decide."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from obctl.domain.event import EventId
from obctl.domain.reservation import ReservationNumber
from obctl.domain.sync.matching import Matching
from obctl.domain.sync.other_days import on_other_days
from obctl.domain.sync.rebooked import rebooked


def with_successors(
    matching: Matching,
    *,
    now: datetime,
    taken: Container[EventId] = (),
    moved: Container[ReservationNumber] = (),
) -> Matching:
    """The matching with each lost reservation joined to the event as which its meeting goes on.

    First what a series tells, whose dates fall on other days now, then what was booked anew in a
    slot. `taken` are events that stand for something else: another room's reservation, or a write
    of ours. `moved` are reservations whose meeting turned up in another room.
    """
    matching = on_other_days(matching, now=now, taken=taken, moved=moved)
    return rebooked(matching, now=now, taken=taken, moved=moved)
