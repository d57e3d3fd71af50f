"""The slot that a reservation takes: whether it is free here, and whether it is whole days."""

from __future__ import annotations

from datetime import time

from obctl.domain.availability import free_rooms_hint
from obctl.domain.local_time import span_text
from obctl.domain.room import Room
from obctl.domain.time_span import (
    ACCEPTED,
    MOST_AT_ONCE,
    TimeSpan,
    instant_text,
    is_accepted,
)
from obctl.engine.company import Company
from obctl.errors import SlotTaken, UsageError
from obctl.store.reservations import load_room_reservations


def ensure_possible(span: TimeSpan) -> None:
    """Raise `UsageError` for a time that nobody can reserve."""
    if span.end <= span.start:
        raise UsageError("a reservation must end after it starts", code="bad-time")
    if span.length > MOST_AT_ONCE:
        raise UsageError(
            f"a reservation of {span.length.days} days is too long: {MOST_AT_ONCE.days} are the"
            " most, Graph shows no more at once",
            code="bad-time",
        )
    if not is_accepted(span.start) or not is_accepted(span.end):
        raise UsageError(
            f"{instant_text(span.start)} to {instant_text(span.end)} is out of range",
            hint=ACCEPTED,
            code="bad-time",
        )


def is_all_day(span: TimeSpan, room: Room) -> bool:
    """Whether it goes from midnight to midnight in the room's own zone."""
    start, end = span.start.astimezone(room.zone), span.end.astimezone(room.zone)
    return start.time() == time() and end.time() == time() and end.date() > start.date()


def ensure_free_here(
    company: Company, room: Room, span: TimeSpan, *, ignore: frozenset[int]
) -> None:
    """Raises `SlotTaken` where Officebooking has another reservation in the slot."""
    for other in load_room_reservations(company.store, room.id, span):
        if other.is_active and other.number not in ignore:
            raise SlotTaken(
                f"{room.name} is taken in Officebooking: reservation {other.number}"
                f" {other.subject!r} {span_text(other.start, other.end, room.time_zone)}",
                hint=free_rooms_hint(span),
            )
