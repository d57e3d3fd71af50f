"""Reading a room: what changed, whole; or everything in its window. To the end, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.event import (
    DeltaItem,
    DeltaLink,
    DeltaRound,
    Event,
    EventId,
    EventType,
)
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.room import Room
from obctl.domain.settings import SyncSettings
from obctl.domain.sync.reading import Reading, Scope
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing, UnreadableEvent
from obctl.domain.values import replace
from obctl.engine.outlook.inconclusive import is_server_error, partial_read
from obctl.engine.outlook.items import fetch_by_id, read_parts
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.outlook.windows import policy_window, read_span
from obctl.engine.ports import Gateway
from obctl.errors import DeltaLinkExpired, ForeignLink, LoopingNextLink, ObctlError
from obctl.store.database import Store
from obctl.store.events import find_event, load_events, load_series_events
from obctl.store.possible_moves import load_possible_moves
from obctl.store.reservations import find_by_event, load_by_state, load_numbers
from obctl.store.rooms import ReadingState
from obctl.store.undecided import load_undecided
from obctl.store.unreadable_events import load_unreadable

_MANY = (
    25  # changed items beyond which one read of the whole window is cheaper than many small ones
)


@dataclass(frozen=True, slots=True)
class RoomReading:
    """What was read of a room, and the state to save once it is applied.

    `fetched` are the events Graph sent now; the reading may hold remembered ones besides.
    """

    reading: Reading
    state: ReadingState
    object_id: str | None = None
    fetched: int = 0
    removed: frozenset[EventId] = frozenset()


async def read_whole(
    gateway: Gateway,
    identities: Identities,
    room: Room,
    settings: SyncSettings,
    now: datetime,
    state: ReadingState,
) -> RoomReading:
    """Read the room's whole window, and open a new delta baseline before it.

    The baseline comes first: what changes between the two is told again, never lost. Raises
    `Inconclusive` where the mailbox is not the one that was mapped.
    """
    object_id = await identities.confirm(room)
    known = replace(room, object_id=object_id)
    span = read_span(room, settings, now)
    link = await _baseline(gateway, known, span)
    return whole_reading(known, settings, now, state, link, await gateway.fetch_view(known, span))


async def read_without_link(
    gateway: Gateway,
    identities: Identities,
    room: Room,
    settings: SyncSettings,
    now: datetime,
    state: ReadingState,
) -> RoomReading:
    """Read the room's whole window, and leave the link on record as it is. Raises as `read_whole`.

    What changed under that link is told again once Graph can tell it.
    """
    object_id = await identities.confirm(room)
    known = replace(room, object_id=object_id)
    events = await gateway.fetch_view(known, read_span(room, settings, now))
    read = whole_reading(known, settings, now, state, None, events)
    return replace(read, state=replace(state, planned_end=read.state.planned_end))


def whole_reading(
    room: Room,
    settings: SyncSettings,
    now: datetime,
    state: ReadingState,
    link: DeltaLink | None,
    events: Listing,
) -> RoomReading:
    """All events of the room's whole window, and the link under which it goes on."""
    span = read_span(room, settings, now)
    return RoomReading(
        reading=_whole(span, events),
        state=ReadingState(
            delta_link=link,
            read_start=span.start,
            read_end=span.end,
            planned_end=policy_window(room, settings, now).end,
            applied=state.applied,
            remembered_since=_remembered_since(state, span.start),
        ),
        object_id=room.object_id,
        fetched=len(events),
    )


def _remembered_since(before: ReadingState, start: datetime) -> datetime:
    """From when on the room is remembered, once it was read from `start` on.

    What earlier reads found stays in the store; where days lie between them and this one that
    nobody read, it begins with this one.
    """
    since = before.remembered_since or before.read_start
    if since is None or before.read_end is None or before.read_end < start:
        return start
    return min(since, start)


def _whole(span: TimeSpan, events: Listing) -> Reading:
    return Reading(Scope(span, whole=True), tuple(events), unreadable=events.unreadable)


async def _baseline(gateway: Gateway, room: Room, span: TimeSpan) -> DeltaLink | None:
    """A new delta link; `None` where Graph cannot give one, so that the next pass reads whole.

    Its calendar may show all the same where following changes fails with 5xx.
    """
    for _attempt in range(2):
        try:
            return await gateway.open_delta(room, span)
        except DeltaLinkExpired:
            continue
        except (LoopingNextLink, ForeignLink):
            return None
        except ObctlError as error:
            if not is_server_error(error):
                raise
            return None
    return None


