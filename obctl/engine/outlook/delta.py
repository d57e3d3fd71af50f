"""Where to look: delta links of many rooms followed at once, and what each leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from obctl.domain.event import DeltaLink, DeltaRound
from obctl.domain.room import Room
from obctl.domain.settings import SyncSettings
from obctl.engine.outlook.inconclusive import Inconclusive, is_server_error
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.outlook.room_reading import (
    RoomReading,
    read_changes,
    read_whole,
    read_without_link,
)
from obctl.engine.outlook.windows import policy_window
from obctl.engine.ports import Gateway
from obctl.errors import (
    DeltaLinkExpired,
    ForeignLink,
    GraphRefused,
    GraphUnavailable,
    LoopingNextLink,
    MailboxGone,
    NotAuthorised,
    NotFound,
    ObctlError,
    PartialRead,
    Throttled,
    TryLater,
    Unforeseen,
    defects_named,
)
from obctl.store.database import Store
from obctl.store.rooms import ReadingState, load_reading_state


@dataclass(frozen=True, slots=True)
class ChangesUnknown:
    """Graph cannot tell what changed in a room, and may be able to show its calendar.

    That goes on night after night in some mailboxes (microsoftgraph/msgraph-sdk-dotnet issue 1568).
    The link stays on record, so that the next night asks with one question whether it is over.
    """

    error: GraphUnavailable


Hint = DeltaRound | RoomReading | ChangesUnknown | ObctlError | None
"""What is known of a room before its turn: what changed, all of it, what went wrong, or nothing."""

LONGEST_REST = 60.0
"""Seconds of rest that a pass waits for, once all other rooms are done."""

# Forgotten by Graph, never ending, or a link of another Graph than the one configured now.
_USELESS_LINK = (DeltaLinkExpired, LoopingNextLink, ForeignLink)


async def detect(
    gateway: Gateway, store: Store, rooms: Sequence[Room], settings: SyncSettings, now: datetime
) -> dict[str, DeltaRound | ChangesUnknown | ObctlError]:
    """The next delta round of every room that can be read by one, by mailbox."""
    links: list[tuple[Room, DeltaLink]] = []
    found: dict[str, DeltaRound | ChangesUnknown | ObctlError] = {}
    for room in rooms:
        try:
            with defects_named():
                state = load_reading_state(store, room.id)
        except Unforeseen as error:
            found[room.mailbox] = error
            continue
        window = policy_window(room, settings, now)
        if (
            state.delta_link
            and state.read_start
            and state.read_end
            and state.read_start <= window.start
            and window.end <= state.read_end
        ):
            links.append((room, state.delta_link))
    rounds = await gateway.follow_delta(links) if links else {}
    failing = {
        mailbox: ChangesUnknown(one) for mailbox, one in rounds.items() if is_server_error(one)
    }
    return found | rounds | failing


def rest_of(hint: Hint) -> float | None:
    """The seconds after which a mailbox that put us off is asked again; `None` for all others."""
    if not isinstance(hint, TryLater) or hint.rest is None or hint.rest > LONGEST_REST:
        return None
    return hint.rest


async def read_room(
    gateway: Gateway,
    identities: Identities,
    store: Store,
    room: Room,
    settings: SyncSettings,
    now: datetime,
    state: ReadingState,
    hint: Hint,
) -> RoomReading:
    """Read what a delta round hints at, or the room in full where there is none to go by."""
    if isinstance(hint, RoomReading):
        return hint
    if isinstance(hint, DeltaRound):
        return await read_changes(gateway, store, room, settings, now, state, hint)
    if isinstance(hint, ChangesUnknown):
        return await read_without_link(gateway, identities, room, settings, now, state)
    if isinstance(hint, ObctlError) and not _is_useless(hint):
        if isinstance(hint, MailboxGone):
            # gone by its id; its address may belong to a new mailbox
            await identities.confirm(room)
        raise hint
    try:
        return await read_whole(gateway, identities, room, settings, now, state)
    except (NotAuthorised, NotFound, Throttled, Inconclusive):
        raise
    except PartialRead:
        raise  # an answer that is empty or cut says so itself
    except ObctlError as error:
        if isinstance(hint, DeltaLinkExpired):
            raise Inconclusive(
                f"the delta link of {room.mailbox} expired and the full read failed:"
                f" {error.message}",
                code="delta-token-expired",
                graph=error.graph,
            ) from error
        raise


def _is_useless(error: ObctlError) -> bool:
    """Whether it is the delta link that will not do, and the room can be read without."""
    if isinstance(error, _USELESS_LINK):
        return True
    # Graph gave the token itself: its mailbox is another one by now.
    status = error.graph.status if error.graph else None
    return isinstance(error, GraphRefused) and status == HTTPStatus.BAD_REQUEST
