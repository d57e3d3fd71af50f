"""Reservations as CSV: a line each, with the header of `COLUMNS`; times are in the room's zone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from obctl.domain.csv_cells import disarmed, rearmed
from obctl.domain.enums import Status
from obctl.domain.event import Person
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room, RoomId
from obctl.domain.time_span import TimeSpan
from obctl.engine.read_files import csv_rows
from obctl.engine.reservations.files.entries import (
    CANCELLED,
    FileContents,
    FileEntry,
    Rooms,
    address_of,
    moment_of,
    people_of,
)
from obctl.errors import UsageError

COLUMNS = (
    "uid", "room", "subject", "start", "end", "organizer", "organizer_name", "repeat", "attendees",
    "notes", "status",
)  # fmt: skip
REQUIRED = ("room", "subject", "start", "end", "organizer")
_VERBATIM = ("subject", "organizer_name", "notes")


def read_csv(path: Path, rooms: Rooms) -> FileContents:
    """What a file holds; raises `UsageError` for a file that is no such CSV at all."""
    found = FileContents()
    for line, cells in csv_rows(path, COLUMNS, REQUIRED, _VERBATIM):
        row = {name: rearmed(cell) for name, cell in cells.items()}
        if row["status"].casefold() == Status.CANCELLED:
            found.left_out[CANCELLED] += 1
            continue
        before = len(found.problems)
        entry = _entry(line, row, rooms, found)
        if entry is not None and len(found.problems) == before:
            found.entries.append(entry)
    return found


def _entry(
    line: int, row: Mapping[str, str], rooms: Rooms, found: FileContents
) -> FileEntry | None:
    for name in REQUIRED:
        if not row[name].strip():
            found.wrong(line, f"{name} is empty")
    status = row["status"].casefold() or Status.CONFIRMED
    if status not in list(Status):
        found.wrong(line, f"status {row['status']!r} is none of {', '.join(Status)}")
    attendees = None
    try:
        attendees = people_of(row["attendees"])
    except UsageError as error:
        found.wrong(line, f"attendees {error.message}")
    organizer = _organizer(line, row, found)
    room = _room(line, row, rooms, found)
    span = None if room is None else _span(line, row, room, found)
    if room is None or span is None or organizer is None:
        return None
    return FileEntry(
        line=line,
        room=room,
        subject=row["subject"],
        span=span,
        organizer=organizer,
        key=(row["uid"], "") if row["uid"] else None,
        repeat=row["repeat"] or None,
        attendees=attendees,
        notes=row["notes"] or None,
        tentative=status == Status.TENTATIVE,
    )


def _organizer(line: int, row: Mapping[str, str], found: FileContents) -> Person | None:
    if not row["organizer"]:
        return None
    try:
        return Person(row["organizer_name"] or None, address_of(row["organizer"]))
    except UsageError as error:
        found.wrong(line, f"organizer: {error.message}")
        return None


def _room(line: int, row: Mapping[str, str], rooms: Rooms, found: FileContents) -> Room | None:
    if not row["room"]:
        return None
    try:
        return rooms.find(row["room"])
    except UsageError as error:
        found.wrong(line, error.message)
        return None


def _span(line: int, row: Mapping[str, str], room: Room, found: FileContents) -> TimeSpan | None:
    moments: list[datetime] = []
    for name in ("start", "end"):
        text = row[name]
        if not text:
            continue
        try:
            moments.append(moment_of(_read(text), room.zone))
        except ValueError:
            found.wrong(
                line,
                f"{name} {text!r} is no time; write 2026-10-19T08:00 (in the room's zone),"
                " 2026-10-19T06:00:00Z, or a day",
            )
        except UsageError as error:
            found.wrong(line, f"{name}: {error.message}")
    return TimeSpan(*moments) if len(moments) == 2 else None


def _read(text: str) -> date:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def write_csv(
    reservations: Iterable[Reservation],
    rooms: Mapping[RoomId, Room],
    uids: Mapping[ReservationNumber, str],
) -> Iterator[str]:
    """The pieces of a file: a line each, what looks like a formula disarmed."""
    yield _line(COLUMNS)
    for item in reservations:
        room = rooms[item.room]
        zone = room.zone
        start, end = item.start.astimezone(zone), item.end.astimezone(zone)
        times = (
            (start.date().isoformat(), end.date().isoformat())
            if item.all_day
            else (start.isoformat(), end.isoformat())
        )
        yield _line(
            disarmed(cell)
            for cell in (
                uids[item.number],
                room.mailbox,
                item.subject,
                *times,
                item.organizer.email or "",
                item.organizer.name or "",
                "",
                "" if item.attendees is None else str(item.attendees),
                item.notes or "",
                item.status.value,
            )
        )


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
