"""What organisers and those invited do to meetings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from obctl.sandbox.exchange import Exchange
from obctl.sandbox.item import Attendee, Item, Response
from obctl.sandbox.item_edit import edit
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.meeting_mail import (
    inform,
    invite,
    invite_to_date,
    report,
    take_off,
    withdraw,
    withdraw_alone,
)
from obctl.sandbox.refusal import Refusal, invalid_request


def schedule(exchange: Exchange, mailbox: Mailbox, item: Item) -> None:
    """Put a new meeting on its organiser's calendar and invite everyone."""
    exchange.add(mailbox, item)
    for attendee in item.attendees:
        invite(exchange, item, attendee)


def change(
    exchange: Exchange,
    mailbox: Mailbox,
    item: Item,
    day: date | None,
    changes: Mapping[str, Any],
) -> None:
    """Change a meeting, or its occurrence on `day`; an organiser's change reaches everyone."""
    before = invited_to(item, day)
    alone = {one: invited_to(item, one) for one in item.exceptions} if day is None else {}
    edit(item, day, changes)
    exchange.touch(mailbox, item, day)
    if not item.is_organizer:
        return
    travelling = {name: value for name, value in changes.items() if name != "categories"}
    if not travelling:
        return
    invited = invited_to(item, day)
    after = {attendee.person.address.lower() for attendee in invited}
    for attendee in before:
        if attendee.person.address.lower() in after:
            inform(exchange, item, attendee, day, travelling)
        else:
            withdraw(exchange, item, attendee, day)
    known = {attendee.person.address.lower() for attendee in before}
    for attendee in invited:
        if attendee.person.address.lower() in known:
            continue
        if day is None:
            invite(exchange, item, attendee)
        else:
            invite_to_date(exchange, item, attendee, day)
    for wiped in alone.keys() - item.exceptions.keys():
        for attendee in alone[wiped]:
            withdraw_alone(exchange, item, attendee, wiped)


def invited_to(item: Item, day: date | None) -> tuple[Attendee, ...]:
    """Who is invited to a meeting, or to its occurrence on `day`."""
    exception = item.exceptions.get(day) if day else None
    return (exception or item).attendees


def cancel(exchange: Exchange, mailbox: Mailbox, item: Item, day: date | None) -> None:
    """The organiser calls off a meeting or one occurrence of it."""
    if not item.is_organizer:
        raise Refusal(
            400, "ErrorInvalidRequest", "You need to be an organizer to cancel a meeting."
        )
    for attendee in invited_to(item, day):
        withdraw(exchange, item, attendee, day)
    for one in item.exceptions if day is None else ():
        for attendee in invited_to(item, one):
            withdraw_alone(exchange, item, attendee, one)
    take_off(exchange, mailbox, item, day)


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
        report(exchange, mailbox, item, day, response)
    if response == "declined":
        take_off(exchange, mailbox, item, day)
        return
    target = item
    if day is not None:
        target = item.exceptions.get(day) or item.exception_on(day)
        item.exceptions[day] = target
    target.response, target.responded_at = response, exchange.now()
    target.show_as = "busy" if response == "accepted" else "tentative"
    exchange.touch(mailbox, item, day)
