"""Baselines renewed in time, many to a request: what rooms that stand still cost is this.

A delta link keeps the window it was opened with. Before the rolling window leaves it the room is
read whole, under a new link; where one room has to be, those that would be next come along.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from obctl.domain.room import LOCKED_OUT, Room
from obctl.domain.settings import SyncSettings
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.outlook.room_reading import RoomReading, whole_reading
from obctl.engine.outlook.windows import policy_window, read_span
from obctl.engine.ports import Gateway
from obctl.errors import ObctlError, Unforeseen, defects_named
from obctl.store.database import Store
from obctl.store.rooms import load_reading_state

TOGETHER = 20
"""What one `$batch` asks for, and what is held in memory at once."""
_NONE, _OUTRUN = timedelta(), timedelta(-1)
_EARLY = timedelta(days=14)  # a baseline lasts four weeks at least: none is renewed at once again


def due_for_renewal(
    store: Store, rooms: Sequence[Room], settings: SyncSettings, now: datetime
) -> list[Room]:
    """The rooms whose baseline the window has left, and with them those it will leave soon.

    So many only as one request holds, and not more than a quarter of all rooms: renewals stay
    spread over the nights.
    """
    margins: list[tuple[timedelta, Room]] = []
    for room in rooms:
        with suppress(Unforeseen), defects_named():  # said when the room's turn comes
            margin = _margin(store, room, settings, now)
            margins += [] if margin is None else [(margin, room)]
    due = [room for margin, room in margins if margin < _NONE]
    if not due:
        return []
    early = sorted((margin, room.id, room) for margin, room in margins if _NONE <= margin < _EARLY)
    room_left = min(-len(due) % TOGETHER, max(len(rooms) // 4 - len(due), 0))
    return due + [room for _, _, room in early[:room_left]]


def _margin(store: Store, room: Room, settings: SyncSettings, now: datetime) -> timedelta | None:
    """How long the room's baseline will do, if it has one."""
    state = load_reading_state(store, room.id)
    if not (state.delta_link and state.read_start and state.read_end):
        return None
    if room.condition == LOCKED_OUT:
        return None
    window = policy_window(room, settings, now)
    return _OUTRUN if window.start < state.read_start else state.read_end - window.end


async def renew(
    gateway: Gateway,
    identities: Identities,
    store: Store,
    rooms: Sequence[Room],
    settings: SyncSettings,
    now: datetime,
) -> dict[str, RoomReading]:
    """Rooms read whole under new links, by mailbox; at most `TOGETHER` at a time.

    A room left out has to be read by itself: there, what went wrong is told as always.
    """
    states = {room.mailbox: load_reading_state(store, room.id) for room in rooms}
    known = await _confirmed(identities, rooms)
    if not known:
        return {}
    spans = {room.mailbox: read_span(room, settings, now) for room in known}
    # All links come before all calendars: what changes between the two is told again, never lost.
    links = await gateway.open_deltas([(room, spans[room.mailbox]) for room in known])
    opened = [room for room in known if not isinstance(links[room.mailbox], ObctlError)]
    if not opened:
        return {}
    widest = TimeSpan(
        min(spans[room.mailbox].start for room in opened),
        max(spans[room.mailbox].end for room in opened),
    )
    views = await gateway.fetch_views(opened, widest, patient=False)
    found: dict[str, RoomReading] = {}
    for room in opened:
        link, view, span = links[room.mailbox], views[room.mailbox], spans[room.mailbox]
        if not isinstance(link, ObctlError) and not isinstance(view, ObctlError):
            events, state = view.within(span), states[room.mailbox]
            found[room.mailbox] = whole_reading(room, settings, now, state, link, events)
    return found


async def _confirmed(identities: Identities, rooms: Sequence[Room]) -> list[Room]:
    await identities.prepare(rooms)
    known = []
    for room in rooms:
        with suppress(ObctlError):
            known.append(replace(room, object_id=await identities.confirm(room)))
    return known


def chunks(rooms: Sequence[Room], size: int) -> Iterator[Sequence[Room]]:
    return (rooms[first : first + size] for first in range(0, len(rooms), size))
