"""`diff --fix`: the remedies that are safe are a pass over the room and its pending writes.

A pass follows the company's policy: what needs a person becomes a request, what a guard stops
stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from obctl.domain.difference import Difference
from obctl.domain.room import Room
from obctl.engine.company import Company
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Connect
from obctl.store.rooms import find_room_by_id


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides of rooms as they are in the end; `fixed` of them had a pass for it."""

    rooms: list[RoomComparison]
    before: int
    """Differences found before anything was fixed."""
    fixed: int = 0

    @property
    def differences(self) -> list[Difference]:
        """Those that are left, by start."""
        found = [difference for item in self.rooms for difference in item.differences]
        return sorted(found, key=lambda difference: (difference.start, difference.room))


async def compare_and_fix(
    company: Company,
    connect: Connect,
    rooms: Sequence[Room],
    days: tuple[date, date],
    *,
    cached: bool,
    fix: bool,
) -> Compared:
    """Compare the `days` of rooms, first and last; `fix` passes over those that differ.

    `cached` compares with what the store remembers of Outlook. What was fixed is compared with
    Outlook again, since a guard may have stopped it.
    """
    if not rooms:
        return Compared([], 0)
    found = await compare_rooms(
        company, Outlook(company, None if cached else await connect()), rooms, *days
    )
    if not fix:
        return Compared(found, _differences(found))
    from obctl.engine.run import run_sync
    from obctl.engine.sync.plan_room import PassOptions

    gateway = await connect()
    differing = [item.room for item in found if item.differences]
    passed = 0
    if differing:
        passed = (await run_sync(company, gateway, differing, PassOptions(full=True))).ok
    # read anew: a pass may have locked a room out, or found it again
    again = [find_room_by_id(company.store, room.id) for room in rooms]
    left = await compare_rooms(company, Outlook(company, gateway), again, *days)
    return Compared(left, _differences(found), passed)


def _differences(rooms: Sequence[RoomComparison]) -> int:
    return sum(len(item.differences) for item in rooms)
