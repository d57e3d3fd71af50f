"""Interim reservations: what a moved meeting got in its new room while its old one was not read."""

from __future__ import annotations

from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.sync.situation import Destination
from obctl.store.database import Store
from obctl.store.events import find_event
from obctl.store.possible_moves import load_possible_moves
from obctl.store.reservations import find_reservation
from obctl.store.rooms import find_room_by_id


def load_interims(store: Store) -> dict[int, Reservation]:
    """The interim reservations that still stand, by the reservation they may continue.

    One that waits for a person lost its own meeting, and proves nothing.
    """
    interims: dict[int, Reservation] = {}
    for number, possible in load_possible_moves(store).items():
        for candidate in possible:
            interim = find_reservation(store, candidate)
            if (
                interim.is_active
                and find_room_by_id(store, interim.room).is_mapped
                and interim.external_state is not ExternalState.CANCELLATION_REQUEST
            ):
                interims[number] = interim
    return interims


def place_of(store: Store, interim: Reservation) -> Destination | None:
    """Where the meeting of an interim reservation is, as last read."""
    event = find_event(store, interim.room, interim.event_id) if interim.event_id else None
    return Destination(find_room_by_id(store, interim.room), event, interim) if event else None
