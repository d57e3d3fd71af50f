"""Store and reading -> one plan per room, past the guards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from obctl.domain.event import Event, EventId
from obctl.domain.outbox import OWN
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room, RoomId
from obctl.domain.series.same_date import is_same_date
from obctl.domain.settings import SeriesPolicy
from obctl.domain.sync.matching import match
from obctl.domain.sync.other_days import came_on_other_days
from obctl.domain.sync.plan import Plan
from obctl.domain.sync.reading import Reading
from obctl.domain.sync.reconcile import plan_room
from obctl.domain.sync.services_return import may_return
from obctl.domain.sync.sides import Sides
from obctl.domain.sync.situation import Situation
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.other_rooms import OtherRooms
from obctl.engine.outlook.windows import policy_window
from obctl.engine.sync.loss_causes import causes_of
from obctl.errors import UnsafePlan
from obctl.store.agreed_states import load_agreed_of
from obctl.store.cancellation_requests import load_newest_requests
from obctl.store.outbox import load_leaving, load_own, load_pending_creates
from obctl.store.reservations import (
    find_by_event,
    load_by_series,
    load_room_reservations,
    next_number,
)
from obctl.store.rooms import load_reading_state
from obctl.store.services import may_any_return


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
    expected: Mapping[str, Sequence[str]] | None = None


def stale_plan(mailbox: str) -> UnsafePlan:
    """The error for a room that would not get exactly what was reviewed for it."""
    return UnsafePlan(
        f"{mailbox} is no longer as it was when the plan was made",
        hint="make a new one: obctl sync run --dry-run --plan-out FILE",
        code="stale-plan",
    )


class PlanMaker:
    """Makes the plans of one pass, all as of one instant."""

    def __init__(self, company: Company, options: PassOptions, now: datetime) -> None:
        self._store = company.store
        self._settings = company.config.sync
        self._options = options
        self._now = now
        self.others = OtherRooms(company.store, now, next_number(company.store))

    @property
    def partial(self) -> bool:
        """Whether only named events are looked at, and the rooms are not passed over."""
        return bool(self._options.only)

    def situation(self, room: Room, reading: Reading) -> Situation:
        """Everything the room's plan is made from."""
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
        sides = Sides(
            room=room,
            reservations=tuple(reservations.values()),
            agreed=load_agreed_of(self._store, reservations),
            reading=reading,
        )
        return Situation(
            matching=match(sides),
            settings=self._settings,
            window=policy_window(room, self._settings, self._now),
            now=self._now,
            first_instances_only=self.partial and self._settings.series is SeriesPolicy.NIGHTLY,
            requests=load_newest_requests(self._store, reservations),
            owned=self._owned(reading),
            leaving=load_leaving(self._store, room.id),
            cancellations_allowed=self._options.allow_cancellations,
        )

    def _owned(self, reading: Reading) -> frozenset[EventId]:
        """The events of our own pushes.

        What became a series since, or a longer one, has dates that are news: only those that a
        push may still be looking for are not.
        """
        ours: dict[str, list[Event]] = {}
        for event in reading.events:
            if event.transaction_id and event.transaction_id.startswith(OWN):
                ours.setdefault(event.transaction_id, []).append(event)
        singles = {
            event.id
            for transaction in load_own(self._store, ours)
            for event in ours[transaction]
            if event.series_master_id is None
        }
        dates = {
            event.id
            for item in load_pending_creates(self._store, ours)
            for event in ours[item.transaction_id]
            if item.repeat or (item.tried and item.tried.overlaps(event.start, event.end))
        }
        return frozenset(singles | dates)

    def plan(self, situation: Situation) -> Plan:
        """The room's plan; raises `UnsafePlan` (stale-plan) where another one was reviewed."""
        situation = replace(
            situation,
            causes=causes_of(self._store, situation),
            went_elsewhere=self._went_elsewhere(situation),
        )
        plan = plan_room(situation)
        if self._options.expected is not None:
            wanted = self._options.expected.get(situation.room.mailbox, ())
            if plan.changes and plan.fingerprint() not in wanted:
                raise stale_plan(situation.room.mailbox)
        return plan

    def _went_elsewhere(self, situation: Situation) -> dict[EventId, Reservation]:
        """By new event: the cancelled reservation whose services may return with it.

        It stood in another room, or here for a day on which its series no longer meets.
        """
        by_key: dict[str, list[Event]] = {}
        for event in situation.matching.lone_events:
            if event.takes_room and event.series_key:
                by_key.setdefault(event.series_key, []).append(event)
        cancelled = self.others.may_return(by_key)
        found = {
            event.id: reservation
            for event, reservation in came_on_other_days(situation.matching, cancelled, self._now)
            if any(may_return(item, self._now) for item in reservation.services)
        }
        for reservation in cancelled:
            if reservation.room == situation.room.id:
                continue
            if any(may_return(item, self._now) for item in reservation.services):
                fits = (
                    event.id
                    for event in by_key[reservation.series_key or ""]
                    if event.id not in found
                    and is_same_date(reservation, event, situation.room.zone)
                )
                if event_id := next(fits, None):
                    found[event_id] = reservation
        return self._ended_elsewhere(situation, found) | found

    def _ended_elsewhere(
        self, situation: Situation, found: Mapping[EventId, Reservation]
    ) -> dict[EventId, Reservation]:
        """The same for the rest of a series that ended, and goes on here as another."""
        room, ended = situation.room, dict[EventId, Reservation]()
        if not (
            situation.matching.lone_events
            and may_any_return(self._store)
            and load_reading_state(self._store, room.id).read_start
        ):
            return ended
        for event in situation.matching.lone_events:
            if not (event.takes_room and event.series_master_id) or event.id in found:
                continue
            for item in self.others.perhaps_ended(event):
                if (
                    not item.is_active
                    and item.room != room.id
                    and item.subject in (event.subject, event.organizer.name)
                    and any(may_return(service, self._now) for service in item.services)
                    and not self._has_later_date(item)
                ):
                    ended[event.id] = item
        return ended

    def _has_later_date(self, ended: Reservation) -> bool:
        """Whether its series went on in its room, so that this date alone was called off."""
        return any(
            item.is_active and item.room == ended.room and item.start > ended.start
            for item in load_by_series(self._store, [ended.series_key or ""])
        )

    def guard(self, plan: Plan, situation: Situation) -> None:
        """Raise `UnsafePlan` where too much would go at once without proof."""
        if self._options.allow_cancellations:
            return
        linked = sum(
            1
            for reservation in situation.reservations
            if reservation.is_active
            and reservation.number in situation.agreed
            and reservation.end > situation.now
        )
        plan.ensure_safe(linked, situation.settings)
