"""Moved: the meeting takes place in another mapped room, or would have."""

from __future__ import annotations

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import CERTAIN, LIKELY, POSSIBLE, Value, found
from obctl.domain.causes.predicates import (
    bereft,
    goes_on_upstairs,
    is_past,
    remedy_for,
    since_last_pass,
    sync_over,
    unreserved,
)
from obctl.domain.difference import Cause, Confidence
from obctl.domain.event import Event, same_person
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.room import Room
from obctl.domain.series.same_date import is_same_date


def moved_to_other_room(facts: Facts) -> Cause | None:
    """The organiser took another room: seen from the room left, or from the room entered.

    Where one series ends and another goes on there, that is a split.
    """
    if goes_on_upstairs(facts):
        return None
    return _left(facts) or _entered(facts) or _called_off_there(facts)


def _left(facts: Facts) -> Cause | None:
    reservation = bereft(facts)
    if reservation is None:
        return None
    for room, event in facts.elsewhere:
        if not event.takes_room or not _is_new_room(facts, reservation, room, event):
            continue
        before = facts.event or facts.last_known
        made_here = before.created_at if before else None
        later = made_here and event.created_at and event.created_at > made_here
        proven = facts.event is not None or facts.event_missing
        confidence = CERTAIN if later and proven and event.start == reservation.start else LIKELY
        return _move(facts, facts.room, room, event, reservation, confidence)
    if facts.goes_on is not None:
        room, event = facts.goes_on
        return _move(facts, facts.room, room, event, reservation, LIKELY)
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
    silent = {room.id for room in facts.not_asked}
    for room, reservation in facts.reserved_elsewhere:
        # a reservation not in step was moved in Officebooking: then the event is what stayed behind
        in_step = reservation.external_state is ExternalState.IN_STEP
        left = in_step and room.id not in event_present
        if left and _is_its_meeting(reservation, event, facts.room):
            # a room that does not answer may have it still: then this is a second room
            confidence = POSSIBLE if room.id in silent else LIKELY
            return _move(facts, room, facts.room, event, reservation, confidence)
    if facts.came_from is not None:
        room, reservation = facts.came_from
        return _move(facts, room, facts.room, event, reservation, LIKELY)
    return None


def _called_off_there(facts: Facts) -> Cause | None:
    """It had moved before it was cancelled: the other room still has the cancelled copy.

    A room that was invited besides has one too. Where both copies are there, their times tell: the
    one that was left went when the other came. A copy that is older than the one here is in the
    room that was left before.
    """
    reservation, here = bereft(facts), facts.event
    if reservation is None:
        return None
    for room, event in facts.called_off_elsewhere:
        if not _is_new_room(facts, reservation, room, event):
            continue
        if here is not None and not _went_as_it_came(here, event):
            continue
        if _is_older(event, than=here or facts.last_known):
            continue
        return found(
            "moved-to-other-room",
            LIKELY if here is not None else POSSIBLE,
            _evidence(facts, facts.room, room, event, reservation)
            | {
                "copy.is_cancelled": True,
                "copy.modified_at": event.modified_at,
                "event.modified_at": here.modified_at if here else None,
            },
            refuted_by="both rooms were invited when it was cancelled",
            remedy=remedy_for(facts, reservation),
        )
    return None


def _is_older(event: Event, than: Event | None) -> bool:
    if than is None or than.created_at is None or event.created_at is None:
        return False
    return event.created_at < than.created_at


def _went_as_it_came(left: Event, entered: Event) -> bool:
    """Whether one copy changed last when the other was made, not when that was cancelled."""
    went, came, ended = left.modified_at, entered.created_at, entered.modified_at
    if went is None or came is None or ended is None:
        return False
    return abs(went - came) < abs(ended - went)


def _is_new_room(facts: Facts, reservation: Reservation, room: Room, event: Event) -> bool:
    """Whether an event in another room is the meeting, and that room was not taken before.

    A room with a reservation of its own was invited as a second room, it is no new one; other
    dates of the series may have been there all the time.
    """
    reserved = any(
        other.id == room.id and is_same_date(held, event, room.zone)
        for other, held in facts.reserved_elsewhere
    )
    return not reserved and _is_its_meeting(reservation, event, room)


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
    silent = left.id in {room.id for room in facts.not_asked}
    return found(
        "moved-to-other-room",
        confidence,
        _evidence(facts, left, entered, event, reservation)
        | {"room.left.answer": "none" if silent else None},
        refuted_by="the series key is in no other mapped room, or both rooms were invited",
        remedy=_remedy(facts, left, entered, reservation),
    )


def _remedy(facts: Facts, left: Room, entered: Room, reservation: Reservation) -> str:
    if not is_past(facts, reservation):
        return f"{sync_over(facts, left, entered)} (one move; services follow)"
    stays = "a reservation that is over stays where it was"
    event = unreserved(facts)
    if event is not None and facts.window.overlaps(event.start, event.end):
        return f"{sync_over(facts)} reserves this room besides: {stays}"
    return f"none: {stays}"


def _evidence(
    facts: Facts, left: Room, entered: Room, event: Event, reservation: Reservation
) -> dict[str, Value]:
    another = event.series_key != reservation.series_key
    return {
        "series_key": event.series_key,
        "series_key.before": reservation.series_key if another else None,
        "room.left": left.mailbox,
        "room.entered": entered.mailbox,
        "event.start": event.start,
        "event.created_at": event.created_at,
        "reservation.number": reservation.number,
        "reservation.start": reservation.start if reservation.start != event.start else None,
        "services": len(reservation.ordered_services),
        **since_last_pass(facts, event.created_at),
    }
