"""The address of an organiser whom Outlook shows by name alone, from what is on record.

Of somebody whose mailbox was deleted or moved Exchange no longer shows an address that mail
reaches. The meeting is theirs as before.
"""

from __future__ import annotations

from collections.abc import Iterator

from obctl.domain.event import Event, Person, same_person
from obctl.domain.reservation import Reservation
from obctl.domain.sync.sides import Sides
from obctl.domain.values import replace


def with_known_addresses(sides: Sides) -> Sides:
    """`sides`, each event with the last known address of its organiser, if the name is the same."""
    events = sides.reading.events
    if all(event.organizer.email or not event.organizer.name for event in events):
        return sides
    completed = tuple(_completed(sides, event) for event in events)
    return replace(sides, reading=replace(sides.reading, events=completed))


def _completed(sides: Sides, event: Event) -> Event:
    if event.organizer.email or not event.organizer.name:
        return event
    for known in _on_record(sides, event):
        if known.email and same_person(known, event.organizer):
            return replace(event, organizer=Person(event.organizer.name, known.email))
    return event


def _on_record(sides: Sides, event: Event) -> Iterator[Person]:
    """Whose the meeting was: by its id, then by its series key, then by its slot."""
    for fits in (_has_id, _has_key, _has_slot):
        for reservation in sides.reservations:
            if fits(reservation, event):
                agreed = sides.agreed.get(reservation.number)
                if agreed is not None:
                    yield agreed.organizer
                yield reservation.organizer


def _has_id(reservation: Reservation, event: Event) -> bool:
    return reservation.event_id == event.id


def _has_key(reservation: Reservation, event: Event) -> bool:
    return reservation.series_key is not None and reservation.series_key == event.series_key


def _has_slot(reservation: Reservation, event: Event) -> bool:
    return reservation.start == event.start
