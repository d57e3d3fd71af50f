"""Reservations that may be what another one became while its room could not be read."""

from __future__ import annotations

from collections.abc import Iterable

from obctl.domain.room import RoomId
from obctl.store.database import Store


def save_possible_moves(store: Store, pairs: Iterable[tuple[int, int]]) -> None:
    """Record new reservations with the one each may continue."""
    store.put(
        "possible_moves",
        "INSERT OR REPLACE INTO possible_moves (reservation, instead_of) VALUES (?, ?)",
        list(pairs),
    )


def load_possible_moves(store: Store) -> dict[int, list[int]]:
    """What each reservation may have become, by its number."""
    found: dict[int, list[int]] = {}
    for row in store.rows("SELECT * FROM possible_moves ORDER BY reservation"):
        found.setdefault(row["instead_of"], []).append(row["reservation"])
    return found


def forget_possible_moves(store: Store, room: RoomId, numbers: Iterable[int] | None = None) -> None:
    """These reservations of a room, or all, were read: they moved or they did not."""
    if numbers is None:
        store.remove(
            "possible_moves",
            "instead_of IN"
            " (SELECT number FROM reservations WHERE room = ? AND external_state != 100)",
            (room,),
        )
    else:
        for number in numbers:
            store.remove("possible_moves", "instead_of = ?", (number,))
