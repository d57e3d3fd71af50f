"""What was ordered for a meeting that vanished, and comes back with it."""

from __future__ import annotations

from datetime import datetime

from obctl.domain.local_time import zoned_text
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import CancelledWith, Reservation, Service, ServiceKind
from obctl.domain.values import replace


def with_services_back(
    reservation: Reservation, now: datetime, organizer_says: OrganizerSays | None = None
) -> Reservation:
    """The reservation with every service ordered again that comes back with its meeting.

    Not what a person decided to cancel, what is locked by now, nor anything for a meeting that is
    over or that its organiser's own calendar shows as off.
    """
    if reservation.end <= now or organizer_says is OrganizerSays.CANCELLED:
        return reservation
    services = tuple(
        replace(item, cancelled=False, ending=None) if may_return(item, now) else item
        for item in reservation.services
    )
    return replace(reservation, services=services)


def may_return(service: Service, now: datetime) -> bool:
    """Whether a service was cancelled with its meeting alone, and can still be ordered."""
    return service.went_with(CancelledWith.MEETING) and not service.is_locked(now)


def stays_cancelled(service: Service) -> bool:
    """Whether somebody may miss a service of a meeting that is there again.

    What a person cancelled by itself is missed by nobody.
    """
    return service.cancelled and not service.went_with(CancelledWith.NOTHING_ELSE)


def why_cancelled(
    service: Service, reservation: Reservation, organizer_says: OrganizerSays | None = None
) -> str:
    """Which service it is, and why it is not ordered again for a reservation as it is now."""
    return f"{service_text(service)}, {_reason(service, reservation, organizer_says)}"


def service_text(service: Service) -> str:
    """A service as a sentence names it."""
    named = f" ({service.description})" if service.description else ""
    return f"service {service.id}, {service.kind.value} for {service.quantity}{named}"


def _reason(
    service: Service, reservation: Reservation, organizer_says: OrganizerSays | None
) -> str:
    ending = service.ending
    if ending is None:
        return "was cancelled, nobody knows by whom"
    if ending.cancelled_with is not CancelledWith.MEETING:
        return f"was cancelled with the reservation by {ending.by}"
    if organizer_says is OrganizerSays.CANCELLED:
        return "stays off, as the organiser's copy is cancelled"
    if service.kind is ServiceKind.VISITOR:
        return "is a registration, to be made anew"
    locked = service.locked_from
    if locked is not None and locked <= reservation.updated_at:
        return f"was locked from {zoned_text(locked, reservation.time_zone)}"
    return "is for a meeting that is over"
