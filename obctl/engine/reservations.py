"""Reservations made, changed and cancelled in Officebooking.

Each commits reservation and outbox in one transaction; pushing comes after. What cannot be pushed
at all (somebody else's meeting) is refused before anything is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from obctl.domain.company_log import LogEntry
from obctl.domain.event import Person, SeriesKey
from obctl.domain.push import OutboxItem, PushAction, transaction_id
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    ReservationNumber,
    Source,
    Status,
)
from obctl.domain.room import Room
from obctl.domain.series import parse_rrule, starts
from obctl.domain.time_span import TimeSpan, instant_text, local_day, shift_days
from obctl.engine.company import Company
from obctl.errors import Refused, UnsupportedRecurrence, UsageError
from obctl.store.company_log import append_log
from obctl.store.events import find_event
from obctl.store.outbox import add_to_outbox, mark_done, owed_for
from obctl.store.reservations import (
    find_reservation,
    insert_reservations,
    load_by_series,
    load_room_reservations,
    next_number,
    update_reservation,
)
from obctl.store.rooms import find_room_by_id
from obctl.store.services import cancel_services

_MOST_OCCURRENCES = 730
_LONGEST_SERIES = timedelta(days=1825)


class SeriesScope(StrEnum):
    """Which occurrences of a series a change is for."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to reserve; instants are UTC."""

    room: Room
    subject: str
    start: datetime
    end: datetime
    organizer: Person
    repeat: str | None = None
    attendees: int | None = None
    notes: str | None = None
    tentative: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody wants to change; `None` leaves a field as it is."""

    room: Room | None = None
    subject: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    organizer: Person | None = None


def make_reservation(company: Company, wish: Wish) -> list[Reservation]:
    """Save a new reservation, or each occurrence of a series, with the push it owes.

    Raises `Refused` (slot-taken) where Officebooking has the room taken, and `UsageError` for times
    that cannot be.
    """
    if wish.end <= wish.start:
        raise UsageError("a reservation must end after it starts", code="bad-time")
    if not wish.subject.strip():
        raise UsageError("a reservation needs a subject", code="bad-subject")
    spans = _spans(wish)
    now = company.now
    if spans[0].end <= now:
        raise UsageError(
            f"{instant_text(spans[0].start)} is past", hint="choose a later time", code="bad-time"
        )
    with company.store.transaction():
        for span in spans:
            _ensure_free_here(company, wish.room, span, ignore=frozenset())
        first = next_number(company.store)
        made = [
            Reservation(
                number=ReservationNumber(first + position),
                room=wish.room.id,
                subject=wish.subject,
                organizer=wish.organizer,
                start=span.start,
                end=span.end,
                time_zone=wish.room.time_zone,
                all_day=_is_all_day(span, wish.room),
                status=Status.TENTATIVE if wish.tentative else Status.CONFIRMED,
                external_state=ExternalState.PUSH_PENDING,
                source=Source.OFFICEBOOKING,
                created_at=now,
                updated_at=now,
                # A key of our own until Exchange gives the series one.
                series_key=SeriesKey(f"obctl-{first}") if wish.repeat else None,
                original_start=span.start if wish.repeat else None,
                attendees=wish.attendees,
                notes=wish.notes,
            )
            for position, span in enumerate(spans)
        ]
        insert_reservations(company.store, made)
        _owe(company, made[0], PushAction.CREATE, repeat=wish.repeat)
        _log(
            company,
            made[0],
            "reservation.created",
            f"made in Officebooking, {len(made)} dates" if wish.repeat else "made in Officebooking",
        )
    return made


def _spans(wish: Wish) -> list[TimeSpan]:
    if wish.repeat is None:
        return [TimeSpan(wish.start, wish.end)]
    zone = wish.room.zone
    local = wish.start.astimezone(zone)
    recurrence = parse_rrule(wish.repeat, local)
    if recurrence.end_date is None and recurrence.count is None:
        raise UnsupportedRecurrence(
            f"{wish.repeat!r} never ends", hint="add COUNT=… or UNTIL=YYYYMMDD"
        )
    found = [
        TimeSpan(start, start + (wish.end - wish.start))
        for start in starts(recurrence, local, wish.start + _LONGEST_SERIES)
    ]
    if not found or found[0].start != wish.start:
        raise UnsupportedRecurrence(
            f"{wish.repeat!r} does not fall on {local:%A} {local.date()}",
            hint="start the series on its first date",
        )
    if len(found) > _MOST_OCCURRENCES:
        raise UnsupportedRecurrence(
            f"{wish.repeat!r} gives {len(found)} dates; {_MOST_OCCURRENCES} is the most"
        )
    return found


def _is_all_day(span: TimeSpan, room: Room) -> bool:
    start, end = span.start.astimezone(room.zone), span.end.astimezone(room.zone)
    return start.time() == time() and end.time() == time() and end.date() > start.date()


def _ensure_free_here(
    company: Company, room: Room, span: TimeSpan, *, ignore: frozenset[int]
) -> None:
    for other in load_room_reservations(company.store, room.id, span):
        if other.is_active and other.number not in ignore:
            raise Refused(
                f"{room.name} is taken in Officebooking: reservation {other.number}"
                f" {other.subject!r} from {instant_text(other.start)} to"
                f" {instant_text(other.end)}",
                hint="obctl rooms free --from … --to … shows what is free",
                code="slot-taken",
            )


def change_reservation(
    company: Company, number: int, edit: Edit, scope: SeriesScope
) -> list[Reservation]:
    """Change a reservation, or those of its series that `scope` names, with the pushes owed.

    Raises `Refused` (push-not-organizer) where the meeting belongs to somebody in Outlook.
    """
    if edit == Edit():
        raise UsageError("nothing to change", hint="give --room, --subject, --start, --end …")
    with company.store.transaction():
        first = find_reservation(company.store, number)
        chosen = _chosen(company, first, scope)
        for reservation in chosen:
            _ensure_changeable(company, reservation)
        numbers = frozenset(reservation.number for reservation in chosen)
        changed = [_edited(company, reservation, first, edit) for reservation in chosen]
        for reservation in changed:
            room = find_room_by_id(company.store, reservation.room)
            span = TimeSpan(reservation.start, reservation.end)
            _ensure_free_here(company, room, span, ignore=numbers)
        for before, after in zip(chosen, changed, strict=True):
            update_reservation(company.store, after)
            _owe_change(company, before, after)
            _log(company, after, "reservation.changed", "changed in Officebooking")
    return changed


def _edited(
    company: Company, reservation: Reservation, first: Reservation, edit: Edit
) -> Reservation:
    """One reservation of the scope with the edit applied, its own date kept."""
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
        end = start + (reservation.end - reservation.start)
    if edit.end is not None:
        end = shift_days(edit.end, days, zone)
    if end <= start:
        raise UsageError("a reservation must end after it starts", code="bad-time")
    return replace(
        reservation,
        room=room.id,
        time_zone=room.time_zone,
        subject=edit.subject or reservation.subject,
        organizer=edit.organizer or reservation.organizer,
        start=start,
        end=end,
        all_day=_is_all_day(TimeSpan(start, end), room),
        version=reservation.version + 1,
        external_state=ExternalState.PUSH_PENDING,
        updated_at=company.now,
    )


def _ensure_changeable(company: Company, reservation: Reservation) -> None:
    if not reservation.is_active:
        raise UsageError(
            f"reservation {reservation.number} is cancelled", code="reservation-cancelled"
        )
    if reservation.end <= company.now:
        raise UsageError(f"reservation {reservation.number} is past", code="reservation-past")
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


def _owe_change(company: Company, before: Reservation, after: Reservation) -> None:
    pending = owed_for(company.store, before.number)
    moved = before.room != after.room
    waiting = [item for item in pending if item.action is PushAction.CREATE]
    if waiting and not moved:
        # the owed create writes the reservation as it is by then
        return
    if before.event_id is None and not waiting:
        if before.series_key and not moved:
            return
        _owe(company, after, PushAction.CREATE)
        return
    if moved:
        _owe_move(company, before, after, pending)
        return
    _drop(company, pending, PushAction.CREATE, PushAction.CHANGE)
    _owe(company, after, PushAction.CHANGE)


def _owe_move(
    company: Company, before: Reservation, after: Reservation, pending: Sequence[OutboxItem]
) -> None:
    """The new room first; the old one is left once the reservation stands in the new."""
    if any(item.repeat for item in pending):
        raise Refused(
            f"reservation {before.number} stands for a series that is not in Outlook yet",
            hint="push it first: obctl sync run",
            code="push-pending",
        )
    _drop(company, pending, PushAction.CREATE, PushAction.CHANGE)
    left = [item for item in pending if item.action is PushAction.CANCEL]
    returning = next((item for item in left if item.room == after.room), None)
    if returning is not None:
        # It never left: its event is still there.
        mark_done(company.store, returning.id, company.now)
        back = replace(after, event_id=returning.event_id)
        update_reservation(company.store, back)
        _owe(company, back, PushAction.CHANGE)
        return
    unlinked = replace(
        after,
        event_id=None,
        ical_uid=None,
        series_key=None,
        series_master_id=None,
        original_start=None,
    )
    update_reservation(company.store, unlinked)
    _owe(company, unlinked, PushAction.CREATE)
    if before.event_id:
        _owe(company, before, PushAction.CANCEL)


def _drop(company: Company, pending: Sequence[OutboxItem], *actions: PushAction) -> None:
    """Nobody wants these writes any more."""
    for item in pending:
        if item.action in actions:
            mark_done(company.store, item.id, company.now)


@dataclass(frozen=True, slots=True)
class Farewell:
    """How a cancellation is told to Outlook."""

    note: str | None = None
    silent: bool = False


def cancel_reservation(
    company: Company, number: int, scope: SeriesScope, farewell: Farewell
) -> list[Reservation]:
    """Cancel a reservation, or those of its series that `scope` names, services included."""
    with company.store.transaction():
        first = find_reservation(company.store, number)
        if not first.is_active:
            raise UsageError(
                f"reservation {number} is cancelled already", code="reservation-cancelled"
            )
        chosen = _chosen(company, first, scope)
        cancelled = []
        for reservation in chosen:
            pending = owed_for(company.store, reservation.number)
            never_pushed = reservation.event_id is None and not any(
                item.attempts for item in pending
            )
            _drop(company, pending, PushAction.CHANGE)
            if never_pushed:
                # a series goes to Outlook all the same, without this date
                single = [item for item in pending if not item.repeat]
                _drop(company, single, PushAction.CREATE)
            after = replace(
                reservation,
                status=Status.CANCELLED,
                external_state=ExternalState.CANCELLED
                if never_pushed
                else ExternalState.PUSH_PENDING,
                version=reservation.version + 1,
                updated_at=company.now,
            )
            update_reservation(company.store, after)
            cancel_services(company.store, [item.id for item in reservation.ordered_services])
            _log(company, after, "reservation.cancelled", "cancelled in Officebooking")
            cancelled.append(after)
        _owe_cancels(company, cancelled, scope, farewell)
    return cancelled


def _owe_cancels(
    company: Company, cancelled: Sequence[Reservation], scope: SeriesScope, farewell: Farewell
) -> None:
    linked = [reservation for reservation in cancelled if reservation.event_id]
    if not linked:
        return
    master = linked[0].series_master_id
    if scope is SeriesScope.ALL and master:
        # one word to Outlook for the whole series, not one for each date
        _owe(company, replace(linked[0], event_id=master), PushAction.CANCEL, farewell=farewell)
        return
    for reservation in linked:
        _owe(company, reservation, PushAction.CANCEL, farewell=farewell)


def _chosen(company: Company, first: Reservation, scope: SeriesScope) -> list[Reservation]:
    """The reservation and, by scope, the other active future ones of its series."""
    if scope is SeriesScope.ONE or first.series_key is None:
        return [first]
    others = [
        reservation
        for reservation in load_by_series(company.store, [first.series_key])
        if reservation.is_active
        and reservation.room == first.room
        and reservation.number != first.number
        and reservation.start > company.now
        and (scope is SeriesScope.ALL or reservation.start > first.start)
    ]
    return [first, *others]


def _owe(
    company: Company,
    reservation: Reservation,
    action: PushAction,
    *,
    repeat: str | None = None,
    farewell: Farewell = Farewell(),
) -> None:
    add_to_outbox(
        company.store,
        OutboxItem(
            id=0,
            reservation=reservation.number,
            room=reservation.room,
            action=action,
            transaction_id=transaction_id(
                company.config.company, reservation.number, reservation.version
            ),
            created_at=company.now,
            due_at=company.now,
            event_id=reservation.event_id,
            repeat=repeat,
            note=farewell.note,
            silent=farewell.silent,
        ),
    )


def _log(company: Company, reservation: Reservation, action: str, words: str) -> None:
    append_log(
        company.store,
        [
            LogEntry(
                at=company.now,
                action=action,
                message=f"reservation {reservation.number} {words}:"
                f" {reservation.subject!r} {instant_text(reservation.start)}",
                room=reservation.room,
                email=reservation.organizer.email,
                subject=reservation.subject,
                reservation=reservation.number,
                event_id=reservation.event_id,
            )
        ],
    )
