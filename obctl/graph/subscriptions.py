"""Subscriptions to rooms' events, as Graph keeps them."""

from __future__ import annotations

from datetime import datetime

import msgspec
from kiota_abstractions.method import Method

from obctl.domain.foreign_text import decode
from obctl.domain.listed import Listed, UnreadableItem
from obctl.domain.room import Room
from obctl.domain.subscription import GraphSubscription
from obctl.domain.time_span import instant_text
from obctl.graph import request
from obctl.graph.client import Graph, asking, posting
from obctl.graph.failures import cut_short, ensure_done
from obctl.graph.odd_item import unreadable
from obctl.graph.paging import pages
from obctl.graph.request import Asked
from obctl.graph.times import read_instant
from obctl.graph.wire import SubscriptionWire

_SUBSCRIPTION = msgspec.json.Decoder(SubscriptionWire)


async def create(
    graph: Graph,
    room: Room,
    *,
    notification_url: str,
    lifecycle_url: str | None,
    client_state: str,
    expires_at: datetime,
) -> GraphSubscription:
    """Subscribe to what is created, updated and deleted in the room; ids will be immutable."""
    body = {
        "changeType": "created,updated,deleted",
        "resource": f"users/{room.user}/events",
        "notificationUrl": notification_url,
        "clientState": client_state,
        "expirationDateTime": instant_text(expires_at),
        "latestSupportedTlsVersion": "v1_2",
    }
    if lifecycle_url is not None:
        body["lifecycleNotificationUrl"] = lifecycle_url
    what = request.subscriptions(f"a subscription to {room.mailbox}", room)
    return _read(await graph.send(posting(graph.client.subscriptions, body), what), what)


async def renew(graph: Graph, subscription_id: str, expires_at: datetime) -> GraphSubscription:
    what = request.subscription(subscription_id)
    builder = graph.client.subscriptions.by_subscription_id(subscription_id)
    body = {"expirationDateTime": instant_text(expires_at)}
    return _read(await graph.send(posting(builder, body, Method.PATCH), what), what)


async def reauthorize(graph: Graph, subscription_id: str) -> None:
    what = request.subscription(subscription_id)
    builder = graph.client.subscriptions.by_subscription_id(subscription_id).reauthorize
    ensure_done(await graph.send(builder.to_post_request_information(), what), what)


async def delete(graph: Graph, subscription_id: str) -> None:
    what = request.subscription(subscription_id)
    builder = graph.client.subscriptions.by_subscription_id(subscription_id)
    ensure_done(await graph.send(builder.to_delete_request_information(), what), what)


async def fetch_all(graph: Graph) -> Listed[GraphSubscription]:
    """All of this application's, those to other things than rooms included.

    One that cannot be read stands beside the others; raises `PartialRead` where none can.
    """
    what = request.subscriptions("the list of subscriptions")
    info = graph.client.subscriptions.to_get_request_information(asking())
    found: list[GraphSubscription] = []
    odd: list[UnreadableItem] = []
    async for page in pages(graph, await graph.send(info, what), graph.errand(info, what)):
        for raw in page.value:
            try:
                found.append(_understood(raw))
            except ValueError as error:
                odd.append(unreadable(raw, SubscriptionWire, error, "subscriptions"))
    if odd and not found:
        raise cut_short(what)
    return Listed(found, odd)


def _read(raw: bytes, what: Asked) -> GraphSubscription:
    try:
        return _understood(raw)
    except ValueError as error:
        raise cut_short(what) from error


def _understood(raw: bytes | msgspec.Raw) -> GraphSubscription:
    """Raises `ValueError` for what is none."""
    wire = decode(_SUBSCRIPTION, raw)
    expires_at = read_instant(wire.expiration_date_time)
    if expires_at is None:
        raise ValueError(f"expirationDateTime: {wire.expiration_date_time} is no time of its own")
    return GraphSubscription(
        id=wire.id,
        resource=wire.resource or "",
        notification_url=wire.notification_url or "",
        expires_at=expires_at,
        change_type=wire.change_type or "",
        lifecycle_url=wire.lifecycle_notification_url,
    )
