"""What a person reads in the morning: what happened since, and how the company stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from obctl.domain.company_log import Action, LogEntry
from obctl.domain.reservation import Reservation
from obctl.domain.room import RoomId
from obctl.domain.sync.cancellation import CancellationRequest
from obctl.domain.time_span import TimeSpan

TOLD = (
    Action.EVENT_CANCELLED,
    Action.EVENT_DELETED,
    Action.EVENT_MOVED,
    Action.EVENT_RESTORED,
    Action.CANCELLATION_REQUESTED,
    Action.CANCELLATION_APPROVED,
    Action.CANCELLATION_REJECTED,
    Action.CANCELLATION_PROCESSED,
    Action.CANCELLATION_CLOSED,
    Action.CONFLICT_MERGED,
    Action.RESERVATION_CREATED,
    Action.RESERVATION_CHANGED,
    Action.RESERVATION_CANCELLED,
    Action.SERVICE_CANCELLED,
    Action.SERVICE_MOVED,
    Action.PUSH_OVERLAPPED,
    Action.GUARD_TRIPPED,
    Action.ROOM_ADDED,
    Action.ROOM_REMOVED,
    Action.ROOM_RESYNCED,
    Action.SETTING_CHANGED,
)
"""What is told one by one; the rest, such as each new meeting of a first night, is counted."""


@dataclass(frozen=True, slots=True)
class ActionCount:
    """How often something happened in a room, or in none."""

    action: str
    room: RoomId | None
    number: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A room that is not kept in step, and since when its passes have not been trusted."""

    room: str
    condition: str | None
    since: datetime | None
    last_good_at: datetime | None


@dataclass(frozen=True, slots=True)
class MorningReport:
    """What happened within `span`, and how the company stands at its end.

    `runs` are lines of `sync history`, oldest first, `status` is the object of `sync status`.
    """

    company: str
    time_zone: str
    span: TimeSpan
    runs: tuple[Mapping[str, Any], ...]
    counts: tuple[ActionCount, ...]
    entries: tuple[LogEntry, ...]
    """The latest of what is told one by one, oldest first."""
    status: Mapping[str, Any]
    unread: tuple[Unread, ...]
    requests: tuple[tuple[CancellationRequest, Reservation], ...]
    """Those that are open."""
    causes: Mapping[str, int]
    """Of the requests that are open, or were made within the span."""

    @property
    def entries_left_out(self) -> int:
        """How many more there are of what is told one by one."""
        told = {action.value for action in TOLD}
        return sum(c.number for c in self.counts if c.action in told) - len(self.entries)
