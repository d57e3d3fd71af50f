"""Reservations as iCalendar, read and written by the `icalendar` library.

Facts: RFC 5545. A room is the attendee whose CUTYPE is ROOM, else what LOCATION names. Notes are
the DESCRIPTION. How many people come is X-OBCTL-ATTENDEES, else the attendees that are persons.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any

from obctl.domain.enums import Status
from obctl.domain.event import Person
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room, RoomId
from obctl.domain.rrule import starts_of
from obctl.domain.time_span import TimeSpan, later
from obctl.domain.values import replace
from obctl.engine.read_files import read_text
from obctl.engine.reservations.files.entries import (
    CANCELLED,
    NO_DATE,
    NO_EVENT,
    PAST,
    FileContents,
    FileEntry,
    Rooms,
    address_of,
    moment_of,
    people_of,
)
from obctl.engine.reservations.repeated import repeated
from obctl.errors import UnsupportedRecurrence, UsageError

_PEOPLE = "X-OBCTL-ATTENDEES"
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE")
_ONCE = (
    "UID", "SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER", "STATUS", "DTSTART", "DTEND",
    "DURATION", "RECURRENCE-ID", _PEOPLE,
)  # fmt: skip
_BEGIN = re.compile(r"^BEGIN:VEVENT\s*$", re.IGNORECASE | re.MULTILINE)
_MOST_DATES, _MOST_LOOKED_AT = 730, 20_000
"""Of one series ahead, as many as obctl reserves of one, and in all."""


def read_ical(path: Path, rooms: Rooms, now: datetime) -> FileContents:
    """What a file holds, a series that is under way by its dates from `now` on.

    Raises `UsageError` for a file that is no iCalendar at all.
    """
    import icalendar

    text = read_text(path, "iCalendar")
    lines = _lines(text)
    try:
        calendars: list[Any] = icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError) as error:
        raise UsageError(f"{path} is no iCalendar file: {error}", code="bad-file") from error
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not calendars and not lines:
        raise UsageError(f"{path} is no iCalendar file: no calendar is in it", code="bad-file")
    if len(events) != len(lines):
        raise UsageError(
            f"{path} cannot be read whole: {len(lines)} meetings begin in it, {len(events)} end",
            code="bad-file",
        )
    found = FileContents()
    off = {id(e) for c in calendars if _word(c, "METHOD") == "CANCEL" for e in c.walk("VEVENT")}
    for calendar in calendars:
        for part in calendar.subcomponents:
            if part.name not in ("VEVENT", "VTIMEZONE"):
                found.left_out[NO_EVENT] += 1
    whole = []
    for line, event in zip(lines, events, strict=True):
        try:
            _ensure_well_formed(event)
            whole.append((line, event))
        except UsageError as error:
            found.wrong(line, error.message)
    instances = _instances(event for _line, event in whole)
    for line, event in whole:
        if id(event) in off or _word(event, "STATUS") == "CANCELLED":
            found.left_out[CANCELLED] += 1
            continue
        try:
            found.entries += _entries(line, event, instances, rooms, now, found.left_out)
        except UsageError as error:
            found.wrong(line, error.message)
    return found


def _lines(text: str) -> list[int]:
    """On which line each meeting begins; the text is counted through once."""
    lines, line, counted_to = [], 1, 0
    for match in _BEGIN.finditer(text):
        line += text.count("\n", counted_to, match.start())
        counted_to = match.start()
        lines.append(line)
    return lines


def _ensure_well_formed(event: Any) -> None:
    """Raise `UsageError` for what the library could not read, or what would be read as less."""
    for name, problem in event.errors:
        raise UsageError(f"{name}: {problem}" if name else str(problem), code="bad-file")
    for name in _ONCE:
        if isinstance(event.get(name), list):
            raise UsageError(f"{name} stands there twice", code="bad-file")
    for name in _TIMES:
        for value in _listed(event, name):
            _ensure_zone(name, value)
    if "RECURRENCE-ID" in event:
        _time(event, "RECURRENCE-ID")
        if "RANGE" in event["RECURRENCE-ID"].params:
            raise UsageError("RECURRENCE-ID with RANGE is not understood", code="bad-file")
    of_days = not isinstance(_time(event, "DTSTART"), datetime)
    for day in _excluded(event):
        if not isinstance(day, date) or isinstance(day, datetime) == of_days:
            raise UsageError("EXDATE is not of the kind of DTSTART, day or time", code="bad-file")


def _ensure_zone(name: str, value: Any) -> None:
    """Raise `UsageError` for a zone that nothing defines: the library takes it for none."""
    zone = value.params.get("TZID")
    times = value.dts if hasattr(value, "dts") else [value]
    if zone and any(isinstance(t.dt, datetime) and t.dt.tzinfo is None for t in times):
        raise UsageError(
            f"{name}: unknown time zone {str(zone)!r}, and no VTIMEZONE defines it", code="bad-file"
        )


def _instances(events: Iterable[Any]) -> dict[str, list[date]]:
    """The events that stand for one date of a series, cancelled ones too, by its UID."""
    found: dict[str, list[date]] = {}
    for event in events:
        uid = _text(event, "UID")
        if uid and "RECURRENCE-ID" in event:
            found.setdefault(uid, []).append(_time(event, "RECURRENCE-ID"))
    return found


def _entries(
    line: int,
    event: Any,
    instances: Mapping[str, list[date]],
    rooms: Rooms,
    now: datetime,
    left_out: Counter[str],
) -> Iterator[FileEntry]:
    """The reservations of one event: one, a whole series, or each date that a series has left."""
    room = _room(event, rooms)
    span = _span(event, room)
    uid, own = _text(event, "UID"), ""
    if "RECURRENCE-ID" in event:
        if not uid:
            raise UsageError("RECURRENCE-ID without UID: of which series?", code="bad-file")
        own = _date_key(moment_of(_time(event, "RECURRENCE-ID"), room.zone))
    entry = FileEntry(
        line=line,
        room=room,
        subject=_text(event, "SUMMARY"),
        span=span,
        organizer=_organizer(event),
        key=(uid, own) if uid else None,
        attendees=_people(event),
        notes=_text(event, "DESCRIPTION") or None,
        tentative=_word(event, "STATUS") == "TENTATIVE",
    )
    if not entry.subject.strip():
        raise UsageError("SUMMARY is empty", code="bad-file")
    if "RDATE" in event or isinstance(event.get("RRULE"), list):
        raise UsageError("RDATE and several rules are not understood", code="bad-file")
    if "RRULE" not in event:
        yield entry
        return
    yield from _dates(entry, event, instances.get(uid, []), now, left_out)


def _dates(
    entry: FileEntry, event: Any, replaced: list[date], now: datetime, left_out: Counter[str]
) -> Iterator[FileEntry]:
    """A series as it is; by its dates where it is under way, or Outlook would have others."""
    rule, zone = event["RRULE"].to_ical().decode(), entry.room.zone
    if "COUNT" not in event["RRULE"] and "UNTIL" not in event["RRULE"]:
        raise UsageError(f"RRULE {rule!r} never ends; give it COUNT or UNTIL", code="bad-file")
    if min(event["RRULE"].get("INTERVAL", [1])) < 1:
        raise UsageError(f"RRULE {rule!r} has no INTERVAL of 1 or more", code="bad-file")
    where = getattr(_time(event, "DTSTART"), "tzinfo", None) or zone
    left = {moment_of(day, zone) for day in (*_excluded(event), *replaced)}
    ahead = entry.span.end > now
    if ahead and not left and _is_as_in_room(rule, entry, where):
        yield replace(entry, repeat=rule)
        return
    length, uid = entry.span.length, entry.key[0] if entry.key else ""
    number = looked_at = 0
    for moment in starts_of(rule, entry.span.start.astimezone(where)):
        looked_at += 1
        if looked_at > _MOST_LOOKED_AT:
            raise UsageError(
                f"RRULE {rule!r} has over {_MOST_LOOKED_AT} dates, past ones counted",
                code="bad-file",
            )
        start = moment.astimezone(UTC)
        if start in left or later(start, length) <= now:
            continue
        number += 1
        if number > _MOST_DATES:
            raise UsageError(f"RRULE {rule!r} has over {_MOST_DATES} dates", code="bad-file")
        key = (uid, _date_key(start)) if uid else None
        yield replace(entry, span=TimeSpan(start, later(start, length)), key=key)
    if not looked_at:
        raise UsageError(f"RRULE {rule!r} has no date", code="bad-file")
    if not number:
        left_out[PAST if not ahead else NO_DATE] += 1


def _is_as_in_room(rule: str, entry: FileEntry, where: tzinfo) -> bool:
    """Whether Outlook has a pattern for the rule, and the room's clocks give the same dates."""
    try:
        dates = repeated(rule, entry.span, entry.room.zone)
    except UnsupportedRecurrence:
        return False
    first = entry.span.start.astimezone(where)
    there = islice(starts_of(rule, first), len(dates) + 1)
    return [span.start for span in dates] == [moment.astimezone(UTC) for moment in there]


