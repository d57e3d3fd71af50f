"""Cancellations from Outlook: which are processed, and which wait for a person.

Past reservations, rooms that cannot be
trusted and merely changed ids never get here: those are never cancelled, whatever the setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from obctl.domain.difference import Cause
from obctl.domain.reservation import Reservation, ReservationNumber, ServiceKind


class Proof(StrEnum):
    """Whether Outlook itself says that the meeting was cancelled, or it is merely not there."""

    PROVEN = "proven"
    UNPROVEN = "unproven"


class Reason(StrEnum):
    """Why a cancellation cannot be processed without a person."""

    SERVICES_BOOKED = "services-booked"
    ALREADY_STARTED = "already-started"
    UNPROVEN = "unproven"
    CONFLICT = "conflict"


class Verdict(StrEnum):
    """What becomes of a cancellation."""

    PROCESS = "process"
    REQUEST = "request"
    NEVER = "never"


class RequestStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    PROCESSED = "processed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict with its reason; a processed cancellation has none."""

    verdict: Verdict
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Impact:
    """What goes with the reservation if the request is approved."""

    services: int
    catering_for: int
    visitors: int


@dataclass(frozen=True, slots=True)
class CancellationRequest:
    """A cancellation from Outlook that waits, or waited, for a person's decision."""

    id: int
    reservation: ReservationNumber
    reason: Reason
    cause: Cause | None
    requested_at: datetime
    status: RequestStatus = RequestStatus.OPEN
    decided_at: datetime | None = None
    decided_by: str | None = None
    note: str | None = None


def decide(
    reservation: Reservation,
    *,
    proof: Proof,
    changed_here: bool,
    ignore_requests: bool,
    now: datetime,
) -> Decision:
    """What to do with a cancellation of `reservation` that Outlook shows.

    `changed_here`: somebody changed the reservation in Officebooking since both sides agreed.
    `ignore_requests`: the company's setting *Ignore Cancellation Requests*.
    """
    if reservation.end <= now:
        return Decision(Verdict.NEVER)
    reason = _reason(reservation, proof=proof, changed_here=changed_here, now=now)
    if reason is None or ignore_requests:
        return Decision(Verdict.PROCESS)
    return Decision(Verdict.REQUEST, reason)


def _reason(
    reservation: Reservation, *, proof: Proof, changed_here: bool, now: datetime
) -> Reason | None:
    if changed_here:
        return Reason.CONFLICT
    if proof is Proof.UNPROVEN:
        return Reason.UNPROVEN
    if any(service.holds_reservation(now) for service in reservation.services):
        return Reason.SERVICES_BOOKED
    if reservation.start <= now:
        return Reason.ALREADY_STARTED
    return None


def impact_of(reservation: Reservation, *, decided: bool = False) -> Impact:
    """What an approval would cancel besides the reservation itself, or once `decided` did."""
    ordered = reservation.services if decided else reservation.ordered_services
    return Impact(
        services=len(ordered),
        catering_for=sum(s.quantity for s in ordered if s.kind is ServiceKind.CATERING),
        visitors=sum(s.quantity for s in ordered if s.kind is ServiceKind.VISITOR),
    )
