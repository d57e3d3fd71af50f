"""Something happens in a room on demand: the nearest thing that fits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from obctl.errors import UsageError
from obctl.sandbox.item import Item
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.service import Service
from obctl.sandbox.tenant import Meeting
from obctl.sandbox.times import instant_text, to_wall
from obctl.sandbox.wire import Style
from obctl.sandbox.words import Trigger

_SUBJECT = "Triggered meeting"
_SLOT = timedelta(hours=1)
_SEARCH = timedelta(days=30)


def trigger(service: Service, event: Trigger, room: str) -> dict[str, Any]:
    """Have `event` happen in `room` and say to what."""
    mailbox = service.exchange.directory.mailboxes.get(room.lower())
    if mailbox is None or mailbox.kind != "room":
        raise UsageError(f"there is no room {room}")
    match event:
        case "missed" | "subscriptionRemoved" | "reauthorizationRequired":
            with service.tenant.locked():
                told = service.subscriptions.announce(mailbox, event)
            return {"event": event, "room": room, "subscriptions": told}
        case "created":
            meeting = _create(service, mailbox)
        case _:
            meeting = _next(service, mailbox, event)
    shown = _shown(service, mailbox, meeting)
    match event:
        case "updated":
            _, item = service.tenant.copy(meeting.organizer, meeting)
            service.tenant.change(meeting, subject=f"{item.subject} (updated)")
        case "cancelled":
            service.tenant.cancel(meeting)
        case "deleted":
            service.tenant.delete(room, meeting)
        case _:
            pass
    return {"event": event, "room": room} | shown


def _create(service: Service, mailbox: Mailbox) -> Meeting:
    """Book the first free hour in somebody's name."""
    directory = service.exchange.directory
    people = [one.person for one in directory.employees.values() if one.enabled and not one.deleted]
    if not people:
        raise UsageError("the tenant has no people to book in the name of")
    start = _first_free(mailbox, service.tenant.now())
    wall = to_wall(start, mailbox.zone)
    room = mailbox.owner.address
    return service.tenant.book(
        people[0].address, [room], _SUBJECT, wall, wall + _SLOT, time_zone=mailbox.zone
    )


def _first_free(mailbox: Mailbox, now: datetime) -> datetime:
    start = now.replace(minute=0, second=0, microsecond=0) + _SLOT
    last = start + _SEARCH
    while start < last:
        if not mailbox.busy(start, start + _SLOT):
            return start
        start += _SLOT
    raise UsageError(f"{mailbox.owner.address} has no free hour in a month")


def _next(service: Service, mailbox: Mailbox, event: Trigger) -> Meeting:
    """The next single meeting that the event can befall."""
    now = service.tenant.now()
    candidates = sorted(
        (item for item in mailbox.items.values() if _fits(service, item, now, event)),
        key=lambda item: item.start_at,
    )
    if not candidates:
        raise UsageError(f"{mailbox.owner.address} has no future meeting to be {event}")
    return Meeting(candidates[0].uid, candidates[0].organizer.address)


def _fits(service: Service, item: Item, now: datetime, event: Trigger) -> bool:
    if item.kind != "singleInstance" or item.is_cancelled or item.start_at <= now:
        return False
    if event == "deleted":
        return True
    original = service.exchange.directory.mailbox(item.organizer).by_uid(item.uid)
    return original is not None and original.is_organizer


def _shown(service: Service, mailbox: Mailbox, meeting: Meeting) -> dict[str, Any]:
    _, item = service.tenant.copy(mailbox.owner.address, meeting)
    return {
        "event_id": Style(immutable=True).event_id(mailbox, item),
        "ical_uid": item.uid,
        "subject": item.subject,
        "start": instant_text(item.start_at),
        "end": instant_text(item.end_at),
    }
