"""Subscriptions kept alive and ended. Each step is in the company log, each room on its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from obctl.domain.listed import UnreadableItem
from obctl.domain.notification_urls import NotificationUrls
from obctl.domain.room import RoomId
from obctl.domain.subscription import (
    GraphSubscription,
    Subscription,
    SubscriptionState,
    dropped,
)
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.subscriptions.create import create_subscription, delete_at_graph
from obctl.engine.subscriptions.expiry import longest_granted
from obctl.engine.subscriptions.ledger import (
    record_lost,
    record_reauthorized,
    record_removed,
    record_renewed,
)
from obctl.errors import GraphDetail, GraphRefused, NotFound, ObctlError, defects_named
from obctl.store.rooms import find_room_by_id
from obctl.store.subscriptions import current_subscriptions, load_unwanted, load_watching

__all__ = [
    "TAKEN_OUT",
    "Comparison",
    "Failed",
    "compare_with_graph",
    "create_subscription",
    "due_subscriptions",
    "for_each",
    "reauthorize",
    "remove_foreign",
    "remove_subscription",
    "renew_all",
    "renew_due",
    "renew_in_run",
    "renew_subscription",
    "replace_lost",
]

Item = TypeVar("Item")
TAKEN_OUT = "its room was taken out"


@dataclass(frozen=True, slots=True)
class Failed:
    """A room whose subscription is not as it should be, and why."""

    room: RoomId
    error: ObctlError


@dataclass(frozen=True, slots=True)
class Comparison:
    """The ledger beside Graph's own list."""

    subscriptions: tuple[Subscription, ...]
    """The current one of each room; one that Graph no longer lists reads as lost."""
    foreign: tuple[GraphSubscription, ...]
    """What this application holds at Graph and no mapped room of the ledger relies on."""
    unreadable: tuple[UnreadableItem, ...] = ()
    """What Graph lists and nobody can read: of these the ledger alone speaks."""


async def renew_due(company: Company, gateway: Gateway) -> list[Subscription | Failed]:
    """Renew what is past half its life, expired or lost; one room's failure is no other's.

    What Graph still holds for rooms that were taken out is ended.
    """
    return await for_each(
        company,
        [(item.room, item) for item in due_subscriptions(company)],
        lambda item: _renew_or_end(company, gateway, item),
    )


async def _renew_or_end(
    company: Company, gateway: Gateway, subscription: Subscription
) -> Subscription:
    if find_room_by_id(company.store, subscription.room).is_mapped:
        return await renew_subscription(company, gateway, subscription)
    return await remove_subscription(company, gateway, subscription, why=TAKEN_OUT)


async def renew_all(
    company: Company, gateway: Gateway
) -> tuple[list[Subscription | Failed], tuple[UnreadableItem, ...]]:
    """As `renew_due`, having asked Graph first which subscriptions it still has.

    Also returns what Graph lists and cannot be read: it is left as the ledger has it.
    """
    unreadable = await _note_lost(company, gateway)
    return await renew_due(company, gateway), unreadable


async def renew_in_run(company: Company, gateway: Gateway) -> list[Subscription | Failed]:
    """As `renew_all`, where Graph lists its subscriptions; else what the ledger knows to be due.

    One that Graph dropped without a word would be missed only at half its life: days in which
    nothing is heard of its room.
    """
    if current_subscriptions(company.store):
        with suppress(ObctlError):
            await _note_lost(company, gateway)
    return await renew_due(company, gateway)


async def _note_lost(company: Company, gateway: Gateway) -> tuple[UnreadableItem, ...]:
    found = await compare_with_graph(company, gateway)
    in_ledger = current_subscriptions(company.store)
    for item in found.subscriptions:
        if item.lost and not in_ledger[item.room].lost:
            record_lost(company, in_ledger[item.room])
    return found.unreadable


def due_subscriptions(company: Company) -> list[Subscription]:
    """The current subscriptions that no longer are simply active, and what nobody wants."""
    return load_unwanted(company.store, company.now) + [
        subscription
        for subscription in current_subscriptions(company.store).values()
        if subscription.state(company.now) is not SubscriptionState.ACTIVE
    ]


async def renew_subscription(
    company: Company, gateway: Gateway, subscription: Subscription
) -> Subscription:
    """Extend it; where Graph has dropped it, subscribe anew and enqueue a catch-up."""
    if subscription.lost:
        return await replace_lost(company, gateway, subscription)
    try:
        granted = await longest_granted(
            partial(gateway.renew_subscription, subscription.id), company.now
        )
    except NotFound as error:
        return await replace_lost(company, gateway, subscription, said=error.graph)
    return record_renewed(company, subscription, granted.expires_at)


async def replace_lost(
    company: Company,
    gateway: Gateway,
    subscription: Subscription,
    *,
    said: GraphDetail | None = None,
) -> Subscription:
    """Subscribe anew, at the same addresses, for one that Graph no longer has."""
    if not subscription.lost:
        record_lost(company, subscription, said)
    urls = NotificationUrls(subscription.notification_url, subscription.lifecycle_url)
    room = find_room_by_id(company.store, subscription.room)
    return await create_subscription(company, gateway, room, urls, catch_up=True)


async def reauthorize(company: Company, gateway: Gateway, subscription: Subscription) -> None:
    """Answer Graph's `reauthorizationRequired`; it does not make the subscription last longer.

    Where Graph will not take that, the expiry is moved, which reauthorizes too (Microsoft's page
    "Reduce missing subscriptions and change notifications").
    """
    try:
        await gateway.reauthorize_subscription(subscription.id)
    except NotFound as error:
        await replace_lost(company, gateway, subscription, said=error.graph)
    except GraphRefused:
        await renew_subscription(company, gateway, subscription)
    else:
        record_reauthorized(company, subscription)


async def remove_subscription(
    company: Company, gateway: Gateway, subscription: Subscription, *, why: str = "asked for"
) -> Subscription:
    """End it at Graph and in the ledger."""
    await delete_at_graph(gateway, subscription.id)
    record_removed(company, subscription, why)
    return subscription


async def remove_foreign(gateway: Gateway, subscription_id: str) -> None:
    """End one that the ledger does not know; raises `NotFound` where Graph does not either."""
    await gateway.delete_subscription(subscription_id)


async def compare_with_graph(company: Company, gateway: Gateway) -> Comparison:
    """What the ledger says beside what Graph lists; writes nothing."""
    listed = await gateway.fetch_subscriptions()
    known = {item.id.casefold() for item in load_watching(company.store)}
    current = current_subscriptions(company.store).values()
    gone = dropped(current, listed, company.now)
    return Comparison(
        subscriptions=tuple(
            replace(item, lost=True) if item.id in gone else item for item in current
        ),
        foreign=tuple(item for item in listed if item.id.casefold() not in known),
        unreadable=listed.unreadable,
    )


async def for_each(
    company: Company,
    items: Sequence[tuple[RoomId, Item]],
    work: Callable[[Item], Awaitable[Subscription]],
) -> list[Subscription | Failed]:
    """Work for many rooms, a few at once; errors are values, in the order given."""
    gate = asyncio.Semaphore(company.config.sync.concurrency)

    async def one(room: RoomId, item: Item) -> Subscription | Failed:
        async with gate:
            try:
                with defects_named():
                    return await work(item)
            except ObctlError as error:
                return Failed(room, error)

    return await asyncio.gather(*(one(room, item) for room, item in items))
