"""The order of a series' dates: in Outlook none moves to or past the day of its neighbour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from shlex import join
from zoneinfo import ZoneInfo

from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.time_span import instant_text, local_day
from obctl.errors import Refused

Move = tuple[Reservation, Reservation]
"""A date of a series before and after a change."""


def changes_day(move: Move) -> bool:
    before, after = _days(move)
    return before != after


def ensure_in_order(room: Room, series: Iterable[Reservation], moves: Sequence[Move]) -> None:
    """Raise `Refused` where a date that moves would not stay between its neighbours in `series`."""
    moved = {after.number: after for before, after in moves if changes_day((before, after))}
    dates = [moved.get(item.number, item) for item in series]
    standing = sorted((item for item in dates if item.is_active), key=_place)
    for pair in pairwise(standing):
        earlier, later = (local_day(item.start, room.zone) for item in pair)
        if earlier < later or not any(item.number in moved for item in pair):
            continue
        mover, neighbour = sorted(pair, key=lambda item: item.number not in moved)
        raise Refused(
            f"reservation {mover.number} cannot move to {local_day(mover.start, room.zone)}:"
            f" reservation {neighbour.number} of its series is on"
            f" {local_day(neighbour.start, room.zone)}, and Outlook lets no date of a series move"
            " to or past the day of its neighbour",
            hint="choose a day between its neighbours, or take it out of the series:\n"
            f"obctl reservations cancel {mover.number}\n{_booked_alone(room, mover)}",
            code="occurrence-crossing",
        )


def _booked_alone(room: Room, date_: Reservation) -> str:
    """The command that reserves what a date was to be, on its own."""
    words = ["obctl", "reservations", "create", "--room", room.mailbox]
    words += ["--subject", date_.subject]
    words += ["--start", instant_text(date_.start), "--end", instant_text(date_.end)]
    if date_.organizer.email:
        words += ["--organizer", date_.organizer.email]
    return join(words)


def in_passing_order(moves: Iterable[Move]) -> list[Move]:
    """The order in which dates of a series can move one by one, none passing another on its way.

    Those that move to later days go last date first, the others first date first.
    """
    later: list[Move] = []
    others: list[Move] = []
    for move in moves:
        before, after = _days(move)
        (later if after > before else others).append(move)
    later.sort(key=lambda move: _place(move[0]), reverse=True)
    others.sort(key=lambda move: _place(move[0]))
    return later + others


def _place(item: Reservation) -> datetime:
    return item.original_start or item.start


def _days(move: Move) -> tuple[date, date]:
    before, after = move
    zone = ZoneInfo(before.time_zone)
    return local_day(before.start, zone), local_day(after.start, zone)
