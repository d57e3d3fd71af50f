"""Reservations cancelled in Officebooking, with their services, and in Outlook with them."""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.company_log import Action
from obctl.domain.outbox import PushAction
from obctl.domain.reservation import (
    CancelledWith,
    Ending,
    ExternalState,
    Reservation,
    Status,
)
from obctl.domain.service_log import cancelled_with
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Connect
from obctl.engine.push.enqueue import CancelNotice, cancel_pending, enqueue
from obctl.engine.reservations.refusals import record, refusal_entry_of, refusals_logged
from obctl.engine.reservations.saved import Saved, push_saved
from obctl.engine.reservations.series_scope import SeriesScope, chosen_of
from obctl.engine.rooms.lockout import ensure_writable
from obctl.errors import UsageError
from obctl.store.cancellation_requests import decide_request, open_request
from obctl.store.outbox import pending_for
from obctl.store.reservations import find_reservation, load_by_series, update_reservation
from obctl.store.rooms import find_room_by_id
from obctl.store.services import cancel_services


async def cancel_reservation(
    company: Company, connect: Connect | None, number: int, scope: SeriesScope, notice: CancelNotice
) -> Saved:
    """Cancel a reservation, or those of its series that `scope` names, services included.

    Without `connect` the writes to Outlook are left to the next sync run.

    Raises `ResyncRequired` for a room that is locked out, and `UsageError` for a reservation that
    is cancelled already.
    """
    wanted = refusal_entry_of(company, number, "not cancelled")
    with refusals_logged(company, wanted), company.store.transaction():
        first = find_reservation(company.store, number)
        if not first.is_active:
            raise UsageError(
                f"reservation {number} is cancelled already", code="reservation-cancelled"
            )
        ensure_writable([find_room_by_id(company.store, first.room)])
        chosen = chosen_of(company, first, scope)
        cancelled = [_cancelled(company, reservation, notice) for reservation in chosen]
        _enqueue_cancels(company, cancelled, scope, notice)
    return await push_saved(company, connect, cancelled)


def _cancelled(company: Company, reservation: Reservation, notice: CancelNotice) -> Reservation:
    """One reservation once it is cancelled, with what else was to be done about it."""
    pending = pending_for(company.store, reservation.number)
    never_pushed = reservation.event_id is None and not any(item.attempts for item in pending)
    cancel_pending(company, pending, PushAction.CHANGE)
    if never_pushed:
        # a series goes to Outlook all the same, without this date
        single = [item for item in pending if not item.repeat]
        cancel_pending(company, single, PushAction.CREATE)
    after = replace(
        reservation,
        status=Status.CANCELLED,
        external_state=ExternalState.CANCELLED if never_pushed else ExternalState.PUSH_PENDING,
        version=reservation.version + 1,
        updated_at=company.now,
    )
    update_reservation(company.store, after)
    ending = Ending(company.now, company.actor, CancelledWith.RESERVATION)
    cancel_services(company.store, [item.id for item in reservation.ordered_services], ending)
    _decide(company, reservation, notice)
    phrase = "cancelled in Officebooking"
    record(company, after, Action.RESERVATION_CANCELLED, phrase, notice.note)
    company.journal.write(cancelled_with(reservation))
    return after


def _decide(company: Company, reservation: Reservation, notice: CancelNotice) -> None:
    """Approve the cancellation request that waits for a decision about it, if any."""
    request = open_request(company.store, reservation.number)
    if request is None:
        return
    decide_request(
        company.store,
        request.id,
        status=RequestStatus.APPROVED,
        at=company.now,
        by=company.actor,
        note=notice.note,
    )
    message = f"request {request.id} approved by it"
    record(company, reservation, Action.CANCELLATION_APPROVED, message)


def _enqueue_cancels(
    company: Company, cancelled: Sequence[Reservation], scope: SeriesScope, notice: CancelNotice
) -> None:
    linked = [reservation for reservation in cancelled if reservation.event_id]
    if scope is SeriesScope.ALL and linked and _is_all_there_is(company, linked):
        # one write for the whole series, not one for each date
        whole = replace(linked[0], event_id=linked[0].series_master_id)
        enqueue(company, whole, PushAction.CANCEL, notice=notice)
        return
    for reservation in linked:
        enqueue(company, reservation, PushAction.CANCEL, notice=notice)


def _is_all_there_is(company: Company, cancelled: Sequence[Reservation]) -> bool:
    """Whether these are one series of which nothing goes on: not even the date that runs now."""
    first = cancelled[0]
    if first.series_key is None or first.series_master_id is None:
        return False
    return all(date.series_master_id == first.series_master_id for date in cancelled) and not any(
        date.is_active and date.room == first.room and date.end > company.now
        for date in load_by_series(company.store, [first.series_key])
    )
