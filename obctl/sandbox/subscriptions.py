"""Promises to notify: who wants to hear of which mailbox, until when, and what is owed to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from obctl.sandbox.exchange import Change, Exchange, Job
from obctl.sandbox.identity import change_key, guid, immutable_id, ordinary_id
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.subscription import LifecycleEvent, Notification, Subscription
from obctl.sandbox.times import instant_text

SHORTEST_LIFE = timedelta(minutes=45)
MOST_PER_MAILBOX = 1000
_REMIND_BEFORE = timedelta(hours=1)
_REMIND_EVERY = timedelta(minutes=15)
_REMIND = "remind-subscriber"
_TELL_MISSED = "tell-missed"
_RESOURCE = re.compile(r"/?users/([^/]+)/(?:calendar/)?events(?:\?.*)?", re.IGNORECASE)


@dataclass(slots=True)
class Subscriptions:
    """All subscriptions of the tenant and the queue of what has to be delivered."""

    exchange: Exchange
    active: dict[str, Subscription] = field(default_factory=dict)
    queue: list[Notification] = field(default_factory=list)
    wake: Callable[[], None] = lambda: None
    made: int = 0
    under_way: int = 0
    """Notifications being delivered at the moment."""
    missing: set[str] = field(default_factory=set)
    """Subscriptions that will hear `missed`."""
    losing: dict[str, int] = field(default_factory=dict)
    """How many of a mailbox's next notifications never reach their endpoint."""

    def __post_init__(self) -> None:
        self.exchange.listeners.append(self._on_change)
        self.exchange.actions[_REMIND] = self._remind
        self.exchange.actions[_TELL_MISSED] = self._tell_missed

    def mailbox_of(self, resource: str) -> Mailbox:
        """The mailbox whose events a resource path names."""
        found = _RESOURCE.fullmatch(resource)
        mailbox = self.exchange.directory.visible(found.group(1)) if found else None
        if found is None:
            raise Refusal(400, "InvalidRequest", f"Invalid resource '{resource}' for subscription.")
        if mailbox is None:
            raise Refusal(404, "ResourceNotFound", "Resource could not be discovered.")
        return mailbox

    def check_new(self, mailbox: Mailbox, change_types: tuple[str, ...], resource: str) -> None:
        """Refuse a duplicate, or one subscription too many."""
        self.purge()
        mine = [one for one in self.active.values() if one.mailbox == mailbox.id]
        for one in mine:
            if set(one.change_types) == set(change_types) and _same(one.resource, resource):
                raise Refusal(
                    409,
                    "Conflict",
                    f"Subscription Id {one.id} already exists for the requested combination.",
                )
        if len(mine) >= MOST_PER_MAILBOX:
            raise Refusal(
                403, "Forbidden", "The maximum number of subscriptions per mailbox was reached."
            )

    def add(self, subscription: Subscription) -> None:
        """Make a subscription active."""
        self.active[subscription.id] = subscription
        self._plan_reminder(subscription)

    def extend(self, subscription: Subscription, expires_at: datetime) -> None:
        """Move the expiry; that is an authorisation too."""
        subscription.expires_at = expires_at
        self.reauthorize(subscription)
        self._plan_reminder(subscription)

    def reauthorize(self, subscription: Subscription) -> None:
        """The subscriber has shown a fresh token: no reminders for this expiry."""
        subscription.authorized_until = subscription.expires_at

    def miss(self, subscription_id: str, after: timedelta = timedelta()) -> None:
        """A notification was lost for good; the subscriber hears that some were, once."""
        if subscription_id not in self.missing:
            self.missing.add(subscription_id)
            self.exchange.at(after, _TELL_MISSED, subscription_id, 0)

    def new_id(self) -> str:
        """The id of the next subscription."""
        self.made += 1
        return str(guid(self.exchange.directory.seed, "subscription", self.made))

    def get(self, subscription_id: str) -> Subscription:
        """An active subscription, or Graph's 404."""
        self.purge()
        found = self.active.get(subscription_id)
        if found is None:
            raise Refusal(404, "ResourceNotFound", "The object was not found.")
        return found

    def purge(self) -> None:
        """Forget what has expired."""
        now = self.exchange.now()
        for one in [one for one in self.active.values() if one.expires_at <= now]:
            del self.active[one.id]

    def lifecycle(self, subscription: Subscription, event: LifecycleEvent) -> None:
        """Owe an endpoint a lifecycle event."""
        url = subscription.lifecycle_url
        if url is None:
            return
        body = self._common(subscription) | {"lifecycleEvent": event}
        self._owe(url, subscription, body)

    def announce(self, mailbox: Mailbox, event: LifecycleEvent) -> int:
        """Send a lifecycle event to everyone subscribed to a mailbox; says to how many."""
        self.purge()
        mine = [one for one in self.active.values() if one.mailbox == mailbox.id]
        for one in mine:
            self.lifecycle(one, event)
            if event == "subscriptionRemoved":
                del self.active[one.id]
        return len(mine)

    def end(self, mailbox: Mailbox, *, tell: bool) -> None:
        """End a mailbox's subscriptions before their time."""
        if tell:
            self.announce(mailbox, "subscriptionRemoved")
        for one in [one for one in self.active.values() if one.mailbox == mailbox.id]:
            del self.active[one.id]

    def lose(self, mailbox: Mailbox, times: int) -> None:
        """Never deliver the next `times` notifications about a mailbox."""
        self.losing[mailbox.owner.address.lower()] = times

    def owes(self) -> bool:
        """Whether anything is still to be delivered by now."""
        now = self.exchange.clock.now()
        return self.under_way > 0 or any(one.due <= now for one in self.queue)

    def take_due(self, now: datetime) -> list[Notification]:
        """Everything to be delivered by now; the queue keeps the rest."""
        due = [one for one in self.queue if one.due <= now]
        self.queue = [one for one in self.queue if one.due > now]
        return due

    def put_back(self, notifications: Iterable[Notification]) -> None:
        """Queue again what could not be delivered yet."""
        self.queue.extend(notifications)

    def _plan_reminder(self, subscription: Subscription) -> None:
        left = subscription.expires_at - self.exchange.now()
        delay = left - _REMIND_BEFORE if left > _REMIND_BEFORE else left / 2
        self.exchange.at(delay, _REMIND, subscription.id, 0)

    def _remind(self, job: Job) -> None:
        """Ask for reauthorisation every quarter of an hour until it comes or all is over."""
        self.purge()
        one = self.active.get(job.mailbox)
        now = self.exchange.now()
        if one is None or one.expires_at - now > _REMIND_BEFORE:
            return
        if one.authorized_until != one.expires_at:
            self.lifecycle(one, "reauthorizationRequired")
        self.exchange.at(_REMIND_EVERY, _REMIND, one.id, 0)

    def _tell_missed(self, job: Job) -> None:
        self.missing.discard(job.mailbox)
        one = self.active.get(job.mailbox)
        if one is not None:
            self.lifecycle(one, "missed")

    def _on_change(self, change: Change) -> None:
        if not self.active:
            return
        self.purge()
        for one in self.active.values():
            if one.mailbox != change.mailbox.id or change.type not in one.change_types:
                continue
            if not self._loses(change.mailbox):
                self._owe(one.notification_url, one, self._body(one, change))

    def _loses(self, mailbox: Mailbox) -> bool:
        address = mailbox.owner.address.lower()
        left = self.losing.get(address, 0)
        if left:
            self.losing[address] = left - 1
        return left > 0

    def _owe(self, url: str, subscription: Subscription, body: dict[str, Any]) -> None:
        now = self.exchange.now()
        self.queue.append(Notification(url, subscription.id, body, now, now))
        self.exchange.dirty = True
        self.wake()

    def _body(self, subscription: Subscription, change: Change) -> dict[str, Any]:
        mailbox = change.mailbox
        event_id = (
            immutable_id(mailbox.id, change.key)
            if subscription.immutable_ids
            else ordinary_id(mailbox.id, change.entry)
        )
        path = f"Users/{mailbox.id}/Events/{event_id}"
        return self._common(subscription) | {
            "changeType": change.type,
            "resource": path,
            "resourceData": {
                "@odata.type": "#Microsoft.Graph.Event",
                "@odata.id": path,
                "@odata.etag": f'W/"{change_key(mailbox.id, change.version)}"',
                "id": event_id,
            },
        }

    def _common(self, subscription: Subscription) -> dict[str, Any]:
        return {
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": instant_text(subscription.expires_at),
            "clientState": subscription.client_state,
            "tenantId": str(self.exchange.directory.tenant_id),
        }


def _same(one: str, other: str) -> bool:
    return one.strip("/").lower() == other.strip("/").lower()
