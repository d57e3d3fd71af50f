"""The pass: detect, read, trust, plan, guard, apply, room by room.

A room's plan is made and applied in one transaction. Rooms that lost events, or that show an event
another room may have lost, wait until all rooms are read: a meeting that moved is one move and no
cancellation with a new reservation beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial

from obctl.domain.event import Event, EventId
from obctl.domain.reservation import Reservation
from obctl.domain.room import LOCKED_OUT, Room, RoomId
from obctl.domain.run import RunReport
from obctl.domain.situation import Elsewhere, Situation
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.detect import Hint, detect, read_room
from obctl.engine.finishing import Finisher
from obctl.engine.identity import Identities
from obctl.engine.moves import Moves, Waiting, doubts, find_moves, newcomers
from obctl.engine.organizers import ask_organizers
from obctl.engine.parts import read_parts
from obctl.engine.planning import PassOptions, PlanMaker
from obctl.engine.ports import Gateway
from obctl.engine.predecessors import read_predecessors
from obctl.engine.reading import RoomReading
from obctl.engine.renewals import TOGETHER, chunks, due_for_renewal, renew
from obctl.engine.tally import Tally
from obctl.engine.together import together
from obctl.engine.vanished import vanished, verify
from obctl.engine.windows import read_span
from obctl.store.rooms import ReadingState, find_room_by_id, load_reading_state
from obctl.store.shelf import Shelf

_CHUNK = 100  # rooms detected together: bounds what is in memory whatever the tenant's size


class Pass:
    """One pass over some rooms; `report` is filled as it goes."""

    def __init__(
        self,
        company: Company,
        gateway: Gateway,
        report: RunReport,
        options: PassOptions,
        *,
        progress: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = company.store
        self._settings = company.config.sync
        self._gateway = gateway
        self._identities = Identities(gateway)
        self._options = options
        self._now = company.now
        self._limit = asyncio.Semaphore(self._settings.concurrency)
        self._waiting: dict[RoomId, Waiting] = {}
        self._shelf: Shelf[RoomReading] = Shelf(company.config.folder)
        self._plans = PlanMaker(company, options, self._now)
        self._report = report
        self._tally = Tally(company.store, report, self._now, progress)
        self._finisher = Finisher(company.store, self._plans, self._tally, self._now)

    async def over(self, rooms: Sequence[Room]) -> None:
        """Go over `rooms`; raises `CredentialRefused`, or what Graph said where it gave none."""
        with closing(self._shelf):
            await self._read(rooms)
            await self._settle()
        self._tally.ensure_graph_is_there(rooms)

    async def _read(self, rooms: Sequence[Room]) -> None:
        """Read every room, and finish those that do not have to wait for others."""
        options, settings = self._options, self._settings
        links = [] if options.full else [room for room in rooms if room.id not in options.only]
        due = due_for_renewal(self._store, links, settings, self._now)
        for some in chunks(due, TOGETHER):
            await self._visit_all(
                some,
                await renew(
                    self._gateway, self._identities, self._store, some, settings, self._now
                ),
            )
        by_link, renewing = {room.id for room in links}, {room.id for room in due}
        for some in chunks([room for room in rooms if room.id not in renewing], _CHUNK):
            followed = [room for room in some if room.id in by_link]
            rounds = await detect(self._gateway, self._store, followed, settings, self._now)
            await self._visit_all(some, rounds)

    async def _visit_all(self, rooms: Sequence[Room], hints: Mapping[str, Hint]) -> None:
        await self._identities.prepare(
            [
                room
                for room in rooms
                if room.condition == LOCKED_OUT
                or (room.mailbox not in hints and room.id not in self._options.only)
            ]
        )

        async def one(room: Room, hint: Hint) -> None:
            async with self._limit:
                await self._tally.guarded(
                    room,
                    lambda: self._visit(room, hint),
                    again=lambda: self._visit(room, None),
                )

        await together(one(room, hints.get(room.mailbox)) for room in rooms)

    async def _visit(self, room: Room, hint: Hint) -> None:
        state = load_reading_state(self._store, room.id)
        found = await self._read_room(room, state, hint)
        self._report.events_read += found.fetched
        known = replace(room, object_id=found.object_id or room.object_id)
        if found.reading.says_nothing and room.mailbox not in (self._options.expected or ()):
            self._tally.read.add(room.id)
            self._finisher.unchanged(room, found)
            return
        as_of: int | None = self._store.changed_elsewhere()
        situation = self._plans.situation(known, found.reading)
        verified = await self._verified(situation, found.removed)
        if verified is not situation:
            situation, as_of = verified, None
        found = replace(found, reading=situation.reading)
        lost = [loss.reservation for loss in vanished(situation)]
        new = newcomers(situation)
        self._tally.read.add(room.id)
        if lost or self._plans.held_elsewhere(known, new):
            self._wait(known, found, new, lost)
            return
        self._finisher.finish(known, found, situation, as_of)

    def _wait(
        self, room: Room, found: RoomReading, new: tuple[Event, ...], lost: list[Reservation]
    ) -> None:
        place = self._shelf.put(found)
        self._waiting[room.id] = Waiting(room, place, found.reading.scope.whole, new, lost)

    async def _read_room(self, room: Room, state: ReadingState, hint: Hint) -> RoomReading:
        await self._identities.ensure_not_locked_out(room)
        if room.id in self._options.only:
            span = read_span(room, self._settings, self._now)
            ids = set(self._options.only[room.id])
            reading = await read_parts(
                self._gateway, self._store, room, span, singles=ids, series=set()
            )
            return RoomReading(reading, state, room.object_id, fetched=len(reading.events))
        return await read_room(
            self._gateway,
            self._identities,
            self._store,
            room,
            self._settings,
            self._now,
            state,
            hint,
        )

    async def _verified(
        self, situation: Situation, removed: frozenset[EventId] = frozenset()
    ) -> Situation:
        reading = await read_predecessors(self._gateway, self._store, situation)
        if reading is not situation.reading:
            situation = self._plans.situation(situation.room, reading)
        verified = await verify(
            self._gateway, situation, removed, trust_empty=self._options.allow_cancellations
        )
        return await ask_organizers(self._gateway, self._store, verified)

    async def _settle(self) -> None:
        """Plan the rooms that waited, now that it is known what turned up where."""
        held = [
            pair
            for waiting in self._in_order()
            for pair in self._plans.held_elsewhere(waiting.room, waiting.new)
        ]
        by_room: dict[RoomId, list[Reservation]] = {}
        for _event, reservation in held:
            by_room.setdefault(reservation.room, []).append(reservation)
        for room_id, reservations in by_room.items():
            await self._look_at(room_id, reservations)
        moves = await find_moves(
            self._gateway,
            self._store,
            self._in_order(),
            read=self._tally.read,
            unread=self._tally.unread,
        )
        doubted = doubts(held, self._tally.unread)
        order = sorted(
            self._in_order(),
            key=lambda waiting: (not moves.of(waiting.room), not waiting.lost),
        )
        for waiting in order:
            elsewhere = moves.seen_from(waiting.room, doubted)
            settled = await self._tally.guarded(
                waiting.room,
                partial(self._settled, waiting, elsewhere),
                again=partial(self._settled_again, waiting, elsewhere),
            )
            if not settled:
                # What stays here for now is in doubt where it went.
                given_up = moves.give_up(waiting)
                doubted |= given_up
                await self._make_good(given_up, order[: order.index(waiting)], moves, doubted)

    def _in_order(self) -> list[Waiting]:
        """The rooms that wait, whichever answered first: the same changes make the same plan."""
        return sorted(self._waiting.values(), key=lambda waiting: waiting.room.id)

    async def _make_good(
        self,
        given_up: Mapping[EventId, Reservation],
        settled: Sequence[Waiting],
        moves: Moves,
        doubted: Mapping[EventId, Reservation],
    ) -> None:
        """Go over rooms once more that left events to a room which then gave nothing up."""
        for waiting in settled:
            if given_up.keys() & {event.id for event in waiting.new}:
                again = partial(
                    self._settled_again, waiting, moves.seen_from(waiting.room, doubted)
                )
                await self._tally.guarded(waiting.room, again, again=again)

    async def _settled(self, waiting: Waiting, elsewhere: Elsewhere) -> None:
        # Another room's move may have brought a reservation here since this one was read.
        found = self._shelf.get(waiting.found)
        as_of = self._store.changed_elsewhere()
        fresh = self._plans.situation(waiting.room, found.reading)
        self._finisher.finish(waiting.room, found, replace(fresh, elsewhere=elsewhere), as_of)

    async def _settled_again(self, waiting: Waiting, elsewhere: Elsewhere) -> None:
        state = load_reading_state(self._store, waiting.room.id)
        found = await self._read_room(waiting.room, state, None)
        situation = await self._verified(self._plans.situation(waiting.room, found.reading))
        found = replace(found, reading=situation.reading)
        self._finisher.finish(waiting.room, found, replace(situation, elsewhere=elsewhere))

    async def _look_at(self, room_id: RoomId, held: Sequence[Reservation]) -> None:
        """Ask for the meetings of one room that turned up in another.

        The room may be outside this pass, or done: a meeting can leave it one night and turn up
        elsewhere another.
        """
        waiting = self._waiting.get(room_id)
        if room_id in self._tally.unread or (waiting and waiting.whole):
            return
        room = find_room_by_id(self._store, room_id)

        async def read() -> None:
            await self._identities.ensure_not_locked_out(room)
            reading = await read_parts(
                self._gateway,
                self._store,
                room,
                read_span(room, self._settings, self._now),
                singles={r.event_id for r in held if r.event_id and not r.series_master_id},
                series={r.series_master_id for r in held if r.series_master_id},
            )
            if waiting:
                found = self._shelf.get(waiting.found)
                found = replace(found, reading=found.reading.joined(reading))
            else:
                found = RoomReading(
                    reading, load_reading_state(self._store, room.id), room.object_id
                )
            situation = await self._verified(self._plans.situation(room, found.reading))
            lost = [loss.reservation for loss in vanished(situation)]
            if lost:
                found = replace(found, reading=situation.reading)
                self._wait(room, found, newcomers(situation), lost)

        await self._tally.guarded(room, read, again=read)
