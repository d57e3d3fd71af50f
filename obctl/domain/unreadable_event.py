"""An event that is in a room's calendar and cannot be understood: named, and left alone.

One such event is its own trouble: the room's others are read as ever. Where a read is full of them,
it is the read that cannot be trusted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from msgspec import Struct

from obctl.domain.event import Event, EventId, SeriesKey
from obctl.domain.reservation import Reservation
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.errors import PartialRead

EVENT_UNREADABLE = "event-unreadable"
"""The code of the problem, and the condition of a day that holds such an event."""
A_FEW = 3
PERCENT = 20


class UnreadableEvent(Struct, frozen=True):
    """What can be told of such an event; `None` for what cannot.

    `wrong` says what is wrong with which field, or why Graph does not give the event at all; there
    is no `payload` then.
    """

    id: EventId | None
    wrong: str
    subject: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    series_master_id: EventId | None = None
    original_start: datetime | None = None
    ical_uid: str | None = None
    series_key: SeriesKey | None = None
    transaction_id: str | None = None
    payload: bytes = b""

    @property
    def handle(self) -> str:
        """What tells it from others: its id, or its content where it has none."""
        return self.id or f"without id, {hashlib.sha256(self.payload).hexdigest()[:16]}"

    @property
    def fingerprint(self) -> str:
        """The same as long as nothing new is to be said of it."""
        return hashlib.sha256(self.wrong.encode() + b"\0" + self.payload).hexdigest()

    @property
    def named(self) -> str:
        """The event as messages name it."""
        subject = f" ({self.subject!r})" if self.subject else ""
        return f"event {self.handle}{subject}"

    def may_touch(self, span: TimeSpan) -> bool:
        """Whether it may take place in `span`, as far as its times can be read."""
        starts_after = self.start is not None and self.start >= span.end
        ends_before = self.end is not None and self.end <= span.start
        return not (starts_after or ends_before)


class RecordedUnreadable(Struct, frozen=True):
    """An unreadable event of `room` as the store remembers it; it was first seen so at `since`."""

    room: RoomId
    event: UnreadableEvent
    since: datetime


class EventUnreadable(PartialRead):
    """Raised where one event was asked for and cannot be understood; `event` tells what can be."""

    def __init__(self, mailbox: str, event: UnreadableEvent) -> None:
        super().__init__(
            f"{event.named} of {mailbox} cannot be read: {event.wrong}",
            hint=f"as Graph sends it: obctl graph get users/{mailbox}/events/{event.id or ''}",
        )
        self.event = event


class Listing(tuple[Event, ...]):  # noqa: SLOT001  a tuple has no room for slots
    """The events of one list that can be read; `unreadable` are the others it holds."""

    unreadable: tuple[UnreadableEvent, ...]

    def __new__(
        cls, events: Iterable[Event] = (), unreadable: Iterable[UnreadableEvent] = ()
    ) -> Self:
        found = super().__new__(cls, events)
        found.unreadable = tuple(unreadable)
        return found

    def within(self, span: TimeSpan) -> Listing:
        """Those that take place in `span`, or may."""
        return Listing(
            (event for event in self if span.overlaps(event.start, event.end)),
            (event for event in self.unreadable if event.may_touch(span)),
        )

    def __reduce__(self) -> tuple[type[Listing], tuple[tuple[Event, ...], object]]:
        return Listing, (tuple(self), self.unreadable)


def unreadable_in(events: Iterable[Event]) -> tuple[UnreadableEvent, ...]:
    """What a list holds besides its readable events; none where it is no list of Graph's."""
    return events.unreadable if isinstance(events, Listing) else ()


def too_many(unreadable: int, read: int) -> bool:
    """Whether so many events of one read cannot be understood that the read itself is doubtful.

    Odd data befalls single events: a broken client wrote a few. Where it is more than a few and
    more than one in five, something between Graph and us is the likelier reason.
    """
    return unreadable > A_FEW and 100 * unreadable > PERCENT * (unreadable + read)


def may_be(event: UnreadableEvent, reservation: Reservation) -> bool:
    """Whether an unreadable event may be, or hide, the meeting of a reservation without its own.

    It may be the whole series, or the meeting under a new id. Of one without an id its time may be
    all that tells.
    """
    if event.id is not None and event.id == reservation.series_master_id:
        return True
    if event.series_key is not None:
        dates = (event.original_start, reservation.original_start)
        return event.series_key == reservation.series_key and (
            None in dates or len(set(dates)) == 1
        )
    return event.id is None and event.start in (None, reservation.start)
