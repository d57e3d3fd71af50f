"""Taking a room out: obctl looks after it no more, and keeps all it knows of it.

Nothing is cancelled, here or in Outlook. What was to be written there waits until the room is
mapped again (`mapping.map_room`), and requests stay open for a person.
"""

from __future__ import annotations

from dataclasses import dataclass

from obctl.domain.company_log import Action
from obctl.domain.counted import counted
from obctl.domain.room import Room
from obctl.domain.subscription import Subscription
from obctl.engine.company import Company
from obctl.engine.ports import Connect
from obctl.engine.subscriptions.ledger import record_not_renewed
from obctl.engine.subscriptions.renew import TAKEN_OUT, remove_subscription
from obctl.errors import ObctlError
from obctl.store.cancellation_requests import count_open_requests
from obctl.store.inbox import forget_waiting
from obctl.store.outbox import pending_in
from obctl.store.rooms import find_room_by_id, not_mapped, take_out
from obctl.store.runs import run_lock
from obctl.store.subscriptions import load_unwanted
from obctl.store.undecided import forget_undecided_in


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """What is begun in a room and stays so if it is taken out now."""

    writes: int
    """Writes to Outlook that have not succeeded yet."""
    requests: int
    """Cancellation requests that wait for a person."""

    def __bool__(self) -> bool:
        return bool(self.writes or self.requests)

    def __str__(self) -> str:
        return (
            f"{counted(self.writes, 'pending write')} and"
            f" {counted(self.requests, 'open cancellation request')}"
        )


@dataclass(frozen=True, slots=True)
class StillSubscribed:
    """A subscription of a room taken out that could not be ended, and why."""

    subscription: Subscription
    error: ObctlError


def open_ends(company: Company, room: Room) -> OpenEnds:
    """What a person should know before the room is taken out."""
    return OpenEnds(
        writes=len(pending_in(company.store, room.id)),
        requests=count_open_requests(company.store, room.id),
    )


async def remove_room(company: Company, connect: Connect, room: Room) -> list[StillSubscribed]:
    """Take the room out and end its subscriptions; returns those that Graph still holds.

    Each later run tries to end them, until they run out. Graph is asked for nothing else. Raises
    `AnotherRunActive` while a run is under way.
    """
    with run_lock(company.config.folder):
        with company.store.transaction():
            if not (now := find_room_by_id(company.store, room.id)).is_mapped:
                raise not_mapped(now)
            left = open_ends(company, room)
            take_out(company.store, room.id, company.now)
            forget_waiting(company.store, room.id, company.now)
            forget_undecided_in(company.store, room.id)
            message = f"{room.name} ({room.mailbox}) is not mapped any more"
            company.journal.note(
                Action.ROOM_REMOVED, f"{message}; {left} stay" if left else message, room=room.id
            )
        return await _end_subscriptions(company, connect, room)


async def _end_subscriptions(
    company: Company, connect: Connect, room: Room
) -> list[StillSubscribed]:
    failed: list[StillSubscribed] = []
    for subscription in load_unwanted(company.store, company.now):
        if subscription.room != room.id:
            continue
        try:
            await remove_subscription(company, await connect(), subscription, why=TAKEN_OUT)
        except ObctlError as error:
            record_not_renewed(company, room.id, error)
            failed.append(StillSubscribed(subscription, error))
    return failed
