"""What the store holds about one difference: the same for a pass, `diff` and `explain`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from obctl.domain.causes.build_facts import (
    AROUND,
    Recorded,
    event_of,
    master_id_of,
    reservation_of,
)
from obctl.domain.difference import Difference
from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.subscription import Subscription
from obctl.domain.sync.sides import Sides
from obctl.domain.time_span import TimeSpan
from obctl.store.cancellation_requests import newest_request
from obctl.store.company_log import load_history, was_restored
from obctl.store.database import Store
from obctl.store.events import find_copies, find_event
from obctl.store.inbox import last_notified, news_waits
from obctl.store.outbox import pending_for
from obctl.store.reservations import load_by_series
from obctl.store.rooms import load_reading_state
from obctl.store.unreadable_events import load_listing


def load_recorded(
    store: Store,
    sides: Sides,
    difference: Difference,
    *,
    mapped: Sequence[Room],
    subscriptions: tuple[Subscription, ...],
) -> Recorded:
    """Everything on record about a difference and its room; `subscriptions` as they are now."""
    room = sides.room
    reservation, event = reservation_of(sides, difference), event_of(sides, difference)
    number = reservation.number if reservation else None
    event_id = difference.event_id
    # an edit may have replaced the id: what was last known has the one that both agreed on
    linked = reservation.event_id if reservation else None
    known = (find_event(store, room.id, known_id) for known_id in (linked, event_id) if known_id)
    last_known = next((event for event in known if event), None)
    master_id = master_id_of(sides.reading, event, reservation, last_known)
    event_ids = sorted({x for x in (event_id, master_id) if x})
    shown: Event | Reservation | None = event or reservation or last_known
    key = shown.series_key if shown else None
    pending = pending_for(store, number) if number is not None else []
    return Recorded(
        mapped=mapped,
        last_known=last_known,
        outbox=pending[-1] if pending else None,
        request=newest_request(store, number) if number is not None else None,
        subscriptions=subscriptions,
        inbox_waiting=news_waits(store, room.id, event_ids),
        notified_at=last_notified(store, room.id, event_ids) if event_ids else None,
        history=tuple(load_history(store, room.id, event_ids, number)),
        put_back=number is not None and linked is not None and was_restored(store, number, linked),
        same_key=load_by_series(store, [key]) if key is not None else (),
        unread=_unread(store, sides, difference),
        copies=tuple(find_copies(store, room.id, event)) if event and not reservation else (),
        planned_end=_planned_end(store, room),
    )


def _planned_end(store: Store, room: Room) -> datetime | None:
    """Up to where events became reservations; an import has all that was read made anew."""
    state = load_reading_state(store, room.id)
    return state.planned_end or state.read_start


def _unread(store: Store, sides: Sides, difference: Difference) -> Sequence[Event]:
    """The room's events around a difference that a read of changes alone did not read again."""
    if sides.reading.scope.whole:
        return ()
    span = TimeSpan(difference.start, difference.end).widened(AROUND).at_once
    return load_listing(store, sides.room.id, span)
