"""Ordering and cancelling services on a reservation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from obctl.domain.company_log import Action, Entry
from obctl.domain.reservation import (
    CancelledWith,
    Ending,
    Reservation,
    Service,
    ServiceKind,
)
from obctl.domain.service_log import service_entry
from obctl.engine.company import Company
from obctl.errors import UsageError
from obctl.store import services as store
from obctl.store.reservations import find_reservation


def add_service(
    company: Company,
    number: int,
    kind: ServiceKind,
    description: str,
    quantity: int,
    locked_from: datetime | None,
) -> Service:
    """Order a service; raises `UsageError` on a reservation that is cancelled or over."""
    with company.store.transaction():
        reservation = find_reservation(company.store, number)
        _ensure_open(reservation, company.now)
        service = store.add_service(
            company.store,
            Service(0, reservation.number, kind, description, quantity, locked_from=locked_from),
        )
        company.journal.write(
            [service_entry(Action.SERVICE_ADDED, reservation, service, f"ordered on {_of(number)}")]
        )
    return service


def find_cancellable(company: Company, ids: Sequence[int]) -> list[Service]:
    """The services with these ids; raises `UsageError` where one is cancelled already.

    What went with a meeting that vanished may be cancelled for good: it would come back with it.
    """
    found = [store.find_service(company.store, service) for service in dict.fromkeys(ids)]
    for service in found:
        if service.cancelled and not service.went_with(CancelledWith.MEETING):
            raise UsageError(f"service {service.id} is cancelled already", code="already-cancelled")
    return found


def cancel_services(company: Company, services: Sequence[Service]) -> list[Service]:
    """Cancel services; whether locked ones may go is the caller's question to ask."""
    with company.store.transaction():
        ending = Ending(company.now, company.actor, CancelledWith.NOTHING_ELSE)
        store.cancel_services(company.store, [service.id for service in services], ending)
        company.journal.write(
            service_entry(
                Action.SERVICE_CANCELLED,
                find_reservation(company.store, service.reservation),
                service,
                f"cancelled on {_of(service.reservation)}",
            )
            for service in services
        )
    return [store.find_service(company.store, service.id) for service in services]


def find_movable(company: Company, ids: Sequence[int], to: int) -> list[Service]:
    """The services with these ids; raises `UsageError` where one cannot go to reservation `to`."""
    _ensure_open(find_reservation(company.store, to), company.now)
    found = [store.find_service(company.store, service) for service in dict.fromkeys(ids)]
    for service in found:
        if service.cancelled:
            raise UsageError(f"service {service.id} is cancelled", code="already-cancelled")
        if service.reservation == to:
            raise UsageError(
                f"service {service.id} is on reservation {to} already", code="already-there"
            )
    return found


def move_services(company: Company, services: Sequence[Service], to: int) -> list[Service]:
    """Hang services on another reservation, which says so as the one they leave does.

    Raises `UsageError` where one was cancelled meanwhile, or that reservation was.
    """
    with company.store.transaction():
        services = find_movable(company, [service.id for service in services], to)
        target = find_reservation(company.store, to)
        store.move_services(company.store, [service.id for service in services], to)
        for service in services:
            left = find_reservation(company.store, service.reservation)
            what = f"{service.kind.value} for {service.quantity} (service {service.id})"
            company.journal.write(
                [
                    Entry.about(left, Action.SERVICE_MOVED, f"{what} went to reservation {to}"),
                    Entry.about(
                        target,
                        Action.SERVICE_MOVED,
                        f"{what} came from reservation {service.reservation}",
                    ),
                ]
            )
    return [store.find_service(company.store, service.id) for service in services]


def _ensure_open(reservation: Reservation, now: datetime) -> None:
    why = None
    if not reservation.is_active:
        why = "is cancelled"
    elif reservation.end <= now:
        why = "is over"
    if why:
        raise UsageError(
            f"reservation {reservation.number} {why}: nothing can be ordered for it",
            code="reservation-closed",
        )


def _of(number: int) -> str:
    return f"reservation {number}"
