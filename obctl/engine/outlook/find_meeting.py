"""Where a meeting stands now: the one search through other rooms.

A pass looks for vanished meetings in rooms it does not read. There may be thousands of them: a few
are asked at a time, and of a series only some dates are looked for before a room is read at greater
length. `diff` and `explain` ask about one difference, *Get Status Info* about one request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple, TypeVar

from obctl.domain.event import Event, EventId
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room, RoomId
from obctl.domain.series.same_date import is_same_date
from obctl.domain.sync.situation import Destination
from obctl.domain.time_span import MOST_AT_ONCE, TimeSpan, joined
from obctl.domain.unreadable_event import Listing
from obctl.engine.outlook.calendars import Calendar, fetch_calendars
from obctl.engine.ports import Gateway
from obctl.errors import ObctlError
from obctl.store.database import Store
from obctl.store.reservations import find_by_event, load_by_series

Meeting = TypeVar("Meeting", Reservation, Event, Reservation | Event)
Views = Callable[[Sequence[Room], TimeSpan], Awaitable[Mapping[RoomId, Calendar]]]

_AROUND = timedelta(days=1)
_FAR = timedelta(days=14)
_AT_ONCE = 20  # rooms whose calendars are in memory together: as many as one `$batch` asks
_FEW = 4  # days asked for one by one, before one read of all between them is cheaper


async def look_in(
    views: Views, meetings: Sequence[Meeting], rooms: Sequence[Room], span: TimeSpan
) -> tuple[list[tuple[Meeting, Room, Event]], tuple[Room, ...]]:
    """Where in `rooms` meetings stand in `span`, and which of these rooms could not be asked.

    A meeting may stand in several rooms, and one event may be several meetings.
    """
    calendars = await views(rooms, span)
    by_key: dict[str | None, list[Meeting]] = {}
    for meeting in meetings:
        by_key.setdefault(meeting.series_key, []).append(meeting)
    found: list[tuple[Meeting, Room, Event]] = []
    unasked: list[Room] = []
    for room in rooms:
        calendar = calendars.get(room.id)
        if calendar is None or isinstance(calendar, ObctlError):
            unasked.append(room)
            continue
        if any(event.series_key in by_key for event in calendar.unreadable if event.series_key):
            # one of them is there, and cannot be read: the room does not say of it what it has
            unasked.append(room)
        found += [
            (meeting, room, event)
            for event in calendar
            if event.takes_room
            for meeting in by_key.get(event.series_key, ())
            if is_same_date(meeting, event, room.zone)
        ]
    return found, tuple(unasked)


def called_off_in(
    calendars: Mapping[RoomId, Calendar], meetings: Iterable[Meeting], rooms: Iterable[Room]
) -> list[tuple[Meeting, Room, Event]]:
    """The cancelled copies of meetings that `rooms` keep on their calendars."""
    by_key: dict[str | None, list[Meeting]] = {}
    for meeting in meetings:
        by_key.setdefault(meeting.series_key, []).append(meeting)
    return [
        (meeting, room, event)
        for room in rooms
        if not isinstance(calendar := calendars.get(room.id, Listing()), ObctlError)
        for event in calendar
        if event.is_cancelled and event.series_key
        for meeting in by_key.get(event.series_key, ())
        if is_same_date(meeting, event, room.zone)
    ]


def views_of(gateway: Gateway) -> Views:
    """The calendars as Graph gives them now, by room."""

    async def views(rooms: Sequence[Room], span: TimeSpan) -> dict[RoomId, Calendar]:
        found = await fetch_calendars(gateway, rooms, span)
        return {room.id: found[room.mailbox] for room in rooms if room.mailbox in found}

    return views


class Found(NamedTuple):
    """Where lost meetings are, by reservation number, and where copies of them are called off.

    The rooms `unasked` say nothing: they cannot be read.
    """

    places: dict[ReservationNumber, Destination]
    called_off: dict[ReservationNumber, list[tuple[Room, Event]]]
    unasked: tuple[Room, ...]


async def find_elsewhere(
    gateway: Gateway, store: Store, lost: Sequence[Reservation], rooms: Sequence[Room]
) -> Found:
    """Where meetings of `lost` stand now, unclaimed, in one of `rooms`."""
    search = _Search(gateway, store)
    await search.look(lost, rooms, _AROUND)
    # Room and day may have changed together: worth a wider look where services would be lost.
    catered = [r for r in lost if r.number not in search.found and r.ordered_services]
    await search.look(catered, rooms, _FAR)
    return Found(search.found, search.called_off, tuple(search.unasked.values()))


class _Search:
    """Goes over the rooms, and keeps only what it was looking for."""

    def __init__(self, gateway: Gateway, store: Store) -> None:
        self._views = views_of(gateway)
        self._store = store
        self.found: dict[ReservationNumber, Destination] = {}
        self.called_off: dict[ReservationNumber, list[tuple[Room, Event]]] = {}
        self.unasked: dict[RoomId, Room] = {}

    async def look(
        self, lost: Sequence[Reservation], rooms: Sequence[Room], around: timedelta
    ) -> None:
        samples = self._samples(lost)
        spans = _spans(samples, around)
        for first in range(0, len(rooms), _AT_ONCE):
            some = rooms[first : first + _AT_ONCE]
            hit: set[str] = set()
            for span in spans:
                hit |= await self._look_at(lost, some, span)
            further = [room for room in some if room.mailbox in hit]
            if further and len(samples) < len(lost):
                for span in _spans(lost, around):
                    await self._look_at(lost, further, span)

    def _samples(self, lost: Sequence[Reservation]) -> list[Reservation]:
        """What stands for all of `lost`: of a series that went as a whole, three dates.

        Where only some dates went, each may have gone elsewhere on its own; and where services
        hang on a date, none is left to chance.
        """
        samples: list[Reservation] = []
        for master_id, group in groupby(sorted(lost, key=_by_series), key=_series_of):
            dates = list(group)
            kept: Container[int] = range(len(dates))
            if master_id and self._went_whole(dates):
                kept = {0, len(dates) // 2, len(dates) - 1}
            samples += [
                item for at, item in enumerate(dates) if at in kept or item.ordered_services
            ]
        return samples

    def _went_whole(self, dates: Sequence[Reservation]) -> bool:
        first = dates[0]
        alive = load_by_series(self._store, [first.series_key or ""])
        numbers = {item.number for item in dates}
        return all(
            item.number in numbers
            for item in alive
            if item.is_active and item.room == first.room and item.start >= first.start
        )

    async def _look_at(
        self, lost: Sequence[Reservation], rooms: Sequence[Room], span: TimeSpan
    ) -> set[str]:
        """Look at some calendars; the mailboxes in which something was found."""
        calendars = await self._views(rooms, span)

        async def views(_rooms: Sequence[Room], _span: TimeSpan) -> Mapping[RoomId, Calendar]:
            return calendars

        found, unasked = await look_in(views, lost, rooms, span)
        self.unasked |= {room.id: room for room in unasked}
        for reservation, room, event in called_off_in(calendars, lost, rooms):
            self.called_off.setdefault(reservation.number, []).append((room, event))
        hit: set[str] = set()
        taken: set[EventId] = set()
        for reservation, room, event in found:
            if reservation.number in self.found or event.id in taken:
                continue
            taken.add(event.id)
            if not find_by_event(self._store, room.id, event.id):
                self.found[reservation.number] = Destination(room, event)
                hit.add(room.mailbox)
        return hit


def _series_of(reservation: Reservation) -> str:
    return reservation.series_master_id or ""


def _by_series(reservation: Reservation) -> tuple[str, datetime]:
    return _series_of(reservation), reservation.start


def _spans(lost: Iterable[Reservation], around: timedelta) -> list[TimeSpan]:
    """The times to ask for: close ones as one, and few."""
    wanted = (TimeSpan(item.start, item.end).widened(around).at_once for item in lost)
    spans = list(joined(wanted))
    if len(spans) <= _FEW:
        return spans
    whole = TimeSpan(spans[0].start, spans[-1].end)
    return spans if whole.length > MOST_AT_ONCE else [whole]
