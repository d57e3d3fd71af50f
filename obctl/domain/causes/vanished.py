"""Vanished: the event went, came back or stayed without its organiser, and nobody said why."""

from __future__ import annotations

from datetime import datetime, timedelta

from obctl.domain.causes.facts import Facts, OrganizerAnswer
from obctl.domain.causes.finding import CERTAIN, LIKELY, POSSIBLE, found, name, sync
from obctl.domain.causes.predicates import (
    at_check_in,
    bereft,
    changed,
    in_step,
    is_external,
    is_past,
    others,
    remedy_for,
    sync_over,
    unreserved,
    unwithdrawn,
    vanished,
)
from obctl.domain.company_log import Action
from obctl.domain.difference import Cause, Confidence, DifferenceKind
from obctl.domain.event import Event, Response
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import Reservation

PURGED_TOGETHER = 10
_PURGED_AFTER = timedelta(days=30)
_NEARLY = timedelta(minutes=5)
_A_DAY = timedelta(days=1)


def retention_purged(facts: Facts) -> Cause | None:
    """A retention policy removed what is long over."""
    reservation = vanished(facts)
    if reservation is None or not is_past(facts, reservation):
        return None
    together = facts.vanished_together >= PURGED_TOGETHER
    if not together and facts.now - reservation.end < _PURGED_AFTER:
        return None
    return found(
        "retention-purged",
        LIKELY if together else POSSIBLE,
        {
            "reservation.end": reservation.end,
            "now": facts.now,
            "vanished_together": facts.vanished_together or None,
            "answer.by_id": 404 if facts.event_missing else None,
        },
        refuted_by="only this one is gone, while older meetings of the room are still there",
        remedy="none: a reservation that is over is never cancelled",
    )


def restored_by_repair(facts: Facts) -> Cause | None:
    """Calendar repair put a cancelled meeting back: a new copy of the old meeting."""
    both = unwithdrawn(facts)
    if both is None:
        return _gone_again(facts)
    reservation, event = both
    if event.key is None or event.key != reservation.key or event.id == reservation.event_id:
        return None
    if (event.start, event.end) != (reservation.start, reservation.end):
        return None  # put back is what went; at other hours its organiser sent the room an update
    recopied = event.created_at and event.born_at and event.created_at - event.born_at > _A_DAY
    takes_place = facts.organizer_says is OrganizerSays.TAKES_PLACE
    return found(
        "restored-by-calendar-repair",
        LIKELY if facts.event_missing and (recopied or takes_place) else POSSIBLE,
        {
            "reservation.status": reservation.status,
            "reservation.event_id": reservation.event_id,
            "answer.by_id": 404 if facts.event_missing else None,
            "event.id": event.id,
            "event.created_at": event.created_at,
            "event.born_at": event.born_at,
            "organizer.copy": facts.organizer_says,
        },
        refuted_by="the old id still answers, or the organiser invited the room again",
        remedy=_by_organizers_copy(facts),
    )


def _by_organizers_copy(facts: Facts) -> str:
    revive = f"{sync_over(facts)} revives the reservation"
    match facts.organizer_says:
        case OrganizerSays.TAKES_PLACE:
            return revive
        case OrganizerSays.CANCELLED | OrganizerSays.GONE:
            return f"{revive}; it does not take place: obctl reservations cancel declines it then"
        case _:
            return (
                "ask the organiser whether the meeting takes place:"
                f" if so {revive}; if not, the room declines it"
            )


def _gone_again(facts: Facts) -> Cause | None:
    """What was put back once is gone again: by its organiser's copy alone it may be judged."""
    reservation = vanished(facts)
    if reservation is None or not facts.put_back:
        return None
    return found(
        "restored-by-calendar-repair",
        POSSIBLE,
        {
            "reservation.event_id": reservation.event_id,
            "answer.by_id": 404 if facts.event_missing else None,
            "organizer.copy": facts.organizer_says,
        },
        refuted_by="calendar repair does not put the meeting back a second time",
        remedy=f"read the organiser's copy, or ask; then {remedy_for(facts, reservation)}",
    )


def no_show_released(facts: Facts) -> Cause | None:
    """Nobody checked in, and the room was freed while the meeting ran."""
    reservation = bereft(facts)
    if both := changed(facts):
        reservation = both[0]
    if reservation is None:
        return None
    released = _released_at(facts, reservation)
    if released is None:
        return None
    copy = facts.organizer_copy.event if facts.organizer_copy else None
    still_full = copy is not None and copy.takes_room and copy.end == reservation.end
    declined = facts.event is not None and facts.event.response is Response.DECLINED
    return found(
        "no-show-released",
        LIKELY if still_full or declined else POSSIBLE,
        {
            "reservation.start": reservation.start,
            "reservation.end": reservation.end,
            "released_at": released,
            "event.end": facts.event.end if facts.event else None,
            "event.modified_at": facts.event.modified_at if facts.event else None,
            "event.response": facts.event.response if facts.event else None,
            "organizer_copy.end": copy.end if copy else None,
        },
        refuted_by="the organiser's copy was shortened or cancelled too",
        remedy=(
            "explain the check-in rule to the organiser; a series that never checks in needs an"
            f" exemption on the panel; then {sync(facts.room)}"
        ),
    )


