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
from obctl.domain.recurrence import parse_rrule
from obctl.domain.reservation import Status
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.push.confirm import begin_attempt, record_cancelled, record_in_step
from obctl.engine.push.delivery import Delivery, PushResult
from obctl.engine.push.link_series import link_series
from obctl.engine.push.relink import relink
from obctl.engine.push.slot_guard import check_double_booking, ensure_free_at
from obctl.engine.push.take_off import take_off
from obctl.engine.push.update_event import patch_as_read
from obctl.errors import GraphRefused

_AROUND = timedelta(days=1)


async def create(company: Company, gateway: Gateway, delivery: Delivery) -> PushResult:
    """Write the event of a reservation, or the series of many, unless an attempt did already."""
    reservation, room = delivery.reservation, delivery.room
    draft = draft_of(company, delivery)
    slots = _slots(delivery, draft)
    span = TimeSpan(slots[0].start, slots[-1].end)
    looked_at = _tried(delivery.item, span)
    if reservation.series_key and not delivery.item.repeat:
        looked_at = looked_at.widened(_AROUND)
    view = await gateway.fetch_view(room, looked_at)
    event = _own(view, delivery.item)
    if event is None and (linked := await relink(company, gateway, delivery, view)):
        return linked
    if event is None:
        ensure_free_at(room, view, slots)
        begin_attempt(company, delivery, span)
        event = await _post(gateway, delivery, draft)
    if draft.recurrence is not None:
        return await link_series(company, gateway, delivery, event, draft.recurrence)
    event = await gateway.fetch_event(room, event.id)
    if changes := changes_of(reservation, None, event, room.time_zone):
        event = await patch_as_read(gateway, room, event, changes)
    record_in_step(company, delivery, [(reservation, event)], Action.PUSH_CREATED)
    problems = await check_double_booking(company, gateway, delivery, [(reservation, event)])
    return PushResult(reservation.number, problems=problems)


async def cancel_orphan(company: Company, gateway: Gateway, delivery: Delivery) -> None:
    """Cancel what an attempt may have left in a room where nobody wants it any more."""
    found: tuple[EventId, ...] = ()
    if delivery.item.attempts:
        draft = draft_of(company, delivery)
        span = _tried(delivery.item, TimeSpan(draft.start, draft.end))
        event = _own(await gateway.fetch_view(delivery.room, span), delivery.item)
        if event is not None:
            found = (event.id,)
            if event.takes_room:
                await take_off(gateway, delivery.room, event, delivery.item.note or "")
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


async def _post(gateway: Gateway, delivery: Delivery, draft: EventDraft) -> Event:
    try:
        return await gateway.create_event(delivery.room, draft)
    except GraphRefused as error:
        if error.graph is None or error.graph.status != HTTPStatus.CONFLICT:
            raise
        # An earlier attempt with this transaction id succeeded and its answer was lost.
        span = _tried(delivery.item, TimeSpan(draft.start, draft.end))
        found = _own(await gateway.fetch_view(delivery.room, span), delivery.item)
        if found is None:
            raise
        return found


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
