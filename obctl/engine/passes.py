"""The pass: detect, read, trust, plan, guard, apply, room by room.

A room's plan is made and applied in one transaction. Rooms that lost events, or that show an event
another room may have lost, wait until all rooms are read: a meeting that moved is one move and no
cancellation with a new reservation beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from obctl.domain.company_log import LogEntry
from obctl.domain.event import DeltaLink, DeltaRound, Event, EventId, EventKey
from obctl.domain.matching import Loss, match
from obctl.domain.plan import Plan
from obctl.domain.reconcile import plan_room
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room, RoomId
from obctl.domain.run import Problem, RunReport
from obctl.domain.settings import SeriesPolicy
from obctl.domain.situation import Situation
from obctl.engine.apply import apply_plan, save_reading
from obctl.engine.cancelled_because import causes_of
from obctl.engine.company import Company
from obctl.engine.elsewhere import find_elsewhere
from obctl.engine.ports import Gateway
from obctl.engine.reading import (
    Inconclusive,
    RoomReading,
    identify,
    read_changes,
    read_parts,
    read_whole,
)
from obctl.engine.vanished import vanished, verify
from obctl.engine.windows import policy_window, read_span
from obctl.errors import (
    DeltaLinkExpired,
    GraphUnavailable,
    NotAuthorised,
    NotFound,
    ObctlError,
    Throttled,
    TryLater,
    UnsafePlan,
)
from obctl.store.agreed_states import load_agreed
from obctl.store.cancellation_requests import load_requests
from obctl.store.company_log import append_log
from obctl.store.outbox import load_leaving, load_transaction_ids
from obctl.store.reservations import (
    find_by_event,
    load_by_series,
    load_room_reservations,
    next_number,
)
from obctl.store.rooms import (
    ReadingState,
    find_room_by_id,
    load_reading_state,
    load_rooms,
    save_identity,
    save_inconclusive,
    save_pass,
    save_reading_state,
)

_RETRIES = 3
_CHUNK = 100  # rooms detected together: bounds what is in memory whatever the tenant's size

# A chain that never ends, or a link of another Graph than the one configured now.
_USELESS_LINK = ("looping-next-link", "foreign-link")


@dataclass(frozen=True, slots=True)
class PassOptions:
    """How a pass goes over its rooms.

    `only` names the events to look at (a live notification): then no delta link is followed.
    `expected` are the fingerprints of reviewed plans by mailbox.
    """

    full: bool = False
    dry_run: bool = False
    allow_cancellations: bool = False
    only: Mapping[RoomId, frozenset[EventId]] = field(default_factory=dict)
    expected: Mapping[str, str] | None = None


class _Overtaken(Exception):
    """Raised when somebody else applied something to the room since it was read."""


@dataclass(slots=True)
class _Waiting:
    """A room that was read and waits for the others."""

    room: Room
    found: RoomReading
    situation: Situation
    lost: list[Loss]


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
        self._company = company
        self._store = company.store
        self._settings = company.config.sync
        self._gateway = gateway
        self._options = options
        self._progress = progress
        self._now = company.now
        self._waiting: dict[RoomId, _Waiting] = {}
        self._read: set[RoomId] = set()
        self._unread: set[RoomId] = set()
        self._done: set[RoomId] = set()
        self._first_new = next_number(company.store)
        self._unreachable: list[ObctlError] = []
        self.report = report

    async def over(self, rooms: Sequence[Room]) -> None:
        """Go over `rooms`; raises `NotAuthorised`, `GraphUnavailable` where none could be asked."""
        limit = asyncio.Semaphore(self._settings.concurrency)
        for first in range(0, len(rooms), _CHUNK):
            chunk = rooms[first : first + _CHUNK]
            rounds = await self._detect(chunk)

            async def one(room: Room, hint: DeltaRound | ObctlError | None) -> None:
                async with limit:
                    await self._guarded(
                        room,
                        lambda: self._visit(room, hint),
                        again=lambda: self._visit(room, None),
                    )

            await asyncio.gather(*(one(room, rounds.get(room.mailbox)) for room in chunk))
        await self._settle()
        if self._unreachable and len(self._unreachable) == len(rooms):
            raise self._unreachable[0]

    async def _detect(self, rooms: Sequence[Room]) -> dict[str, DeltaRound | ObctlError]:
        links: dict[str, DeltaLink] = {}
        for room in rooms:
            state = load_reading_state(self._store, room.id)
            window = policy_window(room, self._settings, self._now)
            if (
                state.delta_link
                and not self._options.full
                and room.id not in self._options.only
                and state.read_start
                and state.read_end
                and state.read_start <= window.start
                and window.end <= state.read_end
            ):
                links[room.mailbox] = state.delta_link
        return await self._gateway.follow_delta(links) if links else {}

    async def _visit(self, room: Room, hint: DeltaRound | ObctlError | None) -> None:
        state = load_reading_state(self._store, room.id)
        found = await self._read_room(room, state, hint)
        self.report.events_read += found.fetched
        known = replace(room, object_id=found.object_id or room.object_id)
        if found.reading.says_nothing and room.mailbox not in (self._options.expected or ()):
            self._read.add(room.id)
            self._unchanged(room, found)
            return
        as_of: int | None = self._store.changed_elsewhere()
        situation = self._situation(known, found)
        verified = await self._verified(situation, found.removed)
        if verified is not situation:
            situation, as_of = verified, None
        found = replace(found, reading=situation.reading)
        lost = vanished(situation)
        self._read.add(room.id)
        if lost or self._held_elsewhere(situation):
            self._waiting[room.id] = _Waiting(known, found, situation, lost)
            return
        self._finish(known, found, situation, as_of)

    async def _verified(
        self, situation: Situation, removed: frozenset[EventId] = frozenset()
    ) -> Situation:
        return await verify(
            self._gateway, situation, removed, trust_empty=self._options.allow_cancellations
        )

    async def _read_room(
        self, room: Room, state: ReadingState, hint: DeltaRound | ObctlError | None
    ) -> RoomReading:
        if room.id in self._options.only:
            span = read_span(room, self._settings, self._now)
            ids = set(self._options.only[room.id])
            reading = await read_parts(
                self._gateway, self._store, room, span, singles=ids, series=set()
            )
            return RoomReading(reading, state, room.object_id, fetched=len(reading.events))
        if isinstance(hint, DeltaRound):
            return await read_changes(
                self._gateway, self._store, room, self._settings, self._now, state, hint
            )
        if isinstance(hint, ObctlError) and not (
            isinstance(hint, DeltaLinkExpired) or hint.code in _USELESS_LINK
        ):
            if hint.code == "mailbox-gone":
                # gone by its id; its address may belong to a new mailbox
                await identify(self._gateway, room)
            raise hint
        try:
            return await read_whole(self._gateway, room, self._settings, self._now, state)
        except (NotAuthorised, NotFound, Throttled, Inconclusive):
            raise
        except ObctlError as error:
            if isinstance(hint, DeltaLinkExpired):
                raise Inconclusive(
                    f"the delta link of {room.mailbox} expired and the full read failed:"
                    f" {error.message}",
                    code="delta-token-expired",
                    graph=error.graph,
                ) from error
            raise

    def _situation(self, room: Room, found: RoomReading) -> Situation:
        reading = found.reading
        reservations = {
            reservation.number: reservation
            for reservation in load_room_reservations(self._store, room.id, reading.scope.span)
        }
        if not reading.scope.whole:
            # an event may have moved away from where its reservation still stands
            for event in reading.events:
                for reservation in find_by_event(self._store, room.id, event.id):
                    reservations[reservation.number] = reservation
            for event_id in reading.scope.events:
                for reservation in find_by_event(self._store, room.id, event_id):
                    reservations[reservation.number] = reservation
        keys = {event.series_key for event in reading.events if event.series_key}
        held = {reservation.series_key for reservation in reservations.values()}
        for reservation in load_by_series(self._store, keys - held):
            if reservation.room == room.id:
                reservations[reservation.number] = reservation
        return Situation(
            room=room,
            reservations=tuple(reservations.values()),
            agreed=load_agreed(self._store, room.id),
            reading=reading,
            settings=self._settings,
            window=policy_window(room, self._settings, self._now),
            now=self._now,
            first_instances_only=bool(self._options.only)
            and self._settings.series is SeriesPolicy.NIGHTLY,
            requests={item.reservation: item for item in load_requests(self._store)},
            owned=load_transaction_ids(self._store),
            claimed=load_leaving(self._store, room.id),
        )

    def _held_elsewhere(self, situation: Situation) -> list[Reservation]:
        """Reservations of other rooms whose meeting may have moved to a new event of this room."""
        matched = match(situation)
        keys = {
            event.key
            for event in situation.reading.events
            if event.id not in matched and event.takes_room and event.key
        }
        return [
            reservation
            for reservation in load_by_series(self._store, {key.series_key for key in keys})
            if reservation.room != situation.room.id
            and reservation.is_active
            and reservation.key in keys
            and reservation.number < self._first_new
            and reservation.event_id
        ]

    async def _settle(self) -> None:
        """Plan the rooms that waited, now that it is known what turned up where."""
        held: dict[RoomId, list[Reservation]] = {}
        for waiting in self._waiting.values():
            for reservation in self._held_elsewhere(waiting.situation):
                held.setdefault(reservation.room, []).append(reservation)
        for room_id, reservations in held.items():
            await self._look_at(room_id, reservations)
        moves = await self._moves()
        claimed = frozenset(event.id for found in moves.values() for _room, event in found.values())
        order = sorted(self._waiting.values(), key=lambda waiting: not waiting.lost)
        for waiting in order:
            moved = moves.get(waiting.room.id, {})
            await self._guarded(
                waiting.room,
                partial(self._settled, waiting, moved, claimed),
                again=partial(self._settled_again, waiting, moved, claimed),
            )

    async def _settled(
        self,
        waiting: _Waiting,
        moved: Mapping[int, tuple[Room, Event]],
        claimed: frozenset[EventId],
    ) -> None:
        # Another room's move may have brought a reservation here since this one was read.
        fresh = self._situation(waiting.room, waiting.found)
        claimed |= fresh.claimed
        self._finish(waiting.room, waiting.found, replace(fresh, moved=moved, claimed=claimed))

    async def _settled_again(
        self,
        waiting: _Waiting,
        moved: Mapping[int, tuple[Room, Event]],
        claimed: frozenset[EventId],
    ) -> None:
        state = load_reading_state(self._store, waiting.room.id)
        found = await self._read_room(waiting.room, state, None)
        situation = await self._verified(self._situation(waiting.room, found))
        found = replace(found, reading=situation.reading)
        claimed |= situation.claimed
        self._finish(waiting.room, found, replace(situation, moved=moved, claimed=claimed))

    async def _look_at(self, room_id: RoomId, held: Sequence[Reservation]) -> None:
        """Ask for the meetings of one room that turned up in another.

        The room may be outside this pass, or done: a meeting can leave it one night and turn up
        elsewhere another.
        """
        waiting = self._waiting.get(room_id)
        if room_id in self._unread or (waiting and waiting.found.reading.scope.whole):
            return
        room = find_room_by_id(self._store, room_id)

        async def read() -> None:
            reading = await read_parts(
                self._gateway,
                self._store,
                room,
                read_span(room, self._settings, self._now),
                singles={r.event_id for r in held if r.event_id and not r.series_master_id},
                series={r.series_master_id for r in held if r.series_master_id},
            )
            if waiting:
                found = replace(waiting.found, reading=waiting.found.reading.joined(reading))
            else:
                found = RoomReading(
                    reading, load_reading_state(self._store, room.id), room.object_id
                )
            situation = await self._verified(self._situation(room, found))
            lost = vanished(situation)
            if lost:
                found = replace(found, reading=situation.reading)
                self._waiting[room.id] = _Waiting(room, found, situation, lost)

        await self._guarded(room, read, again=read)

    async def _moves(self) -> dict[RoomId, dict[int, tuple[Room, Event]]]:
        """Where lost meetings turned up: by room, then reservation number."""
        new: dict[EventKey, tuple[Room, Event]] = {}
        for waiting in self._waiting.values():
            matched = match(waiting.situation)
            for event in waiting.situation.reading.events:
                if event.id not in matched and event.takes_room and event.key:
                    new.setdefault(event.key, (waiting.room, event))
        moves: dict[RoomId, dict[int, tuple[Room, Event]]] = {}
        unsolved: list[Reservation] = []
        for waiting in self._waiting.values():
            for loss in waiting.lost:
                key = loss.reservation.key
                target = new.get(key) if key else None
                if target and target[0].id != waiting.room.id:
                    moves.setdefault(waiting.room.id, {})[loss.reservation.number] = target
                elif key:
                    unsolved.append(loss.reservation)
        asked = self._read | self._unread
        others = [room for room in load_rooms(self._store) if room.id not in asked]
        for number, target in (
            await find_elsewhere(self._gateway, self._store, unsolved, others)
        ).items():
            owner = next(r for r in unsolved if r.number == number)
            moves.setdefault(owner.room, {})[number] = target
        return moves

    def _unchanged(self, room: Room, found: RoomReading) -> None:
        """Nothing changed in the room: only how far it was read moves on."""
        if not self._options.dry_run:
            with self._store.transaction():
                if load_reading_state(self._store, room.id).applied != found.state.applied:
                    raise _Overtaken
                save_reading_state(self._store, room.id, found.state)
                save_pass(self._store, room.id, synced_at=self._now)
        self._planned(room, Plan(room))

    def _finish(
        self, room: Room, found: RoomReading, situation: Situation, as_of: int | None = None
    ) -> None:
        """Plan, guard and apply one room in one transaction, or only plan it in a dry run.

        `as_of` is the store's state the situation was made from, where that is known.
        """
        if self._options.dry_run:
            self._planned(room, self._guarded_plan(situation))
            return
        with self._store.transaction():
            if load_reading_state(self._store, room.id).applied != found.state.applied:
                raise _Overtaken
            if self._store.changed_elsewhere() != as_of:
                # Somebody ordered, changed or cancelled meanwhile: decide on what holds now.
                fresh = self._situation(room, found)
                situation = replace(fresh, moved=situation.moved, claimed=situation.claimed)
            plan = self._guarded_plan(situation)
            payloads = save_reading(self._store, plan, found.reading, self._now)
            apply_plan(self._store, plan, run=self.report.run, now=self._now, payloads=payloads)
            if found.object_id:
                save_identity(self._store, room.id, found.object_id)
            save_reading_state(self._store, room.id, found.state)
            if room.id in self._read and not self._options.only:
                save_pass(self._store, room.id, synced_at=self._now)
        self._planned(room, plan)

    def _guarded_plan(self, situation: Situation) -> Plan:
        situation = replace(situation, causes=causes_of(self._store, situation))
        plan = plan_room(situation)
        if self._options.expected is not None:
            wanted = self._options.expected.get(situation.room.mailbox)
            if wanted != plan.fingerprint() and (plan.changes or wanted):
                raise UnsafePlan(
                    f"{situation.room.mailbox} is no longer as it was when the plan was made",
                    hint="make a new one: obctl sync run --dry-run --plan-out FILE",
                    code="stale-plan",
                )
        if self._options.dry_run:
            # What a guard stops is shown all the same: it is what has to be reviewed.
            self.report.plans.append(plan)
        if not self._options.allow_cancellations:
            linked = sum(
                1
                for reservation in situation.reservations
                if reservation.is_active
                and reservation.number in situation.agreed
                and reservation.end > situation.now
            )
            plan.ensure_safe(linked, situation.settings)
        return plan

    def _planned(self, room: Room, plan: Plan) -> None:
        if room.id in self._read:
            self._done.add(room.id)
        self.report.ok = len(self._done)
        self.report.count(plan)
        self._progress()

    async def _guarded(
        self,
        room: Room,
        work: Callable[[], Awaitable[None]],
        *,
        again: Callable[[], Awaitable[None]],
    ) -> None:
        """Do one room's work; its failure is recorded and stops no other room.

        `again` reads the room anew: a notification or a push came in between.
        """
        try:
            for attempt in (work, *[again] * _RETRIES):
                with suppress(_Overtaken):
                    await attempt()
                    return
            raise TryLater(
                f"{room.mailbox} changes faster than it can be read",
                hint=f"obctl sync run --room {room.mailbox}",
                code="room-busy",
            )
        except UnsafePlan as error:
            self.report.stopped += 1
            self._problem(room, error, action="guard.tripped")
        except ObctlError as error:
            if isinstance(error, NotAuthorised) and error.graph and error.graph.status == 401:
                raise
            self._unread.add(room.id)
            condition = condition_of(error)
            if error.graph is None and error.code == GraphUnavailable.code:
                self._unreachable.append(error)
            if condition is None:
                self.report.failed += 1
                self._problem(room, error, action="sync.failed")
            else:
                self.report.inconclusive += 1
                self._problem(room, error, action="room.inconclusive", condition=condition)

    def _problem(
        self, room: Room, error: ObctlError, *, action: str, condition: str | None = None
    ) -> None:
        code = condition or error.code
        self.report.problems.append(Problem(room.mailbox, code, error.message, error.hint))
        self._progress()
        if self._options.dry_run:
            return
        with self._store.transaction():
            if condition:
                save_inconclusive(self._store, room.id, condition)
            append_log(
                self._store,
                [
                    LogEntry(
                        at=self._now,
                        action=action,
                        message=f"{code}: {error.message}",
                        room=room.id,
                        run=self.report.run,
                        request_id=error.graph.request_id if error.graph else None,
                    )
                ],
            )


def condition_of(error: ObctlError) -> str | None:
    """The condition under which a room's read is not to be trusted; `None` for a plain failure."""
    match error:
        case Inconclusive():
            return error.code
        case NotAuthorised():
            return "mailbox-permission-lost"
        case NotFound(code="mailbox-gone"):
            return "mailbox-gone"
        case Throttled():
            return "throttled"
        case DeltaLinkExpired():
            return "delta-token-expired"
        case GraphUnavailable():
            return "partial-read"
        case _ if error.code == "looping-next-link":
            return "partial-read"
        case _:
            return None
