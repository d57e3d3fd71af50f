"""Dates of a series that meets on other days now: their reservations go on as the new dates.

Whether a date is over is a matter of the clock, so that this is decided last, with `rebooked`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from obctl.domain.event import Event, EventId, SeriesMaster, same_person
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import RoomId
from obctl.domain.series.excluded_dates import is_outside
from obctl.domain.series.other_days import (
    counting_zone,
    pair_continued,
    pair_days,
    whole_periods,
)
from obctl.domain.series.same_date import day_in_series, is_same_date
from obctl.domain.sync.matching import Matching, joined
from obctl.domain.sync.proof import is_cut_off, series_id
from obctl.domain.time_span import TimeSpan


@dataclass(frozen=True, slots=True)
class EndedSeries:
    """A living series that has ended in its room, and the lost dates that were to follow."""

    master: SeriesMaster
    lost: tuple[Reservation, ...]


def on_other_days(
    matching: Matching,
    *,
    now: datetime,
    taken: Container[EventId] = (),
    moved: Container[ReservationNumber] = (),
) -> Matching:
    """The matching with the dates that a series no longer has joined to those it has instead.

    `taken` are events that stand for something else, `moved` are reservations whose meeting turned
    up in another room.
    """
    found: dict[ReservationNumber, Event] = {}
    for master_id, reservations in _moved_days(matching, now).items():
        master = matching.sides.reading.masters[master_id]
        if master is None:
            continue
        new = [event for event in _new_dates(matching, master_id) if event.id not in taken]
        own = _own_dates(matching, master_id)
        lost = [item for item in reservations if item.number not in moved]
        zone = matching.sides.room.zone
        if new:
            pairs = pair_days(master, lost, new, own, now=now, room_zone=zone)
        else:
            following = _following(matching, master, lost, taken)
            pairs = pair_continued(master, lost, following, now=now, room_zone=zone)
        found |= {reservation.number: event for reservation, event in pairs}
    return joined(matching, found)


def came_on_other_days(
    matching: Matching, reservations: Iterable[Reservation], now: datetime
) -> list[tuple[Event, Reservation]]:
    """New events of a series, each with the date that it may have been, in this room or another.

    `reservations` are dates of the same series that it no longer has by its pattern here; whether
    they are lost where they are is for their own room to say. A date that stays one is not for
    here: `is_same_date` tells it.
    """
    by_place: dict[tuple[RoomId, str | None], list[Reservation]] = {}
    for item in reservations:
        by_place.setdefault((item.room, item.series_key), []).append(item)
    zone, pairs = matching.sides.room.zone, list[tuple[Event, Reservation]]()
    for master_id, master in matching.sides.reading.masters.items():
        if master is None or master.event.is_cancelled:
            continue
        shown = _new_dates(matching, master_id)
        for (_room, key), items in by_place.items():
            events = [event for event in shown if event.series_key == key]
            same = [e for e in events if any(is_same_date(item, e, zone) for item in items)]
            new = [event for event in events if event not in same]
            own = _own_dates(matching, master_id) + same
            off = [item for item in items if item.end > now and is_outside(master, item, zone)]
            found = pair_days(master, off, new, own, now=now, room_zone=zone) if new else ()
            pairs += [(event, item) for item, event in found]
    return pairs


def _new_dates(matching: Matching, master_id: EventId) -> list[Event]:
    return [
        event
        for event in matching.lone_events
        if event.series_master_id == master_id and event.takes_room
    ]


def _own_dates(matching: Matching, master_id: EventId) -> list[Event]:
    return [event for _owner, event in matching.pairs if event.series_master_id == master_id]


def _following(
    matching: Matching,
    master: SeriesMaster,
    lost: Sequence[Reservation],
    taken: Container[EventId],
) -> list[Event]:
    """The dates of the one series in which an ended one may go on: its organiser's, as named."""
    last = master.recurrence.last_date if master.recurrence else None
    where = counting_zone(master, matching.sides.room.zone)
    if last is None or where is None or not lost:
        return []
    subjects = {reservation.subject for reservation in lost}
    by_series: dict[EventId, list[Event]] = {}
    for event in matching.lone_events:
        if (
            event.series_master_id
            and event.takes_room
            and event.id not in taken
            and same_person(event.organizer, lost[0].organizer)
            and {event.subject, event.organizer.name} & subjects
            and day_in_series(event, where) > last
        ):
            by_series.setdefault(event.series_master_id, []).append(event)
    return next(iter(by_series.values())) if len(by_series) == 1 else []


