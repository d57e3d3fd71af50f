"""Outlook as a comparison sees it: live or remembered, each answer asked for once.

Whoever works in its `rounds` asks together with all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from obctl.domain.causes.facts import OrganizerAnswer
from obctl.domain.directory import DirectoryEntry
from obctl.domain.event import DeltaRound, Event, EventId, SeriesMaster
from obctl.domain.organizer_copy import NOT_KNOWN, OrganizerReply
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room, RoomId
from obctl.domain.subscription import Subscription, dropped
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import UnreadableEvent
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.calendars import Calendar
from obctl.engine.outlook.delta import ChangesUnknown, detect
from obctl.engine.outlook.inconclusive import is_out_of_reach
from obctl.engine.outlook.inquiry import Inquiry
from obctl.engine.outlook.items import not_given
from obctl.engine.outlook.organizer_copy import Organizers
from obctl.engine.outlook.remembered import remembered_around
from obctl.engine.outlook.rounds import Questions, Rounds
from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, MailboxGone, NotFound, ObctlError
from obctl.store.events import load_series_events
from obctl.store.subscriptions import load_subscriptions


class Outlook:
    """Answers about Outlook; `gateway` is `None` where only the store may be asked (`--cached`).

    An answer that cannot be had is `None` or empty: causes take that as "not known".
    """

    def __init__(self, company: Company, gateway: Gateway | None) -> None:
        self._company = company
        self.rounds = Rounds()
        self._inquiry = Inquiry(gateway, self.rounds) if gateway else None
        self._organizers = Organizers(company, self._inquiry) if self._inquiry else None
        self._news = Questions[RoomId, Room, DeltaRound | ObctlError | None](
            self.rounds, partial(self._ask_news, gateway)
        )
        self._remembered: dict[tuple[RoomId, TimeSpan], Calendar] = {}
        self._unreadable: dict[tuple[RoomId, EventId], UnreadableEvent] = {}

    @property
    def live(self) -> bool:
        return self._inquiry is not None

    async def views(self, rooms: Sequence[Room], span: TimeSpan) -> dict[RoomId, Calendar]:
        """The events of many rooms; raises where Graph cannot be asked at all."""
        answers = await self.answers(rooms, span)
        _raise_if_none_answered(answers)
        return answers

    async def answers(self, rooms: Sequence[Room], span: TimeSpan) -> dict[RoomId, Calendar]:
        """The events of rooms, or why they cannot be had; that may be so of every one of them.

        From the store come those it has: who asks about days before its first read sees to that.
        """
        if self._inquiry is None:
            for room in rooms:
                if (room.id, span) not in self._remembered:
                    self._remembered[room.id, span] = remembered_around(
                        self._company.store, room, span
                    )
            return {room.id: self._remembered[room.id, span] for room in rooms}
        found = await self._inquiry.calendars(rooms, span)
        return {room.id: found[room.mailbox] for room in rooms}

    async def news(self, rooms: Sequence[Room]) -> dict[RoomId, DeltaRound | ObctlError | None]:
        """What changed in rooms since their last pass, or why that cannot be had.

        `None` for a room without a delta link, and where only the store may be asked. The links
        stay where they are: the next pass is told the same.
        """
        return await self._news.ask({room.id: room for room in rooms})

    async def _ask_news(
        self, gateway: Gateway | None, wanted: Mapping[RoomId, Room]
    ) -> dict[RoomId, DeltaRound | ObctlError | None]:
        if gateway is None:
            return dict.fromkeys(wanted)
        company, rooms = self._company, list(wanted.values())
        found = await detect(gateway, company.store, rooms, company.config.sync, company.now)
        answers = {room.id: found.get(room.mailbox) for room in rooms}
        return {
            room_id: answer.error if isinstance(answer, ChangesUnknown) else answer
            for room_id, answer in answers.items()
        }

    async def answers_by_id(
        self, wanted: Sequence[tuple[Room, EventId]]
    ) -> dict[tuple[RoomId, EventId], Event | ObctlError]:
        """Events and series of many rooms by their ids, or why they cannot be had.

        Empty where only the store may be asked.
        """
        if self._inquiry is None:
            return {}
        found = await self._inquiry.events(wanted)
        return {(room.id, event_id): found[room.mailbox, event_id] for room, event_id in wanted}

    async def event(
        self, room: Room, event_id: EventId
    ) -> tuple[Event | UnreadableEvent | None, bool]:
        """An event by id, and whether Graph said 404; nothing is known where nobody may be asked.

        One that Graph does not give, or not so that it can be read, is told as such.
        """
        return (await self.events([(room, event_id)]))[0]

    async def events(
        self, wanted: Sequence[tuple[Room, EventId]]
    ) -> list[tuple[Event | UnreadableEvent | None, bool]]:
        """`event` of many, in their order."""
        if self._inquiry is None:
            return [(None, False) for _ in wanted]
        found = await self._inquiry.events(wanted)
        return [_told(event_id, found[room.mailbox, event_id]) for room, event_id in wanted]

    async def master(self, room: Room, master_id: EventId) -> tuple[SeriesMaster | None, bool]:
        """A series master, and whether Graph said 404."""
        if self._inquiry is None:
            return None, False
        match await self._inquiry.master(room, master_id):
            case SeriesMaster() as master:
                return master, False
            case NotFound() as error:
                return None, not isinstance(error, MailboxGone)
            case error:
                if (unreadable := _unreadable(master_id, error)) is not None:
                    self._unreadable[room.id, master_id] = unreadable
                return None, False

    def unreadable_series(self, room: Room) -> list[UnreadableEvent]:
        """The series of a room that were asked for, and cannot be read."""
        return [event for (place, _id), event in self._unreadable.items() if place == room.id]

    async def mailbox_id(self, room: Room) -> str | None:
        """The object id the directory gives for the room's address now."""
        if self._inquiry is None:
            return None
        entry = await self._inquiry.account(room.mailbox)
        return entry.object_id if isinstance(entry, DirectoryEntry) else None

    async def organizer(self, address: str | None) -> OrganizerAnswer:
        """What the directory says of an organiser; a guest is not one of its own."""
        if address is None or self._inquiry is None:
            return OrganizerAnswer.UNKNOWN
        entry = await self._inquiry.account(address)
        match entry:
            case ObctlError():
                return OrganizerAnswer.REFUSED
            case None | DirectoryEntry(guest=True):
                return OrganizerAnswer.NOT_FOUND
            case DirectoryEntry(enabled=None):
                return OrganizerAnswer.PRESENT
            case DirectoryEntry(enabled=enabled):
                return OrganizerAnswer.FOUND if enabled else OrganizerAnswer.DISABLED

    async def organizers_copy(self, room: Room, reservation: Reservation) -> OrganizerReply:
        """The meeting as its organiser's own calendar has it."""
        if self._organizers is None:
            return NOT_KNOWN
        return await self._organizers.ask(room, reservation)

    async def instances(self, room: Room, master_id: EventId, span: TimeSpan) -> tuple[Event, ...]:
        """The dates of a series that the room shows in `span`."""
        if self._inquiry is None:
            known = load_series_events(self._company.store, room.id, master_id)
            return tuple(event for event in known if span.overlaps(event.start, event.end))
        found = await self._inquiry.instances(room, master_id, span)
        return () if isinstance(found, ObctlError) else found

    async def subscriptions(self, room: Room) -> tuple[Subscription, ...]:
        """The room's ledger lines; one that Graph no longer lists before its expiry is lost."""
        ledger = tuple(load_subscriptions(self._company.store, room.id))
        now = self._company.now
        if self._inquiry is None or not any(not s.lost and s.expires_at > now for s in ledger):
            return ledger
        listed = await self._inquiry.subscriptions()
        if isinstance(listed, ObctlError):
            return ledger
        gone = dropped(ledger, listed, now)
        return tuple(replace(s, lost=True) if s.id in gone else s for s in ledger)


def _told(
    event_id: EventId, answer: Event | ObctlError
) -> tuple[Event | UnreadableEvent | None, bool]:
    match answer:
        case Event():
            return answer, False
        case NotFound():
            return None, not isinstance(answer, MailboxGone)
        case _:
            return _unreadable(event_id, answer), False


def _unreadable(event_id: EventId, error: ObctlError) -> UnreadableEvent | None:
    """What an error says of the one event that was asked for; nothing where it is about more."""
    try:
        return not_given(event_id, error)
    except ObctlError:
        return None


def _raise_if_none_answered(answers: dict[RoomId, Calendar]) -> None:
    """Raise what stops every room alike: a wrong credential, a Graph nobody reaches."""
    errors = [answer for answer in answers.values() if isinstance(answer, ObctlError)]
    for error in errors:
        if isinstance(error, CredentialRefused):
            raise error
    unreachable = [e for e in errors if e.graph is None and is_out_of_reach(e)]
    if unreachable and len(unreachable) == len(answers):
        raise unreachable[0]
