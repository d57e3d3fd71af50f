"""Calendars of many rooms at once, of those rooms whose mailbox is the one that was mapped.

Not how a pass reads: it follows changes. Whether a calendar may be believed is judged as a pass
judges it, and only rooms that give a reason cost a question to the directory.
"""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.room import LOCKED_OUT, Room
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, MailboxGone, ObctlError

Calendar = Listing | ObctlError


async def fetch_calendars(
    gateway: Gateway, rooms: Sequence[Room], span: TimeSpan
) -> dict[str, Calendar]:
    """The events of each room, by mailbox, or why they are not to be believed."""
    found = await fetch_spans(gateway, [(room, span) for room in rooms])
    return {mailbox: calendar for (mailbox, _span), calendar in found.items()}


async def fetch_spans(
    gateway: Gateway, wanted: Sequence[tuple[Room, TimeSpan]]
) -> dict[tuple[str, TimeSpan], Calendar]:
    """`fetch_calendars` where rooms are asked for different days, or for several."""
    rooms = {room.mailbox: room for room, _span in wanted}
    closed = await _others(gateway, [r for r in rooms.values() if r.condition == LOCKED_OUT])
    asked = [(room, span) for room, span in wanted if room.mailbox not in closed]
    found: dict[tuple[str, TimeSpan], Calendar] = {}
    if asked:
        found |= await gateway.fetch_spans(asked)
    # Gone by its id: its address may belong to a new mailbox.
    gone = {mailbox for (mailbox, _), answer in found.items() if isinstance(answer, MailboxGone)}
    closed |= await _others(gateway, [room for room in rooms.values() if room.mailbox in gone])
    return {
        (room.mailbox, span): closed.get(room.mailbox) or found[room.mailbox, span]
        for room, span in wanted
    }


async def _others(gateway: Gateway, rooms: Sequence[Room]) -> dict[str, ObctlError]:
    """Those rooms whose address leads to another mailbox, or nobody says where."""
    identities = Identities(gateway)
    await identities.prepare(rooms)
    found: dict[str, ObctlError] = {}
    for room in rooms:
        try:
            await identities.confirm(room)
        except CredentialRefused:
            raise
        except ObctlError as error:
            found[room.mailbox] = error
    return found
