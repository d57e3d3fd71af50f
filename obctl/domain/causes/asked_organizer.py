"""When the organiser's own calendar is asked about a meeting, and what its answer adds."""

from __future__ import annotations

from datetime import timedelta

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.predicates import bereft, changed, date_dropped, unwithdrawn, vanished
from obctl.domain.event import Event, same_address
from obctl.domain.organizer_copy import OrganizerReply
from obctl.domain.reservation import Reservation, Source
from obctl.domain.values import replace

_LONG_OVER = timedelta(days=1)


def asked_of_organizer(facts: Facts) -> Reservation | None:
    """The meeting to ask the organiser for: a reservation named as Outlook has it now.

    `None` where no rule reads the answer, or the room organises the meeting itself.
    """
    reservation = _doubtful(facts)
    if reservation is None or reservation.end + _LONG_OVER < facts.now:
        return None
    seen = facts.event or facts.last_known
    if is_rooms_own(facts, reservation, seen):
        return None
    if facts.event is None:
        return reservation
    return replace(
        reservation,
        organizer=facts.event.organizer,
        ical_uid=facts.event.ical_uid or reservation.ical_uid,
        original_start=facts.event.original_start,
    )


def _doubtful(facts: Facts) -> Reservation | None:
    if both := changed(facts):
        return both[0]
    if facts.elsewhere or facts.called_off_elsewhere or facts.goes_on:
        return None
    if both := unwithdrawn(facts):
        return both[0] if both[1].id != both[0].event_id else None
    if (reservation := bereft(facts)) is None or facts.event is not None:
        return None
    lost = vanished(facts) or date_dropped(facts) or reservation.event_id is None
    return reservation if lost else None


def is_rooms_own(facts: Facts, reservation: Reservation, seen: Event | None) -> bool:
    """Whether the room organises the meeting: then nobody else has an organiser's copy."""
    if seen is not None:
        return seen.is_organizer
    if same_address(reservation.organizer.email, facts.room.mailbox):
        return True
    # one never written to Outlook may all the same be somebody's own meeting there
    return reservation.source is Source.OFFICEBOOKING and reservation.event_id is not None


def with_reply(facts: Facts, reply: OrganizerReply) -> Facts:
    """The facts with what the organiser's calendar says."""
    return replace(
        facts,
        organizer_says=reply.says,
        organizer_copy=reply.copy,
        organizer_closed=reply.closed,
    )
