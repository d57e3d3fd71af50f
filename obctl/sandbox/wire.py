"""Events as Graph's JSON, in either id space and any time zone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape, unescape
from typing import Any

from obctl.sandbox.identity import change_key, dated_object_id, immutable_id, ordinary_id
from obctl.sandbox.item import Attendee, Item, Person, Shown, original_start
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.recurrence_wire import write_recurrence
from obctl.sandbox.times import UNSET_TIME, instant_text, to_wall, wall_text

_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Style:
    """What the Prefer header asked for."""

    immutable: bool = False
    zone: str = "UTC"
    text_body: bool = False

    def event_id(self, mailbox: Mailbox, item: Item, day: date | None = None) -> str:
        """The id of an item, or of its occurrence on `day`, in the id space asked for."""
        if self.immutable:
            return immutable_id(mailbox.id, item.key, day)
        return ordinary_id(mailbox.id, item.entry, day)


def write_event(
    mailbox: Mailbox, shown: Shown, style: Style, master: Item | None = None
) -> dict[str, Any]:
    """The whole event; `master` is needed for an exception."""
    item = shown.item
    series = master if master is not None else item
    stamp = change_key(mailbox.id, item.version)
    event: dict[str, Any] = {
        "@odata.etag": f'W/"{stamp}"',
        "id": style.event_id(mailbox, item, shown.day),
        "createdDateTime": instant_text(item.created),
        "lastModifiedDateTime": instant_text(item.modified),
        "changeKey": stamp,
        "categories": list(item.categories),
        # An all-day event echoes the zone that was asked for.
        "originalStartTimeZone": style.zone if item.all_day else item.zone,
        "originalEndTimeZone": style.zone if item.all_day else item.end_zone,
        "iCalUId": i_cal_uid(shown),
        "reminderMinutesBeforeStart": item.reminder_minutes,
        "isReminderOn": item.reminder_on,
        "hasAttachments": False,
        "subject": item.subject,
        "bodyPreview": body_text(item)[:255],
        "importance": item.importance,
        "sensitivity": item.sensitivity,
        "isAllDay": item.all_day,
        "isCancelled": item.is_cancelled,
        "isOrganizer": item.is_organizer,
        "responseRequested": item.response_requested,
        "seriesMasterId": style.event_id(mailbox, series) if shown.day else None,
        "showAs": item.show_as,
        "type": shown.kind,
        "webLink": "https://outlook.office365.com/owa/?itemid="
        + ordinary_id(mailbox.id, item.entry, shown.day)
        + "&exvsurl=1&path=/calendar/item",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": item.is_online_meeting,
        "onlineMeetingProvider": item.online_meeting_provider,
        "allowNewTimeProposals": item.allow_new_time_proposals,
        "isDraft": item.is_draft,
        "hideAttendees": item.hide_attendees,
        # only a series master has one
        "recurrence": _recurrence(item) if shown.day is None else None,
        "onlineMeeting": {"joinUrl": item.join_url} if item.join_url else None,
        "responseStatus": _response(item.response, item.responded_at),
        "body": _body(item, style),
        "start": when(shown.start, shown.start_at, item, style),
        "end": when(shown.end, shown.end_at, item, style),
        "location": item.locations[0] if item.locations else _NOWHERE,
        "locations": list(item.locations),
        "attendees": [_attendee(attendee) for attendee in _visible(mailbox, item)],
        "organizer": {"emailAddress": address(item.organizer)},
    }
    if item.transaction_id is not None:
        event["transactionId"] = item.transaction_id
    if shown.day is not None:
        event["originalStart"] = _original(series, shown.day, style)
    return event


def write_stub(mailbox: Mailbox, shown: Shown, style: Style) -> dict[str, Any]:
    """An occurrence as calendarView/delta has it: id, series and times, nothing more."""
    item = shown.item
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": f'W/"{change_key(mailbox.id, item.version)}"',
        "seriesMasterId": style.event_id(mailbox, item),
        "type": "occurrence",
        "id": style.event_id(mailbox, item, shown.day),
        "start": when(shown.start, shown.start_at, item, style),
        "end": when(shown.end, shown.end_at, item, style),
    }


def i_cal_uid(shown: Shown) -> str:
    """The GlobalObjectId; only an exception carries its original day inside."""
    if shown.kind == "exception" and shown.day is not None:
        return dated_object_id(shown.item.uid, shown.day)
    return shown.item.uid


def occurrence_ids(mailbox: Mailbox, master: Item, style: Style) -> list[str]:
    """`cancelledOccurrences` of a master."""
    series = style.event_id(mailbox, master)
    return [f"OID.{series}.{day.isoformat()}" for day in sorted(master.cancelled_days)]


def address(person: Person) -> dict[str, str]:
    """An emailAddress."""
    return {"name": person.name, "address": person.address}


def when(wall: datetime, instant: datetime, item: Item, style: Style) -> dict[str, str]:
    """A dateTimeTimeZone; an all-day event shows midnight in whatever zone was asked for."""
    local = wall if item.all_day else to_wall(instant, style.zone)
    return {"dateTime": wall_text(local), "timeZone": style.zone}


def body_text(item: Item) -> str:
    """The body without its markup."""
    return unescape(_TAG.sub("", item.body)).strip() if item.body_type == "html" else item.body


_NOWHERE: dict[str, Any] = {
    "displayName": "",
    "locationType": "default",
    "uniqueIdType": "unknown",
    "address": {},
    "coordinates": {},
}


def _body(item: Item, style: Style) -> dict[str, str]:
    if style.text_body:
        return {"contentType": "text", "content": body_text(item)}
    if item.body_type == "html" or not item.body:
        return {"contentType": "html", "content": item.body}
    return {"contentType": "html", "content": f"<html><body>{escape(item.body)}</body></html>"}


def _recurrence(item: Item) -> dict[str, Any] | None:
    if item.recurrence is None:
        return None
    shown = write_recurrence(item.recurrence)
    if item.all_day and not item.is_organizer:
        # On an attendee's copy of an all-day series Exchange forgets the zone.
        shown["range"]["recurrenceTimeZone"] = ""
    return shown


def _response(response: str, at: datetime | None) -> dict[str, str]:
    return {"response": response, "time": instant_text(at) if at else UNSET_TIME}


def _attendee(attendee: Attendee) -> dict[str, Any]:
    return {
        "type": attendee.type,
        "status": _response(attendee.response, attendee.responded_at),
        "emailAddress": address(attendee.person),
    }


def _visible(mailbox: Mailbox, item: Item) -> Sequence[Attendee]:
    if not item.hide_attendees or item.is_organizer:
        return item.attendees
    return [one for one in item.attendees if one.person.address == mailbox.owner.address]


def _original(master: Item, day: date, style: Style) -> str:
    instant = original_start(master, day)
    if style.zone == "UTC":
        return instant_text(instant)
    # With a zone preference Exchange writes an offset instead of Z.
    offset = to_wall(instant, style.zone) - to_wall(instant, "UTC")
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    local = to_wall(instant, style.zone).isoformat()
    return f"{local}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
