"""Which reservation belongs to which event: the answer that the pass, `diff` and all others share.

What is alive goes first. By id, then by what survives every change of id: series key and original
start. Last by the slot, where no identity says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from obctl.domain.agreed_state import AgreedState
from obctl.domain.event import Event, EventId, EventType, Response, SeriesKey, same_person
from obctl.domain.outbox import pushed_for
from obctl.domain.reservation import (
    WRITE_PENDING,
    ExternalState,
    Reservation,
    ReservationNumber,
    Status,
)
from obctl.domain.series.same_date import is_continued, is_on_its_day, is_same_date, is_same_day
from obctl.domain.sync.organizers import with_known_addresses
from obctl.domain.sync.proof import is_cut_off, series_id
from obctl.domain.sync.reading import Reading
from obctl.domain.sync.sides import Sides
from obctl.domain.unreadable_event import UnreadableEvent, may_be
from obctl.domain.values import replace

Pair = tuple[Reservation, Event]


@dataclass(frozen=True, slots=True)
class Matching:
    """Both sides of a room, and which of them belong together.

    Each reservation and each event is matched or alone, cancelled ones included. Series masters
    are no events of their own. Reservations whose event may be one that cannot be read are
    `withheld`: they have neither lost it nor another one.
    """

    sides: Sides
    pairs: tuple[Pair, ...]
    lone_reservations: tuple[Reservation, ...]
    lone_events: tuple[Event, ...]
    withheld: tuple[tuple[Reservation, UnreadableEvent], ...] = ()

    def by_event(self) -> dict[EventId, Reservation]:
        """The reservation of each event that has one."""
        return {event.id: reservation for reservation, event in self.pairs}

    @property
    def is_plain(self) -> bool:
        """Whether all that was read takes place as one standing reservation has it, by its id.

        Then nothing is missing, new or doubtful: there is nobody to ask and no other room to wait
        for. Whether the two halves of a pair agree is another question.
        """
        reading = self.sides.reading
        keys = {event.series_key for event in reading.events if event.series_key}
        return all(
            owner.is_active and owner.event_id == event.id and event.takes_room
            for owner, event in self.pairs
        ) and not (
            any(event.takes_room for event in self.lone_events)
            or any(_is_open(item, reading, keys) for item in self.lone_reservations)
        )


def match(sides: Sides) -> Matching:
    """Which reservation each event belongs to; the order of the input does not matter.

    By id, then by series key and original start, then by series key and date: a series moved to
    another hour has new original starts, and often new ids. Then come the dates that a split took
    out of one series and gave to another, and what was written or booked for the very slot. Last
    the dates that were cancelled under another id.
    """
    sides = with_known_addresses(_with_unknown_filled_in(sides))
    open_ = _Open(sides.reservations, sides.reading.events)
    unreadable = sides.reading.unreadable
    if unreadable:
        open_.withhold(unreadable, lambda r, e: r.event_id is not None and r.event_id == e.id)
    # What was cancelled here keeps the event that Outlook still has: it is to be taken off there.
    open_.join_by_id(lambda r, e: e.takes_room and (r.is_active or r.number in sides.agreed))
    if unreadable:
        owned = {item.event_id for item in sides.reservations}
        news = [event for event in unreadable if event.id is None or event.id not in owned]
        scope = sides.reading.scope
        open_.withhold(
            news,
            lambda r, e: (
                r.is_active
                and not open_.shows(r)
                and (e.id is not None or scope.covers(r))
                and may_be(e, r)
            ),
        )
    if open_.is_done:
        return open_.closed(sides)
    zone = sides.room.zone
    same_date = partial(is_same_date, room_zone=zone)
    same_day = partial(is_same_day, room_zone=zone)
    open_.sort()
    # A meeting that was invited anew is there again, whatever is left of its first copy.
    open_.join(lambda r: r.key if r.is_active else None, lambda e: e.key, fits=same_date)
    # The same day first: in a daily series moved by many hours the day beside it is as close.
    for fits in (same_day, same_date):
        open_.join(
            lambda r: r.series_key if r.is_active else None, lambda e: e.series_key, fits=fits
        )
    open_.join_by_id()
    # From here on ids have changed: two living events may share a key (a copied meeting), and the
    # one that kept its id has kept its reservation.
    open_.join(lambda r: r.key, lambda e: e.key, fits=same_date)
    for fits in (same_day, same_date):
        open_.join(lambda r: r.series_key, lambda e: e.series_key, fits=fits)
    # A series that became one meeting under its id, where Exchange gave no key.
    open_.join(
        lambda r: r.series_master_id, lambda e: e.id, fits=partial(is_on_its_day, room_zone=zone)
    )
    open_.join(
        lambda r: _email(r) if is_cut_off(sides, r) else None,
        lambda e: _email(e) if e.original_start else None,
        fits=is_continued,
    )
    open_.join(lambda r: r.start if r.is_active else None, lambda e: e.start, fits=_fills_slot)
    open_.join(
        lambda r: r.key if r.is_active else None,
        lambda e: e.key if _is_cancelled_date(e) else None,
        fits=lambda r, e: e.series_master_id == series_id(sides.reading, r),
        living=False,
    )
    return open_.closed(sides)


def _with_unknown_filled_in(sides: Sides) -> Sides:
    """Both sides, where what cannot be read of an event is as it was when they last agreed."""
    events = sides.reading.events
    if not any(event.unknown for event in events):
        return sides
    owners = {item.event_id: item for item in sides.reservations if item.is_active}
    filled = tuple(
        _filled_in(event, owners[event.id], sides.agreed.get(owners[event.id].number))
        if event.unknown and event.id in owners
        else event
        for event in events
    )
    return replace(sides, reading=replace(sides.reading, events=filled))


def _filled_in(event: Event, owner: Reservation, agreed: AgreedState | None) -> Event:
    known = {
        "subject": agreed.event_subject if agreed else owner.subject,
        "organizer": agreed.organizer if agreed else owner.organizer,
        "attendees": owner.attendees,
        "original_start": owner.original_start,
        "response": Response.TENTATIVE if owner.status is Status.TENTATIVE else event.response,
    }
    found = {name: known[name] for name in event.unknown if name in known}
    return replace(event, **found)


def _is_open(item: Reservation, reading: Reading, keys: Container[SeriesKey | None]) -> bool:
    """Whether a reservation without an event may be missing one, or have the meeting of another."""
    waits = item.external_state is ExternalState.CANCELLATION_REQUEST
    return item.is_active and (waits or reading.scope.covers(item) or item.series_key in keys)


def is_matched_by_id(reservations: Sequence[Reservation], events: Sequence[Event]) -> bool:
    """Whether all of these are alive and each has its one partner by id among them.

    Then `match` finds just these pairs beside whatever other events there are, and beside whatever
    other reservations that name none of these events.
    """
    named = {reservation.event_id for reservation in reservations}
    return (
        len(named) == len(reservations) == len(events)
        and all(reservation.is_active for reservation in reservations)
        and all(
            event.id in named and event.takes_room and event.type is not EventType.MASTER
            for event in events
        )
    )


def joined(matching: Matching, found: Mapping[ReservationNumber, Event]) -> Matching:
    """The matching with some of its reservations joined to events that had none."""
    if not found:
        return matching
    owners = {item.number: item for item in matching.sides.reservations}
    pairs = [pair for pair in matching.pairs if pair[0].number not in found]
    freed = [event for owner, event in matching.pairs if owner.number in found]
    new = {event.id for event in found.values()}
    return replace(
        matching,
        pairs=(*pairs, *((owners[number], event) for number, event in found.items())),
        lone_reservations=tuple(i for i in matching.lone_reservations if i.number not in found),
        lone_events=tuple(e for e in (*matching.lone_events, *freed) if e.id not in new),
    )


class _Open:
    """Reservations and events that have found no partner yet."""

    def __init__(self, reservations: Iterable[Reservation], events: Iterable[Event]) -> None:
        self._pairs: list[Pair] = []
        self._reservations = {item.number: item for item in reservations}
        self._events = {item.id: item for item in events if item.type is not EventType.MASTER}
        self._withheld: list[tuple[Reservation, UnreadableEvent]] = []

    @property
    def is_done(self) -> bool:
        return not (self._reservations and self._events)

    def closed(self, sides: Sides) -> Matching:
        return Matching(
            sides,
            tuple(self._pairs),
            tuple(self._reservations.values()),
            tuple(self._events.values()),
            tuple(self._withheld),
        )

    def shows(self, reservation: Reservation) -> bool:
        """Whether the reservation's own event waits for it here."""
        return reservation.event_id in self._events

    def withhold(
        self,
        unreadable: Iterable[UnreadableEvent],
        hides: Callable[[Reservation, UnreadableEvent], bool],
    ) -> None:
        """Take out the reservations whose event one that cannot be read may be."""
        for event in unreadable:
            for item in [item for item in self._reservations.values() if hides(item, event)]:
                self._withheld.append((self._reservations.pop(item.number), event))

    def sort(self) -> None:
        """Who is asked first: an active reservation before a cancelled one, then the older."""
        ranked = sorted(self._reservations.values(), key=lambda r: (not r.is_active, r.number))
        self._reservations = {item.number: item for item in ranked}
        events = sorted(self._events.values(), key=lambda e: (e.start, e.id))
        self._events = {item.id: item for item in events}

    def join_by_id(
        self, fits: Callable[[Reservation, Event], bool] = lambda _reservation, _event: True
    ) -> None:
        """Pair what has equal ids and fits."""
        first: dict[EventId, Reservation] = {}
        for item in self._reservations.values():
            event = self._events.get(item.event_id) if item.event_id else None
            if event is None or not fits(item, event):
                continue
            rival = first.get(event.id)
            if rival is None or _rank(item) < _rank(rival):
                first[event.id] = item
        for event_id, item in first.items():
            self._take(item.number, event_id)

    def join(
        self,
        ours: Callable[[Reservation], Hashable],
        theirs: Callable[[Event], Hashable],
        *,
        fits: Callable[[Reservation, Event], bool],
        living: bool = True,
    ) -> None:
        """Pair what has equal keys and fits; `None` equals nothing.

        Only events that take the room are asked, or only those that do not (`living`).
        """
        if self.is_done:
            return
        waiting: dict[Hashable, list[Reservation]] = {}
        for item in self._reservations.values():
            if (key := ours(item)) is not None:
                waiting.setdefault(key, []).append(item)
        for event in list(self._events.values()):
            if event.takes_room is not living:
                continue
            candidates = waiting.get(theirs(event), [])
            partner = next((item for item in candidates if fits(item, event)), None)
            if partner is not None:
                candidates.remove(partner)
                self._take(partner.number, event.id)

    def _take(self, number: ReservationNumber, event_id: EventId) -> None:
        self._pairs.append((self._reservations.pop(number), self._events.pop(event_id)))