def _released_at(facts: Facts, reservation: Reservation) -> datetime | None:
    event = facts.event
    if event is not None and event.modified_at is not None and not event.is_cancelled:
        if event.response is Response.DECLINED:
            return event.modified_at if at_check_in(reservation, event.modified_at) else None
        if _cut_short(facts, reservation, event, event.modified_at):
            return event.end
    if vanished(facts):
        for entry in facts.history:
            removed = entry.action in (Action.EVENT_DELETED, Action.PUSH_CANCELLED)
            if removed and at_check_in(reservation, entry.at):
                return entry.at
    return None


def _cut_short(facts: Facts, reservation: Reservation, event: Event, written: datetime) -> bool:
    """Whether the room's copy ends when a check-in rule frees the room, as was written by then.

    A panel ends the meeting at that moment, and may write it down hours later; whoever shortens a
    meeting in good time, or in the organiser's own calendar too, frees nothing.
    """
    cut = event.takes_room and event.start == reservation.start < event.end < reservation.end
    if not cut or not at_check_in(reservation, event.end) or written < event.end - _NEARLY:
        return False
    copy = facts.organizer_copy
    if copy is not None:
        return copy.event.end != event.end
    # written later it may be about something else that the organiser changed
    return written <= event.end + _NEARLY or facts.difference.fields.keys() <= {"end"}


def organizer_left(facts: Facts) -> Cause | None:
    """The meeting of somebody who left goes on taking the room; nobody can cancel it."""
    event = unreserved(facts)
    if at_rest := in_step(facts):
        event = at_rest[1]
    if facts.difference.kind is DifferenceKind.OVERLAP and facts.event is not None:
        direct = any(other.is_organizer for other in (facts.event, *others(facts)))
        event = None if direct else facts.event
    if event is None or event.is_organizer or is_external(facts, event):
        return None
    if facts.organizer not in (OrganizerAnswer.NOT_FOUND, OrganizerAnswer.DISABLED):
        return None
    recurrence = facts.master.recurrence if facts.master else None
    endless = recurrence is not None and recurrence.end_date is None and recurrence.count is None
    return found(
        "organizer-left-orphan",
        LIKELY,
        {
            "event.organizer": event.organizer.email,
            "directory.answer": facts.organizer,
            "event.modified_at": event.modified_at,
            "series.without_end": endless if recurrence else None,
            "series.last_date": recurrence.last_date if recurrence else None,
        },
        refuted_by="the directory finds the organiser, enabled; a shared mailbox has no enabled"
        " account either",
        remedy=(
            "Exchange, while the mailbox still exists: Remove-CalendarEvents -Identity"
            f" {event.organizer.email} -CancelOrganizedMeetings -PreviewOnly, then without the"
            f" preview; else delete it in the room; then {sync(facts.room)}"
        ),
    )


def hard_deleted(facts: Facts) -> Cause | None:
    """Somebody with rights on the room's calendar deleted the meeting there."""
    reservation = vanished(facts)
    if reservation is None:
        return None
    copy, known = facts.organizer_copy, facts.last_known
    removes = facts.room.processing.remove_canceled_meetings
    # where the room takes cancelled meetings off, a cancellation looks just the same
    proven = facts.event_missing and not (removes and copy is None)
    confidence: Confidence = LIKELY if proven else POSSIBLE
    room_is_booked = copy and copy.event.takes_room and copy.room_response is Response.ACCEPTED
    if facts.event_missing and room_is_booked:
        confidence = CERTAIN
    return found(
        "hard-deleted-by-delegate",
        confidence,
        {
            "reservation.event_id": reservation.event_id,
            "answer.by_id": 404 if facts.event_missing else None,
            "master.answer": 404 if facts.master_missing else None,
            "last_known.response": known.response if known else None,
            "organizer_copy.room_response": copy.room_response if copy else None,
            "reservation.status": reservation.status,
            "request.status": facts.request.status if facts.request else None,
            "room.RemoveCanceledMeetings": removes,
        },
        refuted_by="its series key turns up in a mapped room, or the event answers by id",
        remedy=(
            f"{remedy_for(facts, reservation)}; who deleted it, the room's delegates know"
            f" (Exchange: Get-CalendarDiagnosticObjects -Identity {name(facts.room)})"
        ),
    )
