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
    found: dict[str, Calendar] = {}
    found |= await _others(gateway, [room for room in rooms if room.condition == LOCKED_OUT])
    asked = [room for room in rooms if room.mailbox not in found]
    if asked:
        found |= await gateway.fetch_views(asked, span)
    # Gone by its id: its address may belong to a new mailbox.
    return found | await _others(gateway, [room for room in asked if _is_gone(found[room.mailbox])])


def _is_gone(calendar: Calendar) -> bool:
    return isinstance(calendar, MailboxGone)


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
