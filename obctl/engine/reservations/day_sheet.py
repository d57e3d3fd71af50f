"""The kitchen's and the reception's sheet of a day, from the store and the company log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from obctl.domain.company_log import Action, LogEntry
from obctl.domain.day_sheet import (
    CHANGES,
    SheetLine,
    away_line,
    left_sheet,
    services_that_went,
    sheet_lines,
)
from obctl.domain.enums import ServiceKind
from obctl.domain.local_time import zoned_text
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room, RoomId, Verdict
from obctl.domain.time_span import LATEST, TimeSpan, local_day, midnight
from obctl.domain.told_changes import cut_off
from obctl.engine.company import Company
from obctl.engine.reservations.search import search_by_zone
from obctl.store.company_log import entries_since, first_entry_at
from obctl.store.reservations import Filter, find_reservation, load_numbers
from obctl.store.rooms import load_reading_state, load_rooms_ever

_STALE = timedelta(hours=26)
"""As in `sync status` and the morning report: a night and two hours."""


@dataclass(frozen=True, slots=True)
class DaySheet:
    """The services of some rooms and times, with what keeps the sheet from being the whole truth.

    `stale` are rooms whose last good read is not recent, `unknown` others of which something else
    is not known, with what; `read` is when the first and the last of them were read. Changes before
    `known_from` are not in the log, or not any more.
    """

    lines: tuple[SheetLine, ...]
    since: datetime
    stale: tuple[Room, ...] = ()
    unknown: tuple[tuple[Room, str], ...] = ()
    read: tuple[datetime, datetime] | None = None
    known_from: datetime | None = None


def day_sheet(
    company: Company,
    rooms: Sequence[Room],
    span_in: Callable[[ZoneInfo], TimeSpan],
    kind: ServiceKind | None,
) -> DaySheet:
    """The services of the reservations that overlap the span of their room's zone, by start."""
    found = search_by_zone(company, rooms, span_in, Filter())
    return _sheet(company, found, kind, rooms, span_in)


def sheet_of(company: Company, number: int, kind: ServiceKind | None) -> DaySheet:
    """The services of one reservation; raises `UsageError`."""
    return _sheet(company, [find_reservation(company.store, number)], kind, (), None)


def _sheet(
    company: Company,
    found: Sequence[Reservation],
    kind: ServiceKind | None,
    rooms: Sequence[Room],
    span_in: Callable[[ZoneInfo], TimeSpan] | None,
) -> DaySheet:
    store = company.store
    since = _yesterday(company, rooms)
    entries = entries_since(store, since, CHANGES)
    names = {room.id: room.name for room in load_rooms_ever(store)}
    lines = sheet_lines(found, entries, names)
    if span_in is not None:
        lines += _away(company, rooms, span_in, entries, found, names)
    shown = [line for line in lines if kind is None or line.service.kind is kind]
    mapped = [room for room in rooms if room.is_mapped]
    stale = [room for room in mapped if _is_stale(room, company.now)]
    read = [room.last_synced_at for room in mapped if room.last_synced_at is not None]
    return DaySheet(
        tuple(shown),
        since,
        tuple(stale),
        tuple(_unknown(company, [room for room in mapped if room not in stale], span_in)),
        (min(read), max(read)) if read else None,
        _known_from(company, since),
    )


def _unknown(
    company: Company, rooms: Sequence[Room], span_in: Callable[[ZoneInfo], TimeSpan] | None
) -> Iterator[tuple[Room, str]]:
    """What is not known of rooms that were read lately: days too far ahead, what a guard holds."""
    for room in rooms:
        if span_in is not None and (end := span_in(room.zone).end) < LATEST:
            known_to = load_reading_state(company.store, room.id).read_end
            if known_to is None or known_to < end:
                yield room, "was not read that far ahead: what Outlook has is not all here"
        if room.stopped is not None:
            since = zoned_text(room.stopped.since, room.time_zone)
            yield room, f"is stopped by the guard since {since}: what Outlook changed waits"


def _away(
    company: Company,
    rooms: Sequence[Room],
    span_in: Callable[[ZoneInfo], TimeSpan],
    entries: Sequence[LogEntry],
    found: Sequence[Reservation],
    names: Mapping[RoomId, str],
) -> list[SheetLine]:
    """The ordered services that were on the sheet, and are elsewhere now."""
    ids = {room.id for room in rooms}
    here = {reservation.number for reservation in found}
    lines: list[SheetLine] = []
    for zone in {room.zone for room in rooms}:
        span = span_in(zone)
        left = left_sheet(entries, span, {room.id for room in rooms if room.zone == zone})
        for reservation in load_numbers(company.store, sorted(left.keys() - here)):
            same_time = span.overlaps(reservation.start, reservation.end)
            if left[reservation.number] or same_time:
                lines += [
                    away_line(service, reservation, names, ids)
                    for service in reservation.ordered_services
                ]
    mine = [entry for entry in entries if entry.reservation in here]
    went = {item: to for item, to in services_that_went(mine).items() if to not in here}
    for reservation in load_numbers(company.store, sorted(set(went.values()))):
        lines += [
            away_line(service, reservation, names, ids)
            for service in reservation.ordered_services
            if went.get(service.id) == reservation.number
        ]
    return lines


def _known_from(company: Company, since: datetime) -> datetime | None:
    """From when on the log is whole, if it begins, or was pruned, later than `since`."""
    first = first_entry_at(company.store)
    pruned = entries_since(company.store, since, [Action.LOG_PRUNED])
    cuts = [moment for entry in pruned if (moment := cut_off(entry.message)) is not None]
    last = max([*cuts, first or company.now], default=since)
    return last if last > since else None


def _yesterday(company: Company, rooms: Sequence[Room]) -> datetime:
    """When yesterday began: in the rooms' zone, in the company's where they have several."""
    zones = {room.zone for room in rooms}
    zone = zones.pop() if len(zones) == 1 else ZoneInfo(company.config.time_zone)
    return midnight(local_day(company.now, zone) - timedelta(days=1), zone)


def _is_stale(room: Room, now: datetime) -> bool:
    if room.verdict is Verdict.INCONCLUSIVE or room.last_synced_at is None:
        return True
    return now - room.last_synced_at > _STALE
