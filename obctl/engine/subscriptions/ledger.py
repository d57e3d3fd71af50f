"""What becomes of a subscription, written to the ledger and the company log in one step."""

from __future__ import annotations

from datetime import datetime

from obctl.domain.company_log import Action
from obctl.domain.local_time import zoned_text
from obctl.domain.room import RoomId
from obctl.domain.subscription import Occasion, Subscription
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.errors import GraphDetail, ObctlError
from obctl.store.inbox import Notification, NotificationKind, add_notifications
from obctl.store.subscriptions import (
    extend_subscription,
    forget_subscription,
    mark_lost,
    save_subscription,
)


def record_created(company: Company, subscription: Subscription, *, catch_up: bool) -> None:
    """Add it; `catch_up` enqueues a catch-up: nobody told us of what happened before."""
    with company.store.transaction():
        save_subscription(company.store, subscription)
        _log(
            company,
            Action.SUBSCRIPTION_CREATED,
            subscription,
            f"subscription {subscription.id} until {_local(company, subscription.expires_at)}",
        )
        if catch_up:
            enqueue_catch_up(company, subscription)


def record_renewed(
    company: Company, subscription: Subscription, expires_at: datetime
) -> Subscription:
    renewed = replace(subscription, expires_at=expires_at, granted_at=company.now, lost=False)
    with company.store.transaction():
        extend_subscription(company.store, renewed.id, expires_at, company.now)
        _log(
            company,
            Action.SUBSCRIPTION_RENEWED,
            renewed,
            f"subscription {renewed.id} renewed until {_local(company, expires_at)}",
        )
    return renewed


def record_reauthorized(company: Company, subscription: Subscription) -> None:
    with company.store.transaction():
        _log(
            company,
            Action.SUBSCRIPTION_RENEWED,
            subscription,
            f"subscription {subscription.id} reauthorized as Graph asked",
        )


def record_lost(
    company: Company, subscription: Subscription, said: GraphDetail | None = None
) -> None:
    """Graph no longer knows it; one that ran out stays expired in the ledger, not lost."""
    expired = subscription.expires_at <= company.now
    until = _local(company, subscription.expires_at)
    what = f"ran out at {until}" if expired else f"was dropped by Graph; it was to last to {until}"
    with company.store.transaction():
        if not expired:
            mark_lost(company.store, subscription.id)
        _log(
            company,
            Action.SUBSCRIPTION_LOST,
            subscription,
            f"subscription {subscription.id} {what}",
            said=said,
        )


def record_removed(company: Company, subscription: Subscription, why: str) -> None:
    with company.store.transaction():
        forget_subscription(company.store, subscription.id)
        _log(
            company,
            Action.SUBSCRIPTION_REMOVED,
            subscription,
            f"subscription {subscription.id} removed: {why}",
        )


def record_not_renewed(company: Company, room: RoomId, error: ObctlError) -> None:
    """Nobody will tell of changes in this room once its subscription has run out."""
    company.journal.note(
        Action.SUBSCRIPTION_FAILED,
        f"{error.code}: {error.message}",
        room=room,
        request_id=error.request_id,
        client_request_id=error.client_request_id,
    )


def enqueue_catch_up(company: Company, subscription: Subscription) -> None:
    """Nobody may have told us of changes: whoever drains the inbox passes over the whole room."""
    item = Notification(
        kind=NotificationKind.LIFECYCLE,
        what=Occasion.CATCH_UP,
        subscription=subscription.id,
        room=subscription.room,
        received_at=company.now,
    )
    with company.store.transaction():
        add_notifications(company.store, [item])


def _log(
    company: Company,
    action: Action,
    subscription: Subscription,
    message: str,
    *,
    said: GraphDetail | None = None,
) -> None:
    company.journal.note(
        action,
        message,
        room=subscription.room,
        request_id=said.request_id if said else None,
        client_request_id=said.client_request_id if said else None,
    )


def _local(company: Company, moment: datetime) -> str:
    return zoned_text(moment, company.config.time_zone)
