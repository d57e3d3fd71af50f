"""Taking a meeting off a room's calendar: cancelled by its organiser, else declined.

Outlook does not take every such answer. What it refuses with 400 is tried another way, down to
DELETE, of which nobody is told; what a person then has to do is said.
"""

from __future__ import annotations

from enum import Enum
from http import HTTPStatus

from obctl.domain.event import Event
from obctl.domain.room import Room
from obctl.domain.sync.run_report import Problem
from obctl.engine.ports import Gateway
from obctl.engine.push.delivery import Delivery
from obctl.engine.push.retry import is_final
from obctl.errors import GraphRefused


class TakenOff(Enum):
    """How a meeting left the room's calendar, in the words of the log."""

    AS_ASKED = "no longer in Outlook"
    UNTOLD = "declined in Outlook; its organiser takes no answers and was not told"
    DELETED = "deleted from the room's calendar, as Outlook took no other way; nobody was told"


async def take_off(
    gateway: Gateway, room: Room, event: Event, note: str = "", *, silent: bool = False
) -> TakenOff:
    """Take `event`, as just read, off the calendar of `room`.

    `note` goes to whom it may concern; `silent` tells no organiser. Microsoft's page "event:
    cancel" speaks of attendees only, so an event without any is deleted where `/cancel` is refused:
    nobody is there to be told. A decline that tells the organiser is refused where none wants
    answers.

    Raises `GraphRefused` that names what a person can do where Outlook takes no way at all.
    """
    try:
        if event.is_organizer:
            return await _cancel(gateway, room, event, note)
        return await _decline(gateway, room, event, note, silent=silent)
    except GraphRefused as error:
        if not is_final(error):
            raise
        owner = event.organizer.email or event.organizer.name or "its organiser"
        others = "" if event.is_organizer else f", or {owner} cancels it"
        raise GraphRefused(
            f"{error.message}; {room.name} stays taken until the meeting is deleted in the room's"
            f" calendar with Outlook{others}",
            hint="a sync run tries again once a day",
            code=error.code,
            graph=error.graph,
        ) from error


async def _decline(
    gateway: Gateway, room: Room, event: Event, note: str, *, silent: bool
) -> TakenOff:
    if not silent:
        try:
            await gateway.decline_event(room, event.id, note, send=True)
        except GraphRefused as error:
            if not _another_way_may_do(error):
                raise
        else:
            return TakenOff.AS_ASKED
    try:
        await gateway.decline_event(room, event.id, "", send=False)
    except GraphRefused as error:
        if not _another_way_may_do(error):
            raise
    else:
        return TakenOff.AS_ASKED if silent else TakenOff.UNTOLD
    await gateway.delete_event(room, event.id)
    return TakenOff.DELETED


async def _cancel(gateway: Gateway, room: Room, event: Event, note: str) -> TakenOff:
    try:
        await gateway.cancel_event(room, event.id, note)
    except GraphRefused as error:
        if event.attendees or not _another_way_may_do(error):
            raise
    else:
        return TakenOff.AS_ASKED
    await gateway.delete_event(room, event.id)
    return TakenOff.DELETED


def untold(delivery: Delivery, event: Event, how: TakenOff) -> tuple[Problem, ...]:
    """What a person has to know where an organiser should have been told and was not."""
    if how is TakenOff.AS_ASKED or event.is_organizer or delivery.item.silent:
        return ()
    owner = event.organizer.email or event.organizer.name or "its organiser"
    message = (
        f"reservation {delivery.reservation.number}: its meeting left {delivery.room.name}, but"
        f" Outlook took no answer that tells {owner}"
    )
    hint = f"tell {owner} that the room is gone"
    return (Problem(delivery.room.mailbox, "organizer-not-told", message, hint),)


def _another_way_may_do(error: GraphRefused) -> bool:
    return (
        type(error) is GraphRefused
        and error.graph is not None
        and error.graph.status == HTTPStatus.BAD_REQUEST
    )
