"""Applying one room's plan: one transaction for reservations, agreed states, link and log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from obctl.domain.agreed_state import AgreedState, agree_again
from obctl.domain.company_log import Action, Entry
from obctl.domain.reservation import (
    CancelledWith,
    Ending,
    ExternalState,
    Reservation,
    ReservationNumber,
    Status,
    joined_notes,
    unlinked,
)
from obctl.domain.room import RoomId
from obctl.domain.service_log import service_entries
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.sync.change import (
    Absorb,
    Cancel,
    Close,
    Create,
    Move,
    Rekey,
    Request,
    Restore,
    Update,
    conflicts_of,
)
from obctl.domain.sync.change_log import (
    entry_about,
    entry_of,
    lost_entry,
    processed_text,
    services_entry,
    unchanged_entry,
)
from obctl.domain.sync.plan import Plan
from obctl.domain.sync.reading import Reading
from obctl.domain.sync.reconcile import agreed_after
from obctl.domain.values import replace
from obctl.store.agreed_states import (
    forget_agreed,
    hand_over_agreed,
    load_agreed_of,
    save_agreed,
)
from obctl.store.cancellation_requests import add_request, decide_request, open_request
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
from obctl.store.outbox import cancel_pending_of, hand_over_pending
from obctl.store.possible_moves import save_possible_moves
from obctl.store.reservations import (
    find_reservation,
    insert_reservations,
    next_number,
    update_reservation,
)
from obctl.store.rooms import load_rooms_ever
from obctl.store.services import cancel_services, hand_over_services, restore_services

Known = Cancel | Absorb | Request | Close | Update | Rekey | Restore | Move
"""A change of a reservation that was there before."""


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
    nameless = any(event.id is None for event in reading.unreadable)
    if reading.scope.whole and not nameless:  # else nobody can tell which is not there
        mark_gone(store, room, known.keys() - reading.there, now)
    mark_gone(store, room, reading.gone, now)
    mark_gone(store, room, _gone_instances(store, room, reading), now)
    return payloads


def _gone_instances(store: Store, room: RoomId, reading: Reading) -> set[str]:
    if any(event.id is None for event in reading.unreadable):
        return set()
    seen = reading.there
    return {
        event.id
        for master in reading.scope.series - seen
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
    moved = any(isinstance(change, Move | Restore) for change in plan.changes)
    names = {room.id: room.name for room in load_rooms_ever(store)} if moved else {}
    last = load_agreed_of(store, [reservation.number for reservation in about])
    for change in plan.changes:
        if isinstance(change, Create):
            made = replace(change.after, number=number)
            created.append(made)
            if change.instead_of:
                continued.append((number, change.instead_of.number))
            state = agreed_after(change, made, None, now)
            entries.append(entry_of(change, number, names))
            number = ReservationNumber(number + 1)
        else:
            state = agreed_after(change, change.after, last.get(change.after.number), now)
            update_reservation(store, change.after)
            entries += _apply_known(journal, change, now, names)
        if state:
            agreed.append(state)
    for reservation, event in plan.agreements:
        agreed.append(agree_again(last.get(reservation.number), reservation, event, now))
        if event.payload:
            entries.append(unchanged_entry(reservation, event))
    insert_reservations(store, created)
    save_possible_moves(store, continued)
    save_agreed(store, agreed)
    known = payload_ids(
        store, plan.room.id, {e.event_id for e in entries if e.event_id} - payloads.keys()
    )
    journal.write(entries, known | payloads)


def _apply_known(
    journal: Journal, change: Known, now: datetime, names: Mapping[RoomId, str]
) -> list[Entry]:
    """Write what hangs on a change of a reservation that was there before.

    Returns its log entries; `names` are those of the rooms.
    """
    match change:
        case Cancel():
            entries = _cancelled(journal, change, now)
        case Absorb():
            entries = _absorbed(journal, change, now)
        case Request():
            entries = _requested(journal, change, now)
        case Close():
            _decide_open(journal, change, RequestStatus.CLOSED, now)
            message = "the event is in Outlook again; the request closed itself"
            entries = [entry_about(change, Action.CANCELLATION_CLOSED, message)]
        case Update() | Rekey() | Restore() | Move():
            interim = change.interim if isinstance(change, Move) else None
            entries = [_end_interim(journal, change, interim, now)] if interim else []
            _decide_open(journal, change, RequestStatus.CLOSED, now)
            if isinstance(change, Restore):
                restore_services(journal.store, change.services_restored)
            entries.append(entry_of(change, change.after.number, names))
            if isinstance(change, Restore):
                entries += service_entries(
                    Action.SERVICE_RESTORED,
                    change.after,
                    change.services_restored,
                    "ordered again with",
                )
        case _:
            assert_never(change)
    merged = conflicts_of(change)
    return entries + [entry_about(change, Action.CONFLICT_MERGED, item.message) for item in merged]


def _cancelled(journal: Journal, change: Cancel, now: datetime) -> list[Entry]:
    _let_go(journal, change, now)
    ending = Ending(now, journal.actor, CancelledWith.MEETING)
    cancel_services(journal.store, change.services_cancelled, ending)
    _decide_open(journal, change, RequestStatus.PROCESSED, now, by="setting")
    services = service_entries(
        Action.SERVICE_CANCELLED, change.before, change.services_cancelled, "cancelled with"
    )
    return [lost_entry(change), _processed(change), *services]


def _absorbed(journal: Journal, change: Absorb, now: datetime) -> list[Entry]:
    _let_go(journal, change, now)
    _decide_open(journal, change, RequestStatus.CLOSED, now)
    entries = [lost_entry(change), _processed(change)]
    _hand_over_notes(journal.store, change, now)
    if change.services_moved:
        hand_over_services(journal.store, change.after.number, change.goes_on_as.number)
        entries.append(services_entry(change))
    return entries


def _hand_over_notes(store: Store, change: Absorb, now: datetime) -> None:
    """What was noted for the meeting stands where it goes on."""
    heir = find_reservation(store, change.goes_on_as.number)
    if change.before.notes:
        notes = joined_notes(heir, change.before)
        update_reservation(store, replace(heir, notes=notes, updated_at=now))


def _requested(journal: Journal, change: Request, now: datetime) -> list[Entry]:
    add_request(
        journal.store, change.after.number, reason=change.reason, cause=change.cause, at=now
    )
    message = f"a person has to decide: {change.reason}"
    return [lost_entry(change), entry_about(change, Action.CANCELLATION_REQUESTED, message)]


def _let_go(journal: Journal, change: Cancel | Absorb, now: datetime) -> None:
    number = change.after.number
    forget_agreed(journal.store, [number])
    cancel_pending_of(journal.store, number, change.after.room, now)


def _processed(change: Cancel | Absorb) -> Entry:
    return entry_about(change, Action.CANCELLATION_PROCESSED, processed_text(change))


def _decide_open(
    journal: Journal, change: Known, status: RequestStatus, now: datetime, *, by: str | None = None
) -> None:
    """Decide the cancellation request that waits for a person about this, if one does."""
    if request := open_request(journal.store, change.after.number):
        decide_request(journal.store, request.id, status=status, at=now, by=by or journal.actor)


def _end_interim(journal: Journal, change: Known, interim: Reservation, now: datetime) -> Entry:
    """Hand over what hangs on the interim reservation, and end it."""
    store = journal.store
    number = change.after.number
    hand_over_services(store, interim.number, number)
    hand_over_pending(store, interim.number, number)
    hand_over_agreed(store, interim.number, number)
    ended = replace(
        unlinked(interim),
        status=Status.CANCELLED,
        external_state=ExternalState.CANCELLED,
        updated_at=now,
    )
    update_reservation(store, ended)
    if request := open_request(store, interim.number):
        decide_request(store, request.id, status=RequestStatus.CLOSED, at=now, by=journal.actor)
    message = f"reservation {interim.number} goes on as {number}, whose meeting it turned out to be"
    return entry_about(change, Action.EVENT_MOVED, message, interim.number)
