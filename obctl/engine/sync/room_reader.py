"""Reading one room of a pass, and asking again for what is missing in what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from obctl.domain.event import Event, EventId, EventType
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.sync.losses import losses
from obctl.domain.sync.reading import Reading
from obctl.domain.sync.situation import Situation
from obctl.domain.unreadable_event import UnreadableEvent
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.delta import Hint, read_room
from obctl.engine.outlook.inconclusive import partial_read
from obctl.engine.outlook.inquiry import Inquiry
from obctl.engine.outlook.items import fetch_by_id, read_parts
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.outlook.organizer_copy import Organizers
from obctl.engine.outlook.room_reading import RoomReading
from obctl.engine.outlook.rounds import Rounds
from obctl.engine.outlook.windows import read_span
from obctl.engine.ports import Gateway
from obctl.engine.sync.confirm_missing import verify, with_masters
from obctl.engine.sync.loss_causes import ask_organizers
from obctl.engine.sync.plan_room import PassOptions, PlanMaker
from obctl.engine.sync.predecessors import read_predecessors
from obctl.engine.sync.room_moves import kept_and_sought
from obctl.engine.sync.same_mailbox import ensure_same_mailbox
from obctl.store.rooms import find_room_by_id, load_reading_state
from obctl.store.undecided import load_undecided
from obctl.store.unreadable_events import load_unreadable


class RoomReader:
    """Reads rooms as one pass wants them read."""

    def __init__(
        self,
        company: Company,
        gateway: Gateway,
        identities: Identities,
        plans: PlanMaker,
        options: PassOptions,
    ) -> None:
        self._store = company.store
        self._settings = company.config.sync
        self._now = company.now
        self._gateway = gateway
        self._identities = identities
        self._plans = plans
        self._organizers = Organizers(company, Inquiry(gateway, Rounds()))
        self._options = options

    async def read(self, room: Room, hint: Hint) -> RoomReading:
        """The room as far as a delta round hints, in full without one, or a notified event."""
        await self._identities.ensure_not_another(room)
        state = load_reading_state(self._store, room.id)
        if room.id in self._options.only:
            reading = await self._parts(room, set(self._options.only[room.id]), set())
            return RoomReading(reading, state, room.object_id, fetched=len(reading.events))
        found = await read_room(
            self._gateway,
            self._identities,
            self._store,
            room,
            self._settings,
            self._now,
            state,
            hint,
        )
        return replace(found, reading=await self._with_unreadable(room, found.reading))

    async def _with_unreadable(self, room: Room, reading: Reading) -> Reading:
        """A reading of everything, with what could not be read before and is not in it."""
        known = {item.event.id for item in load_unreadable(self._store, room.id)}
        asked = {event_id for event_id in known - reading.there if event_id}
        if not (reading.scope.whole and asked):
            return reading
        found = await fetch_by_id(self._gateway, room, asked - reading.gone, reading.scope.span)
        events = [event for event in found.values() if isinstance(event, Event)]
        for event in events:
            span = reading.scope.span
            if (
                event.takes_room
                and event.type is not EventType.MASTER
                and span.overlaps(event.start, event.end)
            ):
                raise partial_read(room, f"it left out {event.id}, which is there")
        unreadable = [event for event in found.values() if isinstance(event, UnreadableEvent)]
        gone = {event_id for event_id, event in found.items() if event is None}
        series = {event.id for event in events if event.type is EventType.MASTER}
        scope = replace(reading.scope, series=reading.scope.series | series)
        others = tuple(event for event in events if event.id not in series)
        reading = replace(
            reading, scope=scope, gone=reading.gone | gone, events=reading.events + others
        )
        return reading.with_unreadable(unreadable)

    async def read_events_of(self, room: Room, reservations: Sequence[Reservation]) -> RoomReading:
        """The events of some reservations, and nothing else of the room."""
        await self._identities.ensure_not_another(room)
        reading = await self._parts(
            room,
            {r.event_id for r in reservations if r.event_id and not r.series_master_id},
            {r.series_master_id for r in reservations if r.series_master_id},
        )
        return RoomReading(reading, load_reading_state(self._store, room.id), room.object_id)

    async def verified(
        self,
        situation: Situation,
        removed: frozenset[EventId] = frozenset(),
        turned_up: Iterable[Reservation] = (),
    ) -> Situation:
        """The situation once everything that seems to be gone was asked for by name.

        What a person kept without its meeting is looked for where that may have `turned_up` in
        another room: it may be back in its own too.
        """
        if situation.room.id in self._options.only and losses(situation):
            # the night has asked before it began; one notification in a hundred loses something
            await self._identities.check([situation.room])
            await self._identities.ensure_not_another(situation.room)
        reading = await read_predecessors(self._gateway, self._store, situation)
        if reading is not situation.reading:
            situation = self._plans.situation(situation.room, reading)
        ambiguous = not (self._options.allow_cancellations or self._is_known(situation.room))
        if ambiguous and situation.reading.scope.whole and not situation.reading.events:
            # says more than that it came empty
            await ensure_same_mailbox(self._gateway, self._identities, situation, removed)
        verified = await verify(
            self._gateway,
            situation,
            removed | self._gone_before(situation),
            kept=kept_and_sought(self._store, situation, turned_up),
            trust_empty=self._options.allow_cancellations,
        )
        came = self._plans.others.series_that_came(verified.matching)
        verified = await with_masters(self._gateway, verified, came)
        if ambiguous:
            await ensure_same_mailbox(self._gateway, self._identities, verified, removed)
        return await ask_organizers(self._organizers, self._store, verified)

    def _is_known(self, room: Room) -> bool:
        """Whether the room's mailbox is asked for by the object id on record.

        An id that was seen just now says nothing of the mailbox that was read before. Where none
        was (a new room, a resync) it is taken at its word.
        """
        if find_room_by_id(self._store, room.id).object_id is not None:
            return True
        state = load_reading_state(self._store, room.id)
        return room.object_id is not None and state.read_start is None

    def _gone_before(self, situation: Situation) -> frozenset[EventId]:
        """What was found gone by name in an earlier pass, and waits for another room since."""
        known = load_undecided(self._store, self._now, situation.room.id)
        waiting = {item.reservation for item in known}
        held = [item for item in situation.reservations if item.number in waiting]
        return frozenset(item.event_id for item in held if item.event_id)

    async def _parts(self, room: Room, singles: set[EventId], series: set[EventId]) -> Reading:
        span = read_span(room, self._settings, self._now)
        return await read_parts(
            self._gateway, self._store, room, span, singles=singles, series=series
        )
