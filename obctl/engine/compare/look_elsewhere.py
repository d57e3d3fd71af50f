"""Where the meetings are that rooms lost, on whatever day, and what their new ones were before.

A comparison reads some days; a meeting may have left its room and its days together. What changed
since the last pass is what delta links tell: one question for each room, twenty to a `$batch`, and
most have nothing to tell. Only rooms that have something of a lost meeting are read whole, beside
the room that lost it. What that means is decided as a pass decides it (`turned_up`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from obctl.domain.difference import Difference, DifferenceKind
from obctl.domain.event import DeltaRound, Event, EventId, EventType, SeriesKey, same_person
from obctl.domain.reservation import ExternalState, Reservation, ReservationNumber
from obctl.domain.room import LOCKED_OUT, Room, RoomId
from obctl.domain.sync.losses import losses
from obctl.domain.sync.matching import Matching, match
from obctl.domain.sync.situation import Destination, Situation
from obctl.domain.sync.turned_up import RoomSeen, turned_up
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.compare.read_sides import sides_of, with_masters
from obctl.engine.compare.whereabouts import Whereabouts
from obctl.engine.outlook.calendars import Calendar
from obctl.engine.outlook.find_meeting import look_in
from obctl.engine.outlook.interims import load_interims, place_of
from obctl.engine.outlook.other_rooms import OtherRooms
from obctl.engine.outlook.windows import policy_window, read_span
from obctl.errors import DeltaLinkExpired, GraphUnavailable, NotFound, ObctlError
from obctl.store.events import known_among, load_cancelled_copies, load_series_events

Compared = Sequence[tuple[Matching, Sequence[Difference]]]

_READ_WHOLE = 20
"""Rooms without a delta link of use that are read whole for its want: as many as one `$batch`."""


async def find_whereabouts(
    company: Company, outlook: Outlook, mapped: Sequence[Room], compared: Compared, whole: TimeSpan
) -> Whereabouts:
    """Look for the lost meetings of a comparison of `whole` in all rooms, and for the lost ones of
    other rooms among its new events.

    Where only the store may be asked, it tells no more than where cancelled copies are, and what
    was reserved while a room could not be read.
    """
    search = _Search(company, outlook, mapped, whole)
    lost = [item for matching, found in compared for item in _lost(matching, found)]
    search.remember_cancelled(lost)
    if outlook.live:
        await search.look_for(await search.not_in_view(lost))
        search.look_back(compared)
    return await search.told(lost)


def _lost(matching: Matching, differences: Iterable[Difference]) -> list[Reservation]:
    numbers = {
        item.reservation for item in differences if item.kind is DifferenceKind.MISSING_IN_OUTLOOK
    }
    return [
        item
        for item in matching.sides.reservations
        if item.number in numbers
        and item.is_active
        and item.event_id
        and item.series_key
        # what waits for a person does so wherever its meeting is
        and item.external_state is not ExternalState.CANCELLATION_REQUEST
    ]


class _Search:
    """Goes over the rooms, and keeps those that have to do with each other."""

    def __init__(
        self, company: Company, outlook: Outlook, mapped: Sequence[Room], whole: TimeSpan
    ) -> None:
        self._company = company
        self._outlook = outlook
        self._rooms = {room.id: room for room in mapped}
        self._whole = whole
        self._others = OtherRooms(company.store, company.now)
        self._shown: dict[RoomId, dict[EventId, Event]] = {}
        self._together: set[RoomId] = set()
        self._copies: dict[SeriesKey, dict[EventId, tuple[Room, Event]]] = {}
        self._not_asked: dict[RoomId, Room] = {}

    def remember_cancelled(self, lost: Sequence[Reservation]) -> None:
        """Take note of the cancelled copies that an earlier pass found in other rooms."""
        keys = {item.series_key for item in lost if item.series_key}
        for room_id, event in load_cancelled_copies(self._company.store, sorted(keys)):
            if room_id in self._rooms:
                self._keep(self._rooms[room_id], event)

    async def not_in_view(self, lost: Sequence[Reservation]) -> list[Reservation]:
        """Those of `lost` that no other room shows in the days compared."""
        if not lost:
            return []
        rooms, keys = list(self._rooms.values()), {item.series_key for item in lost}
        found, unasked = await look_in(self._outlook.answers, lost, rooms, self._whole)
        self._not_asked |= {room.id: room for room in unasked}
        for room_id, view in (await self._outlook.answers(rooms, self._whole)).items():
            self._keep_all(self._rooms[room_id], view, keys)
            shown = () if isinstance(view, ObctlError) else view
            self._shown[room_id] = {event.series_master_id or event.id: event for event in shown}
        there = {item.number for item, room, _event in found if room.id != item.room}
        return [item for item in lost if item.number not in there]

    async def look_for(self, lost: Sequence[Reservation]) -> None:
        """Look for meetings among what is new in all rooms."""
        if not lost:
            return
        rooms = [room for room in self._rooms.values() if room.id not in self._not_asked]
        rounds = await self._outlook.news([room for room in rooms if room.condition != LOCKED_OUT])
        untold = [room for room in rooms if not isinstance(rounds.get(room.id), DeltaRound)]
        self._read_whole(untold, rounds)
        wanted: list[tuple[Room, EventId]] = []
        for room in rooms:
            if isinstance(found := rounds.get(room.id), DeltaRound):
                if found.nameless:
                    self._together.add(room.id)
                for event_id in self._unknown(room, found):
                    if (shown := self._shown[room.id].get(event_id)) is not None:
                        self._meet(room, shown, lost)
                    else:
                        wanted.append((room, event_id))
        events = await self._outlook.answers_by_id(wanted)
        for (room_id, _event_id), event in events.items():
            if isinstance(event, Event):
                self._meet(self._rooms[room_id], event, lost)
            elif not isinstance(event, NotFound):
                # what cannot be read may be the meeting
                self._not_asked[room_id] = self._rooms[room_id]

    def _read_whole(
        self, rooms: Sequence[Room], rounds: Mapping[RoomId, DeltaRound | ObctlError | None]
    ) -> None:
        """Look through rooms that cannot tell what changed, where these are few."""
        some = []
        for room in rooms:
            why = rounds.get(room.id)
            readable = why is None or isinstance(why, DeltaLinkExpired | GraphUnavailable)
            if readable and room.condition != LOCKED_OUT:
                some.append(room)
            else:
                self._not_asked[room.id] = room
        self._together |= {room.id for room in some[:_READ_WHOLE]}
        self._not_asked |= {room.id: room for room in some[_READ_WHOLE:]}

    def _unknown(self, room: Room, found: DeltaRound) -> list[EventId]:
        """The new events and series of a room, each once; what was there before is no news."""
        store = self._company.store
        ids = dict.fromkeys(
            item.series_master_id or item.id for item in found.items if not item.removed
        )
        known = known_among(store, room.id, list(ids))
        return [
            event_id
            for event_id in ids
            if event_id not in known and not load_series_events(store, room.id, event_id)
        ]

    def _meet(self, room: Room, event: Event, lost: Sequence[Reservation]) -> None:
        """Take note of a new event of a room that may be one of the `lost` meetings.

        Of a series it may be the master, or whichever date was read.
        """
        for item in lost:
            if item.room == room.id:
                continue
            if event.series_key == item.series_key:
                self._keep(room, event)
                if _is_series(event) or item.series_master_id:
                    self._together |= {room.id, item.room}
            elif _is_series(event) and _may_go_on(item, event):
                self._together |= {room.id, item.room}

    def look_back(self, compared: Compared) -> None:
        """Take note of the rooms from which the new dates of series may have come."""
        for matching, differences in compared:
            room, new = matching.sides.room, _new_dates(matching, differences)
            same = {event.id for event, _item in self._others.same_dates(room, new)}
            new = [event for event in new if event.id not in same]
            if not new:
                continue
            seen = replace(matching, lone_events=tuple(new))
            left = self._others.perhaps_left(seen)
            left += [item for _event, item in self._others.continued(seen)]
            left += self._others.standing(room, {event.series_key or "" for event in new})
            if homes := {item.room for item in left if item.room in self._rooms}:
                self._together |= homes | {room.id}

    async def told(self, lost: Sequence[Reservation]) -> Whereabouts:
        """What the rooms that have to do with each other tell, once they are read whole."""
        rooms = [self._rooms[room_id] for room_id in sorted(self._together)]
        keys = {item.series_key for item in lost}
        seen = await self._read(rooms, keys) if rooms else []
        everything = [item for room in seen for item in room.lost]
        order = sorted(everything, key=lambda item: (not item.ordered_services, item.number))
        goes_on = await self._interims(lost) | turned_up(seen, order, self._company.now)
        left = {item.number: (self._rooms[item.room], item) for item in (*everything, *lost)}
        return Whereabouts(
            goes_on=goes_on,
            came_from={place.event.id: left[number] for number, place in goes_on.items()},
            copies={key: tuple(found.values()) for key, found in self._copies.items()},
            not_asked=tuple(self._not_asked.values()),
        )

    async def _interims(self, lost: Sequence[Reservation]) -> dict[ReservationNumber, Destination]:
        """Where lost meetings got a reservation while the room they left was not read."""
        store, numbers = self._company.store, {item.number for item in lost}
        places = {
            number: place
            for number, interim in load_interims(store).items()
            if number in numbers
            and interim.number not in numbers
            and (place := place_of(store, interim)) is not None
        }
        answers = await self._outlook.answers_by_id(
            [(place.room, place.event.id) for place in places.values()]
        )
        now = {
            number: answers.get((place.room.id, place.event.id), place.event)
            for number, place in places.items()
        }
        return {
            ReservationNumber(number): replace(places[number], event=event)
            for number, event in now.items()
            if isinstance(event, Event) and event.takes_room
        }

    async def _read(self, rooms: Sequence[Room], keys: set[SeriesKey | None]) -> list[RoomSeen]:
        settings, now = self._company.config.sync, self._company.now
        spans = [read_span(room, settings, now) for room in rooms]
        span = TimeSpan(min(one.start for one in spans), max(one.end for one in spans)).at_once
        views = await self._outlook.answers(rooms, span)
        for room in rooms:
            if isinstance(views[room.id], ObctlError):
                self._not_asked[room.id] = room
            self._keep_all(room, views[room.id], keys)
        return await self._outlook.rounds.together(
            self._see(room, span, view)
            for room in rooms
            if not isinstance(view := views[room.id], ObctlError)
        )

    async def _see(self, room: Room, span: TimeSpan, view: Listing) -> RoomSeen:
        """What a room that was read in `span` tells the others, once its series were asked for."""
        settings, now = self._company.config.sync, self._company.now
        matching = match(sides_of(self._company.store, room, span, view))
        matching = await with_masters(self._outlook, matching, span)
        matching = await self._with_new_masters(matching)
        situation = Situation(matching, settings, policy_window(room, settings, now), now)
        return self._others.seen(matching, [loss.reservation for loss in losses(situation)])

    async def _with_new_masters(self, matching: Matching) -> Matching:
        """The matching with the masters of series that came from another room on other days."""
        sides, reading = matching.sides, matching.sides.reading
        ids = sorted(self._others.series_that_came(matching) - reading.masters.keys())
        answers = await self._outlook.rounds.together(
            self._outlook.master(sides.room, master_id) for master_id in ids
        )
        masters = dict(reading.masters)
        for master_id, (master, is_gone) in zip(ids, answers, strict=True):
            if master or is_gone:
                masters[master_id] = master
        if masters.keys() == reading.masters.keys():
            return matching
        return match(replace(sides, reading=replace(reading, masters=masters)))

    def _keep_all(self, room: Room, view: Calendar, keys: Container[SeriesKey | None]) -> None:
        for event in () if isinstance(view, ObctlError) else view:
            if event.series_key in keys:
                self._keep(room, event)

    def _keep(self, room: Room, event: Event) -> None:
        if event.type is not EventType.MASTER and event.series_key:
            self._copies.setdefault(event.series_key, {})[event.id] = room, event


def _is_series(event: Event) -> bool:
    return event.type is EventType.MASTER or event.series_master_id is not None


def _may_go_on(lost: Reservation, new: Event) -> bool:
    """Whether a new series may be the rest of the one that lost a date: it bears its name."""
    return (
        lost.series_master_id is not None
        and same_person(new.organizer, lost.organizer)
        and new.subject in (lost.subject, new.organizer.name)
    )


def _new_dates(matching: Matching, differences: Iterable[Difference]) -> list[Event]:
    """The dates of series that have no reservation, among the differences of a room."""
    new = {
        item.event_id
        for item in differences
        if item.kind is DifferenceKind.MISSING_IN_OFFICEBOOKING and item.reservation is None
    }
    return [event for event in matching.lone_events if event.id in new and event.series_master_id]
