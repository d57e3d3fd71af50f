"""Reservations whose meetings are gone, and may be in a room that could not be read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from obctl.domain.reservation import ReservationNumber
from obctl.domain.room import RoomId
from obctl.domain.sync.undecided import Undecided
from obctl.store.codec import instant, moment
from obctl.store.database import Store

# What was cancelled, moved, asked about or is over since waits no more.
_WAITING = (
    "SELECT undecided.* FROM undecided JOIN reservations ON number = reservation"
    " AND reservations.room = undecided.room"
    " WHERE status != 'cancelled' AND external_state != 100 AND end_at > ?"
)


def load_undecided(store: Store, now: datetime, room: RoomId | None = None) -> list[Undecided]:
    """What waits now, in one room or in all."""
    where, values = ("", ()) if room is None else (" AND undecided.room = ?", (room,))
    return [
        Undecided(
            ReservationNumber(row["reservation"]),
            RoomId(row["room"]),
            moment(row["since"]),
            row["unread"],
        )
        for row in store.rows(f"{_WAITING}{where} ORDER BY reservation", (instant(now), *values))
    ]


def save_undecided(
    store: Store, room: RoomId, numbers: Collection[int], *, since: datetime, unread: str
) -> None:
    """Let reservations wait; one that waits already keeps its `since`."""
    store.merge(
        "undecided",
        "INSERT INTO undecided (reservation, room, since, unread) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (reservation) DO UPDATE SET unread = excluded.unread,"
        " since = CASE WHEN room = excluded.room THEN since ELSE excluded.since END,"
        " room = excluded.room",
        [((number,), (number, room, instant(since), unread)) for number in numbers],
    )


def forget_undecided_in(store: Store, room: RoomId) -> None:
    """Nothing in this room waits any more."""
    store.remove("undecided", "room = ?", (room,))


def forget_undecided(store: Store, numbers: Collection[int]) -> None:
    """These reservations wait no more."""
    for number in numbers:
        store.remove("undecided", "reservation = ?", (number,))
