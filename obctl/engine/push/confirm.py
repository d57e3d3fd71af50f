"""What is recorded of a push: begun, then in step or cancelled.

Others change reservations while Graph is asked. What is recorded goes by the reservation as it is
now: where a person changed it meanwhile, the write stays pending and is looked at again.
Failures are recorded by `retry`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from obctl.domain.agreed_state import agree
from obctl.domain.company_log import Action
from obctl.domain.event import Event, EventId
from obctl.domain.local_time import zoned_text
from obctl.domain.outbox import OutboxItem, PushAction
from obctl.domain.reservation import WRITE_PENDING, ExternalState, Reservation, unlinked
from obctl.domain.sync.change import Conflict
from obctl.domain.sync.present import linked_to
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.push.delivery import Delivery
from obctl.engine.push.enqueue import enqueue
from obctl.errors import TryLater
from obctl.store.agreed_states import forget_agreed, save_agreed
from obctl.store.events import mark_gone, save_events
from obctl.store.outbox import make_due, mark_attempt, mark_done
from obctl.store.reservations import find_reservation, update_reservation
from obctl.store.rooms import mark_applied

_AS_RESERVED = "in Outlook as reserved here"


class NoLongerPending(Exception):
    """Raised when a write whose turn had come is no longer pending, or waits for a person.

    Never leaves the push.
    """


@dataclass(slots=True)
class LinkedSeries:
    """The dates of a series that was just written, by what each still needs.

    `in_step` need nothing; `behind` were changed here since and `called_off` cancelled here: each
    needs a write. Outlook lacks `missing`, cancelled here too, and `alone`, which are written
    singly. `left_out` went to another room here.
    """

    in_step: list[tuple[Reservation, Event]] = field(default_factory=list)
    behind: list[tuple[Reservation, Event]] = field(default_factory=list)
    called_off: list[tuple[Reservation, Event]] = field(default_factory=list)
    missing: list[Reservation] = field(default_factory=list)
    alone: list[Reservation] = field(default_factory=list)
    left_out: list[Event] = field(default_factory=list)


def begin_attempt(company: Company, delivery: Delivery, tried: TimeSpan | None = None) -> None:
    """Say that Outlook may have the write from here on; `tried` is when a new event will be."""
    if not mark_attempt(company.store, delivery.item.id, tried):
        raise NoLongerPending


def record_in_step(
    company: Company,
    delivery: Delivery,
    pairs: Sequence[tuple[Reservation, Event]],
    action: Action,
    *,
    conflicts: Sequence[Conflict] = (),
    message: str = _AS_RESERVED,
) -> None:
    """Both sides are equal now: say so everywhere at once, with what was merged for it."""
    store = company.store
    with store.transaction():
        _ensure_unchanged(company, [delivery.reservation])
        _finish(company, delivery)
        _save_in_step(company, delivery, pairs, action, message)
        company.journal.write(
            delivery.entry(Action.CONFLICT_MERGED, item.message) for item in conflicts
        )


def record_series(
    company: Company, delivery: Delivery, linked: LinkedSeries
) -> tuple[OutboxItem, ...]:
    """The series is in Outlook; returns the writes that its dates still need, in their order."""
    store, now = company.store, company.now
    with store.transaction():
        everyone = linked.in_step + linked.behind + linked.called_off
        _ensure_unchanged(company, [*linked.alone, *(date for date, _event in everyone)])
        _finish(company, delivery)
        _save_in_step(company, delivery, linked.in_step, Action.PUSH_CREATED, _AS_RESERVED)
        payloads = save_events(store, delivery.room.id, [event for _date, event in everyone])
        for date in linked.missing:
            if date.external_state in WRITE_PENDING:
                save_state(company, date, ExternalState.CANCELLED)
        follow = []
        for date, event in linked.called_off:
            leaving = linked_to(date, event)
            update_reservation(store, leaving)
            follow.append(enqueue(company, leaving, PushAction.CANCEL))
        for date, event in linked.behind:
            coming = replace(
                linked_to(date, event), external_state=ExternalState.PUSH_PENDING, updated_at=now
            )
            update_reservation(store, coming)
            # agreed is what Outlook has; what was changed here since is still to be written
            before = replace(coming, subject=event.subject, version=date.version - 1)
            save_agreed(store, [agree(before, event, now)])
            follow.append(enqueue(company, coming, PushAction.CHANGE))
            message = "in Outlook as its series has it; what was changed here follows"
            entry = replace(delivery, reservation=coming).entry(Action.PUSH_CREATED, message)
            company.journal.write([entry], payloads)
        follow += [_enqueue_alone(company, delivery, date) for date in linked.alone]
        for event in linked.left_out:
            when = zoned_text(event.start, delivery.room.time_zone)
            message = f"{when} left out of the series: it went to another room"
            entry = delivery.entry(Action.PUSH_CANCELLED, message)
            company.journal.write([replace(entry, event_id=event.id, payload=event.payload)])
    return tuple(follow)


def _enqueue_alone(company: Company, delivery: Delivery, date: Reservation) -> OutboxItem:
    """A date that Outlook's series does not have is written as a meeting of its own."""
    alone = replace(
        unlinked(date),
        external_state=ExternalState.PUSH_PENDING,
        version=date.version + 1,
        updated_at=company.now,
    )
    update_reservation(company.store, alone)
    message = "Outlook's series has no such date; a meeting of its own follows"
    entry = replace(delivery, reservation=alone).entry(Action.PUSH_UNMATCHED, message)
    company.journal.write([entry])
    return enqueue(company, alone, PushAction.CREATE)


