"""Forgetting how far a room was read, so that the next pass reads it whole."""

from __future__ import annotations

from obctl.domain.company_log import Action
from obctl.domain.room import Room
from obctl.engine.company import Company
from obctl.store.outbox import make_room_due
from obctl.store.rooms import ReadingState, forget_identity, save_reading_state


def forget_reading(company: Company, room: Room) -> None:
    """Drop the delta link and the mailbox's remembered identity; reservations stay.

    A room that was locked out is so no more, and what failed in it is due.
    """
    with company.store.transaction():
        save_reading_state(company.store, room.id, ReadingState(None, None, None, None))
        forget_identity(company.store, room.id)
        make_room_due(company.store, room.id, company.now)
        company.journal.note(
            Action.ROOM_RESYNCED,
            "delta link and mailbox identity forgotten; full read follows",
            room=room.id,
        )
