"""What the company log says of a service, one entry for each: who cancelled the catering?"""

from __future__ import annotations

from collections.abc import Collection

from obctl.domain.company_log import Action, Entry
from obctl.domain.reservation import Reservation, Service


def service_entry(action: Action, reservation: Reservation, service: Service, done: str) -> Entry:
    """`done` is what was done and on, or with, what: "cancelled with reservation 7"."""
    what = f"{service.kind.value} for {service.quantity}"
    return Entry.about(reservation, action, f"{what} {done} (service {service.id})")


def service_entries(
    action: Action, reservation: Reservation, ids: Collection[int], done: str
) -> list[Entry]:
    """The entries of some of a reservation's services."""
    return [
        service_entry(action, reservation, service, f"{done} reservation {reservation.number}")
        for service in reservation.services
        if service.id in ids
    ]


def cancelled_with(reservation: Reservation) -> list[Entry]:
    """The entries of the services that are ordered, as they go with their reservation."""
    ordered = [service.id for service in reservation.ordered_services]
    return service_entries(Action.SERVICE_CANCELLED, reservation, ordered, "cancelled with")
