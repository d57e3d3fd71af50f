"""Rooms locked out: their address leads to another mailbox than the one on record.

What obctl knows of such a room is about a calendar that is no more, and what it wrote would go to
one nobody has vouched for. So nothing is decided for it until somebody has looked and says so with
`sync resync`; a pass that finds the mailbox on record again lifts the lock by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from obctl.domain.room import LOCKED_OUT, Room
from obctl.engine.company import Company
from obctl.engine.outlook.inconclusive import Inconclusive
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.ports import Gateway
from obctl.errors import MailboxGone, ObctlError, ResyncRequired
from obctl.store.database import Store
from obctl.store.rooms import not_mapped, save_inconclusive


def ensure_writable(rooms: Iterable[Room]) -> None:
    """Raise for a room for which nothing may be decided and nothing written.

    `UsageError` where it was taken out, `ResyncRequired` where a pass or a push found another
    mailbox.
    """
    for room in rooms:
        if not room.is_mapped:
            raise not_mapped(room)
        if room.condition == LOCKED_OUT:
            raise locked_out(room)


async def with_lockout(
    company: Company, gateway: Gateway, room: Room, error: ObctlError
) -> ObctlError:
    """The error itself; or, where its mailbox is gone because it is another one now, the lock."""
    if not isinstance(error, MailboxGone):
        return error
    try:
        await Identities(gateway).confirm(room)
    except Inconclusive:
        save_inconclusive(company.store, room.id, LOCKED_OUT)
        return locked_out(room)
    except ObctlError:
        return error
    return error


def save_locked_out(store: Store, rooms: Iterable[Room]) -> None:
    """Lock rooms out that turned out to have another mailbox."""
    with store.transaction():
        for room in rooms:
            save_inconclusive(store, room.id, LOCKED_OUT)


def locked_out(room: Room) -> ResyncRequired:
    return ResyncRequired(
        f"{room.name} is locked out: {room.mailbox} is another mailbox now than the one that was"
        " mapped",
        hint=way_out(room),
    )


def way_out(room: Room) -> str:
    """What to do about a room that is locked out."""
    return (
        "if the mailbox was made anew, and its calendar is the one to keep in step with:\n"
        f"obctl sync resync {room.mailbox}"
    )
