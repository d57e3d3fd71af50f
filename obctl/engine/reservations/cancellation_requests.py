"""Cancellation requests: shown, asked about, approved or rejected by a person."""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.company_log import Action, Entry
from obctl.domain.outbox import PushAction
from obctl.domain.reservation import (
    CancelledWith,
    Ending,
    ExternalState,
    Reservation,
    Status,
)
from obctl.domain.room import Room
from obctl.domain.service_log import cancelled_with
from obctl.domain.sync.cancellation import CancellationRequest, RequestStatus
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.push.enqueue import enqueue
from obctl.engine.rooms.lockout import ensure_writable
from obctl.errors import UsageError
from obctl.store.agreed_states import forget_agreed
from obctl.store.cancellation_requests import decide_request, find_request, load_requests
from obctl.store.outbox import cancel_pending_of
from obctl.store.reservations import find_reservation, update_reservation
from obctl.store.rooms import find_room_by_id
from obctl.store.services import cancel_services


def requests_matching(
    company: Company,
    *,
    status: RequestStatus | None = None,
    room: Room | None = None,
    cause: str | None = None,
) -> list[tuple[CancellationRequest, Reservation]]:
    """Requests with their reservations, oldest first."""
    found = []
    for request in load_requests(company.store, status):
        reservation = find_reservation(company.store, request.reservation)
        if room is not None and reservation.room != room.id:
            continue
        if cause is not None and (request.cause is None or request.cause.code != cause):
            continue
        found.append((request, reservation))
    return found


def approve(
    company: Company, requests: Sequence[int], *, note: str | None
) -> list[CancellationRequest]:
    """*Cancel*: reservation and services are cancelled; all of the requests or none."""
    with company.store.transaction():
        for number in requests:
            request, reservation = _open_request(company, number)
            now = company.now
            update_reservation(
                company.store,
                replace(
                    reservation,
                    status=Status.CANCELLED,
                    external_state=ExternalState.CANCELLED,
                    updated_at=now,
                ),
            )
            services = reservation.ordered_services
            ending = Ending(now, company.actor, CancelledWith.RESERVATION)
            cancel_services(company.store, [service.id for service in services], ending)
            forget_agreed(company.store, [reservation.number])
            cancel_pending_of(company.store, reservation.number, reservation.room, now)
            _decide(company, request, RequestStatus.APPROVED, note)
            message = f"approved by {company.actor}: reservation {reservation.number} cancelled"
            if services:
                message += f" with {len(services)} service{'s' if len(services) > 1 else ''}"
            _log(company, reservation, Action.CANCELLATION_APPROVED, message, note)
            company.journal.write(cancelled_with(reservation))
        return [find_request(company.store, number) for number in requests]


def reject(
    company: Company, requests: Sequence[int], *, note: str | None, push_back: bool
) -> list[CancellationRequest]:
    """Keep the reservations; `push_back` writes them to Outlook again."""
    with company.store.transaction():
        for number in requests:
            request, reservation = _open_request(company, number)
            now = company.now
            kept = replace(
                reservation,
                external_state=ExternalState.PUSH_PENDING
                if push_back
                else ExternalState.NOT_ON_OUTLOOK,
                version=reservation.version + 1,
                updated_at=now,
            )
            update_reservation(company.store, kept)
            forget_agreed(company.store, [reservation.number])
            cancel_pending_of(company.store, reservation.number, reservation.room, now)
            if push_back:
                ensure_writable([find_room_by_id(company.store, reservation.room)])
                enqueue(company, replace(kept, event_id=None), PushAction.CREATE)
            _decide(company, request, RequestStatus.REJECTED, note)
            what = "to be written to Outlook again" if push_back else "kept, not in Outlook"
            message = f"rejected by {company.actor}: reservation {reservation.number} {what}"
            _log(company, reservation, Action.CANCELLATION_REJECTED, message, note)
        return [find_request(company.store, number) for number in requests]


def _open_request(company: Company, number: int) -> tuple[CancellationRequest, Reservation]:
    request = find_request(company.store, number)
    if request.status is not RequestStatus.OPEN:
        raise UsageError(
            f"request {number} is {request.status} already; nothing was changed",
            hint=f"obctl cancellations show {number}",
            code="request-decided",
        )
    return request, find_reservation(company.store, request.reservation)


def _decide(
    company: Company, request: CancellationRequest, status: RequestStatus, note: str | None
) -> None:
    decide_request(
        company.store, request.id, status=status, at=company.now, by=company.actor, note=note
    )


def _log(
    company: Company, reservation: Reservation, action: Action, phrase: str, note: str | None
) -> None:
    message = f"{phrase}: {note}" if note else phrase
    company.journal.write([Entry.about(reservation, action, message)])
