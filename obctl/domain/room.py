"""A room: an Exchange room mailbox that obctl keeps in step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from obctl.domain.zones import zone

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

RoomId = NewType("RoomId", int)
LOCKED_OUT = "room-remapped"
"""The condition that lasts until a resync, or until the mailbox on record is back."""


class Verdict(StrEnum):
    """Whether the last read of the room can be trusted."""

    OK = "ok"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class CalendarProcessing:
    """The room's Set-CalendarProcessing settings, as far as causes need them.

    `None` means unknown: obctl cannot read these through Graph; `rooms policy import` brings them.
    Names follow Exchange (MicrosoftDocs/office-docs-powershell, Set-CalendarProcessing).
    """

    automate_processing: str | None = None
    delete_subject: bool | None = None
    add_organizer_to_subject: bool | None = None
    remove_private_property: bool | None = None
    process_external_meeting_messages: bool | None = None
    remove_canceled_meetings: bool | None = None
    booking_window_in_days: int | None = None
    enforce_scheduling_horizon: bool | None = None
    conflict_percentage_allowed: int | None = None
    maximum_conflict_instances: int | None = None
    allow_conflicts: bool | None = None


@dataclass(frozen=True, slots=True)
class GuardStop:
    """Since when nothing is done in a room, as too much would go at once, and what would."""

    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room that is mapped, or was until `removed_at`.

    `object_id` is the mailbox's Entra id as first seen, `None` until then. `place_id` is the id of
    its place that outlasts a new address (Graph's `placeId`), where Graph told one. `stopped` is
    when the guard on mass cancellation first stopped it, and why, until a pass was good again.
    """

    id: RoomId
    mailbox: str
    name: str
    location: str | None
    floor: str | None
    capacity: int | None
    time_zone: str
    activated_at: datetime
    object_id: str | None = None
    last_synced_at: datetime | None = None
    verdict: Verdict | None = None
    condition: str | None = None
    processing: CalendarProcessing = field(default_factory=CalendarProcessing)
    place_id: str | None = None
    removed_at: datetime | None = None
    stopped: GuardStop | None = None

    @property
    def is_mapped(self) -> bool:
        """Whether obctl keeps it in step; of one taken out only the history is left."""
        return self.removed_at is None

    @property
    def zone(self) -> ZoneInfo:
        return zone(self.time_zone)

    @property
    def user(self) -> str:
        """How Graph is asked for this mailbox: by object id where known.

        Addresses can answer `MailboxInfoStale` for ever, and a mailbox re-created under the same
        address is another mailbox.
        """
        return self.object_id or self.mailbox


@dataclass(frozen=True, slots=True)
class FoundRoom:
    """A room as Graph's places list it; nothing obctl manages yet."""

    mailbox: str
    name: str
    location: str | None
    floor: str | None
    capacity: int | None
    time_zone: str | None = None
    place_id: str | None = None
