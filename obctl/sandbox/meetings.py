"""What organisers do to meetings, and how it reaches the calendars of those invited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from obctl.sandbox.directory import Processing
from obctl.sandbox.exchange import Exchange
from obctl.sandbox.item import Attendee, Item, Person, Response
from obctl.sandbox.mailbox import Mailbox, has_occurrence
from obctl.sandbox.refusal import Refusal, invalid_request

# What a meeting request carries; the rest of an item is its owner's own.
_TRAVELS = (
    "subject", "body", "body_type", "sensitivity", "importance", "locations", "attendees",
    "hide_attendees", "response_requested", "allow_new_time_proposals", "is_online_meeting",
    "online_meeting_provider", "join_url", "all_day",
)  # fmt: skip
_TIMES = frozenset({"start", "end", "zone", "end_zone", "all_day", "recurrence"})
REWRITES_EXCEPTIONS = frozenset({"start", "end", "zone", "end_zone", "all_day"})


def schedule(exchange: Exchange, mailbox: Mailbox, item: Item) -> None:
    """Put a new meeting on its organiser's calendar and invite everyone."""
    exchange.add(mailbox, item)
    for attendee in item.attendees:
        _invite(exchange, item, attendee)


def change(
    exchange: Exchange,
    mailbox: Mailbox,
    item: Item,
    day: date | None,
    changes: Mapping[str, Any],
) -> None:
    """Change a meeting, or its occurrence on `day`; an organiser's change reaches everyone."""
    before = item.attendees
    edit(item, day, changes)
    exchange.touch(mailbox, item)
    if not item.is_organizer:
        return
    travelling = {name: value for name, value in changes.items() if name != "categories"}
    if not travelling:
        return
    after = {attendee.person.address.lower() for attendee in item.attendees}
    for attendee in before:
        if attendee.person.address.lower() in after:
            _inform(exchange, item, attendee, day, travelling)
        else:
            _withdraw(exchange, item, attendee, None)
    known = {attendee.person.address.lower() for attendee in before}
    for attendee in item.attendees:
        if attendee.person.address.lower() not in known:
            _invite(exchange, item, attendee)


def edit(item: Item, day: date | None, changes: Mapping[str, Any]) -> None:
    """Apply `changes` to an item, or to its occurrence on `day`, in this mailbox only."""
    if day is None:
        _edit_whole(item, changes)
        return
    target = item.exceptions.get(day) or item.exception_on(day)
    _assign(target, changes)
    _check_boundary(item, day, target)
    item.exceptions[day] = target


def cancel(exchange: Exchange, mailbox: Mailbox, item: Item, day: date | None) -> None:
    """The organiser calls off a meeting or one occurrence of it."""
    if not item.is_organizer:
        raise Refusal(
            400, "ErrorInvalidRequest", "You need to be an organizer to cancel a meeting."
        )
    for attendee in item.attendees:
        _withdraw(exchange, item, attendee, day)
    take_off(exchange, mailbox, item, day)


def take_off(exchange: Exchange, mailbox: Mailbox, item: Item, day: date | None) -> None:
    """Remove an item, or one occurrence, from this calendar alone."""
    if day is None:
        exchange.remove(mailbox, item)
        return
    item.cancelled_days |= {day}
    item.exceptions.pop(day, None)
    exchange.touch(mailbox, item)


def respond(
    exchange: Exchange,
    mailbox: Mailbox,
    item: Item,
    day: date | None,
    response: Response,
    *,
    send: bool = True,
) -> None:
    """Answer an invitation; what is declined leaves the calendar."""
    if item.is_organizer:
        raise invalid_request(
            "Your request can't be completed. You can't respond to this meeting because you're "
            "the meeting organizer."
        )
    if send:
        _report(exchange, mailbox, item, day, response)
    if response == "declined":
        take_off(exchange, mailbox, item, day)
        return
    target = item
    if day is not None:
        target = item.exceptions.get(day) or item.exception_on(day)
        item.exceptions[day] = target
    target.response, target.responded_at = response, exchange.now()
    target.show_as = "busy" if response == "accepted" else "tentative"
    exchange.touch(mailbox, item)


def refuse_unseen(exchange: Exchange, mailbox: Mailbox, item: Item) -> None:
    """Decline a request that was never put on the calendar."""
    _report(exchange, mailbox, item, None, "declined")


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


def _edit_whole(item: Item, changes: Mapping[str, Any]) -> None:
    old = {name: getattr(item, name) for name in changes}
    _assign(item, changes)
    if item.recurrence is not None:
        _reshape(item, old, changes)


