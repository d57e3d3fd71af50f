"""What happens to calendars besides meetings: moves, repairs, purges, splits, departures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from obctl.sandbox import meeting_mail, meetings
from obctl.sandbox.change_feed import expire_tokens
from obctl.sandbox.exchange import Exchange
from obctl.sandbox.item import Attendee, Item
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.recurrence import Recurrence
from obctl.sandbox.times import to_wall


def move_mailbox(mailbox: Mailbox) -> None:
    """Export and import a mailbox: every item gets new ids, the immutable ones too."""
    items = list(mailbox.items.values())
    mailbox.items.clear()
    mailbox.entries.clear()
    mailbox.tombstones.clear()
    expire_tokens(mailbox)
    for item in items:
        item.key = item.entry = mailbox.next_number()
        for exception in item.exceptions.values():
            exception.key = exception.entry = item.key
        mailbox.add(item)


def restore(exchange: Exchange, mailbox: Mailbox, original: Item) -> Item:
    """Calendar repair puts a lost copy back: the same meeting under a new id."""
    copy = meeting_mail.new_copy(exchange, mailbox, original)
    copy.response, copy.responded_at, copy.show_as = "accepted", exchange.now(), "busy"
    copy.body = f"The calendar repair assistant re-created a meeting. {copy.body}".strip()
    exchange.add(mailbox, copy)
    return copy


def purge(exchange: Exchange, mailbox: Mailbox, before: datetime) -> int:
    """A retention tag removes what ended long ago; says how much that was."""
    gone = [
        item
        for item in mailbox.items.values()
        if item.end_at < before and not _goes_on(item, before)
    ]
    for item in gone:
        exchange.remove(mailbox, item)
    return len(gone)


def split_series(
    exchange: Exchange,
    mailbox: Mailbox,
    item: Item,
    day: date,
    *,
    start: datetime | None = None,
    subject: str | None = None,
) -> Item:
    """`This and following`: the old series ends before `day`, a new one begins there.

    From its first date on nothing is left of the old one: it is called off.
    """
    recurrence = item.recurrence
    if recurrence is None:
        raise ValueError("only a series can be split")
    begin = start or datetime.combine(day, item.start.time())
    number = mailbox.next_number()
    following = replace(
        item,
        key=number,
        entry=number,
        uid=exchange.new_uid(exchange.now()),
        subject=subject or item.subject,
        start=begin,
        end=begin + item.length,
        created=exchange.now(),
        modified=exchange.now(),
        recurrence=_from(recurrence, day, begin.date()),
        attendees=tuple(replace(one, response="none") for one in item.attendees),
        cancelled_days=frozenset(),
        exceptions={},
    )
    last = day - timedelta(days=1)
    if recurrence.days(recurrence.range.start, last):
        span = replace(recurrence.range, type="endDate", end=last, occurrences=0)
        shortened = replace(recurrence, range=span)
        meetings.change(exchange, mailbox, item, None, {"recurrence": shortened})
    else:
        meetings.cancel(exchange, mailbox, item, None)
    meetings.schedule(exchange, mailbox, following)
    return following


def invite_to_one(exchange: Exchange, mailbox: Mailbox, original: Item, day: date) -> Item:
    """A room invited to one occurrence has it alone: no master, the day inside its iCalUId."""
    copy = meeting_mail.date_alone(exchange, mailbox, original, day)
    copy.attendees = (*copy.attendees, Attendee(mailbox.owner, "resource", "accepted"))
    copy.response, copy.responded_at, copy.show_as = "accepted", exchange.now(), "busy"
    exchange.add(mailbox, copy)
    return copy


def _from(recurrence: Recurrence, day: date, start: date) -> Recurrence:
    span = recurrence.range
    left = span.occurrences
    if span.type == "numbered":
        left -= len(recurrence.days(span.start, day - timedelta(days=1)))
    return replace(recurrence, range=replace(span, start=start, occurrences=max(left, 0)))


def _goes_on(item: Item, before: datetime) -> bool:
    if item.recurrence is None:
        return False
    last = item.recurrence.last_day()
    return last is None or last >= to_wall(before, item.zone).date()
