"""What organisers and those invited do to meetings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from obctl.sandbox.exchange import Exchange
from obctl.sandbox.item import Item, Response
from obctl.sandbox.item_edit import edit
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.meeting_mail import inform, invite, report, take_off, withdraw
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
    before = item.attendees
    edit(item, day, changes)
    exchange.touch(mailbox, item, day)
    if not item.is_organizer:
        return
    travelling = {name: value for name, value in changes.items() if name != "categories"}
    if not travelling:
        return
    after = {attendee.person.address.lower() for attendee in item.attendees}
    for attendee in before:
        if attendee.person.address.lower() in after:
            inform(exchange, item, attendee, day, travelling)
        else:
            withdraw(exchange, item, attendee, None)
    known = {attendee.person.address.lower() for attendee in before}
    for attendee in item.attendees:
        if attendee.person.address.lower() not in known:
            invite(exchange, item, attendee)


def cancel(exchange: Exchange, mailbox: Mailbox, item: Item, day: date | None) -> None:
    """The organiser calls off a meeting or one occurrence of it."""
    if not item.is_organizer:
        raise Refusal(
            400, "ErrorInvalidRequest", "You need to be an organizer to cancel a meeting."
        )
    for attendee in item.attendees:
        withdraw(exchange, item, attendee, day)
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
