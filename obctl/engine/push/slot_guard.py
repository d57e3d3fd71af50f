"""The time that a new or moved event takes in Outlook: free before, and nobody else's afterwards.

Exchange accepts whatever is written straight to a calendar: the booking attendant, who would refuse
a taken room, is not asked. So the room is looked at before the write, and once more after it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum, auto
from typing import assert_never

from obctl.domain.availability import free_rooms_hint
from obctl.domain.company_log import Action, Entry
from obctl.domain.event import Event, EventId
from obctl.domain.local_time import span_text
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.sync.run_report import Problem
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing, unreadable_in
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.push.delivery import Delivery
from obctl.engine.push.retry import is_final
from obctl.engine.rooms.lockout import with_lockout
from obctl.errors import (
    DeltaLinkExpired,
    EventChanged,
    GraphRefused,
    NotAuthorised,
    NotFound,
    ObctlError,
    Refused,
    ResyncRequired,
    SlotTaken,
    TryLater,
)


class Unlooked(Enum):
    """What becomes of a reservation whose slot could not be looked at in Outlook."""

    PENDING = auto()
    """It is saved; the push looks again, and every sync run after it: external state 21."""
    REFUSED = auto()
    """Nothing is saved, and the error itself says why: exit 2, 4 or 7."""
    BY_GUARD = auto()
    """Nothing is saved: nobody can tell whether the room is free, and waiting does not help: 6."""


WHEN_NOT_LOOKED: tuple[tuple[type[ObctlError], Unlooked], ...] = (
    (TryLater, Unlooked.PENDING),
    (DeltaLinkExpired, Unlooked.PENDING),
    (EventChanged, Unlooked.PENDING),
    (NotAuthorised, Unlooked.REFUSED),
    (ResyncRequired, Unlooked.REFUSED),
    (NotFound, Unlooked.REFUSED),
    (GraphRefused, Unlooked.BY_GUARD),
    (ObctlError, Unlooked.REFUSED),
)
"""The first row that fits; a `GraphRefused` that may pass (409, 423, …) is pending all the same."""


def when_not_looked(error: ObctlError) -> Unlooked:
    """What becomes of a reservation when the look at its slot ended with `error`."""
    found = next(outcome for kind, outcome in WHEN_NOT_LOOKED if isinstance(error, kind))
    return Unlooked.PENDING if found is Unlooked.BY_GUARD and not is_final(error) else found


async def ensure_free_now(
    company: Company,
    gateway: Gateway,
    room: Room,
    slots: Sequence[TimeSpan],
    but: Collection[EventId] = (),
) -> None:
    """`ensure_free` for all `slots` as Outlook is now; `ResyncRequired` for a room to lock out.

    Where Outlook cannot be asked now, the push will ask. Raises `Refused`, or the error of the look
    itself, as `WHEN_NOT_LOOKED` has it.
    """
    try:
        view = await gateway.fetch_view(room, _whole(slots))
    except ObctlError as error:
        match when_not_looked(error):
            case Unlooked.PENDING:
                return
            case Unlooked.REFUSED:
                raise await with_lockout(company, gateway, room, error) from error
            case Unlooked.BY_GUARD:
                raise Refused(
                    f"nothing was saved, as nobody can tell whether the room is free:"
                    f" {error.message}",
                    hint=error.hint,
                    code=error.code,
                    graph=error.graph,
                ) from error
            case never:
                assert_never(never)
    ensure_free_at(room, view, slots, but)


def ensure_free_at(
    room: Room, view: Collection[Event], slots: Sequence[TimeSpan], but: Collection[EventId] = ()
) -> None:
    """`ensure_free` for all `slots` of a view that shows more."""
    hidden = unreadable_in(view)
    for slot in slots:
        events = [one for one in view if slot.overlaps(one.start, one.end)]
        shown = Listing(events, [one for one in hidden if one.may_touch(slot)])
        ensure_free(room, slot, shown, but)


def ensure_free(
    room: Room, slot: TimeSpan, view: Collection[Event], but: Collection[EventId] = ()
) -> None:
    """Raise `SlotTaken` where Outlook has somebody in the slot: Exchange itself would not object.

    `but` are the events that are to be moved, which are in nobody's way.
    """
    taking = [event for event in _taking(view) if event.id not in but]
    if taking:
        first = taking[0]
        raise SlotTaken(
            f"{room.name} is taken in Outlook: {first.subject!r}"
            f" {span_text(first.start, first.end, room.time_zone)}",
            hint=free_rooms_hint(slot),
        )
    for hidden in unreadable_in(view):
        if hidden.id is None or hidden.id not in but:
            raise SlotTaken(
                f"{room.name} may be taken in Outlook: {hidden.named} cannot be read:"
                f" {hidden.wrong}",
                hint=f"look in Outlook; as Graph sends it: obctl graph get"
                f" users/{room.mailbox}/events/{hidden.id or ''}",
            )


async def check_double_booking(
    company: Company, gateway: Gateway, delivery: Delivery, new: Sequence[tuple[Reservation, Event]]
) -> tuple[Problem, ...]:
    """The double bookings of new events, which are logged too.

    Nothing is raised: the events are in Outlook whatever is found.
    """
    if not new:
        return ()
    slots = [TimeSpan(event.start, event.end) for _reservation, event in new]
    try:
        view = await gateway.fetch_view(delivery.room, _whole(slots))
    except ObctlError as error:
        message = (
            f"reservation {delivery.reservation.number}: could not look for a double booking:"
            f" {error.message}"
        )
        problem = Problem(delivery.room.mailbox, "not-looked", message, error.hint)
        entry = delivery.problem_entry(Action.PUSH_UNCHECKED, problem)
        with company.store.transaction():
            company.journal.write([entry])
        return (problem,)
    ours = {event.id for _reservation, event in new}
    hidden = [one for one in unreadable_in(view) if one.id not in ours]
    if any(one.may_touch(slot) for one in hidden for slot in slots):
        message = (
            f"reservation {delivery.reservation.number}: could not look for a double booking:"
            f" {hidden[0].named} cannot be read: {hidden[0].wrong}"
        )
        problem = Problem(delivery.room.mailbox, "not-looked", message)
        with company.store.transaction():
            company.journal.write([delivery.problem_entry(Action.PUSH_UNCHECKED, problem)])
        return (problem,)
    others = [event for event in _taking(view) if event.id not in ours]
    found: list[Problem] = []
    entries: list[Entry] = []
    for (reservation, _event), slot in zip(new, slots, strict=True):
        for other in others:
            if slot.overlaps(other.start, other.end):
                problem = _double_booking(delivery.room, reservation, other)
                doubled = replace(delivery, reservation=reservation)
                found.append(problem)
                entries.append(doubled.problem_entry(Action.PUSH_OVERLAPPED, problem, other))
    with company.store.transaction():
        company.journal.write(entries)
    return tuple(found)


def _double_booking(room: Room, reservation: Reservation, other: Event) -> Problem:
    whose = f" of {other.organizer.email}" if other.organizer.email else ""
    return Problem(
        room.mailbox,
        "double-booking",
        f"reservation {reservation.number} is double booked: {other.subject!r}{whose} took"
        f" {room.name} {span_text(other.start, other.end, room.time_zone)} meanwhile",
        f"both stand in Outlook; one has to go elsewhere: obctl explain {reservation.number}",
    )


def _taking(view: Collection[Event]) -> list[Event]:
    return [event for event in view if event.takes_room and event.show_as != "free"]


def _whole(slots: Sequence[TimeSpan]) -> TimeSpan:
    return TimeSpan(min(slot.start for slot in slots), max(slot.end for slot in slots))
