"""The services of a day in some rooms, as whoever brings or receives them needs to know them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from obctl.domain.enums import ServiceKind
from obctl.domain.reservation import Reservation, Service
from obctl.domain.service_changes import Place


class LineState(StrEnum):
    """Whether something is to be brought; the words of `services list` and one more."""

    ORDERED = "ordered"
    CANCELLED = "cancelled"
    MOVED_AWAY = "moved-away"
    """It was on this sheet and is on another now."""


@dataclass(frozen=True, slots=True)
class Line:
    """One service of the day; `place` is where it was, of one that moved away.

    `request` is the cancellation request that waits for a person.
    """

    service: Service
    reservation: Reservation
    place: Place
    state: LineState
    changes: tuple[str, ...]
    request: int | None = None


@dataclass(frozen=True, slots=True)
class DaySheet:
    """The lines by start; `remarks` say what the sheet cannot know, `read` when rooms were read.

    Changes are told since `since`, of each room the beginning of the day before the sheet was asked
    for, as it passes there; the earliest where zones differ.
    """

    day: date
    kind: ServiceKind | None
    location: str | None
    time_zones: tuple[str, ...]
    """Those of the rooms, at least one."""
    since: datetime
    lines: tuple[Line, ...]
    read: tuple[datetime, datetime] | None
    """The oldest and the newest good read of the rooms; `None` where no room had one."""
    remarks: tuple[str, ...]

    @property
    def totals(self) -> list[tuple[ServiceKind, str, int]]:
        """How many of each thing are to be brought: what is ordered, by its description."""
        return totals(line.service for line in self.lines if line.state is LineState.ORDERED)


def totals(services: Iterable[Service]) -> list[tuple[ServiceKind, str, int]]:
    """The quantities of each thing added up; case and blanks make no other thing of it."""
    found: dict[tuple[ServiceKind, str], tuple[str, int]] = {}
    for service in services:
        key = service.kind, " ".join(service.description.casefold().split())
        words, number = found.get(key, (service.description, 0))
        found[key] = words, number + service.quantity
    return [(kind, words, number) for (kind, _), (words, number) in sorted(found.items())]
