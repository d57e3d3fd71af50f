"""What the company log says of a change of a plan."""

from __future__ import annotations

from obctl.domain.change import Change, ChangeKind
from obctl.domain.company_log import Action, Entry
from obctl.domain.event import Event
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.time_span import instant_text

_ACTIONS = {
    ChangeKind.CREATE: Action.EVENT_CREATED,
    ChangeKind.UPDATE: Action.EVENT_UPDATED,
    ChangeKind.REKEY: Action.EVENT_UPDATED,
    ChangeKind.MOVE: Action.EVENT_MOVED,
    ChangeKind.RESTORE: Action.EVENT_RESTORED,
}


def entry_of(change: Change, number: ReservationNumber) -> Entry:
    """What became of a reservation that stays: created, changed, moved, restored or re-keyed."""
    after = change.after
    where = f"{after.subject!r} {instant_text(after.start)}"
    match change.kind:
        case ChangeKind.CREATE:
            words = f"reservation {number} created: {where}"
            if change.instead_of:
                words += (
                    f"; it may be reservation {change.instead_of.number}, moved here from a room"
                    " that cannot be read now"
                )
        case ChangeKind.MOVE:
            words = f"reservation {number} moved here from another room: {where}"
        case ChangeKind.RESTORE:
            words = f"reservation {number} is in Outlook again: {where}"
            if change.organizer_says:
                words += f"; the organiser's copy {change.organizer_says}"
        case ChangeKind.REKEY:
            words = f"reservation {number} has another event id now: {where}"
        case _:
            words = f"reservation {number} changed: {_differences(change)}"
    return entry_about(change, _ACTIONS[change.kind], words, number)


def _differences(change: Change) -> str:
    before, after = change.before, change.after
    if before is None:
        return ""
    pairs = [
        ("start", instant_text(before.start), instant_text(after.start)),
        ("end", instant_text(before.end), instant_text(after.end)),
        ("subject", before.subject, after.subject),
        ("organizer", before.organizer.email, after.organizer.email),
        ("status", before.status.value, after.status.value),
        ("attendees", before.attendees, after.attendees),
    ]
    words = [f"{name} {old} -> {new}" for name, old, new in pairs if old != new]
    return "; ".join(words) or "ids"


def lost_entry(change: Change) -> Entry:
    """What Outlook no longer has, and whether anything says why."""
    seen = change.event is not None
    proven = seen or change.proof == "proven"
    words = "cancelled in Outlook" if proven else "no longer in Outlook"
    if change.goes_on_as:
        words += f"; its meeting goes on there as reservation {change.goes_on_as.number}"
    elif not proven:
        words += ", and nothing says why"
    action = Action.EVENT_CANCELLED if proven else Action.EVENT_DELETED
    return entry_about(change, action, words)


def processed_words(change: Change) -> str:
    """A cancellation that asked nobody, and the services that went with it."""
    number = change.after.number
    if change.goes_on_as:
        words = f"reservation {number} ended"
        if count := len(change.services_moved):
            words += f"; its {_services(count)} went to reservation {change.goes_on_as.number}"
        return words
    words = f"reservation {number} cancelled"
    if count := len(change.services_cancelled):
        words += f" with {_services(count)}"
    return words


def services_entry(change: Change, sibling: Reservation) -> Entry:
    """What came to the reservation as which a meeting goes on."""
    count = len(change.services_moved)
    words = (
        f"{_services(count)} came from reservation {change.after.number}, whose copy of the"
        " meeting is gone"
    )
    return Entry.about(sibling, Action.EVENT_MOVED, words)


def _services(count: int) -> str:
    return f"{count} service{'s' if count > 1 else ''}"


def seen_again(reservation: Reservation, event: Event) -> Entry:
    """A new version of an event that says nothing new here; its payload is kept."""
    change = Change(ChangeKind.UPDATE, after=reservation, before=reservation, event=event)
    words = "changed in Outlook in nothing that matters here"
    return entry_about(change, Action.EVENT_UPDATED, words)


def entry_about(
    change: Change,
    action: Action,
    words: str,
    number: ReservationNumber | None = None,
) -> Entry:
    """An entry with everything a change tells of its reservation and its event."""
    return Entry(
        action=action,
        message=words,
        room=change.after.room,
        email=change.after.organizer.email,
        subject=change.after.subject,
        reservation=number or change.after.number or None,
        event_id=change.event.id if change.event else change.after.event_id,
        payload=change.event.payload if change.event else None,
    )
