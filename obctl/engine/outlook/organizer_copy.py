"""Organisers' own calendars: what they have of meetings, where obctl may look.

Asked of a meeting that went or differs, never of one that is in step in a pass. Each meeting is
asked for once in a command, and a calendar that may not be read is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import TypeVar

from obctl.domain.causes.build_facts import domains_of
from obctl.domain.directory import DirectoryEntry
from obctl.domain.event import Event, EventId, EventType
from obctl.domain.ical_uid import read_ical_uid, without_date
from obctl.domain.organizer_copy import (
    NOT_KNOWN,
    OrganizerReply,
    OrganizerSays,
    WhyClosed,
    as_copy,
    closed,
    is_outside,
)
from obctl.domain.recurrence import Recurrence
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.series.excluded_dates import is_left_out
from obctl.domain.time_span import TimeSpan, local_day
from obctl.domain.unreadable_event import EventUnreadable, unreadable_in
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.inquiry import Inquiry
from obctl.engine.outlook.windows import policy_window
from obctl.errors import CredentialRefused, MailboxGone, NotAuthorised, ObctlError, TryLater
from obctl.store.rooms import load_rooms

Answer = TypeVar("Answer")
Key = TypeVar("Key")

_AROUND = timedelta(days=31)  # a date that was moved still lies between its neighbours


class Organizers:
    """The calendars of those who organise meetings, as one command asks them."""

    def __init__(self, company: Company, inquiry: Inquiry) -> None:
        self._company = company
        self._inquiry = inquiry
        self._closed: dict[str, WhyClosed] = {}

    @cached_property
    def _domains(self) -> frozenset[str]:
        return domains_of(load_rooms(self._company.store))

    async def ask_all(
        self, room: Room, reservations: Mapping[Key, Reservation]
    ) -> dict[Key, OrganizerReply]:
        """`ask` of many meetings at once, keyed as given."""
        replies = await self._inquiry.rounds.together(
            self.ask(room, reservation) for reservation in reservations.values()
        )
        return dict(zip(reservations, replies, strict=True))

    async def ask(self, room: Room, reservation: Reservation) -> OrganizerReply:
        """What the organiser's calendar says of a meeting, or of one date of a series."""
        calendar = await self._calendar(room, reservation)
        if isinstance(calendar, WhyClosed):
            return closed(calendar)
        try:
            if reservation.ical_uid:
                return await self._by_uid(calendar, room, reservation, reservation.ical_uid)
            if reservation.event_id is None:
                return await self._by_time(calendar, room, reservation)
        except ObctlError as error:
            return self._noted(calendar.mailbox, error)
        return NOT_KNOWN

    async def _calendar(self, room: Room, reservation: Reservation) -> Room | WhyClosed:
        """The organiser's calendar, asked for as if it were the room, or why it is closed."""
        address = (reservation.organizer.email or "").casefold()
        if not address:
            return WhyClosed.NO_ADDRESS
        if is_outside(address, self._domains) and not await self._is_ours(address):
            return WhyClosed.OUTSIDE
        return self._closed.get(address) or replace(room, mailbox=address, object_id=None)

    async def _is_ours(self, address: str) -> bool:
        """Whether somebody with another mail domain than the rooms is in the directory."""
        entry = await self._inquiry.account(address)
        return isinstance(entry, DirectoryEntry) and not entry.guest

    def _noted(self, address: str, error: ObctlError) -> OrganizerReply:
        """What an error says of a calendar, which is left alone where it may not or cannot be read.

        Raises `CredentialRefused`.
        """
        if isinstance(error, CredentialRefused):
            raise error
        if isinstance(error, EventUnreadable):
            return NOT_KNOWN
        why = WhyClosed.NO_ANSWER
        if isinstance(error, NotAuthorised):
            why = WhyClosed.FORBIDDEN
        elif _is_no_mailbox(error):
            why = WhyClosed.NO_MAILBOX
        if isinstance(error, NotAuthorised | TryLater) or _is_no_mailbox(error):
            self._closed[address] = why
        return closed(why)

    async def _by_uid(
        self, calendar: Room, room: Room, reservation: Reservation, ical_uid: str
    ) -> OrganizerReply:
        copies = _given(await self._inquiry.by_ical_uid(calendar, without_date(ical_uid)))
        living = [copy for copy in copies if not copy.is_cancelled]
        if not living and unreadable_in(copies):
            return NOT_KNOWN
        if not living:
            return OrganizerReply(OrganizerSays.CANCELLED if copies else OrganizerSays.GONE)
        if living[0].type is not EventType.MASTER:
            return _takes_place(living[0], room)
        if reservation.original_start is not None:
            return await self._of_date(calendar, room, living[0], reservation)
        return _takes_place(await self._date(calendar, living[0].id, reservation), room)

    async def _of_date(
        self, calendar: Room, room: Room, series: Event, reservation: Reservation
    ) -> OrganizerReply:
        master = _given(await self._inquiry.master(calendar, series.id))
        off = is_left_out(master, reservation, calendar.zone)
        if off:
            return OrganizerReply(OrganizerSays.CANCELLED)
        date = await self._date(calendar, series.id, reservation)
        if off is None and date is None:
            # no list says which dates are off, and one that is not shown may have moved far away
            return NOT_KNOWN
        return _takes_place(date, room, master.recurrence)

    async def _date(
        self, calendar: Room, series: EventId, reservation: Reservation
    ) -> Event | None:
        """The one date of a series in the calendar; all that a room is kept in step for is read."""
        span = policy_window(calendar, self._company.config.sync, self._company.now)
        if not span.overlaps(reservation.start, reservation.end):
            span = TimeSpan(reservation.start, reservation.end)
        span = span.widened(_AROUND).at_once
        dates = _given(await self._inquiry.instances(calendar, series, span))
        return _date_among(dates, reservation, calendar)

    async def _by_time(
        self, calendar: Room, room: Room, reservation: Reservation
    ) -> OrganizerReply:
        """A meeting that the room never had: the one in its slot that names the room."""
        span = TimeSpan(reservation.start, reservation.end)
        view = _given(await self._inquiry.view(calendar, span.at_once))
        for event in view:
            copy = as_copy(event, room)
            same_slot = (event.start, event.end) == (span.start, span.end)
            if copy and same_slot and event.takes_room and copy.names(room):
                return OrganizerReply(OrganizerSays.TAKES_PLACE, copy)
        if unreadable_in(view):
            return NOT_KNOWN
        return OrganizerReply(OrganizerSays.GONE)


def _given(answer: Answer | ObctlError) -> Answer:
    """What a calendar answered; raises the error that it did not."""
    if isinstance(answer, ObctlError):
        raise answer
    return answer


def _takes_place(
    event: Event | None, room: Room, series: Recurrence | None = None
) -> OrganizerReply:
    copy = as_copy(event, room) if event else None
    return OrganizerReply(OrganizerSays.TAKES_PLACE, copy and replace(copy, series=series))


def _date_among(dates: Iterable[Event], reservation: Reservation, calendar: Room) -> Event | None:
    """The date that the reservation stands for: a series that was moved has other starts."""
    original = reservation.original_start
    day = local_day(original, calendar.zone) if original else None
    if day is None and reservation.ical_uid:
        day = read_ical_uid(reservation.ical_uid).instance_date
    planned = [(event.original_start, event) for event in dates if event.original_start]
    exact = [event for start, event in planned if start == original]
    alike = [event for start, event in planned if local_day(start, calendar.zone) == day]
    found = exact or alike
    return found[0] if len(found) == 1 else None


def _is_no_mailbox(error: ObctlError) -> bool:
    return isinstance(error, MailboxGone)