async def read_changes(
    gateway: Gateway,
    store: Store,
    room: Room,
    settings: SyncSettings,
    now: datetime,
    state: ReadingState,
    found: DeltaRound,
) -> RoomReading:
    """Read whole what a delta round hints at, and add the days that newly entered the window."""
    span = TimeSpan(
        state.read_start or read_span(room, settings, now).start,
        state.read_end or read_span(room, settings, now).end,
    )
    hints = list({item.id: item for item in found.items}.values())
    singles, series = _sort_hints(store, room, hints)
    _add_undecided(store, room, settings, now, singles, series)
    unreadable = load_unreadable(store, room.id)
    singles |= {item.event.id for item in unreadable if item.event.id}
    nameless = found.nameless or any(item.event.id is None for item in unreadable)
    if nameless or len(singles) + len(series) > _MANY:
        events = await gateway.fetch_view(room, span)
        left_out = await _ensure_shown(gateway, room, span, hints, events)
        reading, fetched = _whole(span, events).with_unreadable(left_out), len(events)
    else:
        reading = await read_parts(gateway, store, room, span, singles=singles, series=series)
        fetched = len(reading.events)
    window = policy_window(room, settings, now)
    reading = _with_new_days(store, room, reading, window, state.planned_end)
    return RoomReading(
        reading=reading,
        state=replace(state, delta_link=found.link, planned_end=window.end),
        object_id=room.object_id,
        fetched=fetched,
        removed=frozenset(item.id for item in hints if item.removed),
    )


async def _ensure_shown(
    gateway: Gateway,
    room: Room,
    span: TimeSpan,
    hints: Collection[DeltaItem],
    events: Listing,
) -> list[UnreadableEvent]:
    """Raise `Inconclusive` (partial-read) where a view lacks what is told to have changed.

    Returns what is not to be had by its id either.
    """
    told = {item.id for item in hints if not item.removed and item.type is not EventType.MASTER}
    told -= {event.id for event in (*events, *events.unreadable) if event.id}
    unreadable: list[UnreadableEvent] = []
    for event in (await fetch_by_id(gateway, room, told, span)).values():
        match event:
            case UnreadableEvent():
                unreadable.append(event)
            case Event() if event.takes_room and span.overlaps(event.start, event.end):
                raise partial_read(room, f"it left out {event.id}, which is there")
    return unreadable


def _with_new_days(
    store: Store, room: Room, reading: Reading, window: TimeSpan, planned_end: datetime | None
) -> Reading:
    """Add the remembered events of days that no pass has planned yet.

    Of a series that was read now, what was read is all there is.
    """
    start = planned_end or window.start
    if start >= window.end or reading.scope.whole:
        return reading
    known = reading.there
    remembered = load_events(store, room.id, TimeSpan(start, window.end))
    return replace(
        reading,
        events=reading.events
        + tuple(
            event
            for event in remembered
            if event.id not in known
            and event.id not in reading.gone
            and event.series_master_id not in reading.scope.series
        ),
    )


def _sort_hints(
    store: Store, room: Room, hints: list[DeltaItem]
) -> tuple[set[EventId], set[EventId]]:
    """The single events and the series that a delta round asks to look at.

    `@removed` for an id that was never known says nothing: it also stands for a change outside the
    window.
    """
    singles: set[EventId] = set()
    series: set[EventId] = set()
    for item in hints:
        if item.removed:
            known = _known_as(store, room, item.id)
            if known is not None and known.series:
                series.add(known.series)
            elif known is not None:
                singles.add(item.id)
        elif item.type is EventType.MASTER:
            series.add(item.id)
        elif item.series_master_id:
            series.add(item.series_master_id)
        else:
            singles.add(item.id)
    return singles, series


def _add_undecided(
    store: Store,
    room: Room,
    settings: SyncSettings,
    now: datetime,
    singles: set[EventId],
    series: set[EventId],
) -> None:
    """Look again at what is not settled, though Outlook tells nothing new of it.

    It waits for a room that could not be read. Or it waits for a person, or was kept, and the
    setting says now that nobody is asked, or the meeting may have turned up in another room on a
    night on which this one could not be read.
    """
    waiting_for_rooms = {item.reservation for item in load_undecided(store, now, room.id)}
    _add(load_numbers(store, sorted(waiting_for_rooms)), singles, series)
    moved = load_possible_moves(store)
    waiting = ExternalState.CANCELLATION_REQUEST
    undecided: list[Reservation] = []
    if moved or settings.ignore_cancellation_requests:
        undecided += load_by_state(store, waiting, ending_after=now)
    if moved:
        undecided += load_by_state(store, ExternalState.NOT_ON_OUTLOOK, ending_after=now)
    for reservation in undecided:
        unasked = settings.ignore_cancellation_requests and reservation.external_state is waiting
        if reservation.room == room.id and (unasked or reservation.number in moved):
            _add([reservation], singles, series)


def _add(reservations: Iterable[Reservation], singles: set[EventId], series: set[EventId]) -> None:
    for reservation in reservations:
        if reservation.series_master_id:
            series.add(reservation.series_master_id)
        elif reservation.event_id:
            singles.add(reservation.event_id)


@dataclass(frozen=True, slots=True)
class _Known:
    """What an id stands for that was read before: a single event, or part of a `series`."""

    series: EventId | None = None


def _known_as(store: Store, room: Room, event_id: EventId) -> _Known | None:
    """What an id stands for; `None` where it was never read."""
    event = find_event(store, room.id, event_id)
    if event is not None:
        return _Known(event.series_master_id)
    if load_series_events(store, room.id, event_id):
        return _Known(series=event_id)
    return _Known() if find_by_event(store, room.id, event_id) else None
