"""The booking attendant of a room: answers requests some seconds after they arrive.

It judges a request by the room's Set-CalendarProcessing, answers the organiser, and rewrites the
room's copy. What is written straight on a room's calendar never passes here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from obctl.sandbox.directory import Processing
from obctl.sandbox.exchange import Exchange, Job
from obctl.sandbox.item import Item, Shown, shown_item, shown_occurrence
from obctl.sandbox.mailbox import Mailbox, instances
from obctl.sandbox.meetings import respond

_FAR = timedelta(days=1825)


def answer(exchange: Exchange, job: Job) -> None:
    """Handle the request that put, or changed, an item on a room's calendar."""
    mailbox = exchange.directory.mailboxes.get(job.mailbox)
    item = mailbox.items.get(job.key) if mailbox is not None else None
    if mailbox is None or item is None or item.is_cancelled or item.is_organizer:
        return
    room = exchange.directory.room_of(mailbox)
    if room is None or room.processing.automate_processing != "AutoAccept":
        return
    rules = room.processing
    if job.day is not None:
        _answer_occurrence(exchange, mailbox, item, job.day, rules)
    elif _refuses(exchange, item, rules):
        respond(exchange, mailbox, item, None, "declined")
    else:
        _answer_whole(exchange, mailbox, item, rules)


def _answer_occurrence(
    exchange: Exchange, mailbox: Mailbox, item: Item, day: date, rules: Processing
) -> None:
    if day not in item.exceptions:
        return
    shown = shown_occurrence(item, day)
    if not rules.allow_conflicts and _clashes(mailbox, item, shown):
        respond(exchange, mailbox, item, day, "declined")
        return
    _rewrite(item.exceptions[day], rules)
    respond(exchange, mailbox, item, day, "accepted")
    exchange.touch(mailbox, item)


def _answer_whole(exchange: Exchange, mailbox: Mailbox, item: Item, rules: Processing) -> None:
    horizon = exchange.now() + timedelta(days=rules.booking_window_in_days)
    if item.recurrence is not None and not rules.enforce_scheduling_horizon:
        _cut(item, horizon.date())
    shown = _all(item, exchange.now())
    clashing = (
        [] if rules.allow_conflicts else [one for one in shown if _clashes(mailbox, item, one)]
    )
    if clashing and not _tolerates(rules, len(clashing), len(shown)):
        respond(exchange, mailbox, item, None, "declined")
        return
    for one in clashing:
        if one.day is not None:
            respond(exchange, mailbox, item, one.day, "declined")
    if not rules.all_book_in_policy:
        return
    for target in (item, *item.exceptions.values()):
        _rewrite(target, rules)
        target.response, target.responded_at = "accepted", exchange.now()
        target.show_as = "busy"
    respond(exchange, mailbox, item, None, "accepted")
    exchange.touch(mailbox, item)


def _refuses(exchange: Exchange, item: Item, rules: Processing) -> bool:
    """What no calendar entry of the room has a part in: policy and horizon."""
    if rules.booking_type == "Reserved":
        return True
    if item.recurrence is not None and not rules.allow_recurring_meetings:
        return True
    minutes = (item.end_at - item.start_at) / timedelta(minutes=1)
    if rules.maximum_duration_in_minutes and minutes > rules.maximum_duration_in_minutes:
        return True
    horizon = exchange.now() + timedelta(days=rules.booking_window_in_days)
    if item.start_at > horizon:
        return True
    if item.recurrence is None or not rules.enforce_scheduling_horizon:
        return False
    last = item.recurrence.last_day()
    return last is None or last > horizon.date()


def _cut(item: Item, horizon: date) -> None:
    """Let the room's copy of a series end where its booking window does."""
    if item.recurrence is None:
        return
    last = item.recurrence.last_day()
    if last is not None and last <= horizon:
        return
    span = replace(item.recurrence.range, type="endDate", end=horizon, occurrences=0)
    item.recurrence = replace(item.recurrence, range=span)
    for day in [day for day in item.exceptions if day > horizon]:
        del item.exceptions[day]


def _all(item: Item, now: datetime) -> list[Shown]:
    if item.recurrence is None:
        return [shown_item(item)]
    return instances(item, min(item.start_at, now), max(item.start_at, now) + _FAR)


def _clashes(mailbox: Mailbox, item: Item, shown: Shown) -> bool:
    return any(other.item.uid != item.uid for other in mailbox.busy(shown.start_at, shown.end_at))


def _tolerates(rules: Processing, clashes: int, all_: int) -> bool:
    """Both limits have to hold; zero means that no clash is accepted."""
    if not rules.conflict_percentage_allowed and not rules.maximum_conflict_instances:
        return False
    within_share = clashes * 100 <= rules.conflict_percentage_allowed * all_
    within_count = clashes <= rules.maximum_conflict_instances
    if not rules.conflict_percentage_allowed:
        return within_count
    if not rules.maximum_conflict_instances:
        return within_share
    return within_share and within_count


def _rewrite(item: Item, rules: Processing) -> None:
    subject = "" if rules.delete_subject else item.subject
    name = item.organizer.name
    if rules.add_organizer_to_subject and not subject.startswith(name):
        subject = f"{name} {subject}".strip()
    item.subject = subject
    if rules.delete_comments:
        item.body = ""
    if rules.remove_private_property and item.sensitivity == "private":
        item.sensitivity = "normal"
