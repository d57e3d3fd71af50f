"""`obctl rooms remove`, and what is remarked where rooms that were taken out are shown."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import confirm, context_of
from obctl.cli.options import ByOption, FormatOption, YesOption
from obctl.errors import Unfinished
from obctl.render.output import Format, message, write_one

if TYPE_CHECKING:
    from obctl.domain.reservation import Reservation
    from obctl.domain.room import Room
    from obctl.domain.subscription import Subscription
    from obctl.engine.rooms.removal import StillSubscribed


def remove(
    ctx: typer.Context,
    room: Annotated[str, typer.Argument(help="Address or unique name.")],
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Take a room out: obctl keeps it in step no more.

    Its subscription ends, nothing is cancelled, reservations and log stay. `rooms add` takes it
    back.
    """
    from obctl.engine.rooms.removal import open_ends, remove_room
    from obctl.render.objects import removed_room_object
    from obctl.store.subscriptions import current_subscriptions

    context = context_of(ctx)
    context.act_as(by)
    found = context.room(room)
    ends = open_ends(context.company, found)
    question = f"Take {found.name} ({found.mailbox}) out?"
    if ends:
        question += f" {ends} stay as they are."
    confirm(question, yes=yes, on_terminal_only=not ends)
    subscription = current_subscriptions(context.company.store).get(found.id)
    left = context.run(lambda connect: remove_room(context.company, connect, found))
    if format is Format.TABLE:
        message(f"{found.name} ({found.mailbox}) is not mapped any more; nothing was cancelled")
        if ends:
            message(f"{ends} stay: writes wait until it is mapped again, requests for a person")
        message(f"`obctl rooms add {found.mailbox}` takes it back, with all its reservations")
        if subscription is not None and not left:
            _tell_ended(found, subscription)
    else:
        shown = removed_room_object(
            context.room_ever(found.mailbox),
            writes=ends.writes,
            requests=ends.requests,
            subscriptions=[item.subscription.id for item in left],
        )
        write_one(format, shown)
    if left:
        raise _still_subscribed(found, left)


def _tell_ended(room: Room, subscription: Subscription) -> None:
    """Who takes the room back has to subscribe it again, and the ledger forgets where to."""
    from obctl.domain.notification_urls import notification_urls

    words = [room.mailbox, "--notification-url", subscription.notification_url]
    usual = notification_urls(subscription.notification_url, None).lifecycle
    if subscription.lifecycle_url and subscription.lifecycle_url != usual:
        words += ["--lifecycle-url", subscription.lifecycle_url]
    message("its subscription ended; once it is mapped again:")
    message(f"    obctl subscriptions create {shlex.join(words)}")


def _still_subscribed(room: Room, left: list[StillSubscribed]) -> Unfinished:
    from obctl.domain.time_span import instant_text

    first = left[0]
    ends = max(item.subscription.expires_at for item in left)
    return Unfinished(
        f"{room.name} is taken out, but Graph still holds its subscription"
        f" {first.subscription.id}: {first.error.message}",
        hint="each `obctl sync run` tries again to end it; it runs out by itself at"
        f" {instant_text(ends)}",
        code="still-subscribed",
        graph=first.error.graph,
    )


def remark_on_removed(rooms: Iterable[Room], reservations: Iterable[Reservation]) -> None:
    """Say of which reservations' rooms Outlook is not followed any more."""
    gone = {room.id: room for room in rooms if not room.is_mapped}
    shown = {reservation.room for reservation in reservations}
    for room in gone.values():
        if room.id in shown:
            message(f"{room.name} is not mapped any more since {room.removed_at:%Y-%m-%d}")
