"""Reservations changed in Officebooking, and in Outlook with them.

What cannot be pushed at all, somebody else's meeting, is refused before anything is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from obctl.domain.company_log import Action
from obctl.domain.event import Person
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.room import Room
from obctl.domain.series.order import Move, changes_day, ensure_in_order, in_passing_order
from obctl.domain.time_span import TimeSpan, later, local_day, shift_days
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Connect
from obctl.engine.push.enqueue import enqueue_change
from obctl.engine.push.slot_guard import ensure_free_now
from obctl.engine.reservations.refusals import record, refusal_entry_of, refusals_logged
from obctl.engine.reservations.saved import Saved, push_saved
from obctl.engine.reservations.series_scope import SeriesScope, chosen_of
from obctl.engine.reservations.slot import ensure_free_here, ensure_possible, is_all_day
from obctl.engine.rooms.lockout import ensure_writable
from obctl.errors import Refused, UsageError
from obctl.store.cancellation_requests import open_request
from obctl.store.events import find_event
from obctl.store.reservations import (
    find_reservation,
    load_by_series,
    update_reservation,
)
from obctl.store.rooms import find_room_by_id


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody wants to change; `None` leaves a field as it is."""

    room: Room | None = None
    subject: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    organizer: Person | None = None
    notes: str | None = None
    """An empty text takes them away."""
    attendees: int | None = None

    @property
    def is_ours_alone(self) -> bool:
        """Whether it is all about what Officebooking keeps for itself, and Outlook never shows."""
        return self == Edit(notes=self.notes, attendees=self.attendees)

    @property
    def takes_a_slot(self) -> bool:
        """Whether a room has to be free for it."""
        return self.room is not None or self.start is not None or self.end is not None


async def change_reservation(
    company: Company, connect: Connect | None, number: int, edit: Edit, scope: SeriesScope
) -> Saved:
    """Change a reservation, or those of its series that `scope` names, here and in Outlook.

    Without `connect` the writes to Outlook are left to the next sync run.

    Raises `Refused` where the meeting is somebody else's in Outlook (push-not-organizer), where its
    cancellation waits for a decision (cancellation-requested), where a date would leave its place
    in its series (occurrence-crossing) and where the room is taken (slot-taken), `ResyncRequired`
    for a room that is locked out, and `UsageError` for what cannot be changed; nothing is saved
    then.
    """
    store = company.store
    with refusals_logged(company, refusal_entry_of(company, number, "not changed")):
        seen = store.changed_elsewhere()
        moves = _moves(company, number, edit, scope)
        if connect is not None and edit.takes_a_slot:
            await _ensure_free_in_outlook(company, connect, moves)
        with store.transaction():
            if store.changed_elsewhere() != seen:
                # somebody was here while Outlook was asked
                moves = _moves(company, number, edit, scope)
            for before, after in in_passing_order(moves):
                update_reservation(store, after)
                if not edit.is_ours_alone:
                    enqueue_change(company, before, after)
                phrase = "changed in Officebooking"
                record(company, after, Action.RESERVATION_CHANGED, phrase, before=before)
    return await push_saved(company, connect, [after for _before, after in moves])


async def _ensure_free_in_outlook(
    company: Company, connect: Connect, moves: Sequence[Move]
) -> None:
    room = find_room_by_id(company.store, moves[0][1].room)
    slots = [TimeSpan(after.start, after.end) for _before, after in moves]
    own = [before.event_id for before, _after in moves if before.event_id]
    await ensure_free_now(company, await connect(), room, slots, own)


def _moves(company: Company, number: int, edit: Edit, scope: SeriesScope) -> list[Move]:
    """What the change would make of each reservation of its scope, were it made now."""
    if edit == Edit():
        raise UsageError(
            "nothing to change", hint="give --room, --subject, --start, --end, --notes …"
        )
    first = find_reservation(company.store, number)
    rooms = {first.room, edit.room.id if edit.room else first.room}
    ensure_writable(find_room_by_id(company.store, room) for room in rooms)
    chosen = chosen_of(company, first, scope)
    for reservation in chosen:
        _ensure_at_hand(company, reservation)
        if not edit.is_ours_alone:
            _ensure_changeable(company, reservation)
    moves = [(before, _edited(company, before, first, edit)) for before in chosen]
    _ensure_in_order(company, moves)
    if edit.is_ours_alone:
        return moves
    numbers = frozenset(reservation.number for reservation in chosen)
    for _before, after in moves:
        room = find_room_by_id(company.store, after.room)
        ensure_free_here(company, room, TimeSpan(after.start, after.end), ignore=numbers)
    return moves