def _ensure_unchanged(company: Company, reservations: Iterable[Reservation]) -> None:
    """Raise `TryLater` where a person changed a reservation while Graph was asked."""
    for reservation in reservations:
        fresh = find_reservation(company.store, reservation.number)
        if (fresh.version, fresh.room, fresh.is_active) != (
            reservation.version,
            reservation.room,
            reservation.is_active,
        ):
            raise TryLater(
                f"reservation {reservation.number} was changed here while it was written",
                hint="the next sync run writes it as it is now",
                code="changed-meanwhile",
            )


def _finish(company: Company, delivery: Delivery) -> None:
    mark_done(company.store, delivery.item.id, company.now)
    mark_applied(company.store, delivery.room.id)
    if delivery.reservation.series_key:
        make_due(company.store, delivery.room.id, delivery.reservation.series_key, company.now)


def _save_in_step(
    company: Company,
    delivery: Delivery,
    pairs: Sequence[tuple[Reservation, Event]],
    action: Action,
    message: str,
) -> None:
    store, now = company.store, company.now
    payloads = save_events(store, delivery.room.id, [event for _reservation, event in pairs])
    for reservation, event in pairs:
        linked = replace(
            linked_to(reservation, event), external_state=ExternalState.IN_STEP, updated_at=now
        )
        update_reservation(store, linked)
        save_agreed(store, [agree(linked, event, now)])
        entry = replace(delivery, reservation=linked).entry(action, message)
        company.journal.write([replace(entry, event_id=event.id)], payloads)


def record_cancelled(
    company: Company,
    delivery: Delivery,
    found: Collection[EventId] = (),
    phrase: str = "no longer in Outlook",
) -> None:
    """Outlook has neither the event nor, for a whole series, any of its occurrences.

    `found` are events that the outbox did not know of; `phrase` says how they left, for the log.
    """
    store, now = company.store, company.now
    with store.transaction():
        _finish(company, delivery)
        gone = [
            date
            for date in (delivery.reservation, *delivery.series)
            for date in [find_reservation(store, date.number)]
            if not date.is_active
            and date.room == delivery.item.room
            and (date.number == delivery.reservation.number or date.external_state in WRITE_PENDING)
        ]
        for date in gone:
            save_state(company, date, ExternalState.CANCELLED)
        forget_agreed(store, [date.number for date in gone])
        ids = {delivery.item.event_id, *found, *(date.event_id for date in gone)}
        mark_gone(store, delivery.room.id, [event_id for event_id in ids if event_id], now)
        company.journal.write([delivery.entry(Action.PUSH_CANCELLED, phrase)])


def save_state(company: Company, reservation: Reservation, state: ExternalState) -> None:
    """Another external state, as of now."""
    update_reservation(
        company.store, replace(reservation, external_state=state, updated_at=company.now)
    )
