"""A change: one unit of a plan, as a value that can be shown, compared and applied.

One class for each thing that can become of a reservation, with what belongs to it and nothing else.
`before` is the reservation as it is, `after` as it shall be, `event` what Outlook shows for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, assert_never

from msgspec import Struct

from obctl.domain.difference import Cause
from obctl.domain.event import Event
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import Reservation, Service
from obctl.domain.sync.cancellation import Proof, Reason
from obctl.domain.sync.services_return import stays_cancelled


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field both sides changed: all three values, and the side whose value was kept."""

    field: str
    officebooking: str
    outlook: str
    agreed: str
    kept: str

    @property
    def message(self) -> str:
        return (
            f"{self.field}: Officebooking {self.officebooking}, Outlook {self.outlook},"
            f" agreed {self.agreed}; kept {self.kept}"
        )


class Create(Struct, frozen=True):
    """A new reservation for an event that nobody in Officebooking knows; its number is 0 yet."""

    kind: ClassVar[str] = "create"
    after: Reservation
    event: Event
    instead_of: Reservation | None = None
    """The one it may continue, in a room that cannot be read."""


class Update(Struct, frozen=True):
    """The meeting was changed in Outlook, or on both sides."""

    kind: ClassVar[str] = "update"
    before: Reservation
    after: Reservation
    event: Event
    conflicts: tuple[Conflict, ...] = ()


class Rekey(Struct, frozen=True):
    """The same meeting under other ids."""

    kind: ClassVar[str] = "rekey"
    before: Reservation
    after: Reservation
    event: Event
    conflicts: tuple[Conflict, ...] = ()


class Restore(Struct, frozen=True):
    """The meeting of a reservation that was cancelled, or kept without it, is there again."""

    kind: ClassVar[str] = "restore"
    before: Reservation
    after: Reservation
    event: Event
    organizer_says: OrganizerSays | None = None
    """Whether it takes place, by its organiser's own copy."""

    @property
    def services_restored(self) -> tuple[int, ...]:
        cancelled = {service.id for service in self.before.services if service.cancelled}
        return tuple(item.id for item in self.after.ordered_services if item.id in cancelled)

    @property
    def services_left(self) -> tuple[Service, ...]:
        """What was ordered once, is cancelled and stays so, and somebody may miss."""
        return tuple(service for service in self.after.services if stays_cancelled(service))


class Close(Struct, frozen=True):
    """The meeting about which a person was asked is there again: the request closes itself."""

    kind: ClassVar[str] = "close"
    before: Reservation
    after: Reservation
    event: Event
    conflicts: tuple[Conflict, ...] = ()


class Move(Struct, frozen=True):
    """The meeting is in another room now, and the reservation goes there with its services."""

    kind: ClassVar[str] = "move"
    before: Reservation
    after: Reservation
    event: Event
    conflicts: tuple[Conflict, ...] = ()
    interim: Reservation | None = None
    """The reservation its meeting got meanwhile in the other room, and which ends."""


class Cancel(Struct, frozen=True):
    """The meeting is off; reservation and services are cancelled."""

    kind: ClassVar[str] = "cancel"
    before: Reservation
    after: Reservation
    event: Event | None
    proof: Proof
    cause: Cause | None = None

    @property
    def services_cancelled(self) -> tuple[int, ...]:
        return tuple(service.id for service in self.before.ordered_services)


class Absorb(Struct, frozen=True):
    """The meeting goes on beside, as another reservation, which gets the services; this one ends.

    To whoever reads a plan it is a cancellation, and says where the meeting goes on.
    """

    kind: ClassVar[str] = "cancel"
    before: Reservation
    after: Reservation
    event: Event | None
    proof: Proof
    goes_on_as: Reservation
    cause: Cause | None = None

    @property
    def services_moved(self) -> tuple[int, ...]:
        return tuple(service.id for service in self.before.ordered_services)


class Request(Struct, frozen=True):
    """A person has to decide whether the reservation is cancelled."""

    kind: ClassVar[str] = "request"
    before: Reservation
    after: Reservation
    event: Event | None
    proof: Proof
    reason: Reason
    cause: Cause | None = None


Withdrawal = Cancel | Absorb | Request
"""The room loses this reservation, at once or when a person approves."""
Change = Create | Update | Rekey | Restore | Close | Move | Withdrawal


def conflicts_of(change: Change) -> tuple[Conflict, ...]:
    """The fields that both sides had changed."""
    match change:
        case Update() | Rekey() | Close() | Move():
            return change.conflicts
        case Create() | Restore() | Cancel() | Absorb() | Request():
            return ()
        case _:
            assert_never(change)
