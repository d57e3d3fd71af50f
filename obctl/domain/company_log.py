"""The company log: one entry for each thing that crossed the border or was decided."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from obctl.domain.event import EventId
from obctl.domain.reservation import ReservationNumber
from obctl.domain.room import RoomId

ACTIONS = frozenset({
    "notification.received",
    "event.created", "event.updated", "event.cancelled", "event.deleted", "event.moved",
    "event.restored",
    "push.created", "push.updated", "push.cancelled", "push.failed",
    "push.overlapped", "push.unchecked", "push.unmatched",
    "cancellation.requested", "cancellation.approved", "cancellation.rejected",
    "cancellation.processed", "cancellation.closed", "cancellation.postponed",
    "reservation.created", "reservation.changed", "reservation.cancelled",
    "reservation.refused",
    "service.added", "service.cancelled",
    "subscription.created", "subscription.renewed", "subscription.removed", "subscription.lost",
    "subscription.failed",
    "room.added", "room.inconclusive", "room.resynced", "room.imported",
    "sync.started", "sync.finished", "sync.failed",
    "guard.tripped", "conflict.merged", "setting.changed", "log.pruned",
})  # fmt: skip


class LogEntry(Struct, frozen=True):
    """An entry to append or, with an `id`, one that was read back.

    `payload` is the original Outlook JSON byte for byte; a search leaves it out.
    """

    at: datetime
    action: str
    message: str
    room: RoomId | None = None
    email: str | None = None
    subject: str | None = None
    reservation: ReservationNumber | None = None
    event_id: EventId | None = None
    run: str | None = None
    request_id: str | None = None
    payload: bytes | None = None
    id: int | None = None
