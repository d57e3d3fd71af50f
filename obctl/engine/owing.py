"""What making, changing and cancelling a reservation have in common: scope, slot, outbox, log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from obctl.domain.agreed_state import AgreedState
from obctl.domain.company_log import Action, Entry
from obctl.domain.push import OutboxItem, PushAction, transaction_id
from obctl.domain.reservation import (
    Reservation,
)
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan, instant_text
from obctl.engine.company import Company
from obctl.errors import SlotTaken
from obctl.store.outbox import add_to_outbox, mark_done
from obctl.store.reservations import (
    load_by_series,
    load_room_reservations,
)


class SeriesScope(StrEnum):
    """Which occurrences of a series a change is for."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Farewell:
    """How a cancellation is told to Outlook."""

    note: str | None = None
    silent: bool = False


def chosen_of(company: Company, first: Reservation, scope: SeriesScope) -> list[Reservation]:
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


def is_all_day(span: TimeSpan, room: Room) -> bool:
    start, end = span.start.astimezone(room.zone), span.end.astimezone(room.zone)
    return start.time() == time() and end.time() == time() and end.date() > start.date()


def ensure_free_here(
    company: Company, room: Room, span: TimeSpan, *, ignore: frozenset[int]
) -> None:
    for other in load_room_reservations(company.store, room.id, span):
        if other.is_active and other.number not in ignore:
            raise SlotTaken(
                f"{room.name} is taken in Officebooking: reservation {other.number}"
                f" {other.subject!r} from {instant_text(other.start)} to"
                f" {instant_text(other.end)}",
                hint="obctl rooms free --from … --to … shows what is free",
            )


def owe(
    company: Company,
    reservation: Reservation,
    action: PushAction,
    *,
    repeat: str | None = None,
    farewell: Farewell = Farewell(),
    agreed: AgreedState | None = None,
) -> OutboxItem:
    return add_to_outbox(
        company.store,
        OutboxItem(
            id=0,
            reservation=reservation.number,
            room=reservation.room,
            action=action,
            transaction_id=transaction_id(
                company.config.company, reservation.number, reservation.version, company.now
            ),
            created_at=company.now,
            due_at=company.now,
            event_id=reservation.event_id,
            repeat=repeat,
            note=farewell.note,
            silent=farewell.silent,
            agreed=agreed,
        ),
    )


def drop(company: Company, pending: Sequence[OutboxItem], *actions: PushAction) -> None:
    """Nobody wants these writes any more."""
    for item in pending:
        if item.action in actions:
            mark_done(company.store, item.id, company.now)


def record(company: Company, reservation: Reservation, action: Action, words: str) -> None:
    what = f"{reservation.subject!r} {instant_text(reservation.start)}"
    message = f"reservation {reservation.number} {words}: {what}"
    company.journal.write([Entry.about(reservation, action, message)])
