"""The sheet of a day's services: what is to be brought, and what changed since yesterday.

All of it is read from the store. What the store cannot know stands on the sheet.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from obctl.domain.company_log import Action, LogEntry
from obctl.domain.day_sheet import DaySheet, Line, LineState
from obctl.domain.enums import ServiceKind
from obctl.domain.local_time import clock_text, local_text, zoned_text
from obctl.domain.reservation import Reservation, ReservationNumber, Service
from obctl.domain.room import Room, RoomId
from obctl.domain.service_changes import (
    READ,
    Place,
    by_service,
    place_then,
    service_then,
    words_of_meeting,
    words_of_service,
)
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.time_span import LATEST, TimeSpan, days_span, local_day, midnight
from obctl.domain.told_times import moment_in
from obctl.engine.company import Company
from obctl.engine.outlook.remembered import not_remembered
from obctl.engine.reservations.search import search_by_zone
from obctl.store.cancellation_requests import load_requests
from obctl.store.log_counts import entries_of, first_entry_at
from obctl.store.log_search import LogFilter, search_log
from obctl.store.reservations import Filter, find_reservation
from obctl.store.rooms import load_rooms_ever
from obctl.store.services import load_services

_STALE = timedelta(hours=26)


def day_sheet(
    company: Company,
    rooms: Sequence[Room],
    day: date,
    kind: ServiceKind | None = None,
    location: str | None = None,
) -> DaySheet:
    """The services of `kind`, else of all kinds, wanted in `rooms` on a day of each room's zone."""
    work = _Work(company, rooms, day, kind)
    lines = [line for line in work.lines() if line is not None]
    lines.sort(key=lambda line: (line.place.start, work.names[line.place.room], line.service.id))
    mapped = [room for room in rooms if room.is_mapped]
    read = [room.last_synced_at for room in mapped if room.last_synced_at is not None]
    return DaySheet(
        day,
        kind,
        location,
        tuple(sorted({room.time_zone for room in rooms})) or (company.config.time_zone,),
        work.since,
        tuple(lines),
        (min(read), max(read)) if read else None,
        (*_of_reads(company, mapped, day), *_of_log(company, work.since)),
    )


