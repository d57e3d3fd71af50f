"""What was deleted or called off and booked anew in its slot: the reservation goes on as that.

The new event has another key, so that this is decided last: after everything that an identity
tells, in this room and in the others.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from obctl.domain.event import Event, EventId
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.sync.cancellation import Proof
from obctl.domain.sync.kinship import Slot, is_same_booking, slot_of
from obctl.domain.sync.matching import Matching, joined
from obctl.domain.sync.proof import proof_of


def rebooked(
    matching: Matching,
    *,
    now: datetime,
    taken: Container[EventId] = (),
    moved: Container[ReservationNumber] = (),
) -> Matching:
    """The matching with each lost reservation joined to the event that was booked in its place.

    `taken` are events that stand for something else: another room's reservation, or a write of
    ours. `moved` are reservations whose meeting turned up in another room. What is past stays.
    """
    new = _by_slot(matching, taken)
    if not new:
        return matching
    found: dict[ReservationNumber, Event] = {}
    for reservation in sorted(_lost(matching, now), key=lambda item: item.number):
        candidates = new.get(slot_of(reservation), ())
        # what a person kept stands for whatever takes its slot, the cancellation notwithstanding
        proven = not reservation.is_kept and _is_called_off(matching, reservation)
        fits = (e for e in candidates if is_same_booking(reservation, e, proven=proven))
        event = next(fits, None)
        if event is not None and reservation.number not in moved:
            new[slot_of(reservation)] = [item for item in candidates if item.id != event.id]
            found[reservation.number] = event
    return joined(matching, found)


def may_be_rebooked(matching: Matching) -> list[Event]:
    """The events without a reservation that were booked for the slot of one that lost its own."""
    lost = {slot_of(item) for item in (*matching.lone_reservations, *_left_over(matching))}
    lost.discard(None)
    return [event for event in matching.lone_events if event.takes_room and slot_of(event) in lost]


def _by_slot(matching: Matching, taken: Container[EventId]) -> dict[Slot | None, list[Event]]:
    new: dict[Slot | None, list[Event]] = {}
    for event in sorted(may_be_rebooked(matching), key=lambda item: item.id):
        if event.id not in taken:
            new.setdefault(slot_of(event), []).append(event)
    return new


def _lost(matching: Matching, now: datetime) -> list[Reservation]:
    """The reservations in step once, and not over, whose event is gone or off.

    One that a person kept without its event lost it long before this reading.
    """
    sides = matching.sides
    return [
        item
        for item in (*matching.lone_reservations, *_left_over(matching))
        if item.is_active
        and item.end > now
        and (item.is_kept or (item.number in sides.agreed and sides.reading.scope.covers(item)))
    ]


def _left_over(matching: Matching) -> list[Reservation]:
    """The reservations whose own event is still shown, and takes the room no more."""
    return [owner for owner, event in matching.pairs if not (event.takes_room or event.is_draft)]


def _is_called_off(matching: Matching, reservation: Reservation) -> bool:
    """Whether Outlook itself says that the reservation's own event is off."""
    cancelled = any(
        event.is_cancelled for owner, event in matching.pairs if owner.number == reservation.number
    )
    return cancelled or proof_of(matching.sides, reservation) is Proof.PROVEN
