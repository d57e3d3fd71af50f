"""The pass: detect, read, trust, plan, guard, apply, room by room.

A room's plan is made and applied in one transaction. Rooms that lost events, or that show an event
another room may have lost, wait until all rooms are read: a meeting that moved is one move and no
cancellation with a new reservation beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from obctl.domain.room import LOCKED_OUT, Room
from obctl.domain.sync.run_report import RunReport
from obctl.domain.sync.turned_up import unmatched_events
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.baselines import TOGETHER, chunks, due_for_renewal, renew
from obctl.engine.outlook.delta import ChangesUnknown, Hint, detect, rest_of
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.ports import Gateway
from obctl.engine.sync.commit import Committer
from obctl.engine.sync.deferred_rooms import DeferredRooms
from obctl.engine.sync.outcomes import RoomOutcomes
from obctl.engine.sync.plan_room import PassOptions, PlanMaker
from obctl.engine.sync.room_moves import lost_by
from obctl.engine.sync.room_reader import RoomReader
from obctl.errors import ObctlError

_ASKED_AGAIN = 3  # times, a mailbox that put us off
_CHUNK = 100  # rooms detected together: bounds what is in memory whatever the tenant's size


class Pass:
    """One pass over some rooms, as the company's run; `report` is filled as it goes.

    `identities` know already whose some addresses are.
    """

    def __init__(
        self,
        company: Company,
        gateway: Gateway,
        report: RunReport,
        options: PassOptions,
        identities: Identities | None = None,
        *,
        progress: Callable[[], None] = lambda: None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = company.store
        self._settings = company.config.sync
        self._gateway = gateway
        self._identities = identities or Identities(gateway)
        self._options = options
        self._now = company.now
        self._pause = pause
        self._limit = asyncio.Semaphore(self._settings.concurrency)
        self._plans = PlanMaker(company, options, self._now)
        self._report = report
        journal = company.journal.as_of(self._now)
        self._outcomes = RoomOutcomes(journal, report, progress)
        self._committer = Committer(journal, self._plans, self._outcomes, self._now)
        self._reader = RoomReader(company, gateway, self._identities, self._plans, options)
        self._deferred = DeferredRooms(
            company, gateway, self._reader, self._plans, self._outcomes, self._committer
        )

    async def over(self, rooms: Sequence[Room]) -> None:
        """Go over `rooms`.

        Raises `CredentialRefused`, or Graph's own error where it gave no room at all.
        """
        with closing(self._deferred):
            await self._read(rooms)
            await self._deferred.plan_all()
        self._outcomes.ensure_graph_is_there(rooms)

    async def _read(self, rooms: Sequence[Room]) -> None:
        """Read every room, and finish those that do not have to wait for others."""
        options, settings = self._options, self._settings
        links = [] if options.full else [room for room in rooms if room.id not in options.only]
        due = due_for_renewal(self._store, links, settings, self._now)
        for some in chunks(due, TOGETHER):
            await self._visit_all(
                some,
                await renew(
                    self._gateway, self._identities, self._store, some, settings, self._now
                ),
            )
        by_link, renewing = {room.id for room in links}, {room.id for room in due}
        put_off: dict[Room, Hint] = {}
        for some in chunks([room for room in rooms if room.id not in renewing], _CHUNK):
            followed = [room for room in some if room.id in by_link]
            put_off |= await self._follow(some, followed)
        for _ in range(_ASKED_AGAIN):
            rests = {
                room: rest for room, hint in put_off.items() if (rest := rest_of(hint)) is not None
            }
            if not rests:
                break
            await self._pause(max(rests.values()))
            for some in chunks(list(rests), _CHUNK):
                for room in some:
                    del put_off[room]
                put_off |= await self._follow(some, some)
        await self._visit_all(list(put_off), {room.mailbox: hint for room, hint in put_off.items()})

    async def _follow(self, rooms: Sequence[Room], followed: Sequence[Room]) -> dict[Room, Hint]:
        """Visit rooms, those `followed` where their delta links lead; the answer are those put off.

        Those have their turn when all others are done.
        """
        hints = await detect(self._gateway, self._store, followed, self._settings, self._now)
        put_off: dict[Room, Hint] = {
            room: hints[room.mailbox]
            for room in followed
            if rest_of(hints.get(room.mailbox)) is not None
        }
        await self._visit_all([room for room in rooms if room not in put_off], hints)
        return put_off

    async def _visit_all(self, rooms: Sequence[Room], hints: Mapping[str, Hint]) -> None:
        await self._identities.prepare(
            [
                room
                for room in rooms
                if room.condition == LOCKED_OUT
                or (room.mailbox not in hints and room.id not in self._options.only)
            ]
        )

        async def one(room: Room, hint: Hint) -> None:
            async with self._limit:
                await self._outcomes.isolated(
                    room,
                    lambda: self._visit(room, hint),
                    again=lambda: self._visit(room, None),
                )

        await together(one(room, hints.get(room.mailbox)) for room in rooms)

    async def _visit(self, room: Room, hint: Hint) -> None:
        found = await self._reader.read(room, hint)
        if isinstance(hint, ChangesUnknown):
            self._outcomes.read_whole(room, "Graph cannot tell what changed in it", hint.error)
        elif isinstance(hint, ObctlError):
            self._outcomes.read_whole(room, "its delta link is of no use", hint)
        elif room.id not in self._options.only and found.state.delta_link is None:
            self._outcomes.read_whole(room, "Graph gives no delta link for it")
        self._report.events_read += found.fetched
        known = replace(room, object_id=found.object_id or room.object_id)
        if found.reading.says_nothing:
            self._outcomes.read.add(room.id)
            self._committer.unchanged(room, found)
            return
        as_of: int | None = self._store.changed_elsewhere()
        situation = self._plans.situation(known, found.reading)
        self._outcomes.unreadable[room.id] = found.reading.unreadable
        self._deferred.note_cancelled(situation.matching)
        if situation.matching.is_plain:
            self._outcomes.read.add(room.id)
            self._committer.finish(known, found, situation, as_of)
            return
        verified = await self._reader.verified(situation, found.removed)
        if verified is not situation:
            situation, as_of = verified, None
        found = replace(found, reading=situation.reading)
        self._outcomes.unreadable[room.id] = situation.reading.unreadable
        lost = lost_by(self._store, situation)
        new, others = unmatched_events(situation.matching), self._plans.others
        self._outcomes.read.add(room.id)
        if (
            lost
            or others.same_dates(known, new)
            or others.moved_days(situation.matching)
            or others.continued(situation.matching)
            or others.perhaps_left(situation.matching)
        ):
            self._deferred.add(known, found, situation, lost)
            return
        self._committer.finish(known, found, situation, as_of)


async def together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of it; the first failure lets go of the rest, and is raised as it is."""
    failed: BaseException | None = None
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as failures:
        failed = failures.exceptions[0]
    if failed is not None:
        raise failed
