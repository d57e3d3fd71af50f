"""Officebooking -> Outlook: what the outbox owes is written, once, whatever happens between.

Each write is claimed before it goes out, so that whoever changes the reservation meanwhile knows
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
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.push.confirm import (
    NoLongerOwed,
    claim,
    record_cancelled,
    record_in_step,
)
from obctl.engine.push.create_event import create, withdraw
from obctl.engine.push.delivery import Owed
from obctl.engine.push.delivery import PushResult as PushResult
from obctl.engine.push.event_gone import cancelled_there, decide_lost, is_lost
from obctl.engine.push.retry import record_defect, record_failure
from obctl.engine.push.slot_guard import ensure_free
from obctl.engine.push.update_event import claim_change, patch_as_read, settle, settle_failed
from obctl.engine.rooms.lockout import ensure_not_locked_out, explained
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
from obctl.store.outbox import find_owed, load_owed, owed_for
from obctl.store.reservations import find_reservation, load_by_series
from obctl.store.rooms import find_room_by_id


async def push_owed(
    company: Company, gateway: Gateway, *, rooms: Collection[RoomId]
) -> list[PushResult]:
    """Push everything that is due for these rooms; failures stay owed with a later due time."""
    due = [item for item in load_owed(company.store, due_by=company.now) if item.room in rooms]
    return await _push_all(company, gateway, due)


async def push_reservations(
    company: Company, gateway: Gateway, numbers: Iterable[int]
) -> list[PushResult]:
    """Push at once what is owed for some reservations, due or not, in the order it was owed."""
    owed = [item for number in numbers for item in owed_for(company.store, number)]
    owed.sort(key=lambda item: item.id)
    results = await _push_all(company, gateway, owed)
    await decide_lost(company, gateway, results)
    return results


async def _push_all(
    company: Company, gateway: Gateway, items: Iterable[OutboxItem]
) -> list[PushResult]:
    results: list[PushResult] = []
    queue = deque(items)
    put_off: set[int] = set()
    while queue:
        due = queue.popleft()
        try:
            with defects_named(NoLongerOwed):
                # Others work on the outbox too: what is owed when its turn has come counts.
                item = find_owed(company.store, due.id)
                if item is None:
                    continue
                if _waits(company, item):
                    if item.id not in put_off:
                        put_off.add(item.id)
                        queue.append(item)
                    continue
                result = await _push(company, gateway, item)
        except NoLongerOwed:
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
        for other in owed_for(company.store, item.reservation)
    )


async def _push(company: Company, gateway: Gateway, item: OutboxItem) -> PushResult:
    owed = _owed(company, item)
    try:
        ensure_not_locked_out([owed.room])
        with defects_named(NoLongerOwed):
            try:
                return await _write(company, gateway, owed)
            except EventChanged:
                # Exchange rewrites what is new within seconds: read again, the write mostly passes.
                return await _write(company, gateway, owed)
    except ObctlError as raw:
        if is_lost(raw) and open_request(company.store, item.reservation):
            # A person decides already; a meeting that turns up again is written as ever.
            raise NoLongerOwed from raw
        error = await explained(company, gateway, owed.room, raw)
        record_failure(company, owed, error)
        return PushResult(owed.reservation.number, error)


async def _write(company: Company, gateway: Gateway, owed: Owed) -> PushResult:
    match owed.item.action:
        case PushAction.CREATE if not owed.is_wanted:
            await withdraw(company, gateway, owed)
        case PushAction.CREATE:
            return await create(company, gateway, owed)
        case PushAction.CHANGE:
            await _change(company, gateway, owed)
        case PushAction.CANCEL:
            await _cancel(company, gateway, owed)
    return PushResult(owed.reservation.number)


def _owed(company: Company, item: OutboxItem) -> Owed:
    reservation = find_reservation(company.store, item.reservation)
    series: tuple[Reservation, ...] = ()
    whole = item.event_id is not None and item.event_id == reservation.series_master_id
    if reservation.series_key and (item.repeat or whole):
        dates = load_by_series(company.store, [reservation.series_key])
        series = tuple(date for date in dates if date.room == item.room)
    return Owed(item, reservation, find_room_by_id(company.store, item.room), series)


async def _change(company: Company, gateway: Gateway, owed: Owed) -> None:
    if owed.item.event_id is None:
        raise NotFound(f"reservation {owed.reservation.number} has no event in Outlook")
    room, reservation = owed.room, owed.reservation
    conflicts: tuple[Conflict, ...] = ()
    event = await _event_now(company, gateway, owed, owed.item.event_id)
    if event.is_cancelled:
        raise cancelled_there(owed)
    agreed = find_agreed(company.store, reservation.number)
    if agreed is not None:
        agreed = settle(company, agreed, event)
        # Somebody may have changed it in Outlook since: that is merged, not overwritten.
        merged = merge(reservation, agreed, event)
        reservation, conflicts = merged.reservation, merged.conflicts
    changes = changes_of(reservation, agreed, event, room.time_zone)
    if changes.time is not None:
        span = TimeSpan(reservation.start, reservation.end)
        ensure_free(room, await gateway.fetch_view(room, span), [event.id])
    claim_change(company, owed, changes)
    if changes:
        try:
            event = await patch_as_read(gateway, room, event, changes)
        except ObctlError as error:
            await settle_failed(company, gateway, owed, event.id, error)
            raise
    record_in_step(company, owed, [(reservation, event)], Action.PUSH_UPDATED, conflicts=conflicts)


async def _cancel(company: Company, gateway: Gateway, owed: Owed) -> None:
    item = owed.item
    claim(company, owed)
    if item.event_id is not None:
        try:
            event = await _event_now(company, gateway, owed, item.event_id)
            note = item.note or ""
            if event.is_cancelled:
                pass
            elif event.is_organizer:
                await gateway.cancel_event(owed.room, event.id, note)
            else:
                await gateway.decline_event(owed.room, event.id, note, send=not item.silent)
        except MailboxGone:
            raise
        except NotFound:
            pass  # gone already: what was wanted is so
    record_cancelled(company, owed)


async def _event_now(company: Company, gateway: Gateway, owed: Owed, event_id: EventId) -> Event:
    """The event to write, by its id or, since a mailbox may have been moved, by its key.

    Raises `NotFound` where it is really gone.
    """
    reservation = owed.reservation
    try:
        event = await gateway.fetch_event(owed.room, event_id)
    except MailboxGone:
        raise
    except NotFound:
        if reservation.key is None:
            raise
        for span in _where_it_may_be(company, reservation):
            for event in await gateway.fetch_view(owed.room, span):
                if event.key == reservation.key:
                    if event.series_master_id and event_id == reservation.series_master_id:
                        return replace(event, id=event.series_master_id)
                    return event
        raise
    if event.type is EventType.MASTER and event_id != reservation.series_master_id:
        return await _date_of(company, gateway, owed, event)
    return event


async def _date_of(company: Company, gateway: Gateway, owed: Owed, series: Event) -> Event:
    """What stands for one reservation in what became a series since: never the series itself."""
    reservation = owed.reservation
    for span in _where_it_may_be(company, reservation):
        for event in await gateway.fetch_view(owed.room, span):
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
