"""The tenant as tests, scenarios and the control API poke it: people do things to meetings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from obctl.errors import UsageError
from obctl.sandbox import attendant, item_edit, meeting_mail, meetings
from obctl.sandbox.exchange import Exchange
from obctl.sandbox.item import Attendee, Item, Response
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.recurrence_wire import read_recurrence
from obctl.sandbox.times import to_wall
from obctl.sandbox.wire import Style


@dataclass(frozen=True, slots=True)
class Meeting:
    """A handle on a meeting: its key in every mailbox, and who organises it."""

    uid: str
    organizer: str

    @property
    def i_cal_uid(self) -> str:
        """What Graph shows as iCalUId."""
        return self.uid


class Tenant:
    """One simulated organisation; safe to use from any thread."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        exchange.actions["answer"] = lambda job: attendant.answer(exchange, job)

    @contextmanager
    def locked(self) -> Iterator[Exchange]:
        """The organisation with everything overdue done, for this thread alone."""
        with self.exchange.lock:
            self.exchange.catch_up()
            yield self.exchange

    @property
    def rooms(self) -> list[str]:
        """The addresses of all rooms."""
        return [room.person.address for room in self.exchange.directory.rooms.values()]

    def now(self) -> datetime:
        """What time it is on Exchange."""
        return self.exchange.clock.now()

    def advance(
        self, delta: timedelta | None = None, *, hours: float = 0, minutes: float = 0,
        seconds: float = 0, days: float = 0,
    ) -> None:  # fmt: skip
        """Let time pass; everything due meanwhile happens at its own instant."""
        step = delta or timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        with self.exchange.lock:
            self.exchange.advance(step)

    def set_clock(self, instant: datetime) -> None:
        """Make it `instant` on Exchange."""
        with self.exchange.lock:
            self.exchange.go_to(instant.astimezone(UTC))

    def book(
        self,
        organizer: str,
        rooms: Iterable[str],
        subject: str,
        start: datetime | str,
        end: datetime | str,
        *,
        time_zone: str | None = None,
        recurrence: Mapping[str, Any] | None = None,
        attendees: Iterable[str] = (),
        location: str | None = None,
        all_day: bool = False,
        organizer_name: str | None = None,
        **fields: Any,
    ) -> Meeting:
        """Someone sends a meeting request; wall-clock times are in `time_zone`.

        A `location` is text that stands there in place of the rooms'.
        """
        with self.locked() as exchange:
            invited = list(rooms)
            zone = time_zone or self._zone_of(invited)
            who = exchange.directory.person(organizer, organizer_name)
            mailbox = exchange.directory.mailbox(who)
            item = self._new_item(mailbox, subject, _wall(start, zone), _wall(end, zone), zone)
            item.all_day = all_day
            item.attendees = self._attendees(attendees, "required") + self._attendees(
                invited, "resource"
            )
            item.locations = self._locations(invited, location)
            if recurrence is not None:
                item.kind = "seriesMaster"
                item.recurrence = read_recurrence(recurrence, start=item.start.date(), zone=zone)
            for name, value in fields.items():
                setattr(item, name, value)
            meetings.schedule(exchange, mailbox, item)
            return Meeting(item.uid, who.address)

    def book_directly(
        self, room: str, subject: str, start: datetime | str, end: datetime | str,
        *, time_zone: str | None = None, **fields: Any,
    ) -> Meeting:  # fmt: skip
        """Someone writes straight on a room's calendar; no attendant has a say."""
        return self.book(
            room, [], subject, start, end, time_zone=time_zone or self._zone_of([room]), **fields
        )

    def change(
        self, meeting: Meeting, *, day: date | None = None, start: datetime | str | None = None,
        end: datetime | str | None = None, rooms: Iterable[str] | None = None,
        location: str | None = None, silent: bool = False, **fields: Any,
    ) -> None:  # fmt: skip
        """The organiser changes a meeting, or its occurrence on `day`.

        The update goes out unless it is `silent`: then the room's copy is stale from here on.
        """
        with self.locked() as exchange:
            mailbox, item = self._original(meeting)
            changes = dict(fields)
            if start is not None:
                changes["start"] = _wall(start, item.zone)
            if end is not None:
                changes["end"] = _wall(end, item.zone)
            if rooms is not None:
                addresses = list(rooms)
                people = tuple(one for one in item.attendees if one.type != "resource")
                changes["attendees"] = people + self._attendees(addresses, "resource")
                changes["locations"] = self._locations(addresses, None)
            if location is not None:
                changes["locations"] = self._locations([], location)
            if silent:
                item_edit.edit(item, day, changes)
                exchange.touch(mailbox, item, day)
            else:
                meetings.change(exchange, mailbox, item, day, changes)

    def cancel(self, meeting: Meeting, *, day: date | None = None) -> None:
        """The organiser calls a meeting off, or its occurrence on `day`."""
        with self.locked() as exchange:
            mailbox, item = self._original(meeting)
            meetings.cancel(exchange, mailbox, item, day)

    def respond(
        self, address: str, meeting: Meeting, response: Response, *, day: date | None = None
    ) -> None:
        """Someone answers an invitation for the mailbox at `address`."""
        with self.locked() as exchange:
            mailbox, item = self.copy(address, meeting)
            meetings.respond(exchange, mailbox, item, day, response)

    def delete(self, address: str, meeting: Meeting, *, day: date | None = None) -> None:
        """Someone deletes a mailbox's copy of a meeting and tells nobody."""
        with self.locked() as exchange:
            mailbox, item = self.copy(address, meeting)
            meeting_mail.take_off(exchange, mailbox, item, day)

    def refile(self, address: str, meeting: Meeting) -> None:
        """Exchange moves a mailbox's copy: its ordinary id changes, the immutable one stays."""
        with self.locked() as exchange:
            mailbox, item = self.copy(address, meeting)
            mailbox.refile(item)
            exchange.touch(mailbox, item)

    def copy(self, address: str, meeting: Meeting) -> tuple[Mailbox, Item]:
        """A mailbox and its copy of a meeting."""
        directory = self.exchange.directory
        mailbox = directory.mailbox(directory.person(address))
        item = mailbox.by_uid(meeting.uid)
        if item is None:
            raise UsageError(f"{address} has no copy of the meeting {meeting.uid}")
        return mailbox, item

    def event_id(
        self, address: str, meeting: Meeting, *, day: date | None = None, immutable: bool = True
    ) -> str:
        """The id under which Graph shows a mailbox's copy."""
        with self.exchange.lock:
            mailbox, item = self.copy(address, meeting)
            return Style(immutable=immutable).event_id(mailbox, item, day)

    def meetings_in(self, address: str) -> list[Meeting]:
        """Handles on everything a mailbox has, in the order it came."""
        with self.exchange.lock:
            mailbox = self.exchange.directory.mailboxes[address.lower()]
            return [Meeting(item.uid, item.organizer.address) for item in mailbox.items.values()]

    def _original(self, meeting: Meeting) -> tuple[Mailbox, Item]:
        return self.copy(meeting.organizer, meeting)

    def _new_item(
        self, mailbox: Mailbox, subject: str, start: datetime, end: datetime, zone: str
    ) -> Item:
        now = self.exchange.now()
        number = mailbox.next_number()
        return Item(
            key=number, entry=number, uid=self.exchange.new_uid(now), subject=subject,
            start=start, end=end, zone=zone, end_zone=zone, organizer=mailbox.owner,
            is_organizer=True, response="organizer", created=now, modified=now,
        )  # fmt: skip

    def _attendees(self, addresses: Iterable[str], kind: str) -> tuple[Attendee, ...]:
        directory = self.exchange.directory
        return tuple(Attendee(directory.person(address), kind) for address in addresses)

    def _locations(self, invited: Iterable[str], typed: str | None) -> tuple[dict[str, Any], ...]:
        if typed is not None:
            named = {"displayName": typed, "uniqueId": typed, "uniqueIdType": "private"}
            return ({**named, "locationType": "default"},)
        return tuple(self._location(address) for address in invited)

    def _location(self, address: str) -> dict[str, Any]:
        person = self.exchange.directory.person(address)
        return {
            "displayName": person.name,
            "locationEmailAddress": person.address,
            "locationType": "conferenceRoom",
            "uniqueId": person.address,
            "uniqueIdType": "directory",
        }

    def _zone_of(self, addresses: list[str]) -> str:
        rooms = self.exchange.directory.rooms
        room = rooms.get(addresses[0].lower()) if addresses else None
        return room.zone if room is not None else self.exchange.directory.zone


def _wall(value: datetime | str, zone: str) -> datetime:
    parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    return to_wall(parsed, zone) if parsed.tzinfo is not None else parsed