@dataclass(frozen=True)
class _Work:
    """One sheet as it is made."""

    company: Company
    rooms: Sequence[Room]
    day: date
    kind: ServiceKind | None

    @cached_property
    def since(self) -> datetime:
        """The beginning of yesterday in the room where it begins first."""
        return min(map(self._yesterday, self.rooms), default=self.company.now)

    @cached_property
    def names(self) -> Mapping[RoomId, str]:
        return {room.id: room.name for room in self._ever.values()}

    @cached_property
    def _ever(self) -> Mapping[RoomId, Room]:
        return {room.id: room for room in load_rooms_ever(self.company.store)}

    @cached_property
    def _chosen(self) -> frozenset[RoomId]:
        return frozenset(room.id for room in self.rooms)

    @cached_property
    def _entries(self) -> Sequence[LogEntry]:
        span = TimeSpan(self.since, LATEST)
        return entries_of(self.company.store, span, READ, sys.maxsize)

    @cached_property
    def _of_reservation(self) -> Mapping[ReservationNumber, list[LogEntry]]:
        found: dict[ReservationNumber, list[LogEntry]] = defaultdict(list)
        for entry in self._entries:
            if entry.reservation is not None:
                found[entry.reservation].append(entry)
        return found

    @cached_property
    def _requests(self) -> Mapping[ReservationNumber, int]:
        waiting = load_requests(self.company.store, RequestStatus.OPEN)
        return {request.reservation: request.id for request in waiting}

    @cached_property
    def _of_service(self) -> Mapping[int, list[LogEntry]]:
        return by_service(self._entries)

    @cached_property
    def _known(self) -> dict[ReservationNumber, Reservation]:
        """Reservations that were read, by number."""
        return {}

    def lines(self) -> Iterator[Line | None]:
        """A line for each service that is, or was, on the sheet; `None` for one that is not."""
        there = search_by_zone(
            self.company, self.rooms, lambda zone: days_span(self.day, self.day, zone), Filter()
        )
        self._known.update((item.number, item) for item in there)
        elsewhere = [number for number in self._of_reservation if number not in self._known]
        for services in load_services(self.company.store, elsewhere).values():
            there.append(self._reservation(services[0].reservation))
        for reservation in there:
            for service in reservation.services:
                if self.kind in (None, service.kind):
                    yield self._line(service, reservation)

    def _line(self, service: Service, reservation: Reservation) -> Line | None:
        since = self._yesterday(self._ever[reservation.room])
        entries = self._since(self._of_service.get(service.id, ()), since)
        cancelled = service.cancelled or not reservation.is_active
        before = service_then(service, entries, cancelled=cancelled)
        left = self._reservation(before.reservation)
        then = place_then(left, self._since(self._of_reservation.get(left.number, ()), since))
        now = Place(reservation.room, reservation.start, reservation.end)
        meeting = self._since(self._of_reservation.get(reservation.number, ()), since)
        words = words_of_service(service, before, entries, cancelled=cancelled)
        request = self._requests.get(reservation.number)
        if self._is_here(now):
            if cancelled and not (words or _is_unknown_when(service)):
                return None
            if before.existed:
                words += self._moved("from", then, now)
            words += words_of_meeting(meeting)
            if cancelled and not words:
                words = ["cancelled, and when is not known"]
            state = LineState.CANCELLED if cancelled else LineState.ORDERED
            return Line(service, reservation, now, state, tuple(words), request)
        if not (before.existed and before.ordered and self._is_here(then)):
            return None
        words += self._moved("to", now, then)
        state = LineState.CANCELLED if cancelled else LineState.MOVED_AWAY
        return Line(service, reservation, then, state, tuple(words), request)

    def _is_here(self, place: Place) -> bool:
        if place.room not in self._chosen:
            return False
        span = days_span(self.day, self.day, self._ever[place.room].zone)
        return span.overlaps(place.start, place.end)

    def _moved(self, word: str, other: Place, here: Place) -> list[str]:
        """In which room and at what time it is or was besides, as much as differs."""
        parts = []
        if other.room != here.room:
            parts.append(self.names[other.room])
        if other.start != here.start:
            room = self._ever[other.room]
            zone_name = room.time_zone
            same_day = local_day(other.start, room.zone) == self.day
            text = clock_text if same_day else local_text
            parts.append(text(other.start, zone_name))
            if zone_name != self._ever[here.room].time_zone:
                parts[-1] += f" ({zone_name})"
        elif other.end != here.end and not parts and word == "from":
            return [f"before until {clock_text(other.end, self._ever[other.room].time_zone)}"]
        return [f"moved {word} {', '.join(parts)}"] if parts else []

    def _yesterday(self, room: Room) -> datetime:
        today = local_day(self.company.now, room.zone)
        return midnight(today - timedelta(days=1), room.zone)

    def _reservation(self, number: ReservationNumber) -> Reservation:
        if number not in self._known:
            self._known[number] = find_reservation(self.company.store, number)
        return self._known[number]

    @staticmethod
    def _since(entries: Iterable[LogEntry], since: datetime) -> list[LogEntry]:
        return [entry for entry in entries if entry.at >= since]


def _is_unknown_when(service: Service) -> bool:
    return service.cancelled and service.ending is None


def _of_reads(company: Company, rooms: Sequence[Room], day: date) -> Iterator[str]:
    """What is not known of Outlook, room by room."""
    if not rooms:
        yield "no room here is kept in step with Outlook: what changed there is not on this sheet"
    for room in rooms:
        span = days_span(day, day, room.zone)
        ahead = TimeSpan(max(span.start, company.now), max(span.end, company.now))
        if (error := not_remembered(company.store, room, ahead)) is not None:
            yield f"{room.name}: {error.message.partition(': ')[2] or error.message}"
        if room.stopped is not None:
            yield (
                f"{room.name}: stopped by the guard since"
                f" {zoned_text(room.stopped.since, room.time_zone)}; Outlook's changes wait"
            )
        last = room.last_synced_at
        if last is not None and company.now - last > _STALE:
            yield (
                f"{room.name}: last read {zoned_text(last, room.time_zone)}; later changes in"
                " Outlook are not on this sheet"
            )


def _of_log(company: Company, since: datetime) -> Iterator[str]:
    """What changed and the log does not tell any more, or did not yet."""
    store, zone_name = company.store, company.config.time_zone
    first = first_entry_at(store)
    if first is None:
        yield "the log is empty: what changed before is not known"
    elif first > since:
        yield (f"the log begins {zoned_text(first, zone_name)}: what changed before is not known")
    removed = search_log(store, LogFilter(action=Action.LOG_PRUNED.value, limit=1))
    cut_off = moment_in(removed[0].message, "older than") if removed else None
    if cut_off is not None and cut_off > since:
        yield (
            f"the log was pruned up to {zoned_text(cut_off, zone_name)}: of what is over, earlier"
            " changes are not known"
        )
