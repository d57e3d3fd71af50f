"""What making, changing and cancelling a reservation have in common: scope, slot, log."""

from __future__ import annotations

from datetime import time
from enum import StrEnum

from obctl.domain.company_log import Action, Entry
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan, instant_text
from obctl.engine.company import Company
from obctl.errors import SlotTaken
from obctl.store.reservations import load_by_series, load_room_reservations


class SeriesScope(StrEnum):
    """Which occurrences of a series a change is for."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


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


def record(company: Company, reservation: Reservation, action: Action, phrase: str) -> None:
    what = f"{reservation.subject!r} {instant_text(reservation.start)}"
    message = f"reservation {reservation.number} {phrase}: {what}"
    company.journal.write([Entry.about(reservation, action, message)])
