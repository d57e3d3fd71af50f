"""A subscription, and a notification owed to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

LifecycleEvent = Literal["reauthorizationRequired", "subscriptionRemoved", "missed"]


@dataclass(slots=True)
class Subscription:
    """One subscription as Graph shows it."""

    id: str
    mailbox: UUID
    resource: str
    change_types: tuple[str, ...]
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    expires_at: datetime
    immutable_ids: bool
    tls_version: str = "v1_2"
    authorized_until: datetime | None = None
    """No reminder before this instant: the subscriber has just reauthorised."""


@dataclass(slots=True)
class Notification:
    """One item owed to an endpoint."""

    url: str
    subscription: str
    """Its id."""
    body: dict[str, Any]
    first_due: datetime
    due: datetime
    attempts: int = 0
