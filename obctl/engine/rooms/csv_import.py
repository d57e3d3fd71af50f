"""Rooms from a CSV file: read whole, with every problem of the file in one message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from obctl.domain.room import Room, RoomId
from obctl.domain.time_span import ACCEPTED, is_accepted, utc
from obctl.domain.zones import usable_name, zone
from obctl.engine.company import Company
from obctl.engine.read_files import csv_rows, nothing_imported
from obctl.engine.rooms.mapping import NewRoom, again
from obctl.errors import ObctlError
from obctl.store.rooms import load_rooms_ever

COLUMNS = ("mailbox", "name", "location", "floor", "capacity", "time_zone", "activated_at")
_REQUIRED = ("mailbox", "name")


def read_rooms(company: Company, path: Path) -> list[Room]:
    """The rooms of a file, none of them mapped yet; raises `UsageError` with all problems."""
    rows = csv_rows(path, COLUMNS, _REQUIRED)
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
        raise nothing_imported(path, problems)
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
