"""Cosmetic: it looks different and is not. The comparison normalises these; here they get words."""

from __future__ import annotations

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import CERTAIN, LIKELY, POSSIBLE, found, name, sync
from obctl.domain.causes.predicates import unreserved
from obctl.domain.compare.comparison import FREE, PRIVATE, normalised
from obctl.domain.difference import Cause
from obctl.domain.event import Event
from obctl.domain.reservation import Reservation


def subject_rewritten(facts: Facts) -> Cause | None:
    """The booking attendant put the organiser's name where the subject was."""
    both = _only_cosmetic(facts, "subject-rewritten")
    if both is None:
        return None
    processing = facts.room.processing
    known = processing.delete_subject or processing.add_organizer_to_subject
    return found(
        "subject-rewritten",
        CERTAIN if known else LIKELY,
        {
            "reservation.subject": both[0].subject,
            "event.subject": both[1].subject,
            "event.organizer": both[1].organizer.name,
            "room.DeleteSubject": processing.delete_subject,
            "room.AddOrganizerToSubject": processing.add_organizer_to_subject,
        },
        refuted_by="the subject holds more than the organiser's name and the old subject",
        remedy=(
            "none, it is no difference; to keep subjects in future: Exchange,"
            f" Set-CalendarProcessing {name(facts.room)} -DeleteSubject $false"
            " -AddOrganizerToSubject $false"
        ),
    )


def private_flag(facts: Facts) -> Cause | None:
    """A private meeting: its subject is masked on one side."""
    both = _only_cosmetic(facts, "private-flag")
    if both is None or both[1].sensitivity not in PRIVATE:
        return None
    return found(
        "private-flag",
        CERTAIN,
        {
            "event.sensitivity": both[1].sensitivity,
            "room.RemovePrivateProperty": facts.room.processing.remove_private_property,
        },
        refuted_by="the event's sensitivity is normal",
        remedy="none: subjects of private meetings are not compared",
    )


def show_as_free(facts: Facts) -> Cause | None:
    """The organiser shows the time as free; the room is taken all the same."""
    event = unreserved(facts)
    both = _only_cosmetic(facts, "show-as-free")
    if both is not None:
        event = both[1]
    if event is None or event.show_as not in FREE or event.is_tentative:
        return None
    return found(
        "show-as-free",
        CERTAIN if both else POSSIBLE,
        {
            "event.show_as": event.show_as,
            "event.all_day": event.all_day,
            "event.response": event.response,
        },
        refuted_by="the event is cancelled, or shown as busy",
        remedy="none: the room's time is taken" if both else f"{sync(facts.room)} --full",
    )


def _only_cosmetic(facts: Facts, code: str) -> tuple[Reservation, Event] | None:
    """Both halves, where nothing but what `code` explains is different."""
    reservation, event = facts.reservation, facts.event
    if reservation is None or event is None or not reservation.is_active or not event.takes_room:
        return None
    if facts.difference.fields.keys() - {"subject"}:
        return None
    codes = {item.cause_code for item in normalised(reservation, event, facts.agreed)}
    return (reservation, event) if code in codes else None
