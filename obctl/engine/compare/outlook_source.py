"""Outlook as a comparison sees it: live or remembered, each answer asked for once."""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.causes.facts import OrganizerAnswer
from obctl.domain.directory import DirectoryEntry
from obctl.domain.event import DeltaRound, Event, EventId, SeriesMaster
from obctl.domain.listed import Listed
from obctl.domain.organizer_copy import NOT_KNOWN, OrganizerReply
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room, RoomId
from obctl.domain.subscription import GraphSubscription, Subscription, dropped
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing, UnreadableEvent
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.calendars import Calendar, fetch_calendars
from obctl.engine.outlook.delta import ChangesUnknown, detect
from obctl.engine.outlook.inconclusive import is_out_of_reach
from obctl.engine.outlook.items import not_given
from obctl.engine.outlook.organizer_copy import Organizers
from obctl.engine.outlook.remembered import remembered_around
from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, GraphUnavailable, MailboxGone, NotFound, ObctlError
from obctl.store.events import load_series_events
from obctl.store.subscriptions import load_subscriptions


class Outlook:
    """Answers about Outlook; `gateway` is `None` where only the store may be asked (`--cached`).

    An answer that cannot be had is `None` or empty: causes take that as "not known".
    """

    def __init__(self, company: Company, gateway: Gateway | None) -> None:
        self._company = company
        self._gateway = gateway
        self._views: dict[tuple[RoomId, TimeSpan], Calendar] = {}
        self._news: dict[RoomId, DeltaRound | ObctlError] = {}
        self._masters: dict[tuple[RoomId, EventId], SeriesMaster | None] = {}
        self._unreadable: dict[tuple[RoomId, EventId], UnreadableEvent] = {}
        self._instances: dict[tuple[RoomId, EventId, TimeSpan], tuple[Event, ...]] = {}
        self._organizers = Organizers(company, gateway) if gateway else None
        self._directory: dict[str, DirectoryEntry | ObctlError | None] = {}
        self._subscriptions: Listed[GraphSubscription] | None = None

    @property
    def live(self) -> bool:
        return self._gateway is not None

    async def views(self, rooms: Sequence[Room], span: TimeSpan) -> dict[RoomId, Calendar]:
        """The events of many rooms; raises where Graph cannot be asked at all."""
        answers = await self.answers(rooms, span)
        _raise_if_none_answered(answers)
        return answers

    async def answers(self, rooms: Sequence[Room], span: TimeSpan) -> dict[RoomId, Calendar]:
        """The events of rooms, or why they cannot be had; that may be so of every one of them.

        From the store come those it has: who asks about days before its first read sees to that.
        """
        if self._gateway is None:
            for room in rooms:
                if (room.id, span) not in self._views:
                    self._views[room.id, span] = remembered_around(self._company.store, room, span)
            return {room.id: self._views[room.id, span] for room in rooms}
        wanted = [room for room in rooms if (room.id, span) not in self._views]
        if wanted:
            found = await fetch_calendars(self._gateway, wanted, span)
            for room in wanted:
                self._views[room.id, span] = found[room.mailbox]
        return {room.id: self._views[room.id, span] for room in rooms}

    async def news(self, rooms: Sequence[Room]) -> dict[RoomId, DeltaRound | ObctlError]:
        """What changed in rooms since their last pass, or why that cannot be had.

        A room without a delta link is left out, and so is every one where only the store may be
        asked. The links stay where they are: the next pass is told the same.
        """
        if self._gateway is None:
            return {}
        wanted = [room for room in rooms if room.id not in self._news]
        company = self._company
        settings, now = company.config.sync, company.now
        rounds = await detect(self._gateway, company.store, wanted, settings, now)
        for room in wanted:
            if (found := rounds.get(room.mailbox)) is not None:
                self._news[room.id] = found.error if isinstance(found, ChangesUnknown) else found
        return {room.id: self._news[room.id] for room in rooms if room.id in self._news}

    async def events_of(
        self, wanted: Sequence[tuple[Room, EventId]]
    ) -> dict[tuple[RoomId, EventId], Event | ObctlError]:
        """Events and series of many rooms by their ids, or why they cannot be had.

        Empty where only the store may be asked.
        """
        if self._gateway is None or not wanted:
            return {}
        found = await self._gateway.fetch_events_of(wanted)
        return {(room.id, event_id): found[room.mailbox, event_id] for room, event_id in wanted}

    async def event(
        self, room: Room, event_id: EventId
    ) -> tuple[Event | UnreadableEvent | None, bool]:
        """An event by id, and whether Graph said 404; nothing is known where nobody may be asked.

        One that Graph does not give, or not so that it can be read, is told as such.
        """
        if self._gateway is None:
            return None, False
        try:
            return await self._gateway.fetch_event(room, event_id), False
        except NotFound as error:
            return None, not isinstance(error, MailboxGone)
        except ObctlError as error:
            return _unreadable(event_id, error), False

    async def master(self, room: Room, master_id: EventId) -> tuple[SeriesMaster | None, bool]:
        """A series master, and whether Graph said 404."""
        if self._gateway is None:
            return None, False
        key = (room.id, master_id)
        if key not in self._masters:
            try:
                self._masters[key] = await self._gateway.fetch_master(room, master_id)
            except MailboxGone:
                return None, False
            except NotFound:
                self._masters[key] = None
            except ObctlError as error:
                if (unreadable := _unreadable(master_id, error)) is not None:
                    self._unreadable[key] = unreadable
                return None, False
        return self._masters[key], self._masters[key] is None

    def unreadable_series(self, room: Room) -> list[UnreadableEvent]:
        """The series of a room that were asked for, and cannot be read."""
        return [event for (place, _id), event in self._unreadable.items() if place == room.id]

    async def mailbox_id(self, room: Room) -> str | None:
        """The object id the directory gives for the room's address now."""
        entry = await self._entry(room.mailbox)
        return entry.object_id if isinstance(entry, DirectoryEntry) else None

    async def organizer(self, address: str | None) -> OrganizerAnswer:
        """What the directory says of an organiser."""
        if address is None or self._gateway is None:
            return OrganizerAnswer.UNKNOWN
        entry = await self._entry(address)
        if isinstance(entry, ObctlError):
            return OrganizerAnswer.UNKNOWN
        if entry is None:
            return OrganizerAnswer.NOT_FOUND
        return OrganizerAnswer.DISABLED if entry.enabled is False else OrganizerAnswer.FOUND

    async def organizers_copy(self, room: Room, reservation: Reservation) -> OrganizerReply:
        """The meeting as its organiser's own calendar has it."""
        if self._organizers is None:
            return NOT_KNOWN
        return await self._organizers.ask(room, reservation)

    async def instances(self, room: Room, master_id: EventId, span: TimeSpan) -> tuple[Event, ...]:
        """The dates of a series that the room shows in `span`."""
        if self._gateway is None:
            known = load_series_events(self._company.store, room.id, master_id)
            return tuple(event for event in known if span.overlaps(event.start, event.end))
        key = (room.id, master_id, span)
        if key not in self._instances:
            try:
                found = await self._gateway.fetch_instances(room, master_id, span)
            except ObctlError:
                found = Listing()
            self._instances[key] = found
        return self._instances[key]

    async def subscriptions(self, room: Room) -> tuple[Subscription, ...]:
        """The room's ledger lines; one that Graph no longer lists before its expiry is lost."""
        ledger = tuple(load_subscriptions(self._company.store, room.id))
        now = self._company.now
        if self._gateway is None or not any(not s.lost and s.expires_at > now for s in ledger):
            return ledger
        if self._subscriptions is None:
            try:
                self._subscriptions = await self._gateway.fetch_subscriptions()
            except ObctlError:
                return ledger
        gone = dropped(ledger, self._subscriptions, now)
        return tuple(replace(s, lost=True) if s.id in gone else s for s in ledger)

    async def _entry(self, address: str) -> DirectoryEntry | ObctlError | None:
        key = address.casefold()
        if self._gateway is None:
            return GraphUnavailable("only the store may be asked")
        if key not in self._directory:
            try:
                self._directory[key] = await self._gateway.look_up_account(address)
            except ObctlError as error:
                self._directory[key] = error
        return self._directory[key]


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
