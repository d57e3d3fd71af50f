"""`diff --fix`: the remedies that are safe are a pass over the room and the pushes it is owed.

A pass follows the company's policy: what needs a person becomes a request, what a guard stops
stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.run import RunReport
from obctl.engine.company import Company
from obctl.engine.differences import RoomComparison
from obctl.engine.planning import PassOptions
from obctl.engine.ports import Gateway
from obctl.engine.sync import run_sync


async def fix_differences(
    company: Company, gateway: Gateway, compared: Sequence[RoomComparison]
) -> int:
    """Pass over the rooms that differ; returns how many."""
    rooms = [item.room for item in compared if item.differences]
    if rooms:
        report: RunReport = await run_sync(company, gateway, rooms, PassOptions(full=True))
        return report.ok
    return 0
