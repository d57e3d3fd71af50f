"""Subscribing a room: asking Graph, and settling with what Graph holds for the room already."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus

from obctl.domain.notification_urls import NotificationUrls
from obctl.domain.room import Room
from obctl.domain.subscription import GraphSubscription, Subscription
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.subscriptions.expiry import LIFETIMES, longest_granted
from obctl.engine.subscriptions.ledger import (
    enqueue_catch_up,
    record_created,
    record_removed,
    record_renewed,
)
from obctl.errors import CredentialRefused, GraphRefused, NotAuthorised, NotFound
from obctl.store.rooms import load_reading_state, save_identity
from obctl.store.subscriptions import current_subscriptions, find_subscription

_LIFETIMES = [lifetime for lifetime in LIFETIMES for _ in range(2)]
"""Each twice: Graph sometimes never sends its validation request and says that nobody answered."""


async def create_subscription(
    company: Company,
    gateway: Gateway,
    room: Room,
    urls: NotificationUrls,
    *,
    catch_up: bool = False,
) -> Subscription:
    """Subscribe the room, adopting or replacing what Graph already holds for it.

    `catch_up` enqueues a catch-up: the room had nobody watching it before.
    """
    room = await _identified(company, gateway, room)
    try:
        return await _subscribe(company, gateway, room, urls, catch_up=catch_up)
    except GraphRefused as error:
        if _status(error) != HTTPStatus.CONFLICT:
            raise
        listed = await gateway.fetch_subscriptions()
        there = [item for item in listed if _watches(item, room)]
        if not there and listed.unreadable:
            named = "; ".join(f"{one.named} ({one.wrong})" for one in listed.unreadable)
            raise GraphRefused(
                error.message,
                hint=f"Graph lists what cannot be read, and it may be this room's: {named};"
                " obctl graph get subscriptions",
                graph=error.graph,
            ) from error
        if not there:
            raise
    adopted = await _adopt(company, gateway, urls, there)
    if adopted is not None:
        if catch_up:
            enqueue_catch_up(company, adopted)
        return adopted
    for item in there:
        await delete_at_graph(gateway, item.id)
        known = find_subscription(company.store, item.id)
        if known is not None:
            record_removed(company, known, "another takes its place")
    return await _subscribe(company, gateway, room, urls, catch_up=True)


async def delete_at_graph(gateway: Gateway, subscription_id: str) -> None:
    """End it; one that Graph has dropped already is as good as ended."""
    try:
        await gateway.delete_subscription(subscription_id)
    except NotFound:
        return


async def _identified(company: Company, gateway: Gateway, room: Room) -> Room:
    """The room with its object id, of which the subscription's resource is made.

    Where the directory keeps it to itself the room is subscribed by its address, to which mailboxes
    answer too; and so it stays once the id is known, as Graph would take another spelling for
    another subscription. Whether it is the mailbox that was read before, only a pass can tell, and
    put on record.
    """
    if room.object_id is not None:
        return replace(room, object_id=None) if _is_by_address(company, room) else room
    try:
        entry = await gateway.look_up(room.mailbox)
    except CredentialRefused:
        raise
    except (NotAuthorised, GraphRefused):
        return room
    if entry is None:
        raise NotFound(
            f"{room.mailbox}: the directory knows no such mailbox",
            hint=f"compare the address with `obctl rooms show {room.mailbox}`",
        )
    if load_reading_state(company.store, room.id).read_start is None:
        with company.store.transaction():
            save_identity(company.store, room.id, entry.object_id)
    return replace(room, object_id=entry.object_id)


def _is_by_address(company: Company, room: Room) -> bool:
    """Whether the room's subscription, if it has one, names it by its address."""
    known = current_subscriptions(company.store).get(room.id)
    if known is None or known.lost or known.expires_at <= company.now:
        return False
    return _path_of(known.resource) == f"users/{room.mailbox.casefold()}/events"


async def _subscribe(
    company: Company, gateway: Gateway, room: Room, urls: NotificationUrls, *, catch_up: bool
) -> Subscription:
    client_state = secrets.token_urlsafe(32)
    granted = await _ask(company, gateway, room, urls, client_state)
    subscription = Subscription(
        id=granted.id,
        room=room.id,
        resource=granted.resource,
        notification_url=urls.notification,
        lifecycle_url=urls.lifecycle,
        client_state=client_state,
        created_at=company.now,
        expires_at=granted.expires_at,
        granted_at=company.now,
    )
    record_created(company, subscription, catch_up=catch_up)
    return subscription


async def _ask(
    company: Company, gateway: Gateway, room: Room, urls: NotificationUrls, client_state: str
) -> GraphSubscription:
    def ask(expires_at: datetime) -> Awaitable[GraphSubscription]:
        return gateway.create_subscription(
            room,
            notification_url=urls.notification,
            lifecycle_url=urls.lifecycle,
            client_state=client_state,
            expires_at=expires_at,
        )

    try:
        return await longest_granted(ask, company.now, _LIFETIMES)
    except GraphRefused as error:
        if _status(error) != HTTPStatus.BAD_REQUEST:
            raise
        raise GraphRefused(
            error.message,
            hint="Graph's own words say why. It first calls the notification URL: `obctl listen`"
            " must run there and be reachable for Graph",
            code="subscription-refused",
            graph=error.graph,
        ) from error


async def _adopt(
    company: Company, gateway: Gateway, urls: NotificationUrls, there: Sequence[GraphSubscription]
) -> Subscription | None:
    """Our own where it notifies the same addresses, renewed.

    The secret of one that is not in the ledger is unknown: its notifications are worthless to us.
    """
    for item in there:
        known = find_subscription(company.store, item.id)
        if known is None or item.notification_url != urls.notification:
            continue
        if urls != NotificationUrls(known.notification_url, known.lifecycle_url):
            continue
        try:
            granted = await longest_granted(
                partial(gateway.renew_subscription, item.id), company.now
            )
        except NotFound:
            continue
        return record_renewed(company, known, granted.expires_at)
    return None


def _watches(item: GraphSubscription, room: Room) -> bool:
    """Whether it is one for this room's events, however Graph spells the path."""
    users = {room.mailbox.casefold(), (room.object_id or room.mailbox).casefold()}
    return _path_of(item.resource) in {f"users/{user}/events" for user in users}


def _path_of(resource: str) -> str:
    path = resource.strip("/").casefold().partition("?")[0]
    return path.replace("users('", "users/").replace("')", "")


def _status(error: GraphRefused) -> int | None:
    return error.graph.status if error.graph else None
