"""Pairing: which event and which reservation are the same meeting.

By event id; then by series key and original start; then by start and organiser. Whether the two
halves of a pair agree is for `comparison` to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from obctl.domain.event import Event, EventId, EventType
from obctl.domain.push import OWN
from obctl.domain.reservation import Reservation, ReservationNumber

SAME_DATE = timedelta(hours=12)

Pair = tuple[Reservation, Event]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Every reservation and event given, each exactly once, cancelled ones included."""

    pairs: tuple[Pair, ...]
    only_reservations: tuple[Reservation, ...]
    only_events: tuple[Event, ...]


def pair(reservations: Iterable[Reservation], events: Iterable[Event]) -> Pairing:
    """Pair the reservations and the events of one room; the order of the input does not matter.

    What is alive on both sides comes first: a cancelled leftover with the same id or key must not
    take the partner of a meeting that takes place.
    """
    open_ = _Open(
        {item.number: item for item in sorted(reservations, key=lambda r: r.number)},
        {item.id: item for item in sorted(events, key=lambda e: (e.start, e.id))},
    )
    pairs = [
        *open_.join(_id, _event_id, alive=True),
        *open_.join(_key, _event_key, alive=True),
        *open_.join(_id, _event_id, alive=False),
        *open_.join(_key, _event_key, alive=False),
        # a series moved to another hour has new original starts on the old dates
        *open_.join(_series, _event_series, alive=True, fits=_same_date),
        *open_.join(_start, _event_start, alive=True, fits=same_organizer),
    ]
    return Pairing(
        tuple(sorted(pairs, key=lambda found: found[0].number)),
        tuple(open_.reservations.values()),
        tuple(open_.events.values()),
    )


def paired_by_id(reservations: Sequence[Reservation], events: Sequence[Event]) -> bool:
    """Whether all of these are alive and each has its one partner by id among them.

    Then `pair` finds just these pairs beside whatever other events there are, and beside whatever
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


def pushed_for(event: Event) -> ReservationNumber | None:
    """The reservation for which obctl itself wrote this event, `None` if it did not."""
    if event.transaction_id is None or not event.transaction_id.startswith(OWN):
        return None
    number = event.transaction_id.removeprefix(OWN).partition("-")[0]
    return ReservationNumber(int(number)) if number.isdecimal() else None


def same_organizer(reservation: Reservation, event: Event) -> bool:
    """Whether both name the same person, or the event is obctl's own push of the reservation."""
    if pushed_for(event) == reservation.number:
        return True
    ours, theirs = reservation.organizer.email, event.organizer.email
    return bool(ours and theirs) and str(ours).casefold() == str(theirs).casefold()


@dataclass(frozen=True, slots=True)
class _Open:
    """What has no partner yet."""

    reservations: dict[ReservationNumber, Reservation]
    events: dict[EventId, Event]

    def join(
        self,
        ours: Callable[[Reservation], Hashable],
        theirs: Callable[[Event], Hashable],
        *,
        alive: bool,
        fits: Callable[[Reservation, Event], bool] | None = None,
    ) -> list[Pair]:
        """Take out the pairs with equal keys; a key of `None` equals nothing."""
        if not self.reservations or not self.events:
            return []
        candidates: dict[Hashable, list[Event]] = defaultdict(list)
        for event in self.events.values():
            if (event.takes_room or not alive) and (key := theirs(event)) is not None:
                candidates[key].append(event)
        pairs: list[Pair] = []
        for reservation in self.reservations.values():
            if alive and not reservation.is_active:
                continue
            same = candidates.get(ours(reservation), [])
            match = next((e for e in same if fits is None or fits(reservation, e)), None)
            if match is not None:
                same.remove(match)
                pairs.append((reservation, match))
        for reservation, event in pairs:
            del self.reservations[reservation.number]
            del self.events[event.id]
        return pairs


def _id(reservation: Reservation) -> Hashable:
    return reservation.event_id


def _event_id(event: Event) -> Hashable:
    return event.id


def _key(reservation: Reservation) -> Hashable:
    return reservation.key


def _event_key(event: Event) -> Hashable:
    return event.key


def _series(reservation: Reservation) -> Hashable:
    return reservation.series_key if reservation.original_start else None


def _event_series(event: Event) -> Hashable:
    return event.series_key if event.original_start else None


def _same_date(reservation: Reservation, event: Event) -> bool:
    if reservation.original_start is None or event.original_start is None:
        return False
    return abs(reservation.original_start - event.original_start) < SAME_DATE


def _start(reservation: Reservation) -> Hashable:
    return reservation.start


def _event_start(event: Event) -> Hashable:
    return event.start
