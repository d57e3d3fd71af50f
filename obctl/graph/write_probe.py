"""Whether a calendar may be written, asked without writing.

An event that does not exist is asked to change. Whoever may not write is refused with 403; whoever
may hears that there is no such event (404 `ErrorItemNotFound`). Three things keep anything from
being written, each by itself: the id belongs to no event, the body names nothing to change, and
`If-Match` names no version that ever was.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from http import HTTPStatus

from kiota_abstractions.method import Method

from obctl.domain.event import EventId
from obctl.domain.room import Room
from obctl.errors import ObctlError
from obctl.graph import request
from obctl.graph.batch_once import Inner, send_batch
from obctl.graph.batch_wire import SIZE
from obctl.graph.client import Graph
from obctl.graph.failures import cut_short, error_for
from obctl.graph.graph_error import from_answer
from obctl.graph.request import Asked, Subject
from obctl.graph.wire import BatchAnswer

_NO_VERSION = 'W/"obctl-doctor"'
# Where the number of an item stands in an id: six bytes, before two or three zeros.
_NUMBER = slice(-9, -3)
_SHORTEST = 40
# Outlook's ids swap the two characters that the URL-safe alphabet of RFC 4648 uses.
_FROM_REST, _TO_REST = str.maketrans("-_", "/+"), str.maketrans("/+", "-_")


async def probe_writing(
    graph: Graph, rooms: Sequence[Room], like: EventId
) -> dict[str, ObctlError | None]:
    """What each room answers to a change of no event, keyed by `room.mailbox`; `None` is a 2xx.

    `like` is the id of any event of the tenant: ids have a form that Exchange checks first.
    """
    found: dict[str, ObctlError | None] = {}
    for at in range(0, len(rooms), SIZE):
        found |= await _probe(graph, rooms[at : at + SIZE], id_of_no_event(like))
    return found


def id_of_no_event(like: EventId) -> str:
    """An id in the form of `like` that no event has: its number is the last one there is."""
    try:
        data = bytearray(base64.b64decode(like.translate(_FROM_REST), validate=True))
    except (binascii.Error, ValueError):
        data = bytearray()
    if len(data) < _SHORTEST:
        return "obctl-doctor"
    data[_NUMBER] = b"\xff" * 6
    return base64.b64encode(bytes(data)).decode().translate(_TO_REST)


async def _probe(graph: Graph, rooms: Sequence[Room], nobody: str) -> dict[str, ObctlError | None]:
    what = request.anything(f"whether {rooms[0].mailbox} and others may be written")
    changes = [
        Inner(
            Method.PATCH,
            graph.client.users.by_user_id(room.user).events.by_event_id(nobody),
            {},
            {"If-Match": _NO_VERSION},
        )
        for room in rooms
    ]
    try:
        answers = await send_batch(graph, changes, what, [room.mailbox for room in rooms])
    except ObctlError as error:
        return {room.mailbox: error for room in rooms}
    return {
        room.mailbox: _outcome(answer, room) for room, answer in zip(rooms, answers, strict=True)
    }


def _outcome(answer: BatchAnswer | None, room: Room) -> ObctlError | None:
    what = f"writing to the calendar of {room.mailbox}"
    asked = Asked(what, Subject.EVENT, "Calendars.ReadWrite", room.mailbox)
    if answer is None:
        return cut_short(asked)
    if answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    headers = {name.lower(): str(value) for name, value in (answer.headers or {}).items()}
    return error_for(from_answer(answer.status, bytes(answer.body), headers), asked)
