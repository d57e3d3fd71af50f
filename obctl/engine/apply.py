"""Applying one room's plan: one transaction for reservations, agreed states, link and log."""

from __future__ import annotations

from datetime import datetime

from obctl.domain.agreed_state import AgreedState, agree_again
from obctl.domain.cancellation import Reason, RequestStatus
from obctl.domain.change import Change, ChangeKind
from obctl.domain.company_log import Action, Entry
from obctl.domain.entries import (
    entry_about,
    entry_of,
    lost_entry,
    processed_words,
    seen_again,
    services_entry,
)
from obctl.domain.plan import Plan
from obctl.domain.reading import Reading
from obctl.domain.reconcile import agreed_after
from obctl.domain.reservation import ExternalState, Reservation, ReservationNumber, Status
from obctl.domain.room import RoomId
from obctl.domain.values import replace
from obctl.store.agreed_states import (
    forget_agreed,
    hand_over_agreed,
    load_agreed_of,
    save_agreed,
)
from obctl.store.cancellation_requests import (
    add_request,
    decide_request,
    newest_request,
    open_request,
)
from obctl.store.database import Store
from obctl.store.events import (
    known_among,
    known_between,
    load_series_events,
    mark_gone,
    payload_ids,
    save_events,
)
from obctl.store.journal import Journal
from obctl.store.outbox import drop_owed, hand_over_owed
from obctl.store.possible_moves import save_possible_moves
from obctl.store.reservations import insert_reservations, next_number, update_reservation
from obctl.store.services import cancel_services, hand_over_services


def save_reading(store: Store, plan: Plan, reading: Reading, now: datetime) -> dict[str, int]:
    """Remember Outlook as it was read; returns payload ids by event id.

    An event whose change key is the one already stored is not written again.
    """
    room = plan.room.id
    span = reading.scope.span
    if reading.scope.whole:
        known = known_between(store, room, span)
    else:
        known = known_among(store, room, [event.id for event in reading.events])
    fresh = [
        event
        for event in reading.events
        if event.payload
        and (event.change_key is None or known.get(event.id, "") != event.change_key)
    ]
    payloads = save_events(store, room, fresh)
    if reading.scope.whole:
        seen = {event.id for event in reading.events}
        mark_gone(store, room, known.keys() - seen, now)
    mark_gone(store, room, reading.gone, now)
    mark_gone(store, room, _gone_instances(store, room, reading), now)
    return payloads


def _gone_instances(store: Store, room: RoomId, reading: Reading) -> set[str]:
    seen = {event.id for event in reading.events}
    return {
        event.id
        for master in reading.scope.series
        for event in load_series_events(store, room, master)
        if event.id not in seen and reading.scope.span.overlaps(event.start, event.end)
    }


def apply_plan(journal: Journal, plan: Plan, *, now: datetime, payloads: dict[str, int]) -> None:
    """Write every change of a plan; only inside the room's transaction."""
    store = journal.store
    number = next_number(store)
    created: list[Reservation] = []
    agreed: list[AgreedState] = []
    entries: list[Entry] = []
    continued: list[tuple[int, int]] = []
    about = [change.after for change in plan.changes] + [one for one, _event in plan.agreements]
    last = load_agreed_of(store, [reservation.number for reservation in about])
    for change in plan.changes:
        if change.kind is ChangeKind.CREATE:
            made = replace(change.after, number=number)
            created.append(made)
            if change.instead_of:
                continued.append((number, change.instead_of.number))
            state = agreed_after(change, made, None, now)
            entries.append(entry_of(change, number))
            number = ReservationNumber(number + 1)
        else:
            state = agreed_after(change, change.after, last.get(change.after.number), now)
            update_reservation(store, change.after)
            entries += _apply_known(journal, change, now)
        if state:
            agreed.append(state)
    for reservation, event in plan.agreements:
        agreed.append(agree_again(last.get(reservation.number), reservation, event, now))
        if event.payload:
            entries.append(seen_again(reservation, event))
    insert_reservations(store, created)
    save_possible_moves(store, continued)
    save_agreed(store, agreed)
    known = payload_ids(
        store, plan.room.id, {e.event_id for e in entries if e.event_id} - payloads.keys()
    )
    journal.write(entries, known | payloads)


def _apply_known(journal: Journal, change: Change, now: datetime) -> list[Entry]:
    store = journal.store
    number = change.after.number
    entries: list[Entry] = []
    request = newest_request(store, number)
    is_open = request is not None and request.status is RequestStatus.OPEN
    match change.kind:
        case ChangeKind.CANCEL:
            forget_agreed(store, [number])
            drop_owed(store, number, change.after.room, now)
            cancel_services(store, change.services_cancelled)
            if request and is_open and change.goes_on_as:
                decide_request(
                    store, request.id, status=RequestStatus.CLOSED, at=now, by=journal.actor
                )
            elif request and is_open:
                decide_request(
                    store, request.id, status=RequestStatus.PROCESSED, at=now, by="setting"
                )
            entries.append(lost_entry(change))
            entries.append(
                entry_about(change, Action.CANCELLATION_PROCESSED, processed_words(change))
            )
            if change.goes_on_as and change.services_moved:
                hand_over_services(store, number, change.goes_on_as.number)
                entries.append(services_entry(change, change.goes_on_as))
        case ChangeKind.REQUEST:
            add_request(
                store,
                number,
                reason=change.reason or Reason.UNPROVEN,
                cause=change.cause,
                at=now,
            )
            entries.append(lost_entry(change))
            words = f"a person has to decide: {change.reason}"
            entries.append(entry_about(change, Action.CANCELLATION_REQUESTED, words))
        case ChangeKind.CLOSE:
            if request and is_open:
                decide_request(
                    store, request.id, status=RequestStatus.CLOSED, at=now, by=journal.actor
                )
            words = "the event is in Outlook again; the request closed itself"
            entries.append(entry_about(change, Action.CANCELLATION_CLOSED, words))
        case _:
            if change.twin:
                entries.append(_end_twin(journal, change, change.twin, now))
            if request and is_open:
                decide_request(
                    store, request.id, status=RequestStatus.CLOSED, at=now, by=journal.actor
                )
            entries.append(entry_of(change, number))
    entries += [
        entry_about(change, Action.CONFLICT_MERGED, item.words) for item in change.conflicts
    ]
    return entries


def _end_twin(journal: Journal, change: Change, twin: Reservation, now: datetime) -> Entry:
    """Hand over what hangs on the twin, and end it."""
    store = journal.store
    number = change.after.number
    hand_over_services(store, twin.number, number)
    hand_over_owed(store, twin.number, number)
    hand_over_agreed(store, twin.number, number)
    ended = replace(
        twin,
        status=Status.CANCELLED,
        external_state=ExternalState.CANCELLED,
        event_id=None,
        ical_uid=None,
        series_key=None,
        series_master_id=None,
        original_start=None,
        updated_at=now,
    )
    update_reservation(store, ended)
    if request := open_request(store, twin.number):
        decide_request(store, request.id, status=RequestStatus.CLOSED, at=now, by=journal.actor)
    words = f"reservation {twin.number} goes on as {number}, whose meeting it turned out to be"
    return entry_about(change, Action.EVENT_MOVED, words, twin.number)
