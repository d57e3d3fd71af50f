"""Outlook as the store remembers it, where it may speak for the room at all."""

from __future__ import annotations

from obctl.domain.room import Room, Verdict
from obctl.domain.time_span import TimeSpan
from obctl.engine.outlook.calendars import Calendar
from obctl.engine.outlook.inconclusive import Inconclusive
from obctl.store.database import Store
from obctl.store.rooms import ReadingState, load_reading_state
from obctl.store.unreadable_events import load_listing

NOT_READ = "not-read"
"""The condition of a room of which the store knows nothing, or not so far ahead or back."""


def remembered_around(store: Store, room: Room, span: TimeSpan) -> Calendar:
    """The room's events of `span` as last read, or why nothing can be said of them.

    `span` may begin before what is asked about, where the store may know nothing: whether it may
    speak of what is asked about itself, `not_remembered` tells.
    """
    if (error := _not_trusted(load_reading_state(store, room.id), room, span)) is not None:
        return error
    return load_listing(store, room.id, span)


def not_remembered(store: Store, room: Room, span: TimeSpan) -> Inconclusive | None:
    """Why the store may not speak for Outlook in `span`; `None` where it may.

    A room that was never read, not as far ahead or not as far back, has no events in the store;
    that is no calendar without events.
    """
    state = load_reading_state(store, room.id)
    if (error := _not_trusted(state, room, span)) is not None:
        return error
    since = state.remembered_since or state.read_start
    if since is not None and span.start < since:
        first = since.astimezone(room.zone)
        return _error(
            room,
            NOT_READ,
            f"nothing before {first:%Y-%m-%d %H:%M} was read",
            hint="without --cached Graph is asked",
        )
    return None


def _not_trusted(state: ReadingState, room: Room, span: TimeSpan) -> Inconclusive | None:
    if state.read_start is None or state.read_end is None:
        return _error(room, NOT_READ, "it was never read")
    if room.verdict is Verdict.INCONCLUSIVE:
        why = room.condition or "inconclusive"
        return _error(room, why, f"its last read is not to be trusted ({why})")
    if span.end > state.read_end:
        return _error(room, NOT_READ, "it was not read that far ahead")
    return None


def _error(room: Room, code: str, why: str, *, hint: str | None = None) -> Inconclusive:
    reads = f"obctl sync run --room {room.mailbox} reads it; without --cached Graph is asked"
    return Inconclusive(
        f"nothing is known of {room.mailbox} in Outlook: {why}", code=code, hint=hint or reads
    )
