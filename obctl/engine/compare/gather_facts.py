"""Gathering the facts from which a cause is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from obctl.domain.causes.asked_organizer import asked_of_organizer, with_reply
from obctl.domain.causes.build_facts import (
    Answers,
    AsOf,
    Recorded,
    build_facts,
    event_of,
    master_id_of,
    reservation_of,
)
from obctl.domain.causes.facts import Facts, OrganizerAnswer
from obctl.domain.difference import Difference, DifferenceKind
from obctl.domain.event import Event, EventId, Person, SeriesMaster, same_address
from obctl.domain.organizer_copy import is_outside
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.sync.sides import Sides
from obctl.domain.time_span import TimeSpan
from obctl.engine.company import Company
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.compare.recorded import load_recorded
from obctl.engine.compare.whereabouts import Whereabouts
from obctl.engine.outlook.find_meeting import look_in
from obctl.engine.outlook.windows import policy_window, read_span
from obctl.store.reservations import load_by_series


@dataclass(frozen=True, slots=True)
class Gathered:
    """What all rooms of a comparison share.

    `mapped` are all rooms of the company, `span` the days that were read of those compared;
    `whereabouts` tell of other rooms on whatever day.
    """

    company: Company
    outlook: Outlook
    mapped: tuple[Room, ...]
    span: TimeSpan
    whereabouts: Whereabouts = field(default_factory=Whereabouts)


async def gather_facts(gathered: Gathered, sides: Sides, difference: Difference) -> Facts:
    """Everything known about one difference."""
    company, outlook, room = gathered.company, gathered.outlook, sides.room
    sync = company.config.sync
    recorded = load_recorded(
        company.store,
        sides,
        difference,
        mapped=gathered.mapped,
        subscriptions=await outlook.subscriptions(room),
    )
    answers = await _ask(gathered, sides, difference, recorded)
    as_of = AsOf(company.now, sync, policy_window(room, sync, company.now))
    facts = build_facts(sides, as_of, difference, recorded, answers)
    if (about := asked_of_organizer(facts)) is None:
        return facts
    return with_reply(facts, await outlook.organizers_copy(room, about))


async def facts_at_rest(
    gathered: Gathered, sides: Sides, reservation: Reservation | None, event: Event
) -> Facts:
    """Everything known about an event in step: a difference in which nothing differs.

    From it a risk is told (`cause_in_step`), whoever looks for one.
    """
    kind = DifferenceKind.CHANGED if reservation else DifferenceKind.MISSING_IN_OFFICEBOOKING
    shown = reservation or event
    nothing = Difference(
        kind=kind,
        room=sides.room.id,
        start=shown.start,
        end=shown.end,
        subject=shown.subject,
        reservation=reservation.number if reservation else None,
        event_id=event.id,
        ical_uid=event.ical_uid,
    )
    return await gather_facts(gathered, sides, nothing)


async def _ask(
    gathered: Gathered, sides: Sides, difference: Difference, recorded: Recorded
) -> Answers:
    both, room = gathered.outlook.rounds.both, sides.room
    reservation, event = reservation_of(sides, difference), event_of(sides, difference)
    last_known, whereabouts = recorded.last_known, gathered.whereabouts
    shown = event or reservation or last_known
    ((master, missing, dates), (found, unasked)), (directory, mailbox_id) = await both(
        both(
            _series(
                gathered,
                room,
                master_id_of(sides.reading, event, reservation, last_known),
                reservation,
            ),
            _elsewhere(gathered, room, shown),
        ),
        both(_directory(gathered, event, recorded), _mailbox_id(gathered, sides)),
    )
    copies = whereabouts.copies_of(shown, room) if shown else []
    found += [copy for copy in copies if copy[1].takes_room and copy not in found]
    return Answers(
        master=master,
        master_missing=missing,
        instances=dates,
        elsewhere=tuple(found),
        called_off_elsewhere=tuple(copy for copy in copies if copy[1].is_cancelled),
        goes_on=_place(whereabouts, reservation),
        came_from=whereabouts.came_from.get(event.id) if event else None,
        not_asked=_silent(unasked, whereabouts.not_asked if reservation else (), room),
        remembered=not gathered.outlook.live,
        remembered_at=gathered.company.outlook_as_of,
        organizer=directory,
        mailbox_id=mailbox_id,
    )


async def _series(
    gathered: Gathered, room: Room, master_id: EventId | None, reservation: Reservation | None
) -> tuple[SeriesMaster | None, bool, Sequence[Event]]:
    """The series a difference belongs to, whether it is gone, and its dates."""
    outlook, company = gathered.outlook, gathered.company
    if master_id is None:
        return None, False, ()
    master, missing = await outlook.master(room, master_id)
    if reservation is None or missing:
        return master, missing, ()
    span = read_span(room, company.config.sync, company.now)
    return master, missing, await outlook.instances(room, master_id, span)


async def _directory(
    gathered: Gathered, event: Event | None, recorded: Recorded
) -> OrganizerAnswer:
    """What the directory says of the organiser.

    Rooms often have another mail domain than people, so who seems to be from outside may be known
    there. Of who is not, only an invitation that the room left unanswered is to know.
    """
    if event is None or event.is_organizer:
        return OrganizerAnswer.UNKNOWN
    address = event.organizer.email
    if any(same_address(address, other.mailbox) for other in gathered.mapped):
        return OrganizerAnswer.UNKNOWN  # a room has no account that anybody could leave
    answer = await gathered.outlook.organizer(address)
    stranger = answer is OrganizerAnswer.NOT_FOUND and _is_outside(event.organizer, recorded)
    return OrganizerAnswer.UNKNOWN if stranger and not event.is_tentative else answer


async def _mailbox_id(gathered: Gathered, sides: Sides) -> str | None:
    """Whose mailbox answers now, where it lacks events."""
    return await gathered.outlook.mailbox_id(sides.room) if sides.reading.gone else None


def _place(whereabouts: Whereabouts, reservation: Reservation | None) -> tuple[Room, Event] | None:
    """Where the next pass finds a lost meeting."""
    found = whereabouts.goes_on.get(reservation.number) if reservation else None
    return (found.room, found.event) if found else None


def _silent(here: Iterable[Room], everywhere: Iterable[Room], room: Room) -> tuple[Room, ...]:
    """The other rooms that did not say whether they have the meeting."""
    rooms = {other.id: other for other in (*here, *everywhere) if other.id != room.id}
    return tuple(rooms.values())


def _is_outside(organizer: Person, recorded: Recorded) -> bool:
    return is_outside(organizer.email or "", recorded.domains)


async def _elsewhere(
    gathered: Gathered, room: Room, shown: Event | Reservation | None
) -> tuple[list[tuple[Room, Event]], tuple[Room, ...]]:
    """The same meeting in other mapped rooms, those outside the comparison included.

    And which of these rooms could not be asked.
    """
    if shown is None or shown.series_key is None:
        return [], ()
    others = [other for other in gathered.mapped if other.id != room.id]
    if isinstance(shown, Event) and shown.takes_room:
        # It is here: only of a room that it may have left does it matter.
        same = load_by_series(gathered.company.store, [shown.series_key])
        left = {reservation.room for reservation in same if reservation.is_active}
        others = [other for other in others if other.id in left]
    if not others:
        return [], ()
    found, unasked = await look_in(gathered.outlook.answers, [shown], others, gathered.span)
    return [(other, event) for _shown, other, event in found], unasked
