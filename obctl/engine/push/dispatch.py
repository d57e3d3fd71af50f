"""Officebooking -> Outlook: what the outbox holds is written, once, whatever happens between.

Each attempt is marked before it goes out, so that whoever changes the reservation meanwhile knows
that Outlook may have it; only once Graph has confirmed it do reservation, agreed state and outbox
change, in one transaction.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable

from obctl.domain.company_log import Action
from obctl.domain.event import Event, EventId, EventType
from obctl.domain.outbox import OutboxItem, PushAction, changes_of
from obctl.domain.reservation import Reservation
from obctl.domain.room import RoomId
from obctl.domain.sync.change import Conflict
from obctl.domain.sync.merge import merge
from obctl.domain.sync.run_report import Problem
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.push.confirm import (
    NoLongerPending,
    begin_attempt,
    record_cancelled,
    record_in_step,
)
from obctl.engine.push.create_event import cancel_orphan, create
from obctl.engine.push.delivery import Delivery, PushResult
from obctl.engine.push.event_gone import cancelled_there, decide_lost, is_lost
from obctl.engine.push.hidden import ensure_not_hidden
from obctl.engine.push.retry import record_defect, record_failure
from obctl.engine.push.slot_guard import ensure_free
from obctl.engine.push.take_off import TakenOff, take_off, untold
from obctl.engine.push.update_event import (
    as_written,
    begin_change,
    patch_as_read,
    resolve_after_error,
    resolve_in_doubt,
)
from obctl.engine.push.whole_series import WholeSeries
from obctl.engine.rooms.lockout import ensure_writable, with_lockout
from obctl.errors import (
    CredentialRefused,
    EventChanged,
    MailboxGone,
    NotFound,
    ObctlError,
    Unforeseen,
    defects_named,
)
from obctl.store.agreed_states import find_agreed
from obctl.store.cancellation_requests import open_request
from obctl.store.outbox import find_pending, load_pending, pending_for
from obctl.store.reservations import find_reservation, load_by_series
from obctl.store.rooms import find_room_by_id


async def push_due(
    company: Company, gateway: Gateway, *, rooms: Collection[RoomId]
) -> list[PushResult]:
    """Push everything that is due for these rooms; failures stay pending with a later due time."""
    due = [item for item in load_pending(company.store, due_by=company.now) if item.room in rooms]
    return await _push_all(company, gateway, due)


async def push_reservations(
    company: Company, gateway: Gateway, numbers: Iterable[int]
) -> list[PushResult]:
    """Push at once all that is pending for some reservations, in the order it was enqueued."""
    due = [item for number in numbers for item in pending_for(company.store, number)]
    due.sort(key=lambda item: item.id)
    results = await _push_all(company, gateway, due)
    await decide_lost(company, gateway, results)
    return results


async def _push_all(
    company: Company, gateway: Gateway, items: Iterable[OutboxItem]
) -> list[PushResult]:
    results: list[PushResult] = []
    queue = deque(items)
    moved_back: set[int] = set()
    whole_series = WholeSeries(company, gateway)
    while queue:
        due = queue.popleft()
        try:
            with defects_named(NoLongerPending):
                # Others work on the outbox too: what is pending when its turn has come counts.
                item = find_pending(company.store, due.id)
                if item is None:
                    continue
                if _waits(company, item):
                    if item.id not in moved_back:
                        moved_back.add(item.id)
                        queue.append(item)
                    continue
                results += await whole_series.write(item, queue)
                if find_pending(company.store, item.id) is None:
                    continue
                result = await _push(company, gateway, item)
        except NoLongerPending:
            continue
        except Unforeseen as error:
            record_defect(company, due, error)
            result = PushResult(due.reservation, error)
        results.append(result)
        if isinstance(result.error, CredentialRefused):
            break
        queue.extendleft(reversed(result.follow))
    return results


def _waits(company: Company, item: OutboxItem) -> bool:
    """Whether a reservation that moves must first stand in its new room before it leaves the old.

    Asked when its turn has come: the create before it may just have succeeded.
    """
    reservation = find_reservation(company.store, item.reservation)
    if not reservation.is_active:
        return False
    if item.action is PushAction.CREATE and item.room == reservation.room:
        return False
    return item.action is not PushAction.CHANGE and any(
        other.action is PushAction.CREATE and other.room == reservation.room
        for other in pending_for(company.store, item.reservation)
    )


async def _push(company: Company, gateway: Gateway, item: OutboxItem) -> PushResult:
    delivery = _delivery_of(company, item)
    try:
        ensure_writable([delivery.room])
        with defects_named(NoLongerPending):
            try:
                return await _write(company, gateway, delivery)
            except EventChanged:
                # Exchange rewrites what is new within seconds: read again, the write mostly passes.
                return await _write(company, gateway, delivery)
    except ObctlError as raw:
        if is_lost(raw) and open_request(company.store, item.reservation):
            # A person decides already; a meeting that turns up again is written as ever.
            raise NoLongerPending from raw
        error = await with_lockout(company, gateway, delivery.room, raw)
        record_failure(company, delivery, error)
        return PushResult(delivery.reservation.number, error)


async def _write(company: Company, gateway: Gateway, delivery: Delivery) -> PushResult:
    match delivery.item.action:
        case PushAction.CREATE if not delivery.is_wanted:
            await cancel_orphan(company, gateway, delivery)
        case PushAction.CREATE:
            return await create(company, gateway, delivery)
        case PushAction.CHANGE:
            await _change(company, gateway, delivery)
        case PushAction.CANCEL:
            return await _cancel(company, gateway, delivery)
    return PushResult(delivery.reservation.number)


def _delivery_of(company: Company, item: OutboxItem) -> Delivery:
    reservation = find_reservation(company.store, item.reservation)
    series: tuple[Reservation, ...] = ()
    whole = item.event_id is not None and item.event_id == reservation.series_master_id
    if reservation.series_key and (item.repeat or whole):
        dates = load_by_series(company.store, [reservation.series_key])
        series = tuple(date for date in dates if date.room == item.room)
    return Delivery(item, reservation, find_room_by_id(company.store, item.room), series)


async def _change(company: Company, gateway: Gateway, delivery: Delivery) -> None:
    if delivery.item.event_id is None:
        raise NotFound(f"reservation {delivery.reservation.number} has no event in Outlook")
    room, reservation = delivery.room, delivery.reservation
    conflicts: tuple[Conflict, ...] = ()
    event = await _event_now(company, gateway, delivery, delivery.item.event_id)
    if event.is_cancelled:
        raise cancelled_there(delivery)
    agreed = find_agreed(company.store, reservation.number)
    if agreed is not None:
        agreed = resolve_in_doubt(company, agreed, event)
        # Somebody may have changed it in Outlook since: that is merged, not overwritten.
        merged = merge(reservation, agreed, event)
        reservation, conflicts = merged.reservation, merged.conflicts
    changes = changes_of(reservation, agreed, event, room.time_zone)
    if changes.time is not None:
        span = TimeSpan(reservation.start, reservation.end)
        ensure_free(room, span, await gateway.fetch_view(room, span.at_once), [event.id])
    begin_change(company, delivery, changes)
    if changes:
        before = event
        try:
            event = await patch_as_read(gateway, room, event, changes)
        except ObctlError as error:
            await resolve_after_error(company, gateway, delivery, event.id, error)
            raise
        reservation = as_written(reservation, before, changes, event, company.now)
    record_in_step(
        company, delivery, [(reservation, event)], Action.PUSH_UPDATED, conflicts=conflicts
    )


async def _cancel(company: Company, gateway: Gateway, delivery: Delivery) -> PushResult:
    item = delivery.item
    begin_attempt(company, delivery)
    how = TakenOff.AS_ASKED
    problems: tuple[Problem, ...] = ()
    if item.event_id is not None:
        try:
            event = await _event_now(company, gateway, delivery, item.event_id)
            if not event.is_cancelled:
                how = await take_off(
                    gateway, delivery.room, event, item.note or "", silent=item.silent
                )
                problems = untold(delivery, event, how)
        except MailboxGone:
            raise
        except NotFound:
            pass  # gone already: what was wanted is so
    record_cancelled(company, delivery, phrase=how.value)
    return PushResult(delivery.reservation.number, problems=problems)


async def _event_now(
    company: Company, gateway: Gateway, delivery: Delivery, event_id: EventId
) -> Event:
    """The event to write, by its id or, since a mailbox may have been moved, by its key.

    Raises `NotFound` where it is really gone.
    """
    reservation = delivery.reservation
    try:
        event = await gateway.fetch_event(delivery.room, event_id)
    except MailboxGone:
        raise
    except NotFound:
        if reservation.key is None:
            raise
        for span in _where_it_may_be(company, reservation):
            view = await gateway.fetch_view(delivery.room, span)
            ensure_not_hidden(delivery.room, view, reservation)
            for event in view:
                if event.key == reservation.key:
                    if event.series_master_id and event_id == reservation.series_master_id:
                        return replace(event, id=event.series_master_id)
                    return event
        raise
    if event.type is EventType.MASTER and event_id != reservation.series_master_id:
        return await _date_of(company, gateway, delivery, event)
    return event


async def _date_of(company: Company, gateway: Gateway, delivery: Delivery, series: Event) -> Event:
    """What stands for one reservation in what became a series since: never the series itself."""
    reservation = delivery.reservation
    for span in _where_it_may_be(company, reservation):
        view = await gateway.fetch_view(delivery.room, span)
        ensure_not_hidden(delivery.room, view, reservation)
        for event in view:
            if event.series_master_id == series.id and event.start == span.start:
                return event
    raise NotFound(f"reservation {reservation.number} is no date of the series its meeting became")


def _where_it_may_be(company: Company, reservation: Reservation) -> list[TimeSpan]:
    """When an event takes place: as both sides know, or as a write whose answer was lost has it."""
    agreed = find_agreed(company.store, reservation.number)
    if agreed is None:
        return [TimeSpan(reservation.start, reservation.end)]
    tried = (one.time for one in agreed.tried if one.time is not None)
    return [TimeSpan(agreed.start, agreed.end), *(TimeSpan(one.start, one.end) for one in tried)]
