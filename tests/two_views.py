"""A plan and a comparison of the same room, held against each other.

What the pass would do and what `diff` says are two views of one fact. They may part only where this
module says so, each time with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from obctl.domain.difference import Difference, DifferenceKind
from obctl.domain.sync.change import (
    Absorb,
    Cancel,
    Change,
    Close,
    Create,
    Move,
    Rekey,
    Request,
    Restore,
    Update,
)
from obctl.domain.sync.plan import Plan
from obctl.domain.sync.situation import Situation

_TIMES = {"start", "end", "all_day"}


def untold(plan: Plan, differences: Sequence[Difference]) -> list[str]:
    """The changes of a plan that no difference speaks of."""
    return [
        f"{change.kind} {change.after.number or change.after.event_id}"
        for change in plan.changes
        if not any(_is_told(change, difference) for difference in differences)
        and not _is_silent(change)
    ]


def unplanned(situation: Situation, plan: Plan, differences: Iterable[Difference]) -> list[str]:
    """The differences that no change of the plan answers."""
    return [
        f"{difference.kind} {difference.reservation or difference.event_id}"
        for difference in differences
        if not any(_is_told(change, difference) for change in plan.changes)
        and not _stays(situation, plan, difference)
    ]


def _is_told(change: Change, difference: Difference) -> bool:
    """Whether a difference is what the change answers."""
    before = None if isinstance(change, Create) else change.before
    same_reservation = before is not None and before.number == difference.reservation
    same_event = change.event and change.event.id == difference.event_id
    match change:
        case Cancel() | Absorb() | Request():
            kinds = {DifferenceKind.MISSING_IN_OUTLOOK, DifferenceKind.DUPLICATE}
            return bool(same_reservation) and difference.kind in kinds
        case Create():
            # a meeting sent twice is two reservations, and told as a duplicate
            kinds = {DifferenceKind.MISSING_IN_OFFICEBOOKING, DifferenceKind.DUPLICATE}
            return bool(same_event) and difference.kind in kinds
        case Restore():
            return bool(same_event) and difference.kind in {
                DifferenceKind.MISSING_IN_OFFICEBOOKING,
                DifferenceKind.CHANGED,
                DifferenceKind.DUPLICATE,
            }
        case Update() | Rekey() | Close():
            if not same_reservation or difference.kind is not DifferenceKind.CHANGED:
                return False
            return _moved(change) <= difference.fields.keys() and bool(same_event)
        case Move():
            return bool(same_reservation or same_event)


def _moved(change: Update | Rekey | Close | Restore) -> set[str]:
    return {name for name in _TIMES if getattr(change.after, name) != getattr(change.before, name)}


def _is_silent(change: Change) -> bool:
    """Whether a change makes no difference to who has the room when.

    Attendees, a title that Exchange rewrote, a state, the ids of the series beside the event's own.
    """
    if not isinstance(change, Update | Close | Restore):
        return False
    before = change.before
    return (
        before.is_active and not _moved(change) and before.event_id in (None, change.after.event_id)
    )


def _stays(situation: Situation, plan: Plan, difference: Difference) -> bool:
    """Whether a pass leaves a difference as it is."""
    held = {reservation.number: reservation for reservation in situation.reservations}
    reservation = held.get(difference.reservation) if difference.reservation else None
    match difference.kind:
        case DifferenceKind.DUPLICATE | DifferenceKind.OVERLAP:
            # both sides agree on them: they are two meetings too many
            return True
        case DifferenceKind.CHANGED:
            # subject and answer follow who leads; a change made here is Outlook's to hear of
            return not difference.fields.keys() & {*_TIMES, "event_id"}
        case DifferenceKind.MISSING_IN_OFFICEBOOKING:
            if reservation is not None:
                # cancelled here, and the write that tells Outlook is pending
                return reservation.number in situation.agreed
            return difference.event_id in {item.event_id for item in plan.left_alone}
        case DifferenceKind.MISSING_IN_OUTLOOK:
            # what is past, never was in Outlook, or waits for a person already
            return reservation is not None and (
                reservation.end <= situation.now
                or reservation.number not in situation.agreed
                or reservation.number in situation.requests
            )
