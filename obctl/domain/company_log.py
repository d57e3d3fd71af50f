"""The company log: one entry for each thing that crossed the border or was decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from obctl.domain.event import EventId
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import RoomId


class Action(StrEnum):
    """What an entry says was done, or happened."""

    NOTIFICATION_RECEIVED = "notification.received"
    EVENT_CREATED = "event.created"
    EVENT_UPDATED = "event.updated"
    EVENT_CANCELLED = "event.cancelled"
    EVENT_DELETED = "event.deleted"
    EVENT_MOVED = "event.moved"
    EVENT_RESTORED = "event.restored"
    EVENT_UNREADABLE = "event.unreadable"
    EVENT_READABLE = "event.readable"
    PUSH_CREATED = "push.created"
    PUSH_UPDATED = "push.updated"
    PUSH_CANCELLED = "push.cancelled"
    PUSH_FAILED = "push.failed"
    PUSH_OVERLAPPED = "push.overlapped"
    PUSH_UNCHECKED = "push.unchecked"
    PUSH_UNMATCHED = "push.unmatched"
    CANCELLATION_REQUESTED = "cancellation.requested"
    CANCELLATION_APPROVED = "cancellation.approved"
    CANCELLATION_REJECTED = "cancellation.rejected"
    CANCELLATION_PROCESSED = "cancellation.processed"
    CANCELLATION_CLOSED = "cancellation.closed"
    CANCELLATION_POSTPONED = "cancellation.postponed"
    RESERVATION_CREATED = "reservation.created"
    RESERVATION_CHANGED = "reservation.changed"
    RESERVATION_CANCELLED = "reservation.cancelled"
    RESERVATION_REFUSED = "reservation.refused"
    SERVICE_ADDED = "service.added"
    SERVICE_CANCELLED = "service.cancelled"
    SERVICE_MOVED = "service.moved"
    SERVICE_RESTORED = "service.restored"
    SUBSCRIPTION_CREATED = "subscription.created"
    SUBSCRIPTION_RENEWED = "subscription.renewed"
    SUBSCRIPTION_REMOVED = "subscription.removed"
    SUBSCRIPTION_LOST = "subscription.lost"
    SUBSCRIPTION_FAILED = "subscription.failed"
    ROOM_ADDED = "room.added"
    ROOM_REMOVED = "room.removed"
    ROOM_IMPORTED = "room.imported"
    ROOM_INCONCLUSIVE = "room.inconclusive"
    ROOM_READ_WHOLE = "room.read-whole"
    ROOM_RESYNCED = "room.resynced"
    SYNC_STARTED = "sync.started"
    SYNC_FINISHED = "sync.finished"
    SYNC_FAILED = "sync.failed"
    GUARD_TRIPPED = "guard.tripped"
    CONFLICT_MERGED = "conflict.merged"
    SETTING_CHANGED = "setting.changed"
    LOG_PRUNED = "log.pruned"
    STORE_RESTORED = "store.restored"


class Entry(Struct, frozen=True):
    """What happened, to be written down: the journal adds when, by whom and in which run.

    `payload` is the original Outlook JSON byte for byte. What went from one room to another is
    found under both: `left_room` is the one where it was.
    """

    action: Action
    message: str
    room: RoomId | None = None
    email: str | None = None
    subject: str | None = None
    reservation: ReservationNumber | None = None
    event_id: EventId | None = None
    request_id: str | None = None
    client_request_id: str | None = None
    payload: bytes | None = None
    left_room: RoomId | None = None

    @classmethod
    def about(cls, reservation: Reservation, action: Action, message: str) -> Entry:
        """An entry with everything that finds it by its reservation."""
        return cls(
            action=action,
            message=message,
            room=reservation.room,
            email=reservation.organizer.email,
            subject=reservation.subject,
            reservation=reservation.number,
            event_id=reservation.event_id,
        )


class LogEntry(Struct, frozen=True):
    """An entry that was read back; one from before actors were kept has none.

    A search leaves the `payload` out.
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
    client_request_id: str | None = None
    actor: str | None = None
    payload: bytes | None = None
    left_room: RoomId | None = None
    id: int | None = None
