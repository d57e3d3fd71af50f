"""The whole story of one reservation or event, as `explain` tells it."""

from __future__ import annotations

from dataclasses import dataclass

from obctl.domain.agreed_state import AgreedState
from obctl.domain.causes import RuledOut
from obctl.domain.causes.facts import OrganizerAnswer
from obctl.domain.company_log import LogEntry
from obctl.domain.compare.comparison import Normalised
from obctl.domain.difference import Cause, Difference, RoomVerdict
from obctl.domain.event import Event
from obctl.domain.organizer_copy import OrganizerReply
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.unreadable_event import UnreadableEvent


@dataclass(frozen=True, slots=True)
class Story:
    """Everything about one item: both sides, what they last agreed on, the verdict, the log.

    A `cause` without a difference is what is wrong although both sides agree.
    """

    room: Room
    verdict: RoomVerdict
    reservation: Reservation | None
    event: Event | None
    agreed: AgreedState | None
    differences: tuple[Difference, ...]
    normalised: tuple[Normalised, ...]
    cause: Cause | None
    missed_because: Cause | None
    ruled_out: tuple[RuledOut, ...]
    story: tuple[LogEntry, ...]
    organizer: OrganizerReply | None = None
    """What the organiser's own calendar says; `None`: there was no reason to ask."""
    account: OrganizerAnswer | None = None
    """What the directory says of the organiser's account; `None`: there was no reason to ask."""
    unreadable: UnreadableEvent | None = None
    """The event itself, where it is in Outlook and cannot be read."""
