"""Reading what the planner shows: both sides at the same moment, or as the store knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from obctl.domain.compare.comparison import compare, unreadable_within
from obctl.domain.compare.planner import PlannerDay, PlannerRow, View, plan_row
from obctl.domain.room import Room
from obctl.domain.sync.matching import Matching, match
from obctl.domain.sync.reading import Reading, Scope
from obctl.domain.sync.sides import Sides
from obctl.domain.time_span import TimeSpan, days_span
from obctl.domain.unreadable_event import Listing
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.compare.both_sides import read_in_step
from obctl.engine.outlook.calendars import fetch_calendars
from obctl.engine.outlook.inconclusive import condition, is_graph_itself
from obctl.engine.outlook.remembered import not_remembered
from obctl.engine.ports import Gateway
from obctl.errors import ObctlError
from obctl.store.agreed_states import load_agreed_of
from obctl.store.reservations import load_room_reservations
from obctl.store.unreadable_events import load_listing

_AROUND = timedelta(days=1)  # all-day items and meetings moved across midnight

Calendars = Mapping[str, Listing | ObctlError]


async def read_calendars(
    gateway: Gateway, rooms: Sequence[Room], first: date, last: date
) -> Calendars:
    """Outlook now, by mailbox; a room that could not be read has its error.

    Raises the first error where no room at all could be read for want of Graph itself.
    """
    if not rooms:
        return {}
    spans = [_around(room, first, last) for room in rooms]
    asked = TimeSpan(min(span.start for span in spans), max(span.end for span in spans))
    calendars = await fetch_calendars(gateway, rooms, asked)
    errors = [answer for answer in calendars.values() if isinstance(answer, ObctlError)]
    if len(errors) == len(rooms) and all(map(is_graph_itself, errors)):
        raise errors[0]
    return calendars


def plan_days(
    company: Company,
    rooms: Sequence[Room],
    days: tuple[date, date],
    view: View,
    calendars: Calendars | None,
) -> list[PlannerDay]:
    """The planner of each day from the first to the last; Outlook as last read if not given."""
    zones = {room.time_zone for room in rooms}
    common = zones.pop() if len(zones) == 1 else company.config.time_zone
    first, last = days
    rows: dict[date, list[PlannerRow]] = {
        first + timedelta(days=number): [] for number in range((last - first).days + 1)
    }
    for room in rooms:
        for day, row in _rows(company, room, list(rows), view, calendars).items():
            rows[day].append(row)
    return [PlannerDay(day, common, view, tuple(found)) for day, found in rows.items()]


def _rows(
    company: Company, room: Room, days: Sequence[date], view: View, calendars: Calendars | None
) -> dict[date, PlannerRow]:
    """The room's row of each day; where both sides are compared, with what lies around the days."""
    store = company.store
    span = days_span(days[0], days[-1], room.zone)
    with_ours, with_theirs = view is not View.OFFICE365, view is not View.OFFICEBOOKING
    from_store = with_theirs and calendars is None
    unread = not_remembered(store, room, span) if from_store else None
    if view is View.BOTH and unread is None:
        if from_store and (in_step := read_in_step(store, room, span)):
            return _compared(company, days, in_step)
        span = _around(room, days[0], days[-1])
    reservations = load_room_reservations(store, room.id, span) if with_ours else []
    read: Listing | ObctlError = Listing()
    if unread is not None:
        read = unread
    elif with_theirs:
        read = load_listing(store, room.id, span) if calendars is None else calendars[room.mailbox]
    if isinstance(read, ObctlError):
        why = condition(read)
        return {day: plan_row(room, day, reservations=reservations, condition=why) for day in days}
    if view is View.BOTH:
        reading = Reading(Scope(span, whole=True), tuple(read), unreadable=read.unreadable)
        return _compared(company, days, match(Sides(room, tuple(reservations), {}, reading)))
    return {
        day: plan_row(room, day, events=read, reservations=reservations, unreadable=read.unreadable)
        for day in days
    }


def _compared(company: Company, days: Sequence[date], matching: Matching) -> dict[date, PlannerRow]:
    sides = matching.sides
    room = sides.room
    different = bool(compare(matching, days_span(days[0], days[-1], room.zone)))
    if different:
        # What was agreed on only excuses differences.
        numbers = [reservation.number for reservation in sides.reservations]
        matching = match(replace(sides, agreed=load_agreed_of(company.store, numbers)))
    return {
        day: plan_row(
            room,
            day,
            events=sides.reading.events,
            reservations=sides.reservations,
            differences=compare(matching, days_span(day, day, room.zone)) if different else (),
            unreadable=unreadable_within(matching, days_span(day, day, room.zone)),
        )
        for day in days
    }


def _around(room: Room, first: date, last: date) -> TimeSpan:
    return days_span(first, last, room.zone).widened(_AROUND)
