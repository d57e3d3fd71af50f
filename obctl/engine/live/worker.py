"""The listener's worker: rooms in step soon after a notification, subscriptions kept alive.

It meets the receiving side only in the store, so either can restart without the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from obctl.domain.backoff import Backoff
from obctl.domain.room import LOCKED_OUT, Room, RoomId
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.live.inbox import Reconcilers, drain_room
from obctl.engine.ports import Gateway
from obctl.engine.subscriptions.renew import Failed, due_subscriptions, renew_due
from obctl.errors import TryLater, UnsafePlan
from obctl.store.inbox import release_settled, rooms_with_notifications
from obctl.store.rooms import ReadingState, find_room_by_id, load_reading_state

PERSON_NEEDED = 3600.0
"""Seconds between two looks at a room that a guard stopped, or that is locked out.

Only a person can change that. What one does (`sync resync`, a run that allows cancellations) shows
in the store, and the room is looked at again at once.
"""

Report = Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How hasty the worker is, in seconds."""

    debounce: float = 2.0
    longest_wait: float = 10.0
    """Times the debounce: a room that never falls quiet is read all the same."""
    poll: float = 0.2
    first_retry: float = 5.0
    last_retry: float = 300.0
    renew_every: float = 60.0
    renew_again_after: float = 300.0
    finish: float = 20.0
    """For what waits when the end is asked for; the rest is in the inbox for the next start."""

    @property
    def backoff(self) -> Backoff:
        """How long a room that failed waits."""
        return Backoff(timedelta(seconds=self.first_retry), timedelta(seconds=self.last_retry))


@dataclass(slots=True)
class _Waiting:
    """A room as last looked at: how many notifications wait, since when, and since when that
    number."""

    count: int
    since: float
    changed: float


_Standing = tuple[Room, ReadingState]


@dataclass(slots=True)
class _Retry:
    attempts: int
    at: float
    until_unlike: _Standing | None = None
    """How the room stood that waits for a person, who may act before the time is up."""


class Watch:
    """Handles the inbox until `stop`; `report` is called for each room that failed, by mailbox."""

    def __init__(
        self,
        company: Company,
        gateway: Gateway,
        *,
        pace: Pace,
        report: Report,
        reconcilers: Reconcilers | None = None,
    ) -> None:
        self._company = company
        self._gateway = gateway
        self._pace = pace
        self._report = report
        self._reconcilers = reconcilers or Reconcilers()
        self._gate = asyncio.Semaphore(company.config.sync.concurrency)
        self._waiting: dict[RoomId, _Waiting] = {}
        self._retries: dict[RoomId, _Retry] = {}
        self._at_work: dict[RoomId, asyncio.Task[None]] = {}
        self._renewing: asyncio.Task[None] | None = None
        self._renew_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`, then finish what waits, within `pace.finish` seconds."""
        while not stop.is_set():
            self._look_for_work()
            await _pause(stop, self._pace.poll)
        await self._finish()

    def _look_for_work(self) -> None:
        now = asyncio.get_running_loop().time()
        try:
            release_settled(self._company.store, self._company.now)
            for room in self._due_rooms(now):
                self._start(room)
            if now >= self._renew_at and self._renewing is None:
                self._renew_at = now + self._pace.renew_every
                if due_subscriptions(self._company):
                    self._renewing = asyncio.create_task(self._renew())
        except TryLater as error:
            self._report("the store", error)

    def _due_rooms(self, now: float) -> list[RoomId]:
        """The rooms that fell quiet, or never do; not those at work or waiting to be retried."""
        counts = rooms_with_notifications(self._company.store)
        self._waiting = {
            room: self._seen(room, count, now)
            for room, count in counts.items()
            if room not in self._at_work
        }
        return [
            room
            for room, waiting in self._waiting.items()
            if self._may_retry(room, now)
            and (
                now - waiting.changed >= self._pace.debounce
                or now - waiting.since >= self._pace.debounce * self._pace.longest_wait
            )
        ]

    def _seen(self, room: RoomId, count: int, now: float) -> _Waiting:
        known = self._waiting.get(room)
        if known is None:
            return _Waiting(count, since=now, changed=now)
        return known if known.count == count else _Waiting(count, since=known.since, changed=now)

    def _may_retry(self, room: RoomId, now: float) -> bool:
        retry = self._retries.get(room)
        if retry is None or now >= retry.at:
            return True
        return retry.until_unlike is not None and self._standing(room) != retry.until_unlike

    def _standing(self, room: RoomId) -> _Standing:
        store = self._company.store
        # what others apply to the room meanwhile says nothing about it
        return find_room_by_id(store, room), replace(load_reading_state(store, room), applied=0)

    def _start(self, room: RoomId) -> None:
        task = asyncio.create_task(self._handle(room))
        self._at_work[room] = task
        task.add_done_callback(lambda _: self._at_work.pop(room, None))

    async def _handle(self, room: RoomId) -> None:
        async with self._gate:
            try:
                await drain_room(self._company, self._gateway, room, self._reconcilers)
            except Exception as error:  # noqa: BLE001  whatever one room does, the others go on
                self._postpone(room, error)
            else:
                self._retries.pop(room, None)

    def _postpone(self, room_id: RoomId, error: Exception) -> None:
        known = self._retries.get(room_id)
        attempts = known.attempts + 1 if known else 1
        now, delay = asyncio.get_running_loop().time(), self._pace.backoff.wait(attempts - 1)
        # first, so that the room waits whatever the store says of it
        self._retries[room_id] = _Retry(attempts, now + delay.total_seconds())
        room = find_room_by_id(self._company.store, room_id)
        if isinstance(error, UnsafePlan) or room.condition == LOCKED_OUT:
            self._retries[room_id] = _Retry(
                attempts, now + PERSON_NEEDED, until_unlike=self._standing(room_id)
            )
        self._report(room.mailbox, error)

    async def _renew(self) -> None:
        try:
            for outcome in await renew_due(self._company, self._gateway):
                if isinstance(outcome, Failed):
                    mailbox = find_room_by_id(self._company.store, outcome.room).mailbox
                    self._report(mailbox, outcome.error)
                    self._renew_at = (
                        asyncio.get_running_loop().time() + self._pace.renew_again_after
                    )
        except Exception as error:  # noqa: BLE001  the inbox is handled whatever renewal does
            self._report("renewing subscriptions", error)
            self._renew_at = asyncio.get_running_loop().time() + self._pace.renew_again_after
        finally:
            self._renewing = None

    async def _finish(self) -> None:
        try:
            async with asyncio.timeout(self._pace.finish):
                while self._at_work or self._renewing:
                    running = [*self._at_work.values(), self._renewing]
                    await asyncio.wait([task for task in running if task])
                for room in rooms_with_notifications(self._company.store):
                    if room not in self._retries:
                        self._start(room)
                await asyncio.gather(*self._at_work.values())
        except TimeoutError:
            leftover = [task for task in (*self._at_work.values(), self._renewing) if task]
            for task in leftover:
                task.cancel()
            await asyncio.gather(*leftover, return_exceptions=True)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
