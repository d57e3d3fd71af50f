"""A tenant of any size, made up: `[generated]` in a tenant file.

For load and for memory, not for stories: the same counts and seed always give the same rooms,
people and meetings. Organisers get their own copies when somebody first looks at their calendar.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from obctl.sandbox.directory import Directory, Employee, Room
from obctl.sandbox.exchange import Exchange
from obctl.sandbox.item import Attendee, Item, Person
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.recurrence import DAYS, Pattern, Range, Recurrence
from obctl.sandbox.toml_reader import Table

_SLOTS = tuple(time(hour, minute) for hour in range(8, 18) for minute in (0, 30))
_LENGTH = timedelta(minutes=30)
_ROOMS_A_LIST = 100
_PEOPLE_A_ROOM = 5
_A_SERIES_EVERY = 25
_TITLES = ("Stand-up", "Project", "Budget", "Interview", "Review", "Klantgesprek", "Training")
_WEEKEND = 5


def read_generated(table: Table, exchange: Exchange) -> None:
    """Add the rooms, people and meetings that `[generated]` asks for."""
    rooms = table.number("rooms", 0, low=0) or 0
    meetings = table.number("meetings", 0, low=0) or 0
    table.done()
    people = [_person(exchange.directory, number) for number in range(rooms * _PEOPLE_A_ROOM)]
    exchange.directory.unfilled.update(one.address.lower() for one in people)
    # Nothing made here is garbage, and looking through it again and again takes half the time.
    gc.disable()
    try:
        for number in range(rooms):
            mailbox = _room(exchange.directory, number)
            _fill(exchange, mailbox, people, number, meetings)
    finally:
        gc.enable()


def _person(directory: Directory, number: int) -> Person:
    person = Person(f"Person {number:05}", f"person-{number:05}@{directory.domain}")
    directory.add_employee(Employee(person))
    return person


def _room(directory: Directory, number: int) -> Mailbox:
    location = f"Building {number // _ROOMS_A_LIST + 1}"
    if location not in directory.lists:
        address = f"{location.lower().replace(' ', '-')}@{directory.domain}"
        directory.add_list(location, address, directory.zone)
    person = Person(f"Room {number:05}", f"room-{number:05}@{directory.domain}")
    return directory.add_room(Room(person, location, number % 9, 4 + number % 20, directory.zone))


def _fill(
    exchange: Exchange, mailbox: Mailbox, people: list[Person], room: int, meetings: int
) -> None:
    me = Attendee(mailbox.owner, "resource", "accepted", exchange.now())
    location = {
        "displayName": mailbox.owner.name,
        "locationEmailAddress": mailbox.owner.address,
        "locationType": "conferenceRoom",
        "uniqueId": mailbox.owner.address,
        "uniqueIdType": "directory",
    }
    slots = _slots(exchange.now().date() - timedelta(days=7), room)
    created = exchange.now() - timedelta(days=14)
    for number, start in zip(range(meetings), slots, strict=False):
        organizer = people[(room * 7 + number * 3) % len(people)]
        key = mailbox.next_number()
        series = number % _A_SERIES_EVERY == 0
        mailbox.add(
            Item(
                key=key,
                entry=key,
                uid=exchange.new_uid(created),
                start=start,
                end=start + _LENGTH,
                zone=mailbox.zone,
                end_zone=mailbox.zone,
                organizer=organizer,
                created=created,
                modified=created,
                subject=f"{_TITLES[number % len(_TITLES)]} {number}",
                attendees=(me,),
                response="accepted",
                responded_at=created,
                locations=(location,),
                kind="seriesMaster" if series else "singleInstance",
                recurrence=_weekly(start, mailbox.zone) if series else None,
            )
        )


def _slots(first: date, room: int) -> Iterator[datetime]:
    """Half hours of working days, from the first day on; every room starts elsewhere."""
    day = first
    while True:
        if day.weekday() < _WEEKEND:
            for position in range(len(_SLOTS)):
                slot = _SLOTS[(position + room) % len(_SLOTS)]
                # Some of each day stays free, so that there is room to book.
                if (position + day.day) % 4:
                    yield datetime.combine(day, slot)
        day += timedelta(days=1)


def _weekly(start: datetime, zone: str) -> Recurrence:
    pattern = Pattern("weekly", 1, (DAYS[start.weekday()],))
    return Recurrence(pattern, Range("numbered", start.date(), None, 8, zone))
