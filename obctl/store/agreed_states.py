"""What both sides were when they last agreed, by reservation."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from obctl.domain.agreed_state import AgreedState
from obctl.domain.event import person
from obctl.domain.event_changes import EventChanges
from obctl.domain.reservation import ReservationNumber
from obctl.domain.values import replace
from obctl.store.codec import instant, moment
from obctl.store.database import Store, in_parts

_SAVE = (
    "INSERT OR REPLACE INTO agreed_states (reservation, event_id, start_at, end_at, all_day,"
    " subject, event_subject, organizer_name, organizer_email, version, change_key, agreed_at,"
    " tried)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def save_agreed(store: Store, states: Iterable[AgreedState]) -> None:
    """Write agreed states; an older one of the same reservation is replaced."""
    store.put(
        "agreed_states",
        _SAVE,
        [
            (
                state.reservation,
                state.event_id,
                instant(state.start),
                instant(state.end),
                state.all_day,
                state.subject,
                state.event_subject,
                state.organizer.name,
                state.organizer.email,
                state.version,
                state.change_key,
                instant(state.agreed_at),
                msgspec.json.encode(state.tried).decode() if state.tried else None,
            )
            for state in states
        ],
    )


def add_tried(store: Store, reservation: int, changes: EventChanges) -> None:
    """The event is about to be changed: should the answer be lost, this is what it may show."""
    agreed = find_agreed(store, reservation)
    if agreed is not None and changes not in agreed.tried:
        save_agreed(store, [replace(agreed, tried=(*agreed.tried, changes))])


def forget_agreed(store: Store, reservations: Sequence[int]) -> None:
    """Both sides no longer agree on anything for these reservations."""
    for number in reservations:
        store.remove("agreed_states", "reservation = ?", (number,))


def hand_over_agreed(store: Store, reservation: int, to: int) -> None:
    """What was agreed about one reservation holds for another now."""
    forget_agreed(store, [to])
    agreed = find_agreed(store, reservation)
    if agreed is not None:
        forget_agreed(store, [reservation])
        save_agreed(store, [replace(agreed, reservation=ReservationNumber(to))])


def find_agreed(store: Store, reservation: int) -> AgreedState | None:
    row = store.row("SELECT * FROM agreed_states WHERE reservation = ?", (reservation,))
    return _state(row) if row else None


def load_agreed_of(
    store: Store, reservations: Iterable[ReservationNumber]
) -> dict[ReservationNumber, AgreedState]:
    """The agreed states of these reservations, by number."""
    found: dict[ReservationNumber, AgreedState] = {}
    for marks, part in in_parts(reservations):
        for row in store.rows(f"SELECT * FROM agreed_states WHERE reservation IN ({marks})", part):
            found[row["reservation"]] = _state(row)
    return found


def _state(row: sqlite3.Row) -> AgreedState:
    return AgreedState(
        reservation=row["reservation"],
        event_id=row["event_id"],
        start=moment(row["start_at"]),
        end=moment(row["end_at"]),
        all_day=bool(row["all_day"]),
        subject=row["subject"],
        event_subject=row["event_subject"],
        organizer=person(row["organizer_name"], row["organizer_email"]),
        version=row["version"],
        change_key=row["change_key"],
        agreed_at=moment(row["agreed_at"]),
        tried=msgspec.json.decode(row["tried"], type=tuple[EventChanges, ...])
        if row["tried"]
        else (),
    )