def _reshape(master: Item, old: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Exceptions follow what they had in common with the series; a new pattern wipes them."""
    was = old.get("recurrence")
    new_pattern = (
        was is not None
        and master.recurrence is not None
        and (
            was.pattern != master.recurrence.pattern
            or was.range.start != master.recurrence.range.start
        )
    )
    if new_pattern or any(
        name in REWRITES_EXCEPTIONS and old[name] != changes[name] for name in old
    ):
        master.exceptions.clear()
        master.cancelled_days = frozenset()
        return
    for day in [day for day in master.exceptions if not has_occurrence_by_pattern(master, day)]:
        del master.exceptions[day]
    for exception in master.exceptions.values():
        shared = {
            name: value
            for name, value in changes.items()
            if name != "recurrence" and getattr(exception, name) == old[name]
        }
        _assign(exception, shared)


def has_occurrence_by_pattern(master: Item, day: date) -> bool:
    """Whether the pattern and range put an occurrence on `day`."""
    return master.recurrence is not None and bool(master.recurrence.days(day, day))


def _assign(item: Item, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name not in ("start", "end", "zone", "end_zone"):
            setattr(item, name, value)
    if changes.keys() & {"start", "end", "zone", "end_zone"}:
        start = changes.get("start", item.start)
        # A new start without a new end moves the meeting, it does not stretch it.
        end = changes.get("end", start + item.length if "start" in changes else item.end)
        zone = changes.get("zone", item.zone)
        end_zone = changes.get("end_zone", zone if "zone" in changes else item.end_zone)
        item.place(start, end, zone, end_zone)
    if item.end_at < item.start_at:
        raise invalid_request("The start of the event must lie before its end.")


def _check_boundary(master: Item, day: date, exception: Item) -> None:
    if master.recurrence is None:
        return
    before, after = master.recurrence.neighbours(day)
    placed = exception.start.date()
    if (before is not None and placed <= _placed(master, before)) or (
        after is not None and placed >= _placed(master, after)
    ):
        raise Refusal(
            400,
            "ErrorOccurrenceCrossingBoundary",
            "Modified occurrence is crossing or overlapping adjacent occurrence.",
        )


def _placed(master: Item, day: date) -> date:
    exception = master.exceptions.get(day)
    return exception.start.date() if exception else day


def _is_self(item: Item, person: Person) -> bool:
    return item.organizer.address.lower() == person.address.lower()


def _invite(exchange: Exchange, original: Item, attendee: Attendee) -> None:
    if _is_self(original, attendee.person):
        return
    mailbox = exchange.directory.mailbox(attendee.person)
    if mailbox.kind == "external" or mailbox.by_uid(original.uid) is not None:
        return
    room = exchange.directory.room_of(mailbox)
    if room is not None and not _let_in(exchange, room.processing, original):
        return
    item = new_copy(exchange, mailbox, original)
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


def _let_in(exchange: Exchange, rules: Processing, original: Item) -> bool:
    """Whether anybody handles a request to a room at all."""
    if rules.automate_processing == "None":
        return False
    organizer = exchange.directory.mailbox(original.organizer)
    return organizer.kind != "external" or rules.process_external_meeting_messages


def _inform(
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
    if copy is None:
        _invite(exchange, original, attendee)
        return
    source = original if day is None else original.exceptions[day]
    news = {name: getattr(source, name) for name in _TRAVELS}
    news |= {name: changes[name] for name in changes if name in _TIMES}
    if day is not None:
        copy.cancelled_days -= {day}
    edit(copy, day, news)
    target = copy if day is None else copy.exceptions[day]
    if changes.keys() & _TIMES:
        target.response, target.responded_at, target.show_as = "notResponded", None, "tentative"
    exchange.touch(mailbox, copy)
    if exchange.directory.room_of(mailbox) is not None:
        exchange.later(exchange.attendant_delay, "answer", mailbox, copy.key, day)


def _withdraw(exchange: Exchange, original: Item, attendee: Attendee, day: date | None) -> None:
    """Tell an attendee that a meeting, or one occurrence, is off."""
    mailbox = exchange.directory.mailbox(attendee.person)
    copy = mailbox.by_uid(original.uid)
    if copy is None or copy.is_organizer:
        return
    if day is not None:
        if has_occurrence(copy, day):
            take_off(exchange, mailbox, copy, day)
        return
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
    exchange.touch(mailbox, copy, times=3)


def _report(
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
    exchange.touch(organizer, original)
