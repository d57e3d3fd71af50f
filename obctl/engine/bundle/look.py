"""What there is to say of a bundle's items when it is made: live where Graph answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from obctl.domain.causes.story import Story
from obctl.domain.room import Room
from obctl.domain.time_span import local_day
from obctl.engine.bundle.about import About, Item, OneRun, RoomDay, days_of_run
from obctl.engine.company import Company
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Connect
from obctl.errors import ConfigError, ObctlError, UsageError
from obctl.store.bundle_rows import seen_in_run
from obctl.store.rooms import load_rooms

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Look:
    """What was found: the story of an item, or the rooms of a day or a run compared.

    `why_cached` says why Graph did not answer; then the store did.
    """

    about: About
    why_cached: ObctlError | None
    outlook: Outlook | None = None
    """Graph as it answered, if it did."""
    story: Story | None = None
    compared: Sequence[RoomComparison] = field(default_factory=tuple)
    days: tuple[str, str] | None = None


async def look_at_item(company: Company, connect: Connect, wanted: str) -> Look:
    """The story of a reservation or an event; raises `UsageError` where there is none."""
    story, outlook, why = await _live_or_cached(
        company, connect, lambda outlook: explain_item(company, outlook, wanted)
    )
    return Look(Item(wanted, story), why, outlook, story=story)


async def look_at_day(company: Company, connect: Connect, about: RoomDay) -> Look:
    """One room's day compared."""
    compared, outlook, why = await _live_or_cached(
        company,
        connect,
        lambda outlook: compare_rooms(company, outlook, [about.room], about.day, about.day),
    )
    day = about.day.isoformat()
    return Look(about, why, outlook, compared=compared, days=(day, day))


async def look_at_run(company: Company, connect: Connect, about: OneRun) -> Look:
    """The rooms that a run touched, compared on the days of what it touched there."""
    touched, _numbers, _starts = seen_in_run(company.store, about.run)
    rooms: list[Room] = [room for room in load_rooms(company.store) if room.id in touched]
    if not rooms:
        return Look(about, None)
    span = days_of_run(company, about.run)
    zone = rooms[0].zone
    first, last = local_day(span.start, zone), local_day(span.end, zone)
    compared, outlook, why = await _live_or_cached(
        company, connect, lambda outlook: compare_rooms(company, outlook, rooms, first, last)
    )
    return Look(about, why, outlook, compared=compared, days=(first.isoformat(), last.isoformat()))


async def _live_or_cached(
    company: Company, connect: Connect, ask: Callable[[Outlook], Awaitable[Answer]]
) -> tuple[Answer, Outlook | None, ObctlError | None]:
    """What Graph makes of it, else the store, and why. Who asks for what is not there is told."""
    try:
        outlook = Outlook(company, await connect())
        return await ask(outlook), outlook, None
    except ObctlError as error:
        if isinstance(error, UsageError) and not isinstance(error, ConfigError):
            raise
        return await ask(Outlook(company, None)), None, error
