"""What of other rooms may be in one that was read: the candidates that the store knows.

Whether they left their own rooms is for these to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from obctl.domain.event import Event, EventId
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import Room
from obctl.domain.series.same_date import is_continued, is_same_date
from obctl.domain.sync.matching import Matching
from obctl.domain.sync.other_days import came_on_other_days, ended_series, is_perhaps_continued
from obctl.domain.sync.turned_up import RoomSeen, cut_off, going_on, unmatched_events
from obctl.domain.time_span import TimeSpan
from obctl.store.database import Store
from obctl.store.reservations import load_by_series, load_series_dates
from obctl.store.rooms import find_room_by_id, load_reading_state
from obctl.store.services import may_any_return

_NEARBY = timedelta(hours=24)
_PERIOD = timedelta(days=31)
"""A month of a monthly series; a week of a weekly one is shorter."""


class OtherRooms:
    """The reservations of a company's other rooms, as of `now`.

    `first_new` is the first number that a reservation gets which is made meanwhile; `None` where
    nobody makes any.
    """

    def __init__(
        self, store: Store, now: datetime, first_new: ReservationNumber | None = None
    ) -> None:
        self._store = store
        self._now = now
        self._first_new = first_new

    def seen(self, matching: Matching, lost: Collection[Reservation]) -> RoomSeen:
        """All that a room, of which so much was read, tells the others."""
        return RoomSeen(
            room=matching.sides.room,
            new=unmatched_events(matching),
            lost=tuple(lost),
            moved_days=self.moved_days(matching),
            going_on=going_on(matching, self._now),
            continued=self.continued(matching),
            cut_off=cut_off(matching.sides, lost),
            ended=ended_series(matching, lost),
            new_series=self.new_series(matching),
        )

    def same_dates(self, room: Room, new: Iterable[Event]) -> list[tuple[Event, Reservation]]:
        """The reservation of another room that each of a room's new events may come from."""
        by_key: dict[str, list[Event]] = {}
        for event in new:
            by_key.setdefault(event.series_key or "", []).append(event)
        return [
            (event, reservation)
            for reservation in self.standing(room, by_key)
            for event in by_key[reservation.series_key or ""]
            if is_same_date(reservation, event, room.zone)
        ]

    def moved_days(self, matching: Matching) -> list[tuple[Event, Reservation]]:
        """The same for the events of a series that meets on other days now, and here."""
        keys = {event.series_key for event in matching.lone_events if event.series_key}
        reservations = self.standing(matching.sides.room, keys)
        return came_on_other_days(matching, reservations, self._now)

    def continued(self, matching: Matching) -> list[tuple[Event, Reservation]]:
        """The dates of other rooms' series as which those of a new series here may go on.

        "This and following" was moved to this room. Whether the other series has ended is for its
        own room to say. In a room that is read for the first time nothing is a rest of anything.
        """
        room, pairs = matching.sides.room, list[tuple[Event, Reservation]]()
        for events in self.new_series(matching):
            ended = (item for item in self.perhaps_ended(events[0]) if item.is_active)
            keys = {item.series_key for item in ended}
            before = self.standing(room, [key for key in keys if key])
            pairs += [(e, item) for e in events for item in before if is_continued(item, e)]
        return pairs

    def new_series(self, matching: Matching) -> list[list[Event]]:
        """The new dates of a room by their series, each by start; none at the first reading."""
        series: dict[EventId, list[Event]] = {}
        for event in matching.lone_events:
            if event.takes_room and event.series_master_id and event.original_start:
                series.setdefault(event.series_master_id, []).append(event)
        if not series or load_reading_state(self._store, matching.sides.room.id).read_start is None:
            return []
        return [sorted(events, key=lambda event: event.start) for events in series.values()]

    def perhaps_left(self, matching: Matching) -> list[Reservation]:
        """The dates of other rooms' series that may go on here on other days; they are asked for.

        Those of the same person and subject, of series that had a date near the first one here.
        """
        left: list[Reservation] = []
        for first in (events[0] for events in self.new_series(matching)):
            if first.organizer.email is None:
                continue
            span = TimeSpan(first.start, first.start).widened(_PERIOD)
            dates = load_series_dates(self._store, first.organizer.email, span)
            keys = {item.series_key for item in dates if is_perhaps_continued(item, first)}
            left += self.standing(matching.sides.room, [key for key in keys if key])
        return [item for item in left if item.end > self._now]

    def perhaps_ended(self, first: Event) -> list[Reservation]:
        """What may be the first date of the rest of a series, in its old room."""
        if first.organizer.email is None:
            return []
        span = TimeSpan(first.start, first.start).widened(_NEARBY)
        dates = load_series_dates(self._store, first.organizer.email, span)
        return [item for item in dates if is_continued(item, first)]

    def series_that_came(self, matching: Matching) -> set[EventId]:
        """The new series of a room that may have come on other days than they had before.

        Their dates tell of another room, or of before they vanished; their masters were not read.
        """
        room, by_key = matching.sides.room, dict[str, list[Event | Reservation]]()
        for event in matching.lone_events:
            if event.takes_room and event.series_key and event.series_master_id:
                by_key.setdefault(event.series_key, []).append(event)
        if not by_key:
            return set()
        before = self.standing(room, by_key) + self.may_return(by_key)
        new = matching.lone_events
        for item in matching.sides.reservations:
            if item.is_active and item.series_key in by_key:
                by_key[item.series_key].append(item)
        moved = {
            item.series_key
            for item in before
            if item.original_start
            and item.end > self._now
            and not any(is_same_date(item, one, room.zone) for one in by_key[item.series_key or ""])
        }
        return {e.series_master_id for e in new if e.series_master_id and e.series_key in moved}

    def may_return(self, keys: Collection[str]) -> list[Reservation]:
        """What was cancelled of these meetings, where something of it may come back with them."""
        if not keys or not may_any_return(self._store):
            return []
        return [item for item in load_by_series(self._store, keys) if not item.is_active]

    def standing(self, room: Room, keys: Collection[str]) -> list[Reservation]:
        """What stands in other rooms for a meeting of these series keys."""
        return [
            reservation
            for reservation in load_by_series(self._store, keys)
            if reservation.room != room.id
            and reservation.is_active
            and (self._first_new is None or reservation.number < self._first_new)
            and reservation.event_id
            and find_room_by_id(self._store, reservation.room).is_mapped
        ]