def _rank(reservation: Reservation) -> tuple[bool, ReservationNumber]:
    return not reservation.is_active, reservation.number


def _email(item: Reservation | Event) -> str | None:
    return item.organizer.email.casefold() if item.organizer.email else None


def _fills_slot(reservation: Reservation, event: Event) -> bool:
    """Whether an event at the time of a reservation is its meeting, as nothing says otherwise.

    What obctl wrote bears the number. What never had an event is the same person's meeting, but
    for what is still to be written: that is another event to come.
    """
    written_for = pushed_for(event)
    if written_for is not None:
        return written_for == reservation.number
    return (
        reservation.event_id is None
        and reservation.key is None
        and reservation.external_state not in WRITE_PENDING
        and same_person(reservation.organizer, event.organizer)
    )


def _is_cancelled_date(event: Event) -> bool:
    """Whether the event is all that its series shows of a date."""
    return bool(event.is_cancelled and event.series_master_id and event.original_start)


def unheard(matching: Matching) -> list[Reservation]:
    """Reservations that a reading of some events touches, though it does not show their own event.

    Another event would take them, or their series is read under another id. A meeting may be there
    twice: then the one that has the reservation keeps it.
    """
    sides, reading = matching.sides, matching.sides.reading
    if reading.scope.whole or not reading.events:
        return []
    heard = reading.there | reading.gone
    keys = {event.series_key for event in reading.events if event.series_key}
    touched = {reservation.number for reservation, _event in matching.pairs}
    silent = {
        reservation.number: reservation
        for reservation in sides.reservations
        if (reservation.number in touched or reservation.series_key in keys)
        and reservation.event_id
        and reservation.event_id not in heard
        and not reading.scope.covers(reservation)
    }
    if not silent:
        return []
    series = {e.series_master_id: e.series_key for e in reading.events if e.series_master_id}
    anew = set(series.values())
    return [
        reservation
        for number, reservation in silent.items()
        if number in touched
        or (
            reservation.is_active
            and reservation.series_master_id
            and reservation.series_master_id not in series
            and reservation.series_key in anew
            and reading.scope.span.overlaps(reservation.start, reservation.end)
        )
    ]


def perhaps_continued(matching: Matching) -> list[Reservation]:
    """Reservations in whose place a date of another series has turned up: it may have been split.

    Only their masters can tell (`is_cut_off`).
    """
    new: dict[str | None, list[Event]] = {}
    for event in matching.lone_events:
        if event.original_start and event.takes_room:
            new.setdefault(_email(event), []).append(event)
    return [
        reservation
        for reservation in matching.lone_reservations
        if new
        and reservation.series_master_id
        and reservation.is_active
        and any(is_continued(reservation, event) for event in new.get(_email(reservation), ()))
    ]
