"""Everything a cause may be told from: what is known about one difference.

The engine asks, `build_facts` builds: the same for a pass, which tells why a meeting went, and for
`diff` and `explain`. The rules in `causes` read it and nothing else. `None` and empty mean "not
known", never "not so".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from obctl.domain.agreed_state import AgreedState
from obctl.domain.company_log import LogEntry
from obctl.domain.difference import Difference
from obctl.domain.event import Event, SeriesMaster
from obctl.domain.organizer_copy import OrganizerCopy, OrganizerSays, WhyClosed
from obctl.domain.outbox import OutboxItem
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.settings import SyncSettings
from obctl.domain.subscription import Subscription
from obctl.domain.sync.cancellation import CancellationRequest
from obctl.domain.time_span import TimeSpan


class OrganizerAnswer(StrEnum):
    """What the directory says of an organiser."""

    FOUND = "found"
    PRESENT = "found-perhaps-disabled"
    """Found; whether the account is enabled it does not tell (`User.Read.All` would)."""
    DISABLED = "disabled"
    NOT_FOUND = "not-found"
    REFUSED = "no-answer"
    """The directory was asked, and refused or could not answer: that is no sign of anything."""
    UNKNOWN = "unknown"
    """Nobody asked."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts about one difference, all read at about the same moment."""

    difference: Difference
    room: Room
    now: datetime
    settings: SyncSettings
    window: TimeSpan
    """The days obctl keeps in step for this room."""
    reservation: Reservation | None = None
    agreed: AgreedState | None = None
    event: Event | None = None
    """The event as it is now, a cancelled or declined one included."""
    event_missing: bool = False
    """Graph was asked for the reservation's event by id and answered 404."""
    last_known: Event | None = None
    """The event as obctl stored it when it last saw it."""
    master: SeriesMaster | None = None
    master_missing: bool = False
    """Graph was asked for the series master by id and answered 404."""
    same_series: tuple[Event, ...] = ()
    """Other dates of the series in the room: what `diff` and `explain` know of a reservation's
    series, and a pass of one that lost a date, is all that the room is read for."""
    same_room: tuple[Event, ...] = ()
    """Other events of the room that overlap the difference, cancelled ones included."""
    same_day: tuple[Event, ...] = ()
    """Other events of the room within a day of the difference, those that overlap it included."""
    successors: tuple[Event, ...] = ()
    """Dates of other series of the same organiser, within a day."""
    copies: tuple[Event, ...] = ()
    """Other meetings of the room, on whatever day, that bear the unreserved event's transaction id,
    as they were last read."""
    elsewhere: tuple[tuple[Room, Event], ...] = ()
    """Events with the same series key in other mapped rooms."""
    called_off_elsewhere: tuple[tuple[Room, Event], ...] = ()
    """Cancelled copies of the same meeting, and date, that other mapped rooms keep."""
    goes_on: tuple[Room, Event] | None = None
    """What a lost meeting is in another room, of whatever key and day: a pass moves it there."""
    came_from: tuple[Room, Reservation] | None = None
    """The other room's lost reservation that a pass moves to the event."""
    not_asked: tuple[Room, ...] = ()
    """Other mapped rooms that did not say whether they have the meeting."""
    remembered: bool = False
    remembered_at: datetime | None = None
    """When Outlook was read that is remembered, where that was not by the last pass."""
    """Nobody asked Outlook: it is as the room's last pass left it in the store."""
    rekeyed: Event | None = None
    """An event of this room with the same key and another id."""
    siblings: tuple[Reservation, ...] = ()
    """Other reservations of the room that overlap or share the series key.

    And those of the same organiser, within a day, whose event is gone.
    """
    outbox: OutboxItem | None = None
    request: CancellationRequest | None = None
    """The newest cancellation request for the reservation, whatever its status."""
    subscriptions: tuple[Subscription, ...] = ()
    """The room's ledger lines, expired and lost ones included."""
    inbox_waiting: bool = False
    """A notification for this event, its series or the whole room waits in the inbox."""
    notified_at: datetime | None = None
    """When a notification for this event was last received."""
    last_run_at: datetime | None = None
    """When the last complete pass over this room started."""
    planned_end: datetime | None = None
    """Up to where that pass made reservations of events: the end of its window."""
    organizer: OrganizerAnswer = OrganizerAnswer.UNKNOWN
    domains: frozenset[str] = frozenset()
    """Mail domains of the company, from its rooms' addresses."""
    history: tuple[LogEntry, ...] = field(default=())
    """The company log of the event and the reservation, oldest first, without payloads."""
    reserved_elsewhere: tuple[tuple[Room, Reservation], ...] = ()
    """Active reservations with the same series key in other mapped rooms."""
    put_back: bool = False
    """Calendar repair put the event that the reservation has, or had last, back once before."""
    organizer_says: OrganizerSays | None = None
    """What the organiser's own calendar says of the meeting; `None`: nobody asked."""
    organizer_copy: OrganizerCopy | None = None
    """The meeting, or the date of it, as it stands there."""
    organizer_closed: WhyClosed | None = None
    """Why that calendar cannot be read, where it was to be."""
    answered_at: datetime | None = None
    """When the room answered the invitation, as its copy says."""
    copied_together: int = 0
    """How many other meetings of the room bear the same `createdDateTime`, to the minute, though
    they are at least a day older by their `iCalUId`."""
    vanished_together: int = 0
    """How many other past reservations of the room lost their event since the same pass."""
    mailbox_id: str | None = None
    """The object id the directory gives for the room's address now."""
    mailbox_shared_with: tuple[Room, ...] = ()
    """Other mapped rooms that stand for the same mailbox."""
