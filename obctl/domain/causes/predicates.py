"""Predicates: what several rules read off the same facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from obctl.domain.causes.facts import Facts, OrganizerAnswer
from obctl.domain.causes.finding import Value, sync
from obctl.domain.company_log import Action
from obctl.domain.difference import DifferenceKind
from obctl.domain.event import Event, Response
from obctl.domain.organizer_copy import is_outside
from obctl.domain.outbox import PushAction
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.series.excluded_dates import is_left_out
from obctl.domain.sync.cancellation import CancellationRequest, RequestStatus

SETTLED = timedelta(minutes=5)
"""By then the booking attendant has answered and rewritten, and Graph has notified."""
RELEASED_WITHIN = timedelta(minutes=60)
"""A room where nobody checks in is freed sooner than that."""
_ENDED_ON_BOTH_SIDES = frozenset({
    Action.CANCELLATION_PROCESSED.value, Action.CANCELLATION_APPROVED.value,
    Action.PUSH_CANCELLED.value,
})  # fmt: skip
_ENDS = _ENDED_ON_BOTH_SIDES | {Action.RESERVATION_CANCELLED.value, Action.PUSH_FAILED.value}


def unreserved(facts: Facts) -> Event | None:
    """The event that has no reservation and never had one."""
    if facts.difference.kind is not DifferenceKind.MISSING_IN_OFFICEBOOKING:
        return None
    return facts.event if facts.reservation is None else None


def unwithdrawn(facts: Facts) -> tuple[Reservation, Event] | None:
    """The reservation cancelled in Officebooking, and the event the room keeps all the same."""
    if facts.difference.kind is not DifferenceKind.MISSING_IN_OFFICEBOOKING:
        return None
    if facts.reservation is None or facts.event is None:
        return None
    return facts.reservation, facts.event


def come_back(facts: Facts) -> tuple[Reservation, Event] | None:
    """The reservation that went with its meeting, or was taken off, and the event there again.

    Nothing of Officebooking waits to be written: it is Outlook that has something new.
    """
    both = unwithdrawn(facts)
    if both is None or facts.agreed is not None or facts.outbox is not None:
        return None
    ends = [entry.action for entry in facts.history if entry.action in _ENDS]
    return both if ends and ends[-1] in _ENDED_ON_BOTH_SIDES else None


def goes_on_upstairs(facts: Facts) -> tuple[Room, Reservation, Room, Event] | None:
    """The room left, the reservation, the room entered and the date of another series there.

    "This and following" took another room: one series ends here and a new one begins there.
    """
    if facts.goes_on is not None and (lost := bereft(facts)):
        found = facts.room, lost, *facts.goes_on
    elif facts.came_from is not None and (event := unreserved(facts)):
        found = *facts.came_from, facts.room, event
    else:
        return None
    _left, reservation, _entered, event = found
    dated = reservation.original_start is not None and event.original_start is not None
    return found if dated and event.series_key != reservation.series_key else None


def bereft(facts: Facts) -> Reservation | None:
    """The reservation without a live event, whether the event is cancelled, declined or gone.

    One that Officebooking has yet to write to Outlook, the first time or again, is not bereft.
    """
    if facts.difference.kind is not DifferenceKind.MISSING_IN_OUTLOOK or yet_to_create(facts):
        return None
    return facts.reservation


def yet_to_create(facts: Facts) -> bool:
    """Whether the event itself is still to be written to Outlook."""
    return facts.outbox is not None and facts.outbox.action is PushAction.CREATE


def vanished(facts: Facts) -> Reservation | None:
    """The reservation whose event was in the room and is gone without a trace.

    Its meeting is nowhere else, and nothing says that the organiser cancelled it.
    """
    reservation = bereft(facts)
    if reservation is None or reservation.event_id is None or facts.event is not None:
        return None
    traced = facts.rekeyed is not None or cancellation_seen(facts) or date_dropped(facts)
    return None if traced else reservation


def changed(facts: Facts) -> tuple[Reservation, Event] | None:
    """Both halves of a meeting that differ in a field."""
    if facts.difference.kind is not DifferenceKind.CHANGED:
        return None
    if facts.reservation is None or facts.event is None:
        return None
    return facts.reservation, facts.event


def in_step(facts: Facts) -> tuple[Reservation, Event] | None:
    """Both halves of a meeting that is still to come, in which nothing differs."""
    both = changed(facts)
    if both is None or facts.difference.fields or is_past(facts, both[0]):
        return None
    return both


def cancellation_seen(facts: Facts) -> bool:
    """Whether the organiser's cancellation was on record before the event went."""
    if facts.last_known is not None and facts.last_known.is_cancelled:
        return True
    return any(entry.action == Action.EVENT_CANCELLED for entry in facts.history)


