"""A subscription: Graph's promise to notify about a room's events until it expires."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from obctl.domain.listed import Listed
from obctl.domain.room import RoomId

LIFETIME = timedelta(minutes=10_080) - timedelta(minutes=60)
"""What we ask for: Graph allows 10,080 minutes for Outlook events, and its clock is not ours."""
SHORTER_LIFETIME = timedelta(minutes=4_200)
"""What we ask for where Graph refuses that: older tenants allow 4,230 minutes."""


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    LOST = "lost"


class Occasion(StrEnum):
    """What a notification is about: Graph's changeType or lifecycleEvent, or a word of our own."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    MISSED = "missed"
    REAUTHORIZATION_REQUIRED = "reauthorizationRequired"
    SUBSCRIPTION_REMOVED = "subscriptionRemoved"
    CATCH_UP = "catch-up"
    """Ours: nobody may have notified the room for a while."""
    SETTLED = "settled"
    """Ours: a new event has settled."""


ABOUT_THE_SUBSCRIPTION = frozenset(
    {Occasion.REAUTHORIZATION_REQUIRED, Occasion.SUBSCRIPTION_REMOVED}
)
"""What tells of the subscription alone, and of no change in the room."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One line of obctl's own ledger; `lost` means that Graph no longer knows it."""

    id: str
    room: RoomId
    resource: str
    notification_url: str
    lifecycle_url: str | None
    client_state: str
    created_at: datetime
    expires_at: datetime
    lost: bool = False
    last_notification_at: datetime | None = None
    granted_at: datetime | None = None
    """When Graph last granted the time until it expires; older ledgers do not know."""

    def state(self, now: datetime) -> SubscriptionState:
        """Its state at `now`; expiring from half its life on, when it is due for renewal."""
        if self.lost:
            return SubscriptionState.LOST
        if self.expires_at <= now:
            return SubscriptionState.EXPIRED
        # Graph grants at most LIFETIME at a time, so a renewed one is older than what it has left.
        granted = self.granted_at or max(self.created_at, self.expires_at - LIFETIME)
        half = granted + (self.expires_at - granted) / 2
        return SubscriptionState.EXPIRING if now >= half else SubscriptionState.ACTIVE

    def covers(self, moment: datetime) -> bool:
        """Whether a change at `moment` had to be notified."""
        return not self.lost and self.created_at <= moment < self.expires_at

    def __repr__(self) -> str:
        return f"Subscription(id={self.id!r}, room={self.room}, expires_at={self.expires_at})"


@dataclass(frozen=True, slots=True)
class GraphSubscription:
    """A subscription as Graph lists it."""

    id: str
    resource: str
    notification_url: str
    expires_at: datetime
    change_type: str = ""
    lifecycle_url: str | None = None


def dropped(
    ledger: Iterable[Subscription], listed: Listed[GraphSubscription], now: datetime
) -> frozenset[str]:
    """The ids of those in the ledger that Graph should still have at `now`, and has not.

    One that is listed and cannot be read is there. Where it does not even tell its id it may be any
    of them: then nothing counts as dropped.
    """
    if any(item.id is None for item in listed.unreadable):
        return frozenset()
    there = {item.id.casefold() for item in listed}
    there |= {item.id.casefold() for item in listed.unreadable if item.id}
    return frozenset(
        item.id
        for item in ledger
        if not item.lost and item.expires_at > now and item.id.casefold() not in there
    )