def ended_series(matching: Matching, lost: Iterable[Reservation]) -> tuple[EndedSeries, ...]:
    """The series of which `lost` are dates after the end."""
    sides, found = matching.sides, dict[EventId, list[Reservation]]()
    for item in lost:
        master_id = series_id(sides.reading, item)
        if master_id and is_cut_off(sides, item):
            found.setdefault(master_id, []).append(item)
    ended: list[EndedSeries] = []
    for master_id, items in found.items():
        master = sides.reading.masters[master_id]
        last = master.recurrence.last_date if master and master.recurrence else None
        where = counting_zone(master, sides.room.zone) if master else None
        if master is None or last is None or where is None:
            continue
        after = tuple(item for item in items if day_in_series(item, where) > last)
        if after:
            ended.append(EndedSeries(master, after))
    return tuple(ended)


def continued_in(
    ended: EndedSeries, new: Sequence[Event], *, now: datetime, room_zone: ZoneInfo
) -> list[tuple[Reservation, Event]]:
    """Each lost date of an ended series with the one it became in a new series of another room.

    `new` are all new dates of that series, `room_zone` is the zone of the room that was left. It is
    the rest only where it begins after the end of the other, in the week or month of the first
    lost date, and is the same person's and of the same subject.
    """
    first = min(new, key=lambda event: event.start)
    last = ended.master.recurrence.last_date if ended.master.recurrence else None
    where = counting_zone(ended.master, room_zone)
    begins = min(whole_periods(ended.master, ended.lost, room_zone), default=None, key=_start)
    if last is None or where is None or begins is None:
        return []
    if not (day_in_series(first, where) > last and begins.start <= first.start < begins.end):
        return []
    if not all(is_perhaps_continued(item, first) for item in ended.lost):
        return []
    return pair_continued(ended.master, ended.lost, new, now=now, room_zone=room_zone)


def is_perhaps_continued(reservation: Reservation, event: Event) -> bool:
    """Whether a date of one series may go on in the series of another date, on whatever day."""
    return (
        event.takes_room
        and reservation.original_start is not None
        and event.series_key != reservation.series_key
        and same_person(event.organizer, reservation.organizer)
        and event.subject in (reservation.subject, event.organizer.name)
    )


def _start(span: TimeSpan) -> datetime:
    return span.start


def unread_days(matching: Matching, now: datetime) -> dict[EventId, TimeSpan]:
    """By series that meets on other days now: what of it has to be read besides.

    A date at the end of what was read may have become one that lies beyond.
    """
    span, found = matching.sides.reading.scope.span, dict[EventId, TimeSpan]()
    for master_id, reservations in _moved_days(matching, now).items():
        master = matching.sides.reading.masters[master_id]
        if master is None:
            continue
        periods = whole_periods(master, reservations, matching.sides.room.zone)
        end = max((period.end for period in periods), default=span.end)
        if end > span.end:
            found[master_id] = TimeSpan(span.end, end)
    return found


def whole_days(matching: Matching, now: datetime) -> TimeSpan:
    """What was read, widened by the weeks and months in which lost dates of series may go on."""
    span, zone = matching.sides.reading.scope.span, matching.sides.room.zone
    for master_id, reservations in _moved_days(matching, now).items():
        master = matching.sides.reading.masters[master_id]
        if master is not None:
            for period in whole_periods(master, reservations, zone):
                span = TimeSpan(min(span.start, period.start), max(span.end, period.end))
    return span


def _moved_days(matching: Matching, now: datetime) -> dict[EventId, list[Reservation]]:
    """The dates ahead that living series no longer have, by the series."""
    sides, found = matching.sides, dict[EventId, list[Reservation]]()
    if not sides.reading.masters:
        return found
    for item in matching.lone_reservations:
        ahead = item.end > now and sides.reading.scope.covers(item)
        master_id = series_id(sides.reading, item)
        if ahead and master_id and is_cut_off(sides, item):
            found.setdefault(master_id, []).append(item)
    return found