def _excluded(event: Any) -> list[date]:
    value = event.get("EXDATE")
    if value is None:
        return []
    groups = value if isinstance(value, list) else [value]
    return [item.dt for group in groups for item in group.dts]


def _room(event: Any, rooms: Rooms) -> Room:
    attendees = _listed(event, "ATTENDEE")
    for attendee in attendees:
        if str(attendee.params.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE"):
            return rooms.find(address_of(str(attendee)))
    location = _text(event, "LOCATION")
    if not location:
        raise UsageError(
            "no room: neither an attendee of CUTYPE ROOM nor LOCATION", code="bad-file"
        )
    return rooms.find(location)


def _people(event: Any) -> int | None:
    told = _text(event, _PEOPLE)
    if told:
        try:
            return people_of(told)
        except UsageError as error:
            raise UsageError(f"{_PEOPLE} {error.message}", code="bad-file") from error
    persons = [
        attendee
        for attendee in _listed(event, "ATTENDEE")
        if str(attendee.params.get("CUTYPE", "")).upper() not in ("ROOM", "RESOURCE")
    ]
    return len(persons) or None


def _organizer(event: Any) -> Person:
    organizer = event.get("ORGANIZER")
    if organizer is None:
        raise UsageError("ORGANIZER is missing", code="bad-file")
    name = str(organizer.params.get("CN", "")) or None
    return Person(name, address_of(str(organizer)))


def _span(event: Any, room: Room) -> TimeSpan:
    start = _time(event, "DTSTART")
    begins = moment_of(start, room.zone)
    if "DTEND" in event:
        return TimeSpan(begins, moment_of(_time(event, "DTEND"), room.zone))
    if "DURATION" in event:
        return TimeSpan(begins, later(begins, event["DURATION"].dt))
    if isinstance(start, datetime):
        raise UsageError("neither DTEND nor DURATION", code="bad-file")
    return TimeSpan(begins, moment_of(start + timedelta(days=1), room.zone))


def _time(event: Any, name: str) -> date:
    value = getattr(event.get(name), "dt", None)
    if not isinstance(value, date):
        raise UsageError(f"{name} is missing or no time", code="bad-file")
    return value


def _date_key(start: datetime) -> str:
    return f"{start:%Y%m%dT%H%M%SZ}"


def _listed(event: Any, name: str) -> list[Any]:
    value = event.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(event: Any, name: str) -> str:
    value = event.get(name)
    return "" if value is None else str(value[0] if isinstance(value, list) else value)


def _word(event: Any, name: str) -> str:
    return _text(event, name).strip().upper()


def write_ical(
    reservations: Iterable[Reservation],
    rooms: Mapping[RoomId, Room],
    uids: Mapping[ReservationNumber, str],
    made_at: datetime,
) -> Iterator[str]:
    """The pieces of a file: an event for each reservation, its times in UTC, days as days."""
    yield "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//obctl//reservations//EN\r\n"
    for item in reservations:
        yield _event(item, rooms[item.room], uids[item.number], made_at)
    yield "END:VCALENDAR\r\n"


def _event(item: Reservation, room: Room, uid: str, made_at: datetime) -> str:
    from icalendar import Event, vCalAddress

    event = Event()
    event.add("UID", uid)
    event.add("DTSTAMP", made_at)
    event.add("CREATED", item.created_at)
    event.add("LAST-MODIFIED", item.updated_at)
    event.add("SEQUENCE", item.version - 1)
    if item.all_day:
        event.add("DTSTART", item.start.astimezone(room.zone).date())
        event.add("DTEND", item.end.astimezone(room.zone).date())
    else:
        event.add("DTSTART", item.start)
        event.add("DTEND", item.end)
    event.add("SUMMARY", item.subject)
    event.add("LOCATION", room.name)
    event.add(
        "STATUS", "CANCELLED" if item.status is Status.CANCELLED else item.status.value.upper()
    )
    if item.organizer.email:
        organizer = vCalAddress(f"mailto:{item.organizer.email}")
        if item.organizer.name:
            organizer.params["CN"] = item.organizer.name
        event["ORGANIZER"] = organizer
    where = vCalAddress(f"mailto:{room.mailbox}")
    where.params["CUTYPE"] = "ROOM"
    where.params["CN"] = room.name
    event["ATTENDEE"] = where
    if item.attendees is not None:
        event.add(_PEOPLE, str(item.attendees))
    if item.notes:
        event.add("DESCRIPTION", item.notes)
    return bytes(event.to_ical()).decode()
