"""Fields: in what a reservation and its live event differ, and what only looks so.

What Exchange rewrites on its own (subjects, private titles, the free/busy word) is normalised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from obctl.domain.agreed_state import AgreedState
from obctl.domain.difference import FieldValues
from obctl.domain.event import Event, plain
from obctl.domain.reservation import Reservation, Status
from obctl.domain.room import Room
from obctl.domain.time_span import instant_text, local_day

FREE = frozenset({"free", "workingElsewhere"})
PRIVATE = frozenset({"private", "confidential"})
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Normalised:
    """A field that looks different and is none, with the cosmetic cause that explains it."""

    field: str
    cause_code: str


def differing_fields(
    room: Room, reservation: Reservation, event: Event, agreed: AgreedState | None = None
) -> dict[str, FieldValues]:
    """The fields in which a reservation and its live event differ, by name."""
    fields = _times(room, reservation, event)
    same_subject = plain(reservation.subject) == plain(event.subject)
    if not same_subject and _subject_cause(reservation, event, agreed) is None:
        fields["subject"] = FieldValues(reservation.subject, event.subject)
    if not event.is_organizer:
        fields |= _answers(reservation, event)
    # Alike in all that people see, but not the event on record: moved, split off or replaced.
    if not fields and reservation.event_id not in (None, event.id):
        fields["event_id"] = FieldValues(reservation.event_id, event.id)
    return fields


def normalised(
    reservation: Reservation, event: Event, agreed: AgreedState | None = None
) -> tuple[Normalised, ...]:
    """What differs between the two only because Exchange rewrites it."""
    found = []
    cause = _subject_cause(reservation, event, agreed)
    if cause is not None and plain(reservation.subject) != plain(event.subject):
        found.append(Normalised("subject", cause))
    if event.show_as in FREE and event.takes_room and not event.is_tentative:
        found.append(Normalised("show_as", "show-as-free"))
    return tuple(found)


def _times(room: Room, reservation: Reservation, event: Event) -> dict[str, FieldValues]:
    fields: dict[str, FieldValues] = {}
    if reservation.all_day and event.all_day:
        # days, not instants: an all-day item knows no hour
        ours = _days(room, reservation)
        theirs = _days(room, event)
        same_start, same_end = ours[0] == theirs[0], ours[1] == theirs[1]
    else:
        same_start, same_end = reservation.start == event.start, reservation.end == event.end
    if not same_start:
        fields["start"] = FieldValues(instant_text(reservation.start), instant_text(event.start))
    if not same_end:
        fields["end"] = FieldValues(instant_text(reservation.end), instant_text(event.end))
    if reservation.all_day != event.all_day:
        fields["all_day"] = FieldValues(reservation.all_day, event.all_day)
    return fields


def _days(room: Room, item: Reservation | Event) -> tuple[object, object]:
    last = max(item.start, item.end - _INSTANT)
    return local_day(item.start, room.zone), local_day(last, room.zone)


def _answers(reservation: Reservation, event: Event) -> dict[str, FieldValues]:
    """Organiser and status, which say something only of somebody else's meeting.

    What the room organises itself is our own push or a direct write: its organiser is the room,
    and nobody waits for an answer.
    """
    fields: dict[str, FieldValues] = {}
    ours, theirs = reservation.organizer.email, event.organizer.email
    if ours and theirs and ours.casefold() != theirs.casefold():
        fields["organizer"] = FieldValues(ours, theirs)
    answer = Status.TENTATIVE if event.is_tentative else Status.CONFIRMED
    if reservation.status is not answer:
        fields["status"] = FieldValues(reservation.status.value, answer.value)
    return fields


def _subject_cause(
    reservation: Reservation, event: Event, agreed: AgreedState | None
) -> str | None:
    """Why the subjects may differ without being a difference; `None` where nothing excuses it."""
    if event.sensitivity in PRIVATE:
        return "private-flag"
    if not event.is_organizer and _rewritten(reservation, event):
        return "subject-rewritten"
    unchanged = agreed is not None and (agreed.subject, agreed.event_subject) == (
        reservation.subject,
        event.subject,
    )
    return "subject-rewritten" if unchanged else None


def _rewritten(reservation: Reservation, event: Event) -> bool:
    """Whether the booking attendant emptied the subject or put the organiser's name before it."""
    seen, name = plain(event.subject), plain(event.organizer.name or "")
    if not seen:
        return True
    if not name or not seen.startswith(name):
        return False
    rest = seen.removeprefix(name).lstrip(" :-")
    return rest in ("", plain(reservation.subject))
