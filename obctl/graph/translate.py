"""Graph's JSON -> domain values; the bytes of each event stay beside them."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from obctl.domain.event import (
    DeltaItem,
    Event,
    EventId,
    EventType,
    Person,
    Response,
    SeriesMaster,
)
from obctl.domain.ical_uid import read_ical_uid
from obctl.domain.recurrence import Recurrence, parse_graph_recurrence
from obctl.domain.room import Room
from obctl.errors import PartialRead
from obctl.graph.times import meant_midnight, read_day, read_instant, read_wall
from obctl.graph.wire import DeltaWire, EventWire, MasterWire, Recipient

_EVENT = msgspec.json.Decoder(EventWire)
_MASTER = msgspec.json.Decoder(MasterWire)
_DELTA = msgspec.json.Decoder(DeltaWire)
_TYPES = {kind.value.lower(): kind for kind in EventType}
_RESPONSES = {answer.value.lower(): answer for answer in Response}
_IN_SERIES = (EventType.OCCURRENCE, EventType.EXCEPTION)


def read_event(raw: bytes | msgspec.Raw, room: Room) -> Event:
    """One event of `room`. Raises `PartialRead` for what is no event."""
    try:
        return _event(_EVENT.decode(raw), bytes(raw), room)
    except ValueError as error:  # msgspec's, datetime's and UnknownZone are ValueErrors
        raise _unreadable("an event", room.mailbox) from error


def _event(wire: EventWire, payload: bytes, room: Room) -> Event:
    kind = _TYPES.get((wire.type or "").lower(), EventType.SINGLE)
    all_day = bool(wire.is_all_day)
    if all_day:
        start, end = read_day(wire.start, room.zone), read_day(wire.end, room.zone)
    else:
        start, end = read_wall(wire.start), read_wall(wire.end)
    meeting = read_ical_uid(wire.i_cal_uid) if wire.i_cal_uid else None
    instance_date = meeting.instance_date if meeting else None
    answer = wire.response_status.response if wire.response_status else None
    people, room_invited = _attendees(wire, room)
    return Event(
        id=EventId(wire.id),
        type=kind,
        start=start,
        end=end,
        subject=wire.subject or "",
        all_day=all_day,
        organizer=_person(wire.organizer),
        series_master_id=EventId(wire.series_master_id) if wire.series_master_id else None,
        original_start=_original_start(wire, kind, start, instance_date, room)
        if kind in _IN_SERIES
        else None,
        ical_uid=wire.i_cal_uid,
        series_key=meeting.series_key if meeting else None,
        born_at=meeting.born_at if meeting else None,
        instance_date=instance_date,
        foreign_origin=meeting.foreign_origin if meeting else False,
        is_cancelled=bool(wire.is_cancelled),
        is_organizer=bool(wire.is_organizer),
        is_draft=bool(wire.is_draft),
        response=_RESPONSES.get((answer or "").lower(), Response.NONE),
        show_as=wire.show_as or "busy",
        sensitivity=wire.sensitivity or "normal",
        attendees=people,
        room_invited=room_invited,
        time_zone=wire.original_start_time_zone,
        created_at=read_instant(wire.created_date_time),
        modified_at=read_instant(wire.last_modified_date_time),
        change_key=wire.change_key,
        etag=wire.etag,
        transaction_id=wire.transaction_id,
        payload=payload,
    )


def _original_start(
    wire: EventWire, kind: EventType, start: datetime, instance_date: date | None, room: Room
) -> datetime | None:
    """Where the series had put this occurrence; an exception that does not say was moved."""
    original = read_instant(wire.original_start)
    if kind is EventType.OCCURRENCE and (original is None or wire.is_all_day):
        # the instant of a whole day is midnight somewhere; its start is the day itself
        return start
    if original is None or not wire.is_all_day:
        return original
    return meant_midnight(original, wire.original_start_time_zone, instance_date, room.zone)


def _attendees(wire: EventWire, room: Room) -> tuple[int | None, bool | None]:
    """How many people are invited, and whether the room is; unknown where the list is hidden.

    Rooms, equipment and the organiser, who is named elsewhere, are not counted; nobody is twice.
    """
    if wire.attendees is None or (wire.hide_attendees and not wire.is_organizer):
        return None, None
    room_address = room.mailbox.casefold()
    organizer = _address(wire.organizer)
    people: set[str] = set()
    nameless = 0
    room_invited = False
    for attendee in wire.attendees:
        address = _address(attendee)
        if address == room_address:
            room_invited = True
        elif (attendee.type or "").lower() == "resource" or (address and address == organizer):
            continue
        elif address:
            people.add(address)
        else:
            nameless += 1
    return len(people) + nameless, room_invited


def _address(recipient: Recipient | None) -> str:
    found = recipient.email_address.address if recipient and recipient.email_address else None
    return (found or "").casefold()


def _person(recipient: Recipient | None) -> Person:
    found = recipient.email_address if recipient else None
    return Person(found.name or None, found.address or None) if found else Person(None, None)


def read_master(raw: bytes, room: Room) -> SeriesMaster:
    """A series master as one GET returned it."""
    event = read_event(raw, room)
    try:
        wire = _MASTER.decode(raw)
    except msgspec.DecodeError as error:
        raise _unreadable("a series", room.mailbox) from error
    cancelled = wire.cancelled_occurrences
    return SeriesMaster(
        event=event,
        recurrence=_recurrence(wire),
        cancelled_dates=None if cancelled is None else frozenset(_cancelled_days(cancelled)),
        exceptions=None if wire.exception_occurrences is None else len(wire.exception_occurrences),
    )


def more_exceptions(raw: bytes) -> str | None:
    """The link to the exceptions that a series master does not show at once."""
    return _MASTER.decode(raw).more_exceptions


def _recurrence(wire: MasterWire) -> Recurrence | None:
    try:
        return parse_graph_recurrence(wire.recurrence)
    except (KeyError, ValueError, TypeError, AttributeError):
        return None  # a pattern without its dates says nothing; the instances still do


def _cancelled_days(items: list[str]) -> list[date]:
    """The dates of `OID.<master>.<yyyy-mm-dd>`; the id in the middle may hold dots."""
    days = []
    for item in items:
        try:
            days.append(date.fromisoformat(item.rpartition(".")[2]))
        except ValueError:
            continue
    return days


def read_delta_item(raw: bytes | msgspec.Raw, mailbox: str) -> DeltaItem:
    """One item of a delta round, as the hint that it is."""
    try:
        wire = _DELTA.decode(raw)
    except msgspec.DecodeError as error:
        raise _unreadable("a change", mailbox) from error
    return DeltaItem(
        id=EventId(wire.id),
        removed=wire.removed is not None,
        type=_TYPES.get(wire.type.lower()) if wire.type else None,
        series_master_id=EventId(wire.series_master_id) if wire.series_master_id else None,
    )


def _unreadable(what: str, mailbox: str) -> PartialRead:
    return PartialRead(
        f"Graph's answer holds {what} that cannot be read: {mailbox}",
        hint="run the command again; `obctl graph get` shows the answer as it is",
    )
