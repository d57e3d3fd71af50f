"""Rooms from a CSV file: read whole, with every problem of the file in one message."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from obctl.domain.room import Room, RoomId
from obctl.domain.time_span import ACCEPTED, is_accepted, utc
from obctl.domain.zones import usable_name, zone
from obctl.engine.company import Company
from obctl.engine.rooms.mapping import NewRoom, again
from obctl.errors import ObctlError, UsageError
from obctl.store.rooms import load_rooms_ever

COLUMNS = ("mailbox", "name", "location", "floor", "capacity", "time_zone", "activated_at")
_REQUIRED = ("mailbox", "name")


def read_rooms(company: Company, path: Path) -> list[Room]:
    """The rooms of a file, none of them mapped yet; raises `UsageError` with all problems."""
    rows = _rows(path)
    ever = {room.mailbox.casefold(): room for room in load_rooms_ever(company.store)}
    first_line: dict[str, int] = {}
    rooms: list[Room] = []
    problems: list[str] = []
    for line, row in rows:
        found: list[str] = []
        mailbox = row["mailbox"].casefold()
        known = ever.get(mailbox)
        if known and known.is_mapped:
            found.append(f"{row['mailbox']} is mapped already")
        elif mailbox and mailbox in first_line:
            found.append(f"{row['mailbox']} stands on line {first_line[mailbox]} already")
        first_line.setdefault(mailbox, line)
        room = _room(company, row, found)
        if found:
            problems += [f"line {line}: {problem}" for problem in found]
        else:
            rooms.append(again(known, _said(row, room)) if known else room)
    if problems:
        raise UsageError(
            f"{path} has {len(problems)} problems, nothing was imported:\n" + "\n".join(problems)
            if len(problems) > 1
            else f"{path}, {problems[0]}; nothing was imported",
            hint="correct the file, then import it again",
            code="bad-file",
        )
    return rooms


def _said(row: Mapping[str, str], room: Room) -> NewRoom:
    """What the line itself says of its room."""
    return NewRoom(
        room.mailbox,
        name=room.name,
        location=room.location,
        floor=room.floor,
        capacity=room.capacity,
        time_zone=room.time_zone if row["time_zone"] else None,
        activated_at=room.activated_at if row["activated_at"] else None,
    )


def _rows(path: Path) -> list[tuple[int, Mapping[str, str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", code="bad-file") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8", hint="save it as CSV UTF-8", code="bad-file"
        ) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restval="")
    try:
        names = [name.strip().lower() for name in reader.fieldnames or []]
        missing = [name for name in _REQUIRED if name not in names]
        unknown = [name for name in names if name not in COLUMNS]
        if missing or unknown:
            said = [f"no column {name}" for name in missing]
            said += [f"unknown column {name!r}" for name in unknown]
            raise UsageError(
                f"{path}, line 1: {', '.join(said)}",
                hint=f"the columns are {','.join(COLUMNS)}",
                code="bad-file",
            )
        reader.fieldnames = names
        rows: list[tuple[int, Mapping[str, str]]] = []
        for row in reader:
            if None in row:
                raise UsageError(
                    f"{path}, line {reader.line_num}: more cells than columns",
                    hint="put quotes around a cell that holds a comma",
                    code="bad-file",
                )
            cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
            if any(cells.values()):
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise UsageError(
            f"{path}, after line {reader.line_num}: no CSV ({error})", code="bad-file"
        ) from error
    return rows


def _room(company: Company, row: Mapping[str, str], problems: list[str]) -> Room:
    """The room of one line; what is wrong with it is added to `problems`."""
    if "@" not in row["mailbox"]:
        problems.append(
            f"mailbox {row['mailbox']!r} is no address" if row["mailbox"] else "mailbox is empty"
        )
    if not row["name"]:
        problems.append("name is empty")
    capacity = None
    if row["capacity"]:
        if row["capacity"].isdecimal() and int(row["capacity"]) > 0:
            capacity = int(row["capacity"])
        else:
            problems.append(f"capacity {row['capacity']!r} is no number of people")
    time_zone = company.config.time_zone
    try:
        time_zone = usable_name(row["time_zone"] or time_zone)
    except ObctlError as error:
        problems.append(error.message)
    activated_at = company.now
    try:
        if row["activated_at"]:
            activated_at = datetime.fromisoformat(row["activated_at"])
            if activated_at.tzinfo is None:
                activated_at = activated_at.replace(tzinfo=zone(time_zone))
        if not is_accepted(activated_at):
            problems.append(f"activated_at {row['activated_at']!r} is out of range: {ACCEPTED}")
    except ValueError:
        problems.append(
            f"activated_at {row['activated_at']!r} is no time; write 2026-10-19T08:00 (in the"
            " room's zone) or 2026-10-19T06:00:00Z"
        )
    return Room(
        id=RoomId(0),
        mailbox=row["mailbox"],
        name=row["name"],
        location=row["location"] or None,
        floor=row["floor"] or None,
        capacity=capacity,
        time_zone=time_zone,
        activated_at=utc(activated_at),
    )
