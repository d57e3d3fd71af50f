"""What Graph is asked on behalf of many: by kind of question, each once, many to a request.

Errors are answers here, since the same may be asked for one difference after another; whoever asks
says what they mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from obctl.domain.directory import DirectoryEntry
from obctl.domain.event import Event, EventId, SeriesMaster
from obctl.domain.listed import Listed
from obctl.domain.room import Room
from obctl.domain.subscription import GraphSubscription
from obctl.domain.time_span import TimeSpan, joined
from obctl.domain.unreadable_event import Listing
from obctl.engine.outlook.calendars import Calendar, fetch_spans
from obctl.engine.outlook.rounds import Questions, Rounds, alone_or_batched
from obctl.engine.ports import Gateway
from obctl.errors import ObctlError

OfEvent = tuple[str, EventId]
OfSpan = tuple[str, TimeSpan]
OfDates = tuple[str, EventId, TimeSpan]
OfMeeting = tuple[str, str]
"""What an answer is about: a mailbox, and what of it was asked for."""


class Inquiry:
    """One inquiry into Graph, by whoever works in its `rounds`."""

    def __init__(self, gateway: Gateway, rounds: Rounds) -> None:
        self._gateway = gateway
        self.rounds = rounds
        self._read: dict[str, list[TimeSpan]] = {}
        self._calendars = Questions[OfSpan, tuple[Room, TimeSpan], Calendar](
            rounds, self._ask_calendars
        )
        self._views = Questions[OfSpan, tuple[Room, TimeSpan], Listing | ObctlError](
            rounds, alone_or_batched(lambda what: gateway.fetch_view(*what), gateway.fetch_spans)
        )
        self._events = Questions[OfEvent, tuple[Room, EventId], Event | ObctlError](
            rounds,
            alone_or_batched(lambda what: gateway.fetch_event(*what), gateway.fetch_events),
        )
        self._masters = Questions[OfEvent, tuple[Room, EventId], SeriesMaster | ObctlError](
            rounds,
            alone_or_batched(lambda what: gateway.fetch_master(*what), gateway.fetch_masters),
        )
        self._instances = Questions[OfDates, tuple[Room, EventId, TimeSpan], Listing | ObctlError](
            rounds,
            alone_or_batched(
                lambda what: gateway.fetch_instances(*what), gateway.fetch_all_instances
            ),
        )
        self._meetings = Questions[OfMeeting, tuple[Room, str], Listing | ObctlError](
            rounds,
            alone_or_batched(
                lambda what: gateway.find_by_ical_uid(*what), gateway.find_all_by_ical_uid
            ),
        )
        self._accounts = Questions[str, str, DirectoryEntry | ObctlError | None](
            rounds, alone_or_batched(gateway.look_up_account, gateway.look_up_accounts)
        )
        self._subscriptions = Questions[None, None, Listed[GraphSubscription] | ObctlError](
            rounds, self._ask_subscriptions
        )

    async def calendars(self, rooms: Sequence[Room], span: TimeSpan) -> dict[str, Calendar]:
        """The events of rooms in `span`, by mailbox, or why they are not to be believed."""
        wider = {room.mailbox: self._read_around(room, span) for room in rooms}
        found = await self._calendars.ask(
            {(room.mailbox, wider[room.mailbox]): (room, wider[room.mailbox]) for room in rooms}
        )
        return {
            mailbox: _part(found[mailbox, whole], whole, span) for mailbox, whole in wider.items()
        }

    def _read_around(self, room: Room, span: TimeSpan) -> TimeSpan:
        """What was read of the room already, if `span` lies in it."""
        read = self._read.get(room.mailbox, ())
        return next((one for one in read if one.covers(span)), span)

    async def view(self, calendar: Room, span: TimeSpan) -> Listing | ObctlError:
        """What a calendar shows in `span`, whosever it is: a person's, asked for as a room's."""
        return await self._views.ask_one((calendar.mailbox, span), (calendar, span))

    async def events(
        self, wanted: Sequence[tuple[Room, EventId]]
    ) -> dict[OfEvent, Event | ObctlError]:
        """Events by their ids."""
        return await self._events.ask({(room.mailbox, one): (room, one) for room, one in wanted})

    async def master(self, room: Room, master_id: EventId) -> SeriesMaster | ObctlError:
        """A series master with its pattern and cancelled dates."""
        return await self._masters.ask_one((room.mailbox, master_id), (room, master_id))

    async def instances(
        self, room: Room, master_id: EventId, span: TimeSpan
    ) -> Listing | ObctlError:
        """All dates of a series in `span`."""
        return await self._instances.ask_one(
            (room.mailbox, master_id, span), (room, master_id, span)
        )

    async def by_ical_uid(self, room: Room, ical_uid: str) -> Listing | ObctlError:
        """Singles and masters with this `iCalUId` in the room's calendar."""
        return await self._meetings.ask_one((room.mailbox, ical_uid), (room, ical_uid))

    async def account(self, address: str) -> DirectoryEntry | ObctlError | None:
        """Whose an address is, and whether the account is enabled."""
        key = address.casefold()
        return await self._accounts.ask_one(key, key)

    async def subscriptions(self) -> Listed[GraphSubscription] | ObctlError:
        """All subscriptions of this application in the tenant."""
        return await self._subscriptions.ask_one(None, None)

    async def _ask_calendars(
        self, wanted: Mapping[OfSpan, tuple[Room, TimeSpan]]
    ) -> dict[OfSpan, Calendar]:
        """What several want to know of one room is read as one, where their days touch."""
        spans: dict[str, list[TimeSpan]] = {}
        for room, span in wanted.values():
            spans.setdefault(room.mailbox, []).append(span)
        wider = {
            (mailbox, span): whole
            for mailbox, some in spans.items()
            for whole, parts in joined(some).items()
            for span in parts
        }
        asked = {(key[0], wider[key]): (room, wider[key]) for key, (room, _) in wanted.items()}
        read = await fetch_spans(self._gateway, list(asked.values()))
        found: dict[OfSpan, Calendar] = {}
        for (mailbox, span), whole in wider.items():
            found[mailbox, span] = _part(read[mailbox, whole], whole, span)
            if not isinstance(read[mailbox, whole], ObctlError):
                self._read.setdefault(mailbox, []).append(span)
        return found

    async def _ask_subscriptions(
        self, wanted: Mapping[None, None]
    ) -> dict[None, Listed[GraphSubscription] | ObctlError]:
        try:
            return dict.fromkeys(wanted, await self._gateway.fetch_subscriptions())
        except ObctlError as error:
            return dict.fromkeys(wanted, error)


def _part(calendar: Calendar, whole: TimeSpan, span: TimeSpan) -> Calendar:
    """The events of `span` in a calendar that was read for the `whole`."""
    if isinstance(calendar, ObctlError) or span == whole:
        return calendar
    return calendar.within(span)
