"""A reservation whose event is gone: cancelled, kept, moved, or left to a person."""

from __future__ import annotations

from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    Status,
    joined_notes,
)
from obctl.domain.sync.cancellation import Outcome, Proof, Reason, RequestStatus, decide
from obctl.domain.sync.change import Absorb, Cancel, Change, Conflict, Move, Request
from obctl.domain.sync.losses import Loss
from obctl.domain.sync.merge import merge
from obctl.domain.sync.present import from_event, linked_to
from obctl.domain.sync.situation import Destination, Situation
from obctl.domain.values import replace


def is_undecided(situation: Situation, loss: Loss) -> bool:
    """Whether nothing is decided yet: the meeting may be in a room that could not be read.

    What Outlook proves is decided at once, and so is what a person allows to go.
    """
    return (
        loss.reservation.number in situation.elsewhere.undecided
        and not situation.cancellations_allowed
        and _proof(situation, loss) is Proof.UNPROVEN
    )


def event_missing(
    situation: Situation, loss: Loss, sibling: Reservation | None = None
) -> Change | None:
    """What becomes of a reservation whose event is gone, cancelled or in another room.

    `sibling` is the reservation beside it as which its meeting goes on in this room.
    """
    before = reservation = loss.reservation
    now = situation.now
    request = situation.requests.get(reservation.number)
    if destination := situation.elsewhere.moved.get(reservation.number):
        return _moved(situation, reservation, destination)
    agreed = situation.agreed.get(reservation.number)
    # Services that a room which cannot be read may call for are not cancelled unasked.
    undecided = reservation.number in situation.elsewhere.undecided
    waits = undecided and bool(reservation.ordered_services)
    organizer = _organizer_of_restored(situation, reservation)
    # Nor is a meeting that was put back, while its organiser has it or cannot be asked.
    waits = waits or organizer in (OrganizerSays.TAKES_PLACE, OrganizerSays.UNKNOWN)
    # Where the meeting goes on beside, nothing is lost that anybody could call for.
    waits = waits and sibling is None
    decision = decide(
        reservation,
        proof=Proof.UNPROVEN if waits else _proof(situation, loss),
        goes_on=sibling is not None,
        changed_here=agreed is not None and reservation.version != agreed.version,
        ignore_requests=situation.settings.ignore_cancellation_requests and not waits,
        now=now,
    )
    cause = situation.causes.get(reservation.number)
    if loss.event is not None and loss.event.id != reservation.event_id:
        reservation = linked_to(reservation, loss.event)
    match decision:
        case Outcome.KEPT:
            return None
        case Outcome.PROCESSED:
            after = replace(
                reservation,
                status=Status.CANCELLED,
                external_state=ExternalState.CANCELLED,
                updated_at=now,
            )
            if sibling is not None:
                return Absorb(before, after, loss.event, loss.proof, sibling, cause)
            return Cancel(before, after, loss.event, loss.proof, cause)
        case Reason():
            if request and request.status is RequestStatus.OPEN:
                # already waiting for a person: nothing new to say
                return None
            asked = replace(
                reservation, external_state=ExternalState.CANCELLATION_REQUEST, updated_at=now
            )
            return Request(before, asked, loss.event, loss.proof, decision, cause)


def _proof(situation: Situation, loss: Loss) -> Proof:
    if _organizer_of_restored(situation, loss.reservation) is OrganizerSays.CANCELLED:
        return Proof.PROVEN
    return loss.proof


def _organizer_of_restored(situation: Situation, reservation: Reservation) -> OrganizerSays | None:
    event_id = reservation.event_id
    return situation.reading.organizers.get(event_id) if event_id else None


def _moved(situation: Situation, reservation: Reservation, destination: Destination) -> Move:
    room, event, interim = destination.room, destination.event, destination.interim
    conflicts: tuple[Conflict, ...] = ()
    if interim is not None and is_changed_here(interim):
        after = replace(interim, number=reservation.number, created_at=reservation.created_at)
    else:
        after = linked_to(reservation, event)
        if agreed := situation.agreed.get(reservation.number):
            merged = merge(after, agreed, event)
            after, conflicts = merged.reservation, merged.conflicts
        else:
            after = from_event(after, event)
        after = replace(after, external_state=ExternalState.IN_STEP)
    after = replace(after, room=room.id, time_zone=room.time_zone, updated_at=situation.now)
    if interim is not None:
        after = replace(
            after,
            notes=joined_notes(reservation, interim),
            services=reservation.services + interim.services,
        )
    return Move(reservation, after, event, conflicts, interim)


def is_changed_here(interim: Reservation) -> bool:
    """Whether somebody changed in Officebooking what was made while a room could not be read."""
    return interim.version > 1
