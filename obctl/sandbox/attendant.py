"""The booking attendant of a room: answers requests some seconds after they arrive.

It judges a request by the room's Set-CalendarProcessing, answers the organiser, and rewrites the
room's copy. What is written straight on a room's calendar never passes here.
"""

from __future__ import annotations

from datetime import date

from obctl.sandbox.booking_policy import clashes, cut_at, horizon, is_in_policy, is_taken, tolerates
from obctl.sandbox.directory import Processing, Room
from obctl.sandbox.exchange import Exchange, Job
from obctl.sandbox.item import Item, shown_occurrence
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.meeting_mail import report
from obctl.sandbox.meetings import respond


def answer(exchange: Exchange, job: Job) -> None:
    """Handle the request that put, or changed, an item on a room's calendar."""
    mailbox = exchange.directory.mailboxes.get(job.mailbox)
    room = exchange.directory.room_of(mailbox) if mailbox is not None else None
    if mailbox is None or room is None:
        return
    unseen = mailbox.pending.pop(job.key, None)
    item = unseen or mailbox.items.get(job.key)
    if item is None or item.is_cancelled or item.is_organizer:
        return
    if job.day is not None:
        _answer_occurrence(exchange, mailbox, item, job.day, room.processing)
        return
    verdict = _judge(exchange, mailbox, room, item)
    if unseen is not None:
        if verdict == "decline":
            report(exchange, mailbox, unseen, None, "declined")
            return
        exchange.add(mailbox, unseen)
    if verdict == "decline":
        respond(exchange, mailbox, item, None, "declined")
    elif verdict == "accept":
        _accept(exchange, mailbox, item, room.processing)


def _judge(exchange: Exchange, mailbox: Mailbox, room: Room, item: Item) -> str:
    """accept, decline, or leave it to a delegate."""
    rules = room.processing
    if rules.automate_processing != "AutoAccept":
        return "leave"
    if rules.booking_type == "Reserved":
        return "decline"
    if not is_in_policy(room, item, exchange.now()):
        return "leave" if rules.all_request_out_of_policy else "decline"
    if not rules.enforce_scheduling_horizon:
        cut_at(item, horizon(rules, exchange.now()).date())
    if not rules.allow_conflicts:
        clashing, of = clashes(mailbox, item, exchange.now())
        if clashing and (item.recurrence is None or not tolerates(rules, len(clashing), of)):
            return "decline"
    if rules.all_book_in_policy:
        return "accept"
    return "leave" if rules.all_request_in_policy else "decline"


def _accept(exchange: Exchange, mailbox: Mailbox, item: Item, rules: Processing) -> None:
    """Take a meeting, save the occurrences of a series that clash; they are declined one by one."""
    if not rules.allow_conflicts:
        for one in clashes(mailbox, item, exchange.now())[0]:
            if one.day is not None:
                respond(exchange, mailbox, item, one.day, "declined")
    for exception in item.exceptions.values():
        _rewrite(exception, rules)
        exception.response, exception.responded_at = "accepted", exchange.now()
        exception.show_as = "busy"
        exception.modified = exchange.now()
    _rewrite(item, rules)
    respond(exchange, mailbox, item, None, "accepted")
    exchange.touch(mailbox, item)


def _answer_occurrence(
    exchange: Exchange, mailbox: Mailbox, item: Item, day: date, rules: Processing
) -> None:
    exception = item.exceptions.get(day)
    if exception is None or rules.automate_processing != "AutoAccept":
        return
    if not rules.allow_conflicts and is_taken(mailbox, item, shown_occurrence(item, day)):
        respond(exchange, mailbox, item, day, "declined")
        return
    _rewrite(exception, rules)
    respond(exchange, mailbox, item, day, "accepted")
    exchange.touch(mailbox, item, day)


def _rewrite(item: Item, rules: Processing) -> None:
    """What the attendant does to every copy it accepts."""
    name = item.organizer.name
    subject = "" if rules.delete_subject else item.subject
    if rules.add_organizer_to_subject and not subject.startswith(name):
        subject = f"{name} {subject}".strip()
    item.subject = subject
    if rules.delete_comments:
        item.body = ""
    if rules.remove_private_property and item.sensitivity == "private":
        item.sensitivity = "normal"
