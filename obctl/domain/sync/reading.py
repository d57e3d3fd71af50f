"""A reading: what Outlook was when a room was read, and what that says about what is not there."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from obctl.domain.event import Event, EventId, SeriesMaster
from obctl.domain.organizer_copy import OrganizerReply, OrganizerSays
from obctl.domain.reservation import Reservation
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import UnreadableEvent
from obctl.domain.values import replace


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reading may speak about: a whole span, or some events and some series.

    Of what lies outside it a reading says nothing, least of all that it is gone.
    """

    span: TimeSpan
    whole: bool = False
    events: frozenset[EventId] = frozenset()
    series: frozenset[EventId] = frozenset()

    def covers(self, reservation: Reservation) -> bool:
        """Whether a reservation without an event in this reading lost its event."""
        if reservation.event_id is None:
            return False
        if not self.span.overlaps(reservation.start, reservation.end):
            return reservation.event_id in self.events
        return (
            self.whole
            or reservation.event_id in self.events
            or (reservation.series_master_id in self.series and bool(self.series))
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read of one room in one go.

    `masters` holds the masters that were asked for; `None` where Graph answered 404. `gone` are the
    events Graph was asked for by id and answered 404. `organizers` holds what organisers' calendars
    say of events that were put back once, `replies` all their answers: causes rest on these.
    `unreadable` are events that are there, or may be, and of which nothing else is known.
    """

    scope: Scope
    events: tuple[Event, ...]
    masters: Mapping[EventId, SeriesMaster | None] = field(default_factory=dict)
    gone: frozenset[EventId] = frozenset()
    organizers: Mapping[EventId, OrganizerSays] = field(default_factory=dict)
    replies: Mapping[EventId, OrganizerReply] = field(default_factory=dict)
    unreadable: tuple[UnreadableEvent, ...] = ()

    @property
    def says_nothing(self) -> bool:
        """Whether nothing changed: nothing was read, and nothing had to be."""
        scope = self.scope
        asked = scope.whole or scope.events or scope.series
        return not (self.events or self.gone or self.unreadable or asked)

    @property
    def there(self) -> set[EventId]:
        """The events that are there, whether or not they can be read."""
        return {event.id for event in self.events} | {e.id for e in self.unreadable if e.id}

    def joined(self, later: Reading) -> Reading:
        """This reading with what was asked for afterwards, which is the newer truth."""
        unread = {event.id for event in later.unreadable}
        events = {event.id: event for event in self.events if event.id not in unread}
        events |= {event.id: event for event in later.events}
        scope = replace(
            self.scope,
            events=self.scope.events | later.scope.events,
            series=self.scope.series | later.scope.series,
        )
        masters = {**self.masters, **later.masters}
        return Reading(
            scope,
            tuple(events.values()),
            masters,
            self.gone | later.gone,
            {**self.organizers, **later.organizers},
            {**self.replies, **later.replies},
            _still(events, self.gone | later.gone, (*self.unreadable, *later.unreadable)),
        )

    def with_unreadable(self, events: Iterable[UnreadableEvent]) -> Reading:
        """This reading with more that cannot be read; what is read of an id goes before."""
        known = {event.id for event in self.events}
        return replace(self, unreadable=_still(known, self.gone, (*self.unreadable, *events)))


def _still(
    read: Container[EventId | None],
    gone: Container[EventId | None],
    unreadable: Iterable[UnreadableEvent],
) -> tuple[UnreadableEvent, ...]:
    """What no answer has shown since, once each."""
    found = {event.handle: event for event in unreadable}
    return tuple(e for e in found.values() if e.id not in read and e.id not in gone)
