"""Gathering the facts from which a cause is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from obctl.domain.agreed_state import AgreedState
from obctl.domain.asked_organizer import asked_of_organizer, with_reply
from obctl.domain.build_facts import Around, Asked, Recorded, Sides, build_facts, master_id_of
from obctl.domain.difference import Difference
from obctl.domain.event import Event, EventId, Person
from obctl.domain.facts import Facts, OrganizerAnswer
from obctl.domain.organizer_copy import is_outside
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room, RoomId
from obctl.domain.time_span import TimeSpan
from obctl.engine.company import Company
from obctl.engine.outlook import Outlook
from obctl.engine.recorded import load_recorded
from obctl.engine.windows import policy_window, read_span
from obctl.errors import ObctlError

_AROUND = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What all rooms of a comparison share.

    `mapped` are all rooms of the company; `events` are those of `span`, by room of the comparison.
    Rooms without a difference may be left out: their events are asked for where they matter.
    """

    company: Company
    outlook: Outlook
    mapped: tuple[Room, ...]
    rooms: tuple[Room, ...]
    span: TimeSpan
    events: Mapping[RoomId, tuple[Event, ...]]


async def gather_facts(
    gathered: Gathered,
    room: Room,
    difference: Difference,
    reservations: Sequence[Reservation],
    agreed: Mapping[ReservationNumber, AgreedState],
    missing: frozenset[EventId],
) -> Facts:
    """Everything known about one difference."""
    company, outlook = gathered.company, gathered.outlook
    sides = Sides(
        room,
        company.now,
        company.config.sync,
        policy_window(room, company.config.sync, company.now),
        reservations,
        gathered.events.get(room.id, ()),
        agreed,
        missing,
    )
    reservation, event = sides.reservation(difference), sides.event(difference)
    recorded = load_recorded(
        company.store,
        room,
        difference,
        reservation,
        event,
        mapped=gathered.mapped,
        subscriptions=await outlook.subscriptions(room),
    )
    asked = await _ask(gathered, sides, difference, recorded)
    facts = build_facts(sides, difference, recorded, asked, around(sides, difference, recorded))
    if (about := asked_of_organizer(facts)) is None:
        return facts
    return with_reply(facts, await outlook.organizers_copy(room, about))


async def _ask(
    gathered: Gathered, sides: Sides, difference: Difference, recorded: Recorded
) -> Asked:
    outlook, room = gathered.outlook, sides.room
    reservation, event = sides.reservation(difference), sides.event(difference)
    master_id = master_id_of(event, reservation, recorded.last_known)
    master, missing = await outlook.master(room, master_id) if master_id else (None, False)
    dates: Sequence[Event] = ()
    if master_id and reservation and not missing:
        span = read_span(room, sides.settings, sides.now)
        dates = await outlook.instances(room, master_id, span)
    directory = OrganizerAnswer.UNKNOWN
    if event and not event.is_organizer and not _is_outside(event.organizer, recorded):
        directory = await outlook.organizer(event.organizer.email)
    return Asked(
        master=master,
        master_missing=missing,
        instances=dates,
        elsewhere=await _elsewhere(gathered, room, event or reservation or recorded.last_known),
        organizer=directory,
        mailbox_id=await outlook.mailbox_id(room) if sides.missing else None,
    )


def _is_outside(organizer: Person, recorded: Recorded) -> bool:
    return is_outside(organizer.email or "", recorded.domains)


def around(sides: Sides, difference: Difference, recorded: Recorded) -> Around:
    """What may have to do with a difference by its time and organiser alone."""
    return Around(
        siblings=_siblings(sides, difference, recorded),
        successors=_successors(sides.reservation(difference), sides.events),
    )


def _siblings(sides: Sides, difference: Difference, recorded: Recorded) -> tuple[Reservation, ...]:
    """Reservations of the room that overlap, or belong to the same series on whatever day.

    An event that may go on for a date nearby finds that one too.
    """
    event = sides.event(difference)
    found = {
        r.number: r
        for r in sides.reservations
        if r.start < difference.end and r.end > difference.start
    }
    if event is not None and event.original_start:
        living = {e.id for e in sides.events}
        found |= {
            r.number: r
            for r in sides.reservations
            if r.is_active and r.event_id not in living and _may_go_on(r, event)
        }
    found |= {r.number: r for r in recorded.same_key if r.room == sides.room.id}
    if difference.reservation is not None:
        found.pop(difference.reservation, None)
    return tuple(found[number] for number in sorted(found))


def _successors(reservation: Reservation | None, events: Sequence[Event]) -> tuple[Event, ...]:
    if reservation is None:
        return ()
    return tuple(event for event in events if _may_go_on(reservation, event))


def _may_go_on(reservation: Reservation, event: Event) -> bool:
    """Whether a date of one series may be what became of a date of another."""
    return (
        reservation.series_master_id is not None
        and event.series_master_id is not None
        and event.series_key != reservation.series_key
        and event.organizer.email == reservation.organizer.email
        and abs(event.start - reservation.start) < _AROUND
    )


async def _elsewhere(
    gathered: Gathered, room: Room, shown: Event | Reservation | None
) -> tuple[tuple[Room, Event], ...]:
    """The same meeting in other mapped rooms, those outside the comparison included."""
    if shown is None or shown.series_key is None:
        return ()
    key = shown.series_key
    left_out = [other for other in gathered.rooms if other.id not in gathered.events]
    views = {**gathered.events, **await gathered.outlook.views(left_out, gathered.span)}
    found = [
        (other, event)
        for other in gathered.rooms
        if other.id != room.id and not isinstance(view := views[other.id], ObctlError)
        for event in view
        if event.series_key == key
    ]
    known = {other.id for other in gathered.rooms}
    rest = [other for other in gathered.mapped if other.id not in known]
    if rest and isinstance(shown, Reservation):
        span = TimeSpan(shown.start - _AROUND, shown.end + _AROUND)
        for other_id, view in (await gathered.outlook.views(rest, span)).items():
            if not isinstance(view, ObctlError):
                other = next(item for item in rest if item.id == other_id)
                found += [(other, event) for event in view if event.series_key == key]
    return tuple(found)
