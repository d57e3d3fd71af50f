"""Comparison: where a room's reservations and its calendar differ. Why they do is for `causes`.

Only what takes the room on one side and not on the other, or takes it differently, is a difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from obctl.domain.compare.fields import FREE, PRIVATE, Normalised, differing_fields, normalised
from obctl.domain.difference import Difference, DifferenceKind, FieldValues
from obctl.domain.event import Event, EventId, plain
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.sync.matching import Matching
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import UnreadableEvent

__all__ = [
    "FREE", "PRIVATE", "Normalised", "compare", "differing_fields", "is_busy", "normalised",
    "unreadable_within",
]  # fmt: skip


def compare(matching: Matching, span: TimeSpan) -> tuple[Difference, ...]:
    """The differences of one room among the items that overlap `span`, sorted by start.

    A pair counts as soon as one half overlaps: match what lies outside too, where it is known, or
    a meeting moved out of the span looks like one that is missing.
    """
    found = [
        *_of_pairs(matching, span),
        *_of_lone_reservations(matching, span),
        *_of_events(matching, span),
    ]
    return tuple(sorted(found, key=_order))


def unreadable_within(matching: Matching, span: TimeSpan) -> tuple[UnreadableEvent, ...]:
    """The events that cannot be read and take place in `span`, or may.

    A reservation that is left alone for one tells when that would be.
    """
    held: dict[str, list[Reservation]] = {}
    for reservation, event in matching.withheld:
        held.setdefault(event.handle, []).append(reservation)
    return tuple(
        event
        for event in matching.sides.reading.unreadable
        if any(_within(span, item) for item in held.get(event.handle, ()))
        or (event.handle not in held and event.may_touch(span))
    )


def is_busy(event: Event) -> bool:
    """Whether the event keeps others out: accepted, and not shown as free."""
    return event.takes_room and not event.is_tentative and event.show_as not in FREE


def _of_pairs(matching: Matching, span: TimeSpan) -> Iterator[Difference]:
    room, agreed = matching.sides.room, matching.sides.agreed
    for reservation, event in matching.pairs:
        if not (_within(span, reservation) or _within(span, event)):
            continue
        match reservation.is_active, event.takes_room:
            case True, True:
                fields = differing_fields(room, reservation, event, agreed.get(reservation.number))
                if fields:
                    yield _difference(
                        room,
                        DifferenceKind.CHANGED,
                        reservation,
                        reservation=reservation,
                        event=event,
                        fields=fields,
                    )
            case True, False:
                # cancelled or declined, and still on the calendar
                yield _difference(
                    room,
                    DifferenceKind.MISSING_IN_OUTLOOK,
                    reservation,
                    reservation=reservation,
                    event=event,
                )
            case False, True:
                # cancelled in Officebooking, and the room still keeps the meeting
                yield _difference(
                    room,
                    DifferenceKind.MISSING_IN_OFFICEBOOKING,
                    event,
                    reservation=reservation,
                    event=event,
                )


def _of_lone_reservations(matching: Matching, span: TimeSpan) -> Iterator[Difference]:
    room = matching.sides.room
    taken = [event for reservation, event in matching.pairs if reservation.is_active]
    by_id: dict[EventId | None, Event] = {event.id: event for event in taken}
    by_key = {event.key: event for event in taken if event.key is not None}
    for reservation in matching.lone_reservations:
        if not reservation.is_active or not _within(span, reservation):
            continue
        shared = by_id.get(reservation.event_id)
        if shared is None and reservation.key is not None:
            shared = by_key.get(reservation.key)
        kind = DifferenceKind.DUPLICATE if shared else DifferenceKind.MISSING_IN_OUTLOOK
        yield _difference(room, kind, reservation, reservation=reservation, event=shared)


def _of_events(matching: Matching, span: TimeSpan) -> Iterator[Difference]:
    room = matching.sides.room
    owners = {event.id: r for r, event in matching.pairs if r.is_active}
    lone = {event.id for event in matching.lone_events}
    events = [event for _, event in matching.pairs if event.id in owners]
    events += matching.lone_events
    alive = [event for event in events if event.takes_room and _within(span, event)]
    copies = _copies(alive, owners)
    for event in alive:
        if event.id in copies:
            owner = owners.get(event.id)
            yield _difference(
                room, DifferenceKind.DUPLICATE, owner or event, reservation=owner, event=event
            )
        elif event.id in lone:
            yield _difference(room, DifferenceKind.MISSING_IN_OFFICEBOOKING, event, event=event)
    everything = [*(event for _, event in matching.pairs), *matching.lone_events]
    for first, second in _overlaps([event for event in everything if is_busy(event)], span):
        if _twin_key(first) is not None and _twin_key(first) == _twin_key(second):
            continue
        later = max(first, second, key=_made)
        yield Difference(
            kind=DifferenceKind.OVERLAP,
            room=room.id,
            start=max(first.start, second.start),
            end=min(first.end, second.end),
            subject=later.subject,
            reservation=owners[later.id].number if later.id in owners else None,
            event_id=later.id,
            ical_uid=later.ical_uid,
        )


def _copies(events: Iterable[Event], owners: Mapping[EventId, Reservation]) -> frozenset[EventId]:
    """Events that repeat another one; the one with a reservation, then the older, is the original.

    Several meetings of one person at one time under one title are one meeting sent twice.
    """
    groups: dict[tuple[datetime, str, str], list[Event]] = defaultdict(list)
    for event in events:
        if (key := _twin_key(event)) is not None:
            groups[key].append(event)
    return frozenset(
        event.id
        for group in groups.values()
        for event in sorted(group, key=lambda e: (e.id not in owners, *_made(e)))[1:]
    )


def _twin_key(event: Event) -> tuple[datetime, str, str] | None:
    if event.organizer.email is None:
        return None
    return event.start, event.organizer.email.casefold(), plain(event.subject)


def _made(event: Event) -> tuple[datetime, datetime, str]:
    """Orders events by when the room got them."""
    return event.created_at or event.start, event.start, event.id


def _overlaps(events: Iterable[Event], span: TimeSpan) -> Iterator[tuple[Event, Event]]:
    """Each pair of events that share time inside `span`."""
    running: list[Event] = []
    for event in sorted(events, key=lambda e: (e.start, e.id)):
        running = [earlier for earlier in running if earlier.end > event.start]
        for earlier in running:
            end = min(earlier.end, event.end)
            if event.start < end and span.overlaps(event.start, end):
                yield earlier, event
        running.append(event)


def _within(span: TimeSpan, item: Reservation | Event) -> bool:
    return span.overlaps(item.start, item.end)


def _difference(
    room: Room,
    kind: DifferenceKind,
    shown: Reservation | Event,
    *,
    reservation: Reservation | None = None,
    event: Event | None = None,
    fields: dict[str, FieldValues] | None = None,
) -> Difference:
    """A difference with the time and subject of the half that is `shown`."""
    linked = event or reservation
    return Difference(
        kind=kind,
        room=room.id,
        start=shown.start,
        end=shown.end,
        subject=shown.subject,
        reservation=reservation.number if reservation else None,
        event_id=event.id if event else reservation.event_id if reservation else None,
        ical_uid=linked.ical_uid if linked else None,
        fields=fields or {},
    )


def _order(difference: Difference) -> tuple[datetime, int, str, int, str]:
    return (
        difference.start,
        difference.room,
        difference.kind.value,
        difference.reservation or 0,
        difference.event_id or "",
    )