def kept_on_purpose(facts: Facts) -> CancellationRequest | None:
    """The cancellation request that a person rejected, so that the reservation stays."""
    request = facts.request
    return request if request and request.status is RequestStatus.REJECTED else None


def date_dropped(facts: Facts) -> bool:
    """Whether the living series itself no longer has the reservation's date."""
    reservation = bereft(facts)
    if reservation is None or reservation.original_start is None or facts.master is None:
        return False
    return facts.master.is_single or bool(is_left_out(facts.master, reservation, facts.room.zone))


def is_declined(facts: Facts) -> bool:
    """Whether the room's own answer is no: in its calendar, or where the organiser sees it."""
    copy = facts.organizer_copy
    if copy is not None and copy.room_response is Response.DECLINED:
        return True
    return facts.event is not None and facts.event.response is Response.DECLINED


def at_check_in(reservation: Reservation, moment: datetime) -> bool:
    """Whether `moment` lies where a check-in rule frees the room."""
    latest = min(reservation.end, reservation.start + RELEASED_WITHIN)
    return reservation.start <= moment <= latest


def others(facts: Facts) -> Iterator[Event]:
    """The other events of the room that were read around this one."""
    own = facts.event.id if facts.event else None
    seen = set()
    for event in (*facts.same_room, *facts.same_series):
        if event.id != own and event.id not in seen:
            seen.add(event.id)
            yield event


def is_external(facts: Facts, event: Event) -> bool:
    """Whether the organiser's address lies outside the mail domains of the company's rooms.

    Its people may have others: whom the directory has among its own is not from outside.
    """
    if not facts.domains or not event.organizer.email:
        return False
    if facts.organizer in (
        OrganizerAnswer.FOUND,
        OrganizerAnswer.PRESENT,
        OrganizerAnswer.DISABLED,
    ):
        return False
    return is_outside(event.organizer.email, facts.domains)


def last_pass(facts: Facts) -> datetime | None:
    """When obctl last looked at the whole room; what changed later, no pass has seen."""
    return facts.last_run_at or facts.room.last_synced_at


def was_beyond_window(facts: Facts, event: Event) -> bool:
    """Whether an event that is due now was not yet so for the last pass."""
    end = facts.planned_end
    return end is not None and event.start >= end and facts.window.overlaps(event.start, event.end)


def since_last_pass(facts: Facts, moment: datetime | None) -> dict[str, Value]:
    """Evidence for whether a pass has had the chance to see a change."""
    return {"changed_at": moment, "room.last_good_pass": last_pass(facts)}


def sync_over(facts: Facts, *rooms: Room) -> str:
    """The command that passes over the room, or these, and is sure to see the change.

    A pass asks Graph what is new since the one before, and that one came after the change: nobody
    tells of it again, so that the room has to be read in full. So it has where nobody knows when
    a meeting went that is nowhere else.
    """
    told = facts.event or (facts.master.event if facts.master else None)
    at, run = told.modified_at if told else None, last_pass(facts)
    unknown = told is None and not rooms and vanished(facts) is not None
    passed_over = run is not None and (unknown if at is None else at < run)
    return sync(*(rooms or [facts.room])) + (" --full" if passed_over else "")


def is_past(facts: Facts, item: Reservation | Event) -> bool:
    return item.end <= facts.now


def remedy_for(facts: Facts, reservation: Reservation) -> str:
    """What ends the matter of a reservation whose meeting is off."""
    if is_past(facts, reservation):
        return "none: a reservation that is over is never cancelled"
    if request := kept_on_purpose(facts):
        return (
            f"none, it is kept on purpose: request {request.id} was rejected;"
            f" to give it up after all: obctl reservations cancel {reservation.number}"
        )
    return sync_over(facts)
