"""Whether a mailbox is a room's: people's calendars are not to be mapped by a slip of the pen.

What Places lists is a room. Of the rest Graph tells by `userPurpose` of the mailbox settings, for
which the application needs `MailboxSettings.Read`; without it nobody can tell a room that is hidden
from the address list from a person.
"""

from __future__ import annotations

from http import HTTPStatus

from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, ObctlError, TryLater, UsageError

_BOOKABLE = ("room", "equipment")
NOT_A_ROOM = "if its calendar is to be kept in step all the same: add --not-a-room"


async def ensure_room(
    gateway: Gateway, mailbox: str, user: str, *, places_known: bool
) -> str | None:
    """What could not be told of a mailbox that Places does not list; raises `UsageError` for what
    is no room, or where only its absence among the places speaks.

    `user` is its object id where that is known. Where neither places nor settings may be read,
    nothing speaks against it.
    """
    try:
        purpose = await gateway.fetch_purpose(user)
    except ObctlError as error:
        if not only_refused(error):
            raise
        purpose = None
    if purpose in _BOOKABLE:
        return None
    if purpose is not None:
        raise UsageError(
            f"{mailbox} is no room: its mailbox is for {purpose!r} (userPurpose)",
            hint=NOT_A_ROOM,
            code="not-a-room",
        )
    if places_known:
        raise UsageError(
            f"nothing shows that {mailbox} is a room: Graph's places do not list it, and what the"
            " mailbox is for may not be read (MailboxSettings.Read)",
            hint=f"{NOT_A_ROOM}; a room that is hidden from the address list is not listed",
            code="not-a-room",
        )
    return (
        f"whether {mailbox} is a room cannot be told: neither all places (Place.Read.All) nor what"
        " the mailbox is for (MailboxSettings.Read) may be read"
    )


def only_refused(error: ObctlError) -> bool:
    """Whether Graph is there and merely keeps this to itself, for want of a permission or a route.

    A credential that is no good at all, and trouble that passes, are not to be overlooked.
    """
    if error.graph is None or isinstance(error, CredentialRefused):
        return False
    return error.graph.status == HTTPStatus.NOT_IMPLEMENTED or not isinstance(error, TryLater)
