"""Cancellations from Outlook: which are processed, and which wait for a person.

`TABLE` is the whole decision, and README shows it. Rooms that cannot be trusted, ids that merely
changed or were never known, and what a guard stopped never get here: there, nothing is cancelled
whatever the setting.
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


class Outcome(StrEnum):
    """What becomes of a cancellation about which nobody is asked."""

    KEPT = "kept"
    PROCESSED = "processed"


Decision = Outcome | Reason
"""A `Reason` is why a person is asked."""


class RequestStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    PROCESSED = "processed"
    CLOSED = "closed"


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


class Standing(StrEnum):
    """How the reservation stands when its cancellation shows; several may hold at once."""

    OVER = "is over"
    CHANGED_HERE = "was changed in Officebooking since both agreed"
    GOES_ON = "has its meeting beside it, on another reservation of the room"
    NEEDED = "has catering, visitors or a locked service"
    STARTED = "has started"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; `None` stands for any."""

    proof: Proof | None
    standing: Standing | None
    off: Decision
    on: Decision

    def answers(self, proof: Proof, standings: frozenset[Standing]) -> bool:
        """Whether this row speaks about such a cancellation."""
        return self.proof in (None, proof) and (self.standing is None or self.standing in standings)


TABLE = (
    # in Outlook, the reservation,      Ignore Cancellation Requests: off, on
    Row(None, Standing.OVER, off=Outcome.KEPT, on=Outcome.KEPT),
    Row(None, Standing.CHANGED_HERE, off=Reason.CONFLICT, on=Outcome.PROCESSED),
    Row(None, Standing.GOES_ON, off=Outcome.PROCESSED, on=Outcome.PROCESSED),
    Row(Proof.UNPROVEN, None, off=Reason.UNPROVEN, on=Outcome.PROCESSED),
    Row(Proof.PROVEN, Standing.NEEDED, off=Reason.SERVICES_BOOKED, on=Outcome.PROCESSED),
    Row(Proof.PROVEN, Standing.STARTED, off=Reason.ALREADY_STARTED, on=Outcome.PROCESSED),
    Row(Proof.PROVEN, None, off=Outcome.PROCESSED, on=Outcome.PROCESSED),
)
"""What becomes of a cancellation: the first row that answers wins."""


def decide(
    reservation: Reservation,
    *,
    proof: Proof,
    changed_here: bool,
    ignore_requests: bool,
    now: datetime,
    goes_on: bool = False,
) -> Decision:
    """What to do with a cancellation of `reservation` that Outlook shows.

    `changed_here`: somebody changed the reservation in Officebooking since both sides agreed.
    `ignore_requests`: the company's setting *Ignore Cancellation Requests*.
    `goes_on`: another reservation of the room has the same meeting, which is still there.
    """
    standings = _standings(reservation, changed_here=changed_here, goes_on=goes_on, now=now)
    row = next(row for row in TABLE if row.answers(proof, standings))
    return row.on if ignore_requests else row.off


def _standings(
    reservation: Reservation, *, changed_here: bool, goes_on: bool, now: datetime
) -> frozenset[Standing]:
    holds = {
        Standing.OVER: reservation.end <= now,
        Standing.CHANGED_HERE: changed_here,
        Standing.GOES_ON: goes_on,
        Standing.NEEDED: any(item.holds_reservation(now) for item in reservation.services),
        Standing.STARTED: reservation.start <= now,
    }
    return frozenset(standing for standing, it_does in holds.items() if it_does)


def impact_of(reservation: Reservation, *, decided: bool = False) -> Impact:
    """What an approval would cancel besides the reservation itself, or once `decided` did."""
    ordered = reservation.services if decided else reservation.ordered_services
    return Impact(
        services=len(ordered),
        catering_for=sum(s.quantity for s in ordered if s.kind is ServiceKind.CATERING),
        visitors=sum(s.quantity for s in ordered if s.kind is ServiceKind.VISITOR),
    )
