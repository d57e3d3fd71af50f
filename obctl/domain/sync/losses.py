"""Which reservations lost their event, and what proves that it went."""

from __future__ import annotations

from dataclasses import dataclass

from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.sync.cancellation import Proof
from obctl.domain.sync.proof import proof_of
from obctl.domain.sync.situation import Situation


@dataclass(frozen=True, slots=True)
class Loss:
    """A reservation whose event is gone or off, and what proves that."""

    reservation: Reservation
    proof: Proof
    event: Event | None


def losses(situation: Situation) -> list[Loss]:
    """The active, linked, not yet past reservations that lost their event, with the proof.

    What a person kept without its event is linked no more, and counts once its meeting turned up.
    """
    counted = situation.agreed.keys() | situation.elsewhere.moved.keys()
    lost = [
        Loss(owner, Proof.PROVEN, event)
        for owner, event in situation.matching.pairs
        if not event.takes_room and not event.is_draft
    ]
    lost += [
        Loss(reservation, proof_of(situation.sides, reservation), None)
        for reservation in situation.matching.lone_reservations
        if reservation.is_active
        and reservation.number in counted
        and situation.reading.scope.covers(reservation)
    ]
    return [
        loss
        for loss in lost
        if loss.reservation.is_active
        and loss.reservation.number in counted
        and loss.reservation.end > situation.now
    ]


def kept_without_event(situation: Situation) -> list[Reservation]:
    """Reservations that a person kept though Outlook lost their meetings, and that have none."""
    kept = [
        reservation
        for reservation in situation.reservations
        if reservation.is_kept
        and reservation.is_active
        and reservation.end > situation.now
        and situation.reading.scope.covers(reservation)
    ]
    if not kept:
        return []
    living = {owner.number for owner, event in situation.matching.pairs if event.takes_room}
    living |= {owner.number for owner, _event in situation.matching.withheld}
    return [reservation for reservation in kept if reservation.number not in living]
