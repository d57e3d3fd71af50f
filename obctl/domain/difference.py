"""A difference between the two sides, and the cause that explains it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from obctl.domain.event import EventId
from obctl.domain.reservation import ReservationNumber
from obctl.domain.room import RoomId, Verdict


class Confidence(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class DifferenceKind(StrEnum):
    MISSING_IN_OFFICEBOOKING = "missing_in_officebooking"
    MISSING_IN_OUTLOOK = "missing_in_outlook"
    CHANGED = "changed"
    DUPLICATE = "duplicate"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observed fact; `value` is plain JSON data."""

    fact: str
    value: str | int | bool | None


MEETS_NOW = "series.meets_now"
"""The evidence that says in words on which days a series meets now."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why two sides differ.

    `code` is stable vocabulary, `refuted_by` the one test that would prove it wrong, `remedy` the
    command or act that ends it.
    """

    code: str
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    refuted_by: str
    remedy: str

    @property
    def meets_now(self) -> str | None:
        """On which days the series of the meeting meets now, where it moved to others."""
        told = (str(item.value) for item in self.evidence if item.fact == MEETS_NOW)
        return next(told, None)


@dataclass(frozen=True, slots=True)
class FieldValues:
    """One field that differs: plain JSON values, instants as UTC text."""

    officebooking: str | bool | None
    outlook: str | bool | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding about one room and time."""

    kind: DifferenceKind
    room: RoomId
    start: datetime
    end: datetime
    subject: str
    reservation: ReservationNumber | None = None
    event_id: EventId | None = None
    ical_uid: str | None = None
    fields: dict[str, FieldValues] = field(default_factory=dict)
    cause: Cause | None = None
    missed_because: Cause | None = None


@dataclass(frozen=True, slots=True)
class RoomVerdict:
    """Whether a room's comparison can be trusted; `condition` names why not."""

    room: RoomId
    verdict: Verdict
    condition: str | None = None
