"""Building the facts about one difference: both sides of the room, and what was asked besides.

Pure: the engine asks. What it did not ask is left out, and is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from obctl.domain.causes.facts import Facts, OrganizerAnswer
from obctl.domain.company_log import LogEntry
from obctl.domain.difference import Difference
from obctl.domain.directory import same_id
from obctl.domain.event import Event, EventId, SeriesMaster
from obctl.domain.outbox import OutboxItem
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room, RoomId
from obctl.domain.room_answer import answered_at
from obctl.domain.series.same_date import is_continued
from obctl.domain.settings import SyncSettings
from obctl.domain.subscription import Subscription
from obctl.domain.sync.cancellation import CancellationRequest
from obctl.domain.sync.proof import series_id
from obctl.domain.sync.reading import Reading
from obctl.domain.sync.sides import Sides
from obctl.domain.time_span import TimeSpan

_A_MINUTE = timedelta(minutes=1)
_A_DAY = timedelta(days=1)
AROUND = timedelta(days=1)
"""How far around a difference other events of its room may matter to it."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment a room is judged at, and by which rules."""

    now: datetime
    settings: SyncSettings
    window: TimeSpan


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the store holds about a difference and its room.

    `same_key` are the reservations with the series key, of whichever room; `mapped` are all rooms;
    `copies` are other meetings of the room that bear the event's transaction id.
    """

    mapped: Sequence[Room]
    last_known: Event | None
    outbox: OutboxItem | None
    request: CancellationRequest | None
    subscriptions: tuple[Subscription, ...]
    inbox_waiting: bool
    notified_at: datetime | None
    history: tuple[LogEntry, ...]
    put_back: bool
    same_key: Sequence[Reservation]
    unread: Sequence[Event] = ()
    """The room's events around the difference as they were when last read, where a pass read but
    what changed."""
    copies: tuple[Event, ...] = ()
    planned_end: datetime | None = None

    @property
    def domains(self) -> frozenset[str]:
        """The company's mail domains."""
        return domains_of(self.mapped)


@dataclass(frozen=True, slots=True)
class Answers:
    """What Outlook and the directory answered about one difference.

    `instances` are the dates of its series that the room shows, wherever they were read.
    """

    master: SeriesMaster | None = None
    master_missing: bool = False
    instances: Sequence[Event] = ()
    elsewhere: tuple[tuple[Room, Event], ...] = ()
    called_off_elsewhere: tuple[tuple[Room, Event], ...] = ()
    goes_on: tuple[Room, Event] | None = None
    came_from: tuple[Room, Reservation] | None = None
    not_asked: tuple[Room, ...] = ()
    remembered: bool = False
    remembered_at: datetime | None = None
    organizer: OrganizerAnswer = OrganizerAnswer.UNKNOWN
    mailbox_id: str | None = None


def domains_of(rooms: Iterable[Room]) -> frozenset[str]:
    """The mail domains that the addresses of a company's rooms show."""
    return frozenset(room.mailbox.rpartition("@")[2].casefold() for room in rooms)


def reservation_of(sides: Sides, difference: Difference) -> Reservation | None:
    """The difference's reservation."""
    return next((r for r in sides.reservations if r.number == difference.reservation), None)


def event_of(sides: Sides, difference: Difference) -> Event | None:
    """The difference's event, as far as it is still in the calendar."""
    return next((e for e in sides.reading.events if e.id == difference.event_id), None)


def master_id_of(
    reading: Reading,
    event: Event | None,
    reservation: Reservation | None,
    last_known: Event | None,
) -> EventId | None:
    """The series that a difference belongs to, as whichever side knows it.

    That of a reservation by the id that its series has by now.
    """
    if event is not None and event.series_master_id:
        return event.series_master_id
    if reservation is not None and reservation.series_master_id:
        return series_id(reading, reservation)
    return last_known.series_master_id if last_known else None


