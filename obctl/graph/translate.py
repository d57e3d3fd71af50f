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
    is_directory_name,
    person,
)
from obctl.domain.foreign_text import decode
from obctl.domain.ical_uid import read_ical_uid
from obctl.domain.recurrence import Recurrence, parse_graph_recurrence
from obctl.domain.room import Room
from obctl.domain.unreadable_event import EventUnreadable, UnreadableEvent
from obctl.domain.values import replace
from obctl.graph.failures import cut_short
from obctl.graph.odd_event import is_object, read_each, read_leniently, told_of
from obctl.graph.request import Asked
from obctl.graph.times import meant_midnight, read_day, read_instant, read_wall
from obctl.graph.wire import DeltaWire, EventWire, MasterWire, Recipient

_EVENT = msgspec.json.Decoder(EventWire)
_MASTER = msgspec.json.Decoder(MasterWire)
_DELTA = msgspec.json.Decoder(DeltaWire)
_TYPES = {kind.value.lower(): kind for kind in EventType}
_RESPONSES = {answer.value.lower(): answer for answer in Response}
_LONGEST_ID = 1024  # those of Exchange have less than 200 characters, and stand in addresses
_IN_SERIES = (EventType.OCCURRENCE, EventType.EXCEPTION)


def read_event(raw: bytes | msgspec.Raw, room: Room) -> Event:
    """One event of `room`. Raises `EventUnreadable` for what cannot be understood or placed."""
    try:
        return _event(decode(_EVENT, raw), bytes(raw), room)
    except (ValueError, OverflowError):  # msgspec's, datetime's and UnknownZone are ValueErrors
        return _odd_event(bytes(raw), room)


def read_answer(body: bytes, room: Room, asked: Asked, event_id: EventId | None = None) -> Event:
    """The event that an answer is about, `event_id` where it was asked for by that.

    Raises `EventUnreadable`, and `PartialRead` for an answer that is none about an event.
    """
    try:
        return read_event(body, room)
    except EventUnreadable as error:
        event = error.event
        if not is_object(body):
            raise cut_short(asked) from error
        raise EventUnreadable(room.mailbox, replace(event, id=event.id or event_id)) from error


def _odd_event(payload: bytes, room: Room) -> Event:
    """An event with something odd in it, where that can be lived with (`odd_event`)."""
    wire, wrong, unknown = read_leniently(payload)
    if wire is None:
        raise EventUnreadable(room.mailbox, _told(wrong, payload))
    try:
        return _event(wire, payload, room, unknown)
    except (ValueError, OverflowError) as error:
        raise EventUnreadable(room.mailbox, _told(str(error), payload)) from error


def _told(wrong: str, payload: bytes) -> UnreadableEvent:
    """What names an unreadable event, and says as much as possible of what it may be."""
    told = told_of(payload)
    uid = told.get("iCalUId")
    all_day = told.get("isAllDay", True) is not False  # then its times are days, not instants
    return UnreadableEvent(
        id=told.get("id"),
        wrong=wrong,
        subject=told.get("subject"),
        start=read_wall(told["start"]) if "start" in told and not all_day else None,
        end=read_wall(told["end"]) if "end" in told and not all_day else None,
        series_master_id=told.get("seriesMasterId"),
        original_start=read_instant(told.get("originalStart")) if not all_day else None,
        ical_uid=uid,
        series_key=read_ical_uid(uid).series_key if uid else None,
        transaction_id=told.get("transactionId"),
        payload=payload,
    )


def _event(wire: EventWire, payload: bytes, room: Room, unknown: tuple[str, ...] = ()) -> Event:
    # Who names its series and no type is one of its dates, moved from nobody knows where.
    in_doubt = EventType.EXCEPTION if wire.series_master_id else EventType.SINGLE
    kind = _TYPES.get((wire.type or "").lower(), in_doubt)
    if not wire.id:
        raise ValueError("id: empty")
    if len(wire.id) > _LONGEST_ID:
        raise ValueError(f"id: {len(wire.id)} characters long")
    all_day = bool(wire.is_all_day)
    if all_day:
        start, end = read_day(wire.start, room.zone), read_day(wire.end, room.zone)
    else:
        start, end = read_wall(wire.start), read_wall(wire.end)
    if end < start:
        raise ValueError("end: before the start")
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
        unknown=unknown,
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
    Where somebody stands there under a name of Exchange's own directory, that may be the room.
    """
    if wire.attendees is None or (wire.hide_attendees and not wire.is_organizer):
        return None, None
    room_address = room.mailbox.casefold()
    organizer = _address(wire.organizer)
    people: set[str] = set()
    nameless = 0
    room_invited: bool | None = False
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
    if not room_invited and any(is_directory_name(_address(one)) for one in wire.attendees):
        room_invited = None
    return len(people) + nameless, room_invited


def _address(recipient: Recipient | None) -> str:
    found = recipient.email_address.address if recipient and recipient.email_address else None
    return (found or "").casefold()


def _person(recipient: Recipient | None) -> Person:
    found = recipient.email_address if recipient else None
    return person(found.name, found.address) if found else Person(None, None)


def read_master(raw: bytes, room: Room, asked: Asked, master_id: EventId) -> SeriesMaster:
    """A series master as one GET returned it; what only masters have may be odd, and unknown.

    Raises as `read_answer` does.
    """
    event = read_answer(raw, room, asked, master_id)
    wire = _master(raw)
    cancelled = wire.cancelled_occurrences
    return SeriesMaster(
        event=event,
        recurrence=_recurrence(wire),
        cancelled_dates=None if cancelled is None else frozenset(_cancelled_days(cancelled)),
        exceptions=None if wire.exception_occurrences is None else len(wire.exception_occurrences),
    )


def more_exceptions(raw: bytes) -> str | None:
    """The link to the exceptions that a series master does not show at once."""
    return _master(raw).more_exceptions


def _master(raw: bytes) -> MasterWire:
    try:
        return decode(_MASTER, raw)
    except ValueError:
        return MasterWire(**read_each(raw, MasterWire))


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


def read_delta_item(raw: bytes | msgspec.Raw) -> DeltaItem | None:
    """One item of a delta round, as the hint that it is; `None` where it names no event."""
    try:
        wire = decode(_DELTA, raw)
    except ValueError:
        told = read_each(raw, DeltaWire)
        if not told.get("id"):
            return None
        wire = DeltaWire(**told)
    if not wire.id:
        return None
    return DeltaItem(
        id=EventId(wire.id),
        removed=wire.removed is not None,
        type=_TYPES.get(wire.type.lower()) if wire.type else None,
        series_master_id=EventId(wire.series_master_id) if wire.series_master_id else None,
    )
