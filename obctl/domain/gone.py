"""A reservation whose event is gone: cancelled, kept, moved, or left to a person."""

from __future__ import annotations

from obctl.domain.cancellation import Proof, RequestStatus, Verdict, decide
from obctl.domain.change import Change, ChangeKind, Conflict
from obctl.domain.losses import Loss
from obctl.domain.merge import merge
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    Status,
)
from obctl.domain.situation import Destination, Situation
from obctl.domain.still_there import as_shown, linked_to
from obctl.domain.values import replace


def gone(situation: Situation, loss: Loss) -> Change | None:
    """What becomes of a reservation whose event is gone, cancelled or in another room."""
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
    proof = Proof.PROVEN if organizer is OrganizerSays.CANCELLED else loss.proof
    # Nor is a meeting that was put back, while its organiser has it or cannot be asked.
    waits = waits or organizer in (OrganizerSays.TAKES_PLACE, OrganizerSays.UNKNOWN)
    decision = decide(
        reservation,
        proof=Proof.UNPROVEN if waits else proof,
        changed_here=agreed is not None and reservation.version != agreed.version,
        ignore_requests=situation.settings.ignore_cancellation_requests and not waits,
        now=now,
    )
    cause = situation.causes.get(reservation.number)
    if loss.event is not None and loss.event.id != reservation.event_id:
        reservation = linked_to(reservation, loss.event)
    match decision.verdict:
        case Verdict.NEVER:
            return None
        case Verdict.PROCESS:
            return Change(
                ChangeKind.CANCEL,
                after=replace(
                    reservation,
                    status=Status.CANCELLED,
                    external_state=ExternalState.CANCELLED,
                    updated_at=now,
                ),
                before=before,
                event=loss.event,
                proof=loss.proof,
                cause=cause,
                services_cancelled=tuple(item.id for item in reservation.ordered_services),
            )
        case Verdict.REQUEST:
            if request and request.status is RequestStatus.OPEN:
                # already waiting for a person: nothing new to say
                return None
            return Change(
                ChangeKind.REQUEST,
                after=replace(
                    reservation,
                    external_state=ExternalState.CANCELLATION_REQUEST,
                    updated_at=now,
                ),
                before=before,
                event=loss.event,
                proof=loss.proof,
                reason=decision.reason,
                cause=cause,
            )


def _organizer_of_restored(situation: Situation, reservation: Reservation) -> OrganizerSays | None:
    event_id = reservation.event_id
    return situation.reading.organizers.get(event_id) if event_id else None


def _moved(situation: Situation, reservation: Reservation, destination: Destination) -> Change:
    room, event, twin = destination.room, destination.event, destination.twin
    conflicts: tuple[Conflict, ...] = ()
    if twin is not None and is_changed_here(twin):
        after = replace(twin, number=reservation.number, created_at=reservation.created_at)
    else:
        after = linked_to(reservation, event)
        if agreed := situation.agreed.get(reservation.number):
            merged = merge(after, agreed, event)
            after, conflicts = merged.reservation, merged.conflicts
        else:
            after = as_shown(after, event)
        after = replace(after, external_state=ExternalState.IN_STEP)
    after = replace(after, room=room.id, time_zone=room.time_zone, updated_at=situation.now)
    if twin is not None:
        after = replace(
            after,
            notes="\n".join(filter(None, (reservation.notes, twin.notes))) or None,
            services=reservation.services + twin.services,
        )
    return Change(
        ChangeKind.MOVE,
        after=after,
        before=reservation,
        event=event,
        conflicts=conflicts,
        twin=twin,
    )


def is_changed_here(twin: Reservation) -> bool:
    """Whether somebody changed in Officebooking what was made while a room could not be read."""
    return twin.version > 1
