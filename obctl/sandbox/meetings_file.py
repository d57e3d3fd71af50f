"""The meetings of a tenant file: what they are, and on whose calendars they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from obctl.sandbox.directory import Directory, Room
from obctl.sandbox.exchange import Exchange
from obctl.sandbox.item import Attendee, Item, Person, Response
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.recurrence import Recurrence
from obctl.sandbox.recurrence_wire import read_recurrence
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.tenant import Meeting
from obctl.sandbox.times import parse_duration
from obctl.sandbox.toml_reader import Table

_RESPONSES = ("accepted", "tentativelyAccepted", "notResponded", "declined", "organizer")
_SHOW_AS = ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown")


_SENSITIVITIES = ("normal", "personal", "private", "confidential")
_LONG_AGO = timedelta(days=30)


def read_meeting(table: Table, exchange: Exchange, handles: dict[str, Meeting]) -> None:
    directory = exchange.directory
    rooms = [one for one in table.texts("rooms") if _is_room(table, directory, one)]
    home = directory.rooms.get(rooms[0].lower()) if rooms else None
    if home is None:
        if not table.raw("rooms"):
            table.complain("rooms is missing")
        home = Room(Person("", ""), zone=directory.zone)
    zone = table.zone("time_zone", home.zone)
    start, end = _read_times(table)
    created = table.instant("created")
    direct = table.flag("direct")
    organizer = home.person if direct else _read_organizer(table, directory)
    attendees = tuple(
        Attendee(directory.person(one), "required", "accepted") for one in table.texts("attendees")
    )
    response = cast("Response", table.choice("response", _RESPONSES, "accepted"))
    item = Item(
        key=0,
        entry=0,
        uid="",
        start=start,
        end=end,
        zone=zone,
        end_zone=zone,
        organizer=organizer,
        created=created or exchange.now() - _LONG_AGO,
        modified=created or exchange.now() - _LONG_AGO,
        subject=table.text("subject"),
        body=table.text("body"),
        body_type="text",
        all_day=table.flag("all_day"),
        sensitivity=table.choice("sensitivity", _SENSITIVITIES, "normal"),
        show_as=table.choice("show_as", _SHOW_AS, "busy"),
        is_cancelled=table.flag("cancelled"),
        transaction_id=table.text("transaction_id") or None,
        response=response,
        attendees=attendees,
    )
    item.uid = exchange.new_uid(item.created, organizer.address, item.start)
    item.recurrence = _read_series(table, item)
    item.kind = "seriesMaster" if item.recurrence else "singleInstance"
    _read_irregular(table, item)
    if name := table.text("name"):
        handles[name] = Meeting(item.uid, organizer.address)
    table.done()
    _place(exchange, item, rooms, direct=direct)


def _is_room(table: Table, directory: Directory, address: str) -> bool:
    known = address.lower() in directory.rooms
    if not known:
        table.complain(f"{address!r} is not among the rooms", "rooms")
    return known


def _read_organizer(table: Table, directory: Directory) -> Person:
    address = table.text("organizer", required=True)
    return directory.person(address, table.text("organizer_name") or None)


def _read_times(table: Table) -> tuple[datetime, datetime]:
    start = table.wall("start", required=True)
    end = table.wall("end")
    length = table.text("duration")
    if (end is None) == (not length):
        table.complain("give either end or duration")
    if start is not None and length:
        try:
            end = start + parse_duration(length)
        except ValueError as error:
            table.complain(str(error), "duration")
    begin = start or datetime.combine(date(2000, 1, 1), datetime.min.time())
    finish = end or begin + timedelta(hours=1)
    if finish < begin:
        table.complain("end lies before start", "end")
        finish = begin
    return begin, finish


def _read_series(table: Table, item: Item) -> Recurrence | None:
    data: Any = table.raw("recurrence")
    if data is None or table.wall("start") is None:
        return None
    try:
        return read_recurrence(data, start=item.start.date(), zone=item.zone)
    except Refusal as error:
        table.complain(error.message, "recurrence")
        return None


def _read_irregular(table: Table, item: Item) -> None:
    """Cancelled dates and exceptions of a series; each must be a day of it."""
    cancelled = table.dates("cancelled_dates")
    if item.recurrence is None:
        for key in ("cancelled_dates", "exceptions"):
            if table.raw(key) and "recurrence" not in table:
                table.complain(f"{key} needs a recurrence", key)
        return
    for day in sorted(cancelled):
        if not item.recurrence.days(day, day):
            table.complain(f"the series has no occurrence on {day}", "cancelled_dates")
    item.cancelled_days = frozenset(cancelled)
    for one in table.tables("exceptions"):
        day_at = one.wall("date", required=True)
        if day_at is None:
            continue
        day = day_at.date()
        if not item.recurrence.days(day, day):
            one.complain(f"the series has no occurrence on {day}", "date")
            continue
        changed = item.exception_on(day)
        start = one.wall("start") or changed.start
        changed.place(start, one.wall("end") or start + item.length, item.zone, item.end_zone)
        changed.subject = one.text("subject", item.subject)
        one.done()
        item.exceptions[day] = changed


def _place(exchange: Exchange, item: Item, rooms: list[str], *, direct: bool) -> None:
    """Put a meeting on the calendars of its rooms, its organiser and those invited."""
    directory = exchange.directory
    if direct:
        for address in rooms:
            _settle(directory.mailboxes[address.lower()], item, organizes=True)
        return
    resources = tuple(
        Attendee(directory.rooms[address.lower()].person, "resource", item.response, item.created)
        for address in rooms
    )
    item.attendees += resources
    item.locations = tuple(_location(one.person) for one in resources)
    for address in rooms:
        if item.response != "declined":
            _settle(directory.mailboxes[address.lower()], item, organizes=False)
    if not item.is_cancelled:
        original = replace(item, transaction_id=None, response="accepted", show_as="busy")
        _settle(directory.mailbox(item.organizer), original, organizes=True)


def _settle(mailbox: Mailbox, item: Item, *, organizes: bool) -> None:
    number = mailbox.next_number()
    mailbox.add(
        replace(
            item,
            key=number,
            entry=number,
            is_organizer=organizes,
            response="organizer" if organizes else item.response,
            responded_at=None if organizes or item.response == "notResponded" else item.created,
            exceptions={
                day: replace(
                    one,
                    key=number,
                    entry=number,
                    is_organizer=organizes,
                    response="organizer" if organizes else item.response,
                    attendees=item.attendees,
                    locations=item.locations,
                )
                for day, one in item.exceptions.items()
            },
        )
    )


def _location(person: Person) -> dict[str, Any]:
    return {
        "displayName": person.name,
        "locationEmailAddress": person.address,
        "locationType": "conferenceRoom",
        "uniqueId": person.address,
        "uniqueIdType": "directory",
    }
