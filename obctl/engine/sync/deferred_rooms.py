"""Rooms that were read and wait for the others: what one lost may have turned up in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from obctl.domain.event import Event, EventId, SeriesKey
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.room import Room, RoomId
from obctl.domain.sync.matching import Matching
from obctl.domain.sync.situation import Elsewhere, Situation
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.room_reading import RoomReading
from obctl.engine.ports import Gateway
from obctl.engine.sync.commit import Committer
from obctl.engine.sync.outcomes import RoomOutcomes
from obctl.engine.sync.plan_room import PlanMaker
from obctl.engine.sync.room_moves import (
    DeferredRoom,
    Moves,
    ambiguous_events,
    find_moves,
    lost_by,
)
from obctl.engine.sync.room_reader import RoomReader
from obctl.store.events import known_among
from obctl.store.rooms import find_room_by_id, load_reading_state
from obctl.store.spool import Spool


class DeferredRooms:
    """The rooms of one pass that cannot be planned before all are read."""

    def __init__(
        self,
        company: Company,
        gateway: Gateway,
        reader: RoomReader,
        plans: PlanMaker,
        outcomes: RoomOutcomes,
        committer: Committer,
    ) -> None:
        self._store = company.store
        self._now = company.now
        self._gateway = gateway
        self._reader = reader
        self._plans = plans
        self._outcomes = outcomes
        self._committer = committer
        self._deferred: dict[RoomId, DeferredRoom] = {}
        self._cancelled: dict[SeriesKey, list[tuple[Room, Event]]] = {}
        self._spool: Spool[RoomReading] = Spool(company.config.folder)

    def close(self) -> None:
        """Let go of what was read."""
        self._spool.close()

    def add(
        self,
        room: Room,
        found: RoomReading,
        situation: Situation,
        lost: list[Reservation],
    ) -> None:
        """Let a room wait, with its new events and the reservations whose events it lost."""
        self._deferred[room.id] = DeferredRoom(
            self._plans.others.seen(situation.matching, lost),
            self._spool.put(found),
            whole=found.reading.scope.whole,
            perhaps_left=self._plans.others.perhaps_left(situation.matching),
        )

    def note_cancelled(self, matching: Matching) -> None:
        """Remember the new events of a room that do not take place: what came and was called off.

        One that was on record before is no news, and nor is what a room had before it was mapped.
        """
        room = matching.sides.room
        events = [e for e in matching.lone_events if e.is_cancelled and e.series_key]
        if not events or load_reading_state(self._store, room.id).read_start is None:
            return
        known = known_among(self._store, room.id, [event.id for event in events])
        for event in events:
            if event.id not in known and event.series_key:
                copies = self._cancelled.setdefault(event.series_key, [])
                copies.append((room, replace(event, payload=b"")))

    async def plan_all(self) -> None:
        """Plan the rooms that wait, now that it is known what turned up where."""
        if not self._deferred:
            return
        candidates = [
            pair
            for deferred in self._in_order()
            for pair in (
                *self._plans.others.same_dates(deferred.room, deferred.seen.new),
                *deferred.seen.moved_days,
            )
        ]
        continued = [pair for deferred in self._in_order() for pair in deferred.seen.continued]
        by_room: dict[RoomId, list[Reservation]] = {}
        for _event, reservation in candidates + continued:
            by_room.setdefault(reservation.room, []).append(reservation)
        for deferred in self._in_order():
            for reservation in deferred.perhaps_left:
                if reservation not in by_room.setdefault(reservation.room, []):
                    by_room[reservation.room].append(reservation)
        for room_id, reservations in by_room.items():
            await self._look_at(room_id, reservations)
        moves = await find_moves(
            self._gateway,
            self._store,
            self._in_order(),
            read=self._outcomes.read,
            unread=self._outcomes.unread,
            unreadable=self._outcomes.unreadable,
            cancelled=self._cancelled,
            now=self._now,
        )
        ambiguous = ambiguous_events(candidates, self._outcomes.unread)
        order = sorted(
            self._in_order(),
            key=lambda deferred: (not moves.of(deferred.room), not deferred.seen.lost),
        )
        for deferred in order:
            elsewhere = moves.seen_from(deferred.room, ambiguous)
            finished = await self._outcomes.isolated(
                deferred.room,
                partial(self._finish, deferred, elsewhere),
                again=partial(self._finish_anew, deferred, elsewhere),
            )
            if not finished:
                # Where it would have gone, what stays here for now is ambiguous.
                given_up = moves.give_up(deferred)
                ambiguous |= given_up
                await self._make_good(given_up, order[: order.index(deferred)], moves, ambiguous)

    def _in_order(self) -> list[DeferredRoom]:
        """The rooms that wait, whichever answered first: the same changes make the same plan."""
        return sorted(self._deferred.values(), key=lambda deferred: deferred.room.id)

    async def _make_good(
        self,
        given_up: Mapping[EventId, Reservation],
        finished: Sequence[DeferredRoom],
        moves: Moves,
        ambiguous: Mapping[EventId, Reservation],
    ) -> None:
        """Finish rooms again that left events out for the sake of a room which then failed."""
        for deferred in finished:
            if given_up.keys() & {event.id for event in deferred.seen.new}:
                again = partial(
                    self._finish_anew, deferred, moves.seen_from(deferred.room, ambiguous)
                )
                await self._outcomes.isolated(deferred.room, again, again=again)

    async def _finish(self, deferred: DeferredRoom, elsewhere: Elsewhere) -> None:
        # Another room's move may have brought a reservation here since this one was read.
        found = self._spool.get(deferred.found)
        as_of = self._store.changed_elsewhere()
        fresh = self._plans.situation(deferred.room, found.reading)
        self._committer.finish(deferred.room, found, replace(fresh, elsewhere=elsewhere), as_of)

    async def _finish_anew(self, deferred: DeferredRoom, elsewhere: Elsewhere) -> None:
        found = await self._reader.read(deferred.room, None)
        situation = self._plans.situation(deferred.room, found.reading)
        situation = await self._reader.verified(situation)
        found = replace(found, reading=situation.reading)
        self._committer.finish(deferred.room, found, replace(situation, elsewhere=elsewhere))

    async def _look_at(self, room_id: RoomId, candidates: Sequence[Reservation]) -> None:
        """Ask for the meetings of one room that turned up in another.

        The room may be outside this pass, or done: a meeting can leave it one night and turn up
        elsewhere another.
        """
        deferred = self._deferred.get(room_id)
        kept = any(item.external_state is ExternalState.NOT_ON_OUTLOOK for item in candidates)
        if room_id in self._outcomes.unread or (deferred and deferred.whole and not kept):
            return
        room = find_room_by_id(self._store, room_id)

        async def read() -> None:
            found = await self._reader.read_events_of(room, candidates)
            if deferred:
                before = self._spool.get(deferred.found)
                found = replace(before, reading=before.reading.joined(found.reading))
            situation = self._plans.situation(room, found.reading)
            situation = await self._reader.verified(situation, found.removed, turned_up=candidates)
            lost = lost_by(self._store, situation, candidates)
            if lost:
                found = replace(found, reading=situation.reading)
                self.add(room, found, situation, lost)

        await self._outcomes.isolated(room, read, again=read)
