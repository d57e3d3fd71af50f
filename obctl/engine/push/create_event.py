"""New events in Outlook: looked for before they are written, linked once they stand there.

An attempt whose answer was lost may have left its event behind. It is found by its transaction id,
wherever attempts were made, and linked or cancelled.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from http import HTTPStatus

from obctl.domain.company_log import Action
from obctl.domain.event import Event, EventId
from obctl.domain.outbox import EventDraft, OutboxItem, changes_of
from obctl.domain.reservation import ExternalState, Status
from obctl.domain.room import Room
from obctl.domain.rrule import parse_rrule
from obctl.domain.sync.run_report import Problem
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import EventUnreadable, Listing, unreadable_in
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.push.confirm import begin_attempt, record_cancelled, record_in_step
from obctl.engine.push.delivery import Delivery, PushResult
from obctl.engine.push.link_series import link_series
from obctl.engine.push.relink import relink
from obctl.engine.push.slot_guard import check_double_booking, ensure_free_at
from obctl.engine.push.take_off import take_off
from obctl.engine.push.update_event import as_written, patch_as_read
from obctl.errors import GraphRefused, MailboxGone, NotFound, ObctlError
from obctl.store.outbox import find_pending, mark_written
from obctl.store.reservations import change_state

_AROUND = timedelta(days=1)
_SETTLES = timedelta(minutes=15)
"""How long Graph may take to show what it answered to have made."""


async def create(company: Company, gateway: Gateway, delivery: Delivery) -> PushResult:
    """Write the event of a reservation, or the series of many, unless an attempt did already.

    What Graph answered to have made it may not show for some minutes, or not so that it can be
    read: then the write stays pending, and is looked for again instead of written again.
    """
    try:
        return await _create(company, gateway, delivery)
    except MailboxGone:
        raise
    except (NotFound, EventUnreadable) as error:
        item = find_pending(company.store, delivery.item.id)
        if item is None or not _is_settling(company, item):
            raise
        return _not_confirmed(company, delivery, error)


async def _create(company: Company, gateway: Gateway, delivery: Delivery) -> PushResult:
    reservation, room = delivery.reservation, delivery.room
    draft = draft_of(company, delivery)
    slots = _slots(delivery, draft)
    span = TimeSpan(slots[0].start, slots[-1].end)
    looked_at = _tried(delivery.item, span)
    if reservation.series_key and not delivery.item.repeat:
        looked_at = looked_at.widened(_AROUND)
    view = await gateway.fetch_view(room, looked_at)
    _ensure_not_hidden(room, view, delivery.item)
    event = _own(view, delivery.item) or await _written_before(company, gateway, delivery)
    if event is None and (linked := await relink(company, gateway, delivery, view)):
        return linked
    if event is None:
        ensure_free_at(room, view, slots)
        begin_attempt(company, delivery, span)
        event = await _post(company, gateway, delivery, draft)
    if draft.recurrence is not None:
        return await link_series(company, gateway, delivery, event, draft.recurrence)
    event = await gateway.fetch_event(room, event.id)
    if changes := changes_of(reservation, None, event, room.time_zone):
        before, event = event, await patch_as_read(gateway, room, event, changes)
        reservation = as_written(reservation, before, changes, event, company.now)
    record_in_step(company, delivery, [(reservation, event)], Action.PUSH_CREATED)
    problems = await check_double_booking(company, gateway, delivery, [(reservation, event)])
    return PushResult(reservation.number, problems=problems)


async def cancel_orphan(company: Company, gateway: Gateway, delivery: Delivery) -> None:
    """Cancel what an attempt may have left in a room where nobody wants it any more."""
    found: tuple[EventId, ...] = ()
    if delivery.item.attempts:
        draft = draft_of(company, delivery)
        span = _tried(delivery.item, TimeSpan(draft.start, draft.end))
        view = await gateway.fetch_view(delivery.room, span)
        event = _own(view, delivery.item) or await _written_before(company, gateway, delivery)
        if event is not None:
            found = (event.id,)
            if event.takes_room:
                await take_off(gateway, delivery.room, event, delivery.item.note or "")
        else:
            _ensure_not_hidden(delivery.room, view, delivery.item)
    record_cancelled(company, delivery, found)


def _slots(delivery: Delivery, draft: EventDraft) -> list[TimeSpan]:
    """The times that the new event takes; a series takes one for each date not called off."""
    length = draft.end - draft.start
    starts = [d.original_start for d in delivery.series if d.is_active and d.original_start]
    if not delivery.item.repeat:
        starts = []
    return [TimeSpan(start, start + length) for start in sorted(starts) or [draft.start]]


def _tried(item: OutboxItem, span: TimeSpan) -> TimeSpan:
    """`span` with all the time that earlier attempts were about."""
    if item.tried is None:
        return span
    return TimeSpan(min(item.tried.start, span.start), max(item.tried.end, span.end))


def _ensure_not_hidden(room: Room, view: Listing, item: OutboxItem) -> None:
    """Raise `EventUnreadable` where an attempt did write it, and it cannot be read."""
    for event in unreadable_in(view):
        if event.transaction_id == item.transaction_id or (event.id and event.id == item.event_id):
            raise EventUnreadable(room.mailbox, event)


async def _written_before(company: Company, gateway: Gateway, delivery: Delivery) -> Event | None:
    """What Graph answered an attempt to have made, though the calendar does not show it.

    Raises `NotFound` while that may still come.
    """
    item = delivery.item
    if item.event_id is None:
        return None
    try:
        return await gateway.fetch_event(delivery.room, item.event_id)
    except MailboxGone:
        raise
    except NotFound:
        if _is_settling(company, item):
            raise
        with company.store.transaction():
            mark_written(company.store, item.id, None, None)
        return None


def _is_settling(company: Company, item: OutboxItem) -> bool:
    return item.written_at is not None and company.now - item.written_at <= _SETTLES


def _not_confirmed(company: Company, delivery: Delivery, error: ObctlError) -> PushResult:
    number = delivery.reservation.number
    problem = Problem(
        delivery.room.mailbox,
        "not-confirmed",
        f"reservation {number}: Outlook has taken it, and does not show it yet: {error.message}",
        "the next sync run looks again; it is not written twice",
    )
    with company.store.transaction():
        company.journal.write([delivery.problem_entry(Action.PUSH_UNCHECKED, problem)])
    return PushResult(number, problems=(problem,))


async def _post(company: Company, gateway: Gateway, delivery: Delivery, draft: EventDraft) -> Event:
    try:
        event = await gateway.create_event(delivery.room, draft)
    except EventUnreadable as error:
        _remember(company, delivery, error.event.id)
        raise
    except GraphRefused as error:
        if error.graph is None or error.graph.status != HTTPStatus.CONFLICT:
            raise
        # An earlier attempt with this transaction id succeeded and its answer was lost.
        span = _tried(delivery.item, TimeSpan(draft.start, draft.end))
        found = _own(await gateway.fetch_view(delivery.room, span), delivery.item)
        if found is None:
            raise
        return found
    _remember(company, delivery, event.id)
    return event


def _remember(company: Company, delivery: Delivery, event_id: EventId | None) -> None:
    with company.store.transaction():
        mark_written(company.store, delivery.item.id, event_id, company.now)
        change_state(
            company.store,
            delivery.reservation.number,
            ExternalState.PUSH_FAILED,
            ExternalState.PUSH_PENDING,
        )


def _own(view: Collection[Event], item: OutboxItem) -> Event | None:
    """The event an earlier attempt of this write left behind; a series' master for a series.

    Where a single meeting became a series since, it is the first date.
    """
    own = [event for event in view if event.transaction_id == item.transaction_id]
    if not own:
        return None
    first = min(own, key=lambda event: event.start)
    if item.repeat and first.series_master_id:
        return replace(first, id=first.series_master_id)
    return first


def draft_of(company: Company, delivery: Delivery) -> EventDraft:
    """The event that stands for a reservation on the room's own calendar."""
    reservation, room, item = delivery.reservation, delivery.room, delivery.item
    organizer = reservation.organizer
    address = f"<{organizer.email}>" if organizer.email else None
    who = " ".join(filter(None, [organizer.name, address]))
    start, recurrence = reservation.start, None
    if item.repeat:
        # its first date may have been moved here since: that one follows when it is linked
        start = reservation.original_start or start
        recurrence = parse_rrule(item.repeat, start.astimezone(room.zone))
    return EventDraft(
        subject=reservation.subject,
        start=start,
        end=start + (reservation.end - reservation.start),
        all_day=reservation.all_day,
        time_zone=room.time_zone,
        transaction_id=item.transaction_id,
        body=f"Officebooking reservation {reservation.number} for {who}",
        location=room.name,
        tentative=reservation.status is Status.TENTATIVE,
        recurrence=recurrence,
        invite=organizer if company.config.push.invite_organizer else None,
    )
