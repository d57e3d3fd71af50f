"""Moved: the meeting takes place in another mapped room."""

from __future__ import annotations

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import CERTAIN, LIKELY, found, sync
from obctl.domain.causes.predicates import bereft, since_last_pass, unreserved
from obctl.domain.difference import Cause, Confidence
from obctl.domain.event import Event, same_person
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.room import Room
from obctl.domain.series.same_date import is_same_date


def moved_to_other_room(facts: Facts) -> Cause | None:
    """The organiser took another room: seen from the room left, or from the room entered."""
    return _left(facts) or _entered(facts)


def _left(facts: Facts) -> Cause | None:
    reservation = bereft(facts)
    if reservation is None:
        return None
    # a room with a reservation of its own was invited as a second room, it is no new one
    reserved = {room.id for room, _ in facts.reserved_elsewhere}
    for room, event in facts.elsewhere:
        if room.id in reserved or not event.takes_room:
            continue
        if not _is_its_meeting(reservation, event, room):
            continue
        before = facts.event or facts.last_known
        made_here = before.created_at if before else None
        later = made_here and event.created_at and event.created_at > made_here
        proven = facts.event is not None or facts.event_missing
        confidence = CERTAIN if later and proven and event.start == reservation.start else LIKELY
        return _move(facts, facts.room, room, event, reservation, confidence)
    return None


def _entered(facts: Facts) -> Cause | None:
    event = unreserved(facts)
    if event is None:
        return None
    event_present = {
        room.id
        for room, copy in facts.elsewhere
        if copy.takes_room and is_same_date(event, copy, room.zone)
    }
    for room, reservation in facts.reserved_elsewhere:
        # a reservation not in step was moved in Officebooking: then the event is what stayed behind
        in_step = reservation.external_state is ExternalState.IN_STEP
        left = in_step and room.id not in event_present
        if left and _is_its_meeting(reservation, event, facts.room):
            return _move(facts, room, facts.room, event, reservation, LIKELY)
    return None


def _is_its_meeting(reservation: Reservation, event: Event, room: Room) -> bool:
    """Whether an event in `room` is the same date of the same meeting, of nobody else."""
    ours, theirs = reservation.organizer, event.organizer
    somebody_elses = ours.email and theirs.email and not same_person(ours, theirs)
    return is_same_date(reservation, event, room.zone) and not somebody_elses


def _move(
    facts: Facts,
    left: Room,
    entered: Room,
    event: Event,
    reservation: Reservation,
    confidence: Confidence,
) -> Cause:
    return found(
        "moved-to-other-room",
        confidence,
        {
            "series_key": event.series_key,
            "room.left": left.mailbox,
            "room.entered": entered.mailbox,
            "event.start": event.start,
            "event.created_at": event.created_at,
            "reservation.number": reservation.number,
            "services": len(reservation.ordered_services),
            **since_last_pass(facts, event.created_at),
        },
        refuted_by="the series key is in no other mapped room, or both rooms were invited",
        remedy=f"{sync(left, entered)} (one move; services follow)",
    )