def _ensure_in_order(company: Company, moves: Sequence[Move]) -> None:
    first, _ = moves[0]
    staying = [move for move in moves if move[1].room == first.room]
    if first.series_key is None or not any(changes_day(move) for move in staying):
        return
    series = [
        date
        for date in load_by_series(company.store, [first.series_key])
        if date.room == first.room
    ]
    ensure_in_order(find_room_by_id(company.store, first.room), series, staying)


def _edited(
    company: Company, reservation: Reservation, first: Reservation, edit: Edit
) -> Reservation:
    """One reservation of the scope with the edit applied, its own date kept."""
    if edit.is_ours_alone:
        return _noted(company, reservation, edit)
    room = edit.room or find_room_by_id(company.store, reservation.room)
    zone = room.zone
    days = (
        local_day(reservation.start, zone) - local_day(first.start, zone)
        if reservation is not first
        else timedelta(0)
    ).days
    start, end = reservation.start, reservation.end
    if edit.start is not None:
        start = shift_days(edit.start, days, zone)
        end = later(start, reservation.end - reservation.start)
    if edit.end is not None:
        end = shift_days(edit.end, days, zone)
    ensure_possible(TimeSpan(start, end))
    # A person kept it here though Outlook lost it: it stays so until it moves on.
    kept = reservation.external_state is ExternalState.NOT_ON_OUTLOOK
    ours_alone = kept and reservation.room == room.id
    return replace(
        _noted(company, reservation, edit),
        room=room.id,
        time_zone=room.time_zone,
        subject=edit.subject or reservation.subject,
        organizer=edit.organizer or reservation.organizer,
        start=start,
        end=end,
        all_day=_all_day(reservation, TimeSpan(start, end), room),
        version=reservation.version + 1,
        external_state=reservation.external_state if ours_alone else ExternalState.PUSH_PENDING,
    )


def _noted(company: Company, reservation: Reservation, edit: Edit) -> Reservation:
    """With what Officebooking keeps for itself; Outlook has nothing to agree on, nor to get."""
    notes = reservation.notes if edit.notes is None else edit.notes.strip() or None
    attendees = reservation.attendees if edit.attendees is None else edit.attendees
    return replace(reservation, notes=notes, attendees=attendees, updated_at=company.now)


def _all_day(before: Reservation, span: TimeSpan, room: Room) -> bool:
    """Whether it takes whole days: hours from midnight to midnight stay what they were."""
    if (before.room, before.start, before.end) == (room.id, span.start, span.end):
        return before.all_day
    return is_all_day(span, room)


def _ensure_at_hand(company: Company, reservation: Reservation) -> None:
    if not reservation.is_active:
        raise UsageError(
            f"reservation {reservation.number} is cancelled", code="reservation-cancelled"
        )
    if reservation.end <= company.now:
        raise UsageError(f"reservation {reservation.number} is past", code="reservation-past")


def _ensure_changeable(company: Company, reservation: Reservation) -> None:
    """Whether Outlook may be told of it."""
    request = open_request(company.store, reservation.number)
    if request is not None:
        raise Refused(
            f"reservation {reservation.number} waits for a decision: Outlook cancelled or lost its"
            " meeting",
            hint=f"decide first: obctl cancellations show {request.id}, then approve or reject",
            code="cancellation-requested",
        )
    event = (
        find_event(company.store, reservation.room, reservation.event_id)
        if reservation.event_id
        else None
    )
    if event is not None and not event.is_organizer:
        organizer = reservation.organizer.email or "the organiser"
        raise Refused(
            f"reservation {reservation.number} is a meeting of {organizer}: the room may decline"
            " it, but not change it",
            hint=f"ask {organizer} to change the meeting in Outlook, or cancel the room with\n"
            f"obctl reservations cancel {reservation.number} and reserve another time",
            code="push-not-organizer",
        )
