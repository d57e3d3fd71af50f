"""The items of one POST: which of them are Graph's, about a room of ours.

Nothing an item says is believed: the room comes from the ledger, the event id is a hint where to
look.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from obctl.domain.event import EventId
from obctl.domain.foreign_text import decode, decode_parts
from obctl.domain.subscription import Occasion, Subscription
from obctl.store.inbox import Notification, NotificationKind

LIFECYCLE_EVENTS = frozenset(
    {Occasion.REAUTHORIZATION_REQUIRED, Occasion.SUBSCRIPTION_REMOVED, Occasion.MISSED}
)
CHANGE_TYPES = frozenset({Occasion.CREATED, Occasion.UPDATED, Occasion.DELETED})
_LIFECYCLE = {occasion.value.casefold(): occasion for occasion in LIFECYCLE_EVENTS}
_CHANGES = {occasion.value.casefold(): occasion for occasion in CHANGE_TYPES}
LONGEST_ID = 1024
_HIDDEN = b"(checked)"


class Dropped(StrEnum):
    """Why an item was not taken."""

    MALFORMED = "malformed"
    UNKNOWN_KIND = "unknown-kind"
    UNKNOWN_SUBSCRIPTION = "unknown-subscription"
    WRONG_CLIENT_STATE = "wrong-client-state"
    FOREIGN_TENANT = "foreign-tenant"


class ResourceData(msgspec.Struct):
    id: str | None = None


class Item(msgspec.Struct, rename="camel"):
    """What is read of one item; `original` is filled in after decoding."""

    subscription_id: str
    client_state: str | None = None
    tenant_id: str | None = None
    change_type: Any = None
    lifecycle_event: str | None = None
    resource: str | None = None
    resource_data: ResourceData | None = None

    def __repr__(self) -> str:
        return f"Item(subscription_id={self.subscription_id!r})"


@dataclass(frozen=True, slots=True)
class Received:
    """An item that was taken, and its original bytes without the secret in them."""

    notification: Notification
    original: bytes


class _Body(msgspec.Struct):
    value: list[msgspec.Raw]


_BODY = msgspec.json.Decoder(_Body)
_ITEM = msgspec.json.Decoder(Item)


def read_body(body: bytes) -> list[msgspec.Raw]:
    """The items of a POST, each as it was sent; raises `ValueError` for any other shape."""
    found, original = decode_parts(_BODY, body)
    return [original(item) for item in found.value]


def read_item(raw: msgspec.Raw) -> Item | Dropped:
    try:
        return decode(_ITEM, raw)
    except ValueError:
        return Dropped.MALFORMED


def judge(
    item: Item,
    raw: msgspec.Raw,
    *,
    ledger: Mapping[str, Subscription],
    tenant_id: str | None,
    now: datetime,
) -> Received | Dropped:
    """Take the item if it comes from Graph, through a subscription of ours."""
    subscription = ledger.get(item.subscription_id.casefold())
    if subscription is None:
        return Dropped.UNKNOWN_SUBSCRIPTION
    secret = subscription.client_state.encode()
    if not hmac.compare_digest((item.client_state or "").encode(), secret):
        return Dropped.WRONG_CLIENT_STATE
    if tenant_id and item.tenant_id and item.tenant_id.lower() != tenant_id:
        return Dropped.FOREIGN_TENANT
    event_id = None
    if item.lifecycle_event is not None:
        # One address may serve for both, so the item and not the path says what it is.
        kind, what = NotificationKind.LIFECYCLE, _LIFECYCLE.get(item.lifecycle_event.casefold())
    else:
        # Whatever it calls the change, it is a reason to look.
        said = item.change_type if isinstance(item.change_type, str) else ""
        kind, what = NotificationKind.CHANGE, _CHANGES.get(said.casefold(), Occasion.UPDATED)
        event_id = _event_id(item)
        if event_id is not None and len(event_id) > LONGEST_ID:
            return Dropped.MALFORMED
    if what is None:
        return Dropped.UNKNOWN_KIND
    return Received(
        Notification(
            kind=kind,
            what=what,
            subscription=subscription.id,
            room=subscription.room,
            received_at=now,
            event_id=event_id,
        ),
        _without(secret, bytes(raw)),
    )


def _event_id(item: Item) -> EventId | None:
    if item.resource_data is not None and item.resource_data.id:
        return EventId(item.resource_data.id)
    last = (item.resource or "").rpartition("/")[2]
    return EventId(last) if last else None


def _without(secret: bytes, original: bytes) -> bytes:
    """The original with the secret hidden; nothing at all where it is spelled with escapes."""
    return original.replace(secret, _HIDDEN) if secret in original else b""
