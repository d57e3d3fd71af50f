"""The slot that a reservation takes: whether it is free here, and whether it is whole days."""

from __future__ import annotations

from datetime import time

from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan, instant_text
from obctl.engine.company import Company
from obctl.errors import SlotTaken
from obctl.store.reservations import load_room_reservations


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
                f" {other.subject!r} from {instant_text(other.start)} to"
                f" {instant_text(other.end)}",
                hint="obctl rooms free --from … --to … shows what is free",
            )
