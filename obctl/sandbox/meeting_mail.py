"""Meeting mail: how requests, updates, cancellations and answers reach other calendars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from obctl.sandbox.directory import Processing
from obctl.sandbox.exchange import Exchange
from obctl.sandbox.identity import dated_object_id
from obctl.sandbox.item import Attendee, Item, Person, Response
from obctl.sandbox.item_edit import edit
from obctl.sandbox.mailbox import Mailbox, has_occurrence

# What a meeting request carries; the rest of an item is its owner's own.
_TRAVELS = (
    "subject", "body", "body_type", "sensitivity", "importance", "locations", "attendees",
    "hide_attendees", "response_requested", "allow_new_time_proposals", "is_online_meeting",
    "online_meeting_provider", "join_url", "all_day",
)  # fmt: skip
_TIMES = frozenset({"start", "end", "zone", "end_zone", "all_day", "recurrence", "kind"})


def invite(exchange: Exchange, original: Item, attendee: Attendee) -> None:
    """Send a meeting request: it puts a copy on the calendar of whoever is invited."""
    if _is_self(original, attendee.person):
        return
    mailbox = exchange.directory.mailbox(attendee.person)
    known = mailbox.by_uid(original.uid)
    if known is not None and not known.is_cancelled:
        return
    item = new_copy(exchange, mailbox, original)
    for day, exception in original.exceptions.items():
        if not _is_among(exception.attendees, attendee):
            item.exceptions.pop(day)
            item.cancelled_days |= {day}
    _take_in_dates(exchange, mailbox, original)
    _deliver(exchange, mailbox, item)


def forward(exchange: Exchange, original: Item, mailbox: Mailbox) -> None:
    """Hand a meeting request on: whoever gets it is not among those the organiser invited."""
    _deliver(exchange, mailbox, new_copy(exchange, mailbox, original))


def _take_in_dates(exchange: Exchange, mailbox: Mailbox, original: Item) -> None:
    """A whole series takes the place of its dates that stood alone ([MS-OXOCAL] orphans)."""
    for copy in list(mailbox.items.values()):
        day = copy.start.date()
        alone = copy.uid != original.uid and dated_object_id(copy.uid, day) == dated_object_id(
            original.uid, day
        )
        if alone and copy.kind == "singleInstance":
            exchange.remove(mailbox, copy)


def invite_to_date(exchange: Exchange, original: Item, attendee: Attendee, day: date) -> None:
    """Invite to one occurrence: whoever has the series gets the date back, others have it alone."""
    if _is_self(original, attendee.person):
        return
    mailbox = exchange.directory.mailbox(attendee.person)
    series = mailbox.by_uid(original.uid)
    if series is not None and not series.is_cancelled:
        exception = original.exceptions[day]
        times = {name: getattr(exception, name) for name in ("start", "end", "zone", "end_zone")}
        inform(exchange, original, attendee, day, times)
    else:
        _deliver(exchange, mailbox, date_alone(exchange, mailbox, original, day))


def date_alone(exchange: Exchange, mailbox: Mailbox, original: Item, day: date) -> Item:
    """A copy of one occurrence without its series: the day stands inside its iCalUId."""
    exception = original.exceptions.get(day) or original.exception_on(day)
    copy = new_copy(exchange, mailbox, exception)
    copy.kind, copy.original_day = "singleInstance", None
    copy.uid = dated_object_id(original.uid, day)
    return copy


def _is_among(attendees: Iterable[Attendee], attendee: Attendee) -> bool:
    address = attendee.person.address.lower()
    return any(one.person.address.lower() == address for one in attendees)


def _deliver(exchange: Exchange, mailbox: Mailbox, item: Item) -> None:
    room = exchange.directory.room_of(mailbox)
    if mailbox.kind == "external":
        return
    if room is not None and not _let_in(exchange, room.processing, item):
        return
    kept = mailbox.by_uid(item.uid)
    if kept is not None:
        _revive(exchange, mailbox, kept, item)
        return
    if room is None:
        exchange.add(mailbox, item)
        return
    rules = room.processing
    if rules.add_new_requests_tentatively:
        item.show_as = "tentative" if rules.tentative_pending_approval else "free"
        exchange.add(mailbox, item)
    else:
        mailbox.pending[item.key] = item
    exchange.later(exchange.attendant_delay, "answer", mailbox, item.key)


def _revive(exchange: Exchange, mailbox: Mailbox, kept: Item, asked: Item) -> None:
    """A newer request finds the cancelled copy of the same meeting and brings it up to date."""
    item = replace(asked, key=kept.key, entry=kept.entry, created=kept.created)
    for exception in item.exceptions.values():
        exception.key, exception.entry = kept.key, kept.entry
    mailbox.items[kept.key] = item
    exchange.touch(mailbox, item)
    if exchange.directory.room_of(mailbox) is not None:
        exchange.later(exchange.attendant_delay, "answer", mailbox, item.key)


def _let_in(exchange: Exchange, rules: Processing, original: Item) -> bool:
    """Whether anybody handles a request to a room at all."""
    if rules.automate_processing == "None":
        return False
    organizer = exchange.directory.mailbox(original.organizer)
    return organizer.kind != "external" or rules.process_external_meeting_messages


def inform(
    exchange: Exchange,
    original: Item,
    attendee: Attendee,
    day: date | None,
    changes: Mapping[str, Any],
) -> None:
    """Bring an attendee's copy up to date."""
    if _is_self(original, attendee.person):
        return
    mailbox = exchange.directory.mailbox(attendee.person)
    copy = mailbox.by_uid(original.uid)
    source = original if day is None else original.exceptions[day]
    if copy is None and day is not None and not _is_among(original.attendees, attendee):
        copy = mailbox.by_uid(dated_object_id(original.uid, day))
        if copy is None:
            invite_to_date(exchange, original, attendee, day)
            return
        day = None
    if copy is None:
        invite(exchange, original, attendee)
        return
    news = {name: getattr(source, name) for name in _TRAVELS}
    news |= {name: changes[name] for name in changes if name in _TIMES}
    if day is not None:
        copy.cancelled_days -= {day}
    edit(copy, day, news)
    target = copy if day is None else copy.exceptions[day]
    if changes.keys() & _TIMES:
        target.response, target.responded_at, target.show_as = "notResponded", None, "tentative"
    exchange.touch(mailbox, copy, day)
    if exchange.directory.room_of(mailbox) is not None:
        exchange.later(exchange.attendant_delay, "answer", mailbox, copy.key, day)