def build_facts(
    sides: Sides,
    as_of: AsOf,
    difference: Difference,
    recorded: Recorded,
    answers: Answers,
) -> Facts:
    """Everything known about one difference, except what its organiser's calendar says."""
    room, events, gone = sides.room, sides.reading.events, sides.reading.gone
    reservation, event = reservation_of(sides, difference), event_of(sides, difference)
    master_id = master_id_of(sides.reading, event, reservation, recorded.last_known)
    nearby = _nearby(sides, difference, recorded)
    return Facts(
        difference=difference,
        room=room,
        now=as_of.now,
        settings=as_of.settings,
        window=as_of.window,
        reservation=reservation,
        agreed=sides.agreed.get(reservation.number) if reservation else None,
        event=event,
        event_missing=difference.event_id in gone,
        last_known=recorded.last_known,
        master=answers.master,
        master_missing=answers.master_missing,
        same_series=_same_series(difference, master_id, (*events, *answers.instances)),
        same_room=tuple(e for e in nearby if _meets(difference, e)),
        same_day=tuple(e for e in nearby if _meets(difference, e, AROUND)),
        successors=_successors(reservation, events),
        elsewhere=answers.elsewhere,
        called_off_elsewhere=answers.called_off_elsewhere,
        goes_on=answers.goes_on,
        came_from=answers.came_from,
        not_asked=answers.not_asked,
        remembered=answers.remembered,
        remembered_at=answers.remembered_at,
        rekeyed=_rekeyed(reservation, events),
        siblings=_siblings(sides, difference, recorded),
        outbox=recorded.outbox,
        request=recorded.request,
        subscriptions=recorded.subscriptions,
        inbox_waiting=recorded.inbox_waiting,
        notified_at=recorded.notified_at,
        last_run_at=room.last_synced_at,
        planned_end=recorded.planned_end,
        organizer=answers.organizer,
        domains=recorded.domains,
        history=recorded.history,
        reserved_elsewhere=_reserved_elsewhere(recorded, room),
        put_back=recorded.put_back,
        copies=recorded.copies,
        answered_at=answered_at(event) if event else None,
        copied_together=_copied_together(event, events),
        vanished_together=sum(
            1
            for other in sides.reservations
            if other is not reservation and other.event_id in gone and other.end <= as_of.now
        ),
        mailbox_id=answers.mailbox_id,
        mailbox_shared_with=tuple(
            other
            for other in recorded.mapped
            if other.id != room.id and same_id(other.object_id, room.object_id)
        ),
    )


def _siblings(sides: Sides, difference: Difference, recorded: Recorded) -> tuple[Reservation, ...]:
    """Reservations of the room that overlap, or belong to the same series on whatever day.

    An event that may go on for a date nearby finds that one too.
    """
    event = event_of(sides, difference)
    found = {
        r.number: r
        for r in sides.reservations
        if r.start < difference.end and r.end > difference.start
    }
    if event is not None and event.original_start:
        living = {e.id for e in sides.reading.events}
        found |= {
            r.number: r
            for r in sides.reservations
            if r.is_active and r.event_id not in living and is_continued(r, event)
        }
    found |= {r.number: r for r in recorded.same_key if r.room == sides.room.id}
    if difference.reservation is not None:
        found.pop(difference.reservation, None)
    return tuple(found[number] for number in sorted(found))


def _successors(reservation: Reservation | None, events: Iterable[Event]) -> tuple[Event, ...]:
    if reservation is None:
        return ()
    return tuple(event for event in events if is_continued(reservation, event))


def _same_series(
    difference: Difference, master_id: EventId | None, events: Iterable[Event]
) -> tuple[Event, ...]:
    if master_id is None:
        return ()
    found = {
        event.id: event
        for event in events
        if event.series_master_id == master_id and event.id != difference.event_id
    }
    return tuple(sorted(found.values(), key=lambda event: (event.start, event.id)))


def _meets(difference: Difference, event: Event, within: timedelta = timedelta(0)) -> bool:
    return event.start < difference.end + within and event.end > difference.start - within


def _nearby(sides: Sides, difference: Difference, recorded: Recorded) -> tuple[Event, ...]:
    """The room's other events, as read now or, where nothing changed, before."""
    reading = sides.reading
    known = {event.id for event in reading.events} | reading.gone
    unread = (event for event in recorded.unread if event.id not in known)
    return tuple(e for e in (*reading.events, *unread) if e.id != difference.event_id)


def _rekeyed(reservation: Reservation | None, events: Iterable[Event]) -> Event | None:
    if reservation is None or reservation.key is None:
        return None
    return next(
        (e for e in events if e.key == reservation.key and e.id != reservation.event_id), None
    )


def _reserved_elsewhere(recorded: Recorded, room: Room) -> tuple[tuple[Room, Reservation], ...]:
    rooms: dict[RoomId, Room] = {other.id: other for other in recorded.mapped}
    return tuple(
        (rooms[reservation.room], reservation)
        for reservation in recorded.same_key
        if reservation.room != room.id and reservation.is_active and reservation.room in rooms
    )


def _copied_together(event: Event | None, events: Iterable[Event]) -> int:
    """Of a series all dates are one meeting: they are as old as it is, and came with it."""
    if event is None or event.created_at is None:
        return 0
    made = event.created_at
    return len(
        {
            other.series_key
            for other in events
            if other.series_key not in (None, event.series_key)
            and other.created_at is not None
            and abs(other.created_at - made) < _A_MINUTE
            and other.born_at is not None
            and other.born_at < other.created_at - _A_DAY
        }
    )
