"""The inbox -> rooms in step: whatever waits for a room is one reason to look at it.

What Graph reported is marked handled only once the room's reconciliation is committed; a crash in
between leads to a second look, never to a missed one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from obctl.domain.directory import same_id
from obctl.domain.event import EventId
from obctl.domain.room import Room, RoomId
from obctl.domain.subscription import ABOUT_THE_SUBSCRIPTION, Occasion
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.subscriptions.renew import Failed, reauthorize, replace_lost
from obctl.engine.sync.one_room import pass_over_room, reconcile_notified
from obctl.errors import ObctlError, defects_named
from obctl.store.inbox import (
    Notification,
    load_waiting,
    mark_handled,
    release_settled,
    rooms_with_notifications,
    save_settling,
)
from obctl.store.rooms import find_room_by_id
from obctl.store.subscriptions import current_subscriptions

ROUNDS = 3
"""A replaced subscription enqueues a catch-up; what comes after that is for the next run."""


@dataclass(frozen=True, slots=True)
class Reconcilers:
    """The two ways to bring a room in step."""

    at_events: Callable[[Company, Gateway, Room, frozenset[EventId]], Awaitable[None]] = (
        reconcile_notified
    )
    at_all: Callable[[Company, Gateway, Room], Awaitable[None]] = pass_over_room


async def drain_inbox(
    company: Company,
    gateway: Gateway,
    reconcilers: Reconcilers = Reconcilers(),
) -> list[Failed]:
    """Handle all that waits; what waits for a room that fails stays, and is named."""
    gate = asyncio.Semaphore(company.config.sync.concurrency)
    failed: dict[RoomId, Failed] = {}

    async def one(room: RoomId) -> None:
        async with gate:
            try:
                with defects_named():
                    await drain_room(company, gateway, room, reconcilers)
            except ObctlError as error:
                failed[room] = Failed(room, error)

    release_settled(company.store, company.now)
    for _ in range(ROUNDS):
        rooms = [room for room in rooms_with_notifications(company.store) if room not in failed]
        if not rooms:
            break
        await asyncio.gather(*(one(room) for room in rooms))
    return list(failed.values())


async def drain_room(
    company: Company, gateway: Gateway, room_id: RoomId, reconcilers: Reconcilers
) -> None:
    """Handle all that waits for one room; what raises leaves its part waiting.

    New events are looked at once more: Exchange rewrites them in the next minutes.
    """
    room = find_room_by_id(company.store, room_id)
    waiting = load_waiting(company.store, room_id)
    lifecycle = [item for item in waiting if item.what in ABOUT_THE_SUBSCRIPTION]
    changes = [item for item in waiting if item.what not in ABOUT_THE_SUBSCRIPTION]
    failure: ObctlError | None = None
    if lifecycle:
        # First, so that what changes while we look is notified.
        try:
            with defects_named():
                await _mend_subscription(company, gateway, room, lifecycle)
        except ObctlError as error:
            failure = error
        else:
            _done(company, lifecycle)
    if changes:
        await _look(company, gateway, room, changes, reconcilers)
        _done(company, changes)
    if failure is not None:
        raise failure


async def _mend_subscription(
    company: Company, gateway: Gateway, room: Room, lifecycle: Sequence[Notification]
) -> None:
    current = current_subscriptions(company.store).get(room.id)
    said = {item.what for item in lifecycle if current and same_id(item.subscription, current.id)}
    if current is None or not said:
        return  # ended, or replaced since
    if Occasion.SUBSCRIPTION_REMOVED in said:
        await replace_lost(company, gateway, current)
    else:
        await reauthorize(company, gateway, current)


async def _look(
    company: Company,
    gateway: Gateway,
    room: Room,
    changes: Sequence[Notification],
    reconcilers: Reconcilers,
) -> None:
    events = {item.event_id for item in changes}
    if None in events:
        # A notification was missed, or does not say which event it is about.
        await reconcilers.at_all(company, gateway, room)
    else:
        await reconcilers.at_events(company, gateway, room, frozenset(filter(None, events)))


def _done(company: Company, items: Sequence[Notification]) -> None:
    settled_at = company.now + timedelta(seconds=company.config.sync.settle_seconds)
    with company.store.transaction():
        mark_handled(company.store, [item.id for item in items], company.now)
        for item in items:
            if item.what is Occasion.CREATED and item.event_id:
                save_settling(company.store, item.room, item.event_id, settled_at)
