"""What the company log says of a change of a plan."""

from __future__ import annotations

from datetime import datetime

from obctl.domain.change import Change, ChangeKind
from obctl.domain.company_log import LogEntry
from obctl.domain.event import Event
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.time_span import instant_text

_ACTIONS = {
    ChangeKind.CREATE: "event.created",
    ChangeKind.UPDATE: "event.updated",
    ChangeKind.REKEY: "event.updated",
    ChangeKind.MOVE: "event.moved",
    ChangeKind.RESTORE: "event.restored",
}


def entry_of(change: Change, number: ReservationNumber, run: str | None, now: datetime) -> LogEntry:
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
    return entry_about(change, _ACTIONS[change.kind], words, run, now, number)


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


def lost_entry(change: Change, run: str | None, now: datetime) -> LogEntry:
    """What Outlook no longer has, and whether anything says why."""
    seen = change.event is not None
    action = "event.cancelled" if seen or change.proof == "proven" else "event.deleted"
    words = {"event.cancelled": "cancelled in Outlook", "event.deleted": "no longer in Outlook"}[
        action
    ]
    if change.goes_on_as:
        words += f"; its meeting goes on there as reservation {change.goes_on_as.number}"
    elif action == "event.deleted":
        words += ", and nothing says why"
    return entry_about(change, action, words, run, now)


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


def services_entry(
    change: Change, sibling: Reservation, run: str | None, now: datetime
) -> LogEntry:
    """What came to the reservation as which a meeting goes on."""
    count = len(change.services_moved)
    return LogEntry(
        at=now,
        action="event.moved",
        message=f"{_services(count)} came from reservation {change.after.number}, whose copy of the"
        " meeting is gone",
        room=sibling.room,
        email=sibling.organizer.email,
        subject=sibling.subject,
        reservation=sibling.number,
        event_id=sibling.event_id,
        run=run,
    )


def _services(count: int) -> str:
    return f"{count} service{'s' if count > 1 else ''}"


def seen_again(reservation: Reservation, event: Event, run: str | None, now: datetime) -> LogEntry:
    """A new version of an event that says nothing new here; its payload is kept."""
    change = Change(ChangeKind.UPDATE, after=reservation, before=reservation, event=event)
    words = "changed in Outlook in nothing that matters here"
    return entry_about(change, "event.updated", words, run, now)


def entry_about(
    change: Change,
    action: str,
    words: str,
    run: str | None,
    now: datetime,
    number: ReservationNumber | None = None,
) -> LogEntry:
    """An entry with everything a change tells of its reservation and its event."""
    return LogEntry(
        at=now,
        action=action,
        message=words,
        room=change.after.room,
        email=change.after.organizer.email,
        subject=change.after.subject,
        reservation=number or change.after.number or None,
        event_id=change.event.id if change.event else change.after.event_id,
        run=run,
        payload=change.event.payload if change.event else None,
    )
