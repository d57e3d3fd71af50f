"""A change: one unit of a plan, as a value that can be shown, compared and applied."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from obctl.domain.cancellation import Proof, Reason
from obctl.domain.difference import Cause
from obctl.domain.event import Event
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import Reservation


class ChangeKind(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    MOVE = "move"
    CANCEL = "cancel"
    REQUEST = "request"
    CLOSE = "close"
    RESTORE = "restore"
    REKEY = "rekey"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field both sides changed: all three values, and the side whose value was kept."""

    field: str
    officebooking: str
    outlook: str
    agreed: str
    kept: str

    @property
    def words(self) -> str:
        return (
            f"{self.field}: Officebooking {self.officebooking}, Outlook {self.outlook},"
            f" agreed {self.agreed}; kept {self.kept}"
        )


class Change(Struct, frozen=True):
    """What becomes of one reservation.

    `after` is the reservation as it shall be (number 0 where it is new), `event` what Outlook shows
    for it, `None` where nothing is there any more.
    """

    kind: ChangeKind
    after: Reservation
    before: Reservation | None = None
    event: Event | None = None
    conflicts: tuple[Conflict, ...] = ()
    proof: Proof | None = None
    reason: Reason | None = None
    cause: Cause | None = None
    services_cancelled: tuple[int, ...] = ()
    twin: Reservation | None = None
    """Of a move: the reservation its meeting got meanwhile in the other room, and which ends."""
    organizer_says: OrganizerSays | None = None
    """Of a restored meeting: whether it takes place, by its organiser's own copy."""
    instead_of: Reservation | None = None
    """Of a new reservation: the one it may continue, in a room that cannot be read."""

    @property
    def withdraws(self) -> bool:
        """Whether the room loses this reservation, at once or when a person approves."""
        return self.kind in (ChangeKind.CANCEL, ChangeKind.REQUEST)
