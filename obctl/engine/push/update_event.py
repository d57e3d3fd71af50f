"""Changing an event; what was tried is kept until Outlook shows what became of it.

Kept with the agreed state: should the answer be lost, the event shows our own write and nobody
else's. It is forgotten as soon as what became of it is known, since people make in Outlook
themselves what was refused here.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from obctl.domain.agreed_state import AgreedState, agree, with_own_writes
from obctl.domain.event import Event, EventId
from obctl.domain.event_changes import EventChanges
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.sync.merge import merge
from obctl.domain.unreadable_event import EventUnreadable
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.push.confirm import begin_attempt
from obctl.engine.push.delivery import Delivery
from obctl.errors import EventChanged, ObctlError, Throttled
from obctl.store.agreed_states import add_tried, find_agreed, save_agreed
from obctl.store.rooms import mark_applied


def begin_change(company: Company, delivery: Delivery, changes: EventChanges) -> None:
    """`begin_attempt`, remembering what Outlook may show for it."""
    with company.store.transaction():
        begin_attempt(company, delivery)
        if changes:
            add_tried(company.store, delivery.reservation.number, changes)
            # a pass that has read the room already says nothing of what is written now
            mark_applied(company.store, delivery.room.id)


def resolve_in_doubt(company: Company, agreed: AgreedState, event: Event) -> AgreedState:
    """The agreed state once `event` was read: it shows what was tried, or that never arrived."""
    if not agreed.tried:
        return agreed
    resolved = replace(with_own_writes(agreed, event), tried=())
    with company.store.transaction():
        # another process may be writing to the same event
        if find_agreed(company.store, agreed.reservation) == agreed:
            save_agreed(company.store, [resolved])
    return resolved


async def resolve_after_error(
    company: Company, gateway: Gateway, delivery: Delivery, event_id: EventId, error: ObctlError
) -> None:
    """Look at what became of a change that Outlook answered with an error.

    Where nobody answered, or only a gateway did, the change may still arrive: it stays in doubt.
    """
    agreed = find_agreed(company.store, delivery.reservation.number)
    if agreed is None or error.graph is None or error.graph.status == HTTPStatus.GATEWAY_TIMEOUT:
        return
    if isinstance(error, Throttled):
        # never looked at, and neither would a question be
        with company.store.transaction():
            save_agreed(company.store, [replace(agreed, tried=())])
        return
    try:
        event = await gateway.fetch_event(delivery.room, event_id)
    except ObctlError:
        return
    resolve_in_doubt(company, agreed, event)


async def patch_as_read(gateway: Gateway, room: Room, event: Event, changes: EventChanges) -> Event:
    """The event once changed. Raises `EventChanged` where it is no longer as it was read.

    An answer that shows something else than what was read and written may be older than either,
    or newer: then it is what a new question tells.
    """
    try:
        after = await _patch(gateway, room, event, changes)
    except EventUnreadable:
        # Graph has taken it; how the event is now can only be asked
        return await gateway.fetch_event(room, event.id)
    if _shown(after) == _expected(event, changes):
        return after
    return await gateway.fetch_event(room, event.id)


async def _patch(gateway: Gateway, room: Room, event: Event, changes: EventChanges) -> Event:
    try:
        return await gateway.change_event(room, event, changes)
    except EventChanged:
        now = await gateway.fetch_event(room, event.id)
        if now.etag != event.etag:
            raise
    # It is as it was read, and refused all the same: what it is compared by cannot be relied on.
    return await gateway.change_event(room, replace(now, etag=None), changes)


def as_written(
    reservation: Reservation, before: Event, changes: EventChanges, after: Event, now: datetime
) -> Reservation:
    """The reservation that goes with an event after `changes` were written onto it.

    What the event shows otherwise than it was read `before` was changed in Outlook meanwhile.
    Raises `EventChanged` where it still shows what was to be changed.
    """
    subject, start, end, all_day = _expected(before, changes)
    if changes.subject is not None and after.subject == before.subject != subject:
        raise EventChanged(
            f"{before.id} still has the subject {before.subject!r} after it was written",
            hint="the next sync run writes it again",
        )
    both = replace(before, subject=subject, start=start, end=end, all_day=all_day)
    return merge(reservation, agree(reservation, both, now), after).reservation


def _shown(event: Event) -> tuple[str, datetime, datetime, bool]:
    return event.subject, event.start, event.end, event.all_day


def _expected(event: Event, changes: EventChanges) -> tuple[str, datetime, datetime, bool]:
    """What an event shows, as far as obctl compares it, once it was changed."""
    subject, start, end, all_day = _shown(event)
    if changes.subject is not None:
        subject = changes.subject
    if changes.time is not None:
        start, end, all_day = changes.time.start, changes.time.end, changes.time.all_day
    return subject, start, end, all_day