def withdraw(exchange: Exchange, original: Item, attendee: Attendee, day: date | None) -> None:
    """Tell an attendee that a meeting, or one occurrence, is off."""
    mailbox = exchange.directory.mailbox(attendee.person)
    copy = mailbox.by_uid(original.uid)
    if day is not None:
        withdraw_alone(exchange, original, attendee, day)
        if copy is not None and not copy.is_organizer and has_occurrence(copy, day):
            take_off(exchange, mailbox, copy, day)
        return
    if copy is not None and not copy.is_organizer:
        _call_off(exchange, mailbox, copy)


def withdraw_alone(exchange: Exchange, original: Item, attendee: Attendee, day: date) -> None:
    """Tell somebody who has one occurrence alone that it is off."""
    mailbox = exchange.directory.mailbox(attendee.person)
    copy = mailbox.by_uid(dated_object_id(original.uid, day))
    if copy is not None:
        _call_off(exchange, mailbox, copy)


def _call_off(exchange: Exchange, mailbox: Mailbox, copy: Item) -> None:
    room = exchange.directory.room_of(mailbox)
    if room is not None and room.processing.remove_canceled_meetings:
        exchange.remove(mailbox, copy)
        return
    mark_cancelled(exchange, mailbox, copy)


def mark_cancelled(exchange: Exchange, mailbox: Mailbox, copy: Item) -> None:
    """Keep a meeting that was called off on the calendar, marked as such."""
    for one in (copy, *copy.exceptions.values()):
        one.is_cancelled = True
        one.show_as = "free"
        one.subject = f"Canceled: {one.subject}"
        one.modified = exchange.now()
    exchange.touch(mailbox, copy, times=3)


def report(
    exchange: Exchange, mailbox: Mailbox, item: Item, day: date | None, response: Response
) -> None:
    """Let the organiser's calendar know what an attendee answered."""
    organizer = exchange.directory.mailbox(item.organizer)
    original = organizer.by_uid(item.uid)
    if original is None or not original.is_organizer:
        return
    target = original
    if day is not None:
        if not has_occurrence(original, day):
            return
        target = original.exceptions.get(day) or original.exception_on(day)
        original.exceptions[day] = target
    me = mailbox.owner.address.lower()
    target.attendees = tuple(
        replace(one, response=response, responded_at=exchange.now())
        if one.person.address.lower() == me
        else one
        for one in target.attendees
    )
    exchange.touch(organizer, original, day)


def new_copy(exchange: Exchange, mailbox: Mailbox, original: Item) -> Item:
    """The item a meeting request puts on an invited mailbox's calendar."""
    number = mailbox.next_number()
    return replace(
        original,
        key=number,
        entry=number,
        created=exchange.now(),
        modified=exchange.now(),
        is_organizer=False,
        response="notResponded",
        responded_at=None,
        show_as="tentative",
        categories=(),
        transaction_id=None,
        exceptions={
            day: replace(one, key=number, entry=number, is_organizer=False)
            for day, one in original.exceptions.items()
        },
    )


def _is_self(item: Item, person: Person) -> bool:
    return item.organizer.address.lower() == person.address.lower()


def take_off(exchange: Exchange, mailbox: Mailbox, item: Item, day: date | None) -> None:
    """Remove an item, or one occurrence, from this calendar alone."""
    if day is None:
        exchange.remove(mailbox, item)
        return
    item.cancelled_days |= {day}
    item.exceptions.pop(day, None)
    exchange.touch(mailbox, item)
