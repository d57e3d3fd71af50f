"""Conditions under which a room's read is not to be trusted: it is inconclusive, not failed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TypeGuard

from obctl.domain.room import Room
from obctl.errors import (
    DeltaLinkExpired,
    GraphUnavailable,
    MailboxGone,
    MailboxPermissionLost,
    NotAuthorised,
    ObctlError,
    PartialRead,
    Throttled,
)


class Inconclusive(ObctlError):
    """Raised when a room's read cannot be trusted; `code` is the condition. Never leaves a pass."""


def partial_read(room: Room, why: str, *, otherwise: str = "") -> Inconclusive:
    """The error of a read that leaves out what is there."""
    return Inconclusive(
        f"the read of {room.mailbox} cannot be trusted: {why}; nothing was changed",
        code=PartialRead.code,
        hint=f"obctl sync run --room {room.mailbox} reads it again{otherwise}",
    )


def is_out_of_reach(error: BaseException | None) -> TypeGuard[GraphUnavailable]:
    """Whether Graph itself gave no answer; one that is cut short may be the room's own."""
    return isinstance(error, GraphUnavailable) and not isinstance(error, PartialRead)


def is_graph_itself(error: ObctlError) -> bool:
    """Whether it says nothing about a room: where all answers are such, Graph is the trouble."""
    if isinstance(error, NotAuthorised):
        return not isinstance(error, MailboxPermissionLost)
    return isinstance(error, Throttled) or is_out_of_reach(error)


def condition(error: ObctlError) -> str:
    """Why a room cannot be shown or compared."""
    return condition_of(error) or error.code


def condition_of(error: ObctlError) -> str | None:
    """The condition under which a room's read is not to be trusted; `None` for a plain failure."""
    match error:
        case Inconclusive():
            return error.code
        case NotAuthorised():
            return MailboxPermissionLost.code
        case MailboxGone() | Throttled():
            return error.code
        case DeltaLinkExpired():
            return "delta-token-expired"
        case GraphUnavailable():
            return PartialRead.code
        case _:
            return None


def is_server_error(found: object) -> TypeGuard[GraphUnavailable]:
    """Whether it is an answer of Graph with 5xx, and nothing more exact."""
    return (
        type(found) is GraphUnavailable
        and found.graph is not None
        and found.graph.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
