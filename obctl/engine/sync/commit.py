"""The end of a room's turn: plan, guard and apply in one transaction, or only show the plan."""

from __future__ import annotations

from datetime import datetime

from obctl.domain.room import Room
from obctl.domain.sync.plan import Plan
from obctl.domain.sync.situation import Situation
from obctl.domain.sync.undecided import postponed_entry, problem_of, unread_text
from obctl.domain.sync.unreadable import problems_of as unreadable_problems
from obctl.domain.sync.unreadable import readable_entry, unreadable_entry
from obctl.domain.values import replace
from obctl.engine.outlook.room_reading import RoomReading
from obctl.engine.sync.apply import apply_plan, save_reading
from obctl.engine.sync.outcomes import RoomOutcomes, StaleRead
from obctl.engine.sync.plan_room import PlanMaker
from obctl.engine.sync.room_moves import seen_in
from obctl.store.journal import Journal
from obctl.store.possible_moves import forget_possible_moves
from obctl.store.rooms import (
    find_room_by_id,
    load_reading_state,
    not_mapped,
    save_identity,
    save_pass,
    save_reading_state,
)
from obctl.store.undecided import forget_undecided, load_undecided, save_undecided
from obctl.store.unreadable_events import forget_unreadable, load_unreadable, save_unreadable


class Committer:
    """Makes and applies the plans of one pass."""

    def __init__(
        self, journal: Journal, plans: PlanMaker, outcomes: RoomOutcomes, now: datetime
    ) -> None:
        self._journal = journal
        self._store = journal.store
        self._plans = plans
        self._outcomes = outcomes
        self._report = outcomes.report
        self._now = now

    def unchanged(self, room: Room, found: RoomReading) -> None:
        """Nothing changed in the room: only how far it was read moves on."""
        if not self._report.dry_run:
            with self._store.transaction():
                self._ensure_current(room, found)
                save_reading_state(self._store, room.id, found.state)
                save_pass(self._store, room.id, synced_at=self._now)
                forget_possible_moves(self._store, room.id)
        self._outcomes.planned(room, Plan(room))

    def finish(
        self, room: Room, found: RoomReading, situation: Situation, as_of: int | None = None
    ) -> None:
        """Plan, guard and apply one room in one transaction, or only plan it in a dry run.

        `as_of` is the store's state the situation was made from, where that is known.
        """
        if self._report.dry_run:
            plan = self._guarded_plan(situation)
            self._outcomes.planned(room, plan)
            self._report_left(plan, situation)
            return
        with self._store.transaction():
            self._ensure_current(room, found)
            if self._store.changed_elsewhere() != as_of:
                # Somebody ordered, changed or cancelled meanwhile: decide on what holds now.
                fresh = self._plans.situation(room, found.reading)
                situation = replace(fresh, elsewhere=situation.elsewhere)
            plan = self._guarded_plan(situation)
            payloads = save_reading(self._store, plan, situation.reading, self._now)
            apply_plan(self._journal, plan, now=self._now, payloads=payloads)
            self._remember_undecided(plan, situation)
            self._remember_unreadable(room, situation)
            if found.object_id:
                save_identity(self._store, room.id, found.object_id)
            save_reading_state(self._store, room.id, found.state)
            if room.id in self._outcomes.read and not self._plans.partial:
                save_pass(self._store, room.id, synced_at=self._now)
                forget_possible_moves(self._store, room.id)
            else:
                forget_possible_moves(self._store, room.id, seen_in(situation))
        self._outcomes.planned(room, plan)
        self._report_left(plan, situation)

    def _ensure_current(self, room: Room, found: RoomReading) -> None:
        """Raise where the room was taken out, or something was applied to it, since it was read."""
        now = find_room_by_id(self._store, room.id)
        if not now.is_mapped:
            raise not_mapped(now)
        if load_reading_state(self._store, room.id).applied != found.state.applied:
            raise StaleRead

    def _remember_undecided(self, plan: Plan, situation: Situation) -> None:
        """What waits is looked at again by the next pass, whatever Outlook tells of it."""
        room, unread = plan.room.id, situation.elsewhere.unread
        scope = situation.reading.scope
        known = {item.reservation for item in load_undecided(self._store, self._now, room)}
        waiting = {reservation.number for reservation in plan.undecided}
        decided = {item.number for item in situation.reservations if scope.covers(item)}
        decided |= {change.after.number for change in plan.changes}
        forget_undecided(self._store, decided - waiting)
        message = unread_text(unread)
        save_undecided(self._store, room, waiting, since=self._now, unread=message)
        self._journal.write(
            postponed_entry(reservation, unread)
            for reservation in plan.undecided
            if reservation.number not in known
        )

    def _remember_unreadable(self, room: Room, situation: Situation) -> None:
        """Name what cannot be read once, and forget what was read since, or is gone."""
        reading = situation.reading
        news = save_unreadable(self._store, room.id, reading.unreadable, self._now)
        self._journal.write(unreadable_entry(room, situation.matching, event) for event in news)
        still = {event.handle for event in reading.unreadable}
        answered = {event.id for event in reading.events} | reading.gone | reading.scope.series
        over = [
            item.event
            for item in load_unreadable(self._store, room.id)
            if item.event.handle not in still
            and (item.event.id in answered or (item.event.id is None and reading.scope.whole))
        ]
        forget_unreadable(self._store, room.id, [event.handle for event in over])
        self._journal.write(readable_entry(room, event) for event in over)

    def _report_left(self, plan: Plan, situation: Situation) -> None:
        """Say what is not done in a room that is."""
        self._report.leave_alone(plan)
        problems = unreadable_problems(plan.room, situation.matching)
        self._report.unreadable += [p for p in problems if p not in self._report.unreadable]
        if plan.undecided:
            problem = problem_of(plan, situation.elsewhere.unread)
            # a room may be finished twice
            self._report.undecided += [] if problem in self._report.undecided else [problem]

    def _guarded_plan(self, situation: Situation) -> Plan:
        plan = self._plans.plan(situation)
        if self._report.dry_run:
            # What a guard stops is shown all the same: it is what has to be reviewed.
            self._report.plans.append(plan)
        self._plans.guard(plan, situation)
        return plan
