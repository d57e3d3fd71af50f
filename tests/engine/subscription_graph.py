"""Graph as far as subscriptions go: a class small enough to see through."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from builders import NOW, make_room, make_subscription

from obctl.config import Config
from obctl.domain.company_log import LogEntry
from obctl.domain.directory import DirectoryEntry
from obctl.domain.listed import Listed, UnreadableItem
from obctl.domain.room import Room
from obctl.domain.subscription import LIFETIME, GraphSubscription, Subscription
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.errors import GraphDetail, GraphRefused, NotFound
from obctl.store.company_log import LogFilter, search_log
from obctl.store.database import open_store
from obctl.store.rooms import add_room
from obctl.store.subscriptions import save_subscription


class SubscriptionGraph:
    """Holds subscriptions as Graph does; `refusals` are raised before the next creations."""

    def __init__(self) -> None:
        self.held: dict[str, GraphSubscription] = {}
        self.secrets: dict[str, str] = {}
        self.calls: list[str] = []
        self.refusals: list[Exception] = []
        self.longest = LIFETIME
        self.reauthorizes = True
        self.down: Exception | None = None
        self.unreadable: list[UnreadableItem] = []
        self.users: dict[str, str] = {}
        self._made = 0

    def hold(self, subscription: Subscription, **changes: str) -> None:
        """Know a subscription that is in our ledger."""
        held = GraphSubscription(
            id=subscription.id,
            resource=subscription.resource,
            notification_url=subscription.notification_url,
            expires_at=subscription.expires_at,
            lifecycle_url=subscription.lifecycle_url,
        )
        self.held[subscription.id] = replace(held, **changes)

    async def look_up(self, address: str) -> DirectoryEntry | None:
        object_id = self.users.get(address)
        return DirectoryEntry(object_id, address, None, True) if object_id else None

    async def create_subscription(
        self,
        room: Room,
        *,
        notification_url: str,
        lifecycle_url: str | None,
        client_state: str,
        expires_at: datetime,
    ) -> GraphSubscription:
        self._called(f"create {room.user}")
        if self.refusals:
            raise self.refusals.pop(0)
        self._check(expires_at)
        resource = f"users/{room.user}/events"
        if any(one.resource.strip("/").lower() == resource for one in self.held.values()):
            raise refused(409, "Conflict")
        self._made += 1
        made = GraphSubscription(
            f"new-{self._made}", resource, notification_url, expires_at, "", lifecycle_url
        )
        self.held[made.id] = made
        self.secrets[made.id] = client_state
        return made

    async def renew_subscription(
        self, subscription_id: str, expires_at: datetime
    ) -> GraphSubscription:
        self._called(f"renew {subscription_id}")
        self._check(expires_at)
        self.held[subscription_id] = replace(self._find(subscription_id), expires_at=expires_at)
        return self.held[subscription_id]

    async def reauthorize_subscription(self, subscription_id: str) -> None:
        self._called(f"reauthorize {subscription_id}")
        self._find(subscription_id)
        if not self.reauthorizes:
            raise refused(400, "BadRequest")

    async def delete_subscription(self, subscription_id: str) -> None:
        self._called(f"delete {subscription_id}")
        del self.held[self._find(subscription_id).id]

    async def fetch_subscriptions(self) -> Listed[GraphSubscription]:
        self._called("list")
        return Listed(self.held.values(), self.unreadable)

    def _check(self, expires_at: datetime) -> None:
        if expires_at - NOW > self.longest:
            raise refused(400, "InvalidRequest")

    def _called(self, call: str) -> None:
        self.calls.append(call)
        if self.down is not None:
            raise self.down

    def _find(self, subscription_id: str) -> GraphSubscription:
        if subscription_id not in self.held:
            raise NotFound("no such subscription", graph=GraphDetail(404, "ResourceNotFound", "r1"))
        return self.held[subscription_id]


def refused(status: int, code: str) -> GraphRefused:
    return GraphRefused(f"Graph refuses ({status} {code})", graph=GraphDetail(status, code))


def make_company(folder: Path, *rooms: str, now: datetime = NOW) -> Company:
    store = open_store(folder / "store.db", create=True)
    for name in rooms:
        add_room(store, make_room(name))
    return Company(Config("contoso", folder, "UTC"), store, lambda: now, "Sam")


def in_ledger(company: Company, **fields: object) -> Subscription:
    subscription = make_subscription(**fields)
    save_subscription(company.store, subscription)
    return subscription


def logged(company: Company) -> list[LogEntry]:
    """The company log, oldest first."""
    return search_log(company.store, LogFilter())[::-1]
