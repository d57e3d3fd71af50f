"""What the company log says of a change of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never
from zoneinfo import ZoneInfo

from obctl.domain.company_log import Action, Entry
from obctl.domain.event import Event
from obctl.domain.local_time import zoned_text
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import RoomId
from obctl.domain.series.same_date import is_same_date
from obctl.domain.sync.cancellation import Proof
from obctl.domain.sync.change import (
    Absorb,
    Cancel,
    Change,
    Create,
    Move,
    Rekey,
    Restore,
    Update,
    Withdrawal,
)
from obctl.domain.sync.services_return import why_cancelled
from obctl.domain.told_changes import times_changed
from obctl.domain.values import replace

Kept = Create | Update | Rekey | Restore | Move
"""A change after which the reservation stands."""


def entry_of(change: Kept, number: ReservationNumber, names: Mapping[RoomId, str]) -> Entry:
    """What became of a reservation that stays: created, changed, moved, restored or re-keyed.

    `names` are those of the rooms, taken out ones included.
    """
    after = change.after
    where = f"{after.subject!r} {zoned_text(after.start, after.time_zone)}"
    match change:
        case Create():
            action, message = Action.EVENT_CREATED, f"reservation {number} created: {where}"
            if change.instead_of:
                message += (
                    f"; it may be reservation {change.instead_of.number}, moved here from a room"
                    " that cannot be read now"
                )
        case Move():
            action = Action.EVENT_MOVED
            left, here = (names.get(room, "") for room in (change.before.room, after.room))
            message = f"reservation {number} moved from {left} to {here}: {where}"
        case Restore():
            action = Action.EVENT_RESTORED
            message = f"reservation {number} is in Outlook again"
            if after.room != change.before.room:
                left, here = (names.get(room, "") for room in (change.before.room, after.room))
                message += f", in {here} and no more in {left}"
            message += f": {where}"
            if change.organizer_says:
                message += f"; the organiser's copy {change.organizer_says}"
            message += _services_again(change)
        case Rekey():
            action = Action.EVENT_UPDATED
            message = f"reservation {number} has another event id now: {where}"
        case Update():
            action = Action.EVENT_UPDATED
            message = f"reservation {number} changed: {_differences(change)}"
        case _:
            assert_never(change)
    entry = entry_about(change, action, message, number)
    before = change.before.room if isinstance(change, Move | Restore) else after.room
    return entry if before == after.room else replace(entry, left_room=before)


def _services_again(change: Restore) -> str:
    """What of the services came back with the meeting, and what did not and why."""
    said = ""
    if count := len(change.services_restored):
        said += f"; its {_services(count)} {'are' if count > 1 else 'is'} ordered again"
    if left := left_text(change):
        count = len(change.services_left)
        said += f"; {count} stay{'' if count > 1 else 's'} cancelled: {left}"
    return said


def left_text(change: Restore) -> str:
    """The services that stay cancelled though the meeting is there again, each with the reason."""
    after, says = change.after, change.organizer_says
    return "; ".join(why_cancelled(service, after, says) for service in change.services_left)


def _differences(change: Update) -> str:
    before, after = change.before, change.after
    pairs: list[tuple[str, object, object]] = [
        ("subject", before.subject, after.subject),
        ("organizer", before.organizer.email, after.organizer.email),
        ("status", before.status.value, after.status.value),
        ("attendees", before.attendees, after.attendees),
    ]
    parts = ["its series meets on other days now"] if _is_on_another_day(change) else []
    parts += times_changed(before, after)
    parts += [f"{name} {old} -> {new}" for name, old, new in pairs if old != new]
    return "; ".join(parts) or "ids"


def _is_on_another_day(change: Update) -> bool:
    """Whether it is another date of its series that stands for the reservation now."""
    before, after = change.before, change.after
    if before.original_start is None or after.original_start is None:
        return False
    same_series = before.series_key == after.series_key
    return same_series and not is_same_date(before, after, ZoneInfo(after.time_zone))


def lost_entry(change: Withdrawal) -> Entry:
    """What Outlook no longer has, and whether anything says why."""
    proven = change.event is not None or change.proof is Proof.PROVEN
    message = "cancelled in Outlook" if proven else "no longer in Outlook"
    if isinstance(change, Absorb):
        message += f"; its meeting goes on there as reservation {change.goes_on_as.number}"
    elif not proven:
        message += ", and nothing says why"
    action = Action.EVENT_CANCELLED if proven else Action.EVENT_DELETED
    return entry_about(change, action, message)


def processed_text(change: Cancel | Absorb) -> str:
    """A cancellation that asked nobody, and the services that went with it."""
    number = change.after.number
    if isinstance(change, Absorb):
        message = f"reservation {number} ended"
        if count := len(change.services_moved):
            message += f"; its {_services(count)} went to reservation {change.goes_on_as.number}"
        return message
    message = f"reservation {number} cancelled"
    if count := len(change.services_cancelled):
        message += f" with {_services(count)}"
    if meets := change.cause and change.cause.meets_now:
        message += f"; its series meets {meets} now"
    return message


def services_entry(change: Absorb) -> Entry:
    """What came to the reservation as which a meeting goes on."""
    message = (
        f"{_services(len(change.services_moved))} came from reservation {change.after.number},"
        " whose copy of the meeting is gone"
    )
    return Entry.about(change.goes_on_as, Action.EVENT_MOVED, message)


def _services(count: int) -> str:
    return f"{count} service{'s' if count > 1 else ''}"


def unchanged_entry(reservation: Reservation, event: Event) -> Entry:
    """A new version of an event that says nothing new here; its payload is kept."""
    change = Update(reservation, reservation, event)
    message = "changed in Outlook in nothing that matters here"
    return entry_about(change, Action.EVENT_UPDATED, message)


def entry_about(
    change: Change,
    action: Action,
    message: str,
    number: ReservationNumber | None = None,
) -> Entry:
    """An entry with everything a change tells of its reservation and its event."""
    return Entry(
        action=action,
        message=message,
        room=change.after.room,
        email=change.after.organizer.email,
        subject=change.after.subject,
        reservation=number or change.after.number or None,
        event_id=change.event.id if change.event else change.after.event_id,
        payload=change.event.payload if change.event else None,
    )
