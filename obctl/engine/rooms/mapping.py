"""Mapping rooms: what Graph knows of them, and which of them obctl keeps in step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from obctl.domain.company_log import Action, Entry
from obctl.domain.directory import DirectoryEntry
from obctl.domain.room import FoundRoom, Room, RoomId
from obctl.domain.subscription import Subscription
from obctl.domain.values import replace
from obctl.domain.zones import usable_name
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, ObctlError, TryLater, UsageError
from obctl.store.rooms import add_room, load_rooms, save_activated, save_details
from obctl.store.subscriptions import load_subscriptions

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NewRoom:
    """A room to map; what is `None` comes from Graph or the company."""

    mailbox: str
    name: str | None = None
    location: str | None = None
    floor: str | None = None
    capacity: int | None = None
    time_zone: str | None = None
    activated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Discovered:
    """A room as Graph lists it, and whether it is mapped."""

    found: FoundRoom
    mapped: bool


async def discover(company: Company, gateway: Gateway) -> list[Discovered]:
    """All rooms that Graph lists, by location and name."""
    places = await gateway.fetch_places()
    known = {room.mailbox.casefold() for room in load_rooms(company.store)}
    return [
        Discovered(place, place.mailbox.casefold() in known)
        for place in sorted(places, key=lambda p: (p.location or "", p.name, p.mailbox))
    ]


async def map_discovered(
    company: Company, gateway: Gateway, rooms: Iterable[Discovered]
) -> list[Room]:
    """Map every room among `rooms` that is not mapped yet, in the company's zone from now on."""
    new = [
        _filled(company, NewRoom(item.found.mailbox), item.found, await _entry(gateway, item))
        for item in rooms
        if not item.mapped
    ]
    return save_new_rooms(company, new)


async def map_room(company: Company, gateway: Gateway, wanted: NewRoom) -> Room:
    """Map one room; raises `UsageError` where Graph knows no such mailbox."""
    known = {room.mailbox.casefold() for room in load_rooms(company.store)}
    if wanted.mailbox.casefold() in known:
        raise UsageError(
            f"{wanted.mailbox} is mapped already",
            hint=f"obctl rooms show {wanted.mailbox}",
            code="room-exists",
        )
    asked, entry = await _look_up(gateway, wanted.mailbox)
    incomplete = None in (wanted.name, wanted.location, wanted.floor, wanted.capacity)
    place = None
    if incomplete or entry is None:
        place = await _place(gateway, wanted.mailbox)
    if asked and entry is None and place is None:
        raise UsageError(
            f"Graph knows no mailbox {wanted.mailbox}",
            hint="`obctl rooms discover` shows the rooms of the tenant",
            code="unknown-mailbox",
        )
    return save_new_rooms(company, [_filled(company, wanted, place, entry)])[0]


def save_new_rooms(company: Company, rooms: Sequence[Room]) -> list[Room]:
    """Map rooms, all or none; each is in the company log."""
    with company.store.transaction():
        saved = [add_room(company.store, room) for room in rooms]
        company.journal.write(
            Entry(Action.ROOM_ADDED, f"{room.name} ({room.mailbox}) is mapped", room=room.id)
            for room in saved
        )
    return saved


@dataclass(frozen=True, slots=True)
class RoomDetails:
    """What is to be corrected of a room; `None` stays as it is."""

    name: str | None = None
    location: str | None = None
    floor: str | None = None
    capacity: int | None = None
    time_zone: str | None = None


def change_room(company: Company, room: Room, details: RoomDetails) -> list[str]:
    """Correct what is known of a room; returns what changed, each as `name: old -> new`."""
    wanted = {
        "name": details.name,
        "location": details.location,
        "floor": details.floor,
        "capacity": details.capacity,
        "time_zone": usable_name(details.time_zone) if details.time_zone else None,
    }
    changes = {
        field: value
        for field, value in wanted.items()
        if value is not None and value != getattr(room, field)
    }
    said = [f"{field}: {getattr(room, field)} -> {value}" for field, value in changes.items()]
    with company.store.transaction():
        save_details(company.store, replace(room, **changes))
        company.journal.write(
            Entry(
                Action.SETTING_CHANGED,
                f"{room.mailbox}: {change}, by {company.actor}",
                room=room.id,
            )
            for change in said
        )
    return said


def import_existing(company: Company, rooms: Sequence[Room]) -> None:
    """Make events older than a room's activation obctl's business from the next run on."""
    with company.store.transaction():
        for room in rooms:
            save_activated(company.store, room.id, LONG_AGO)
        company.journal.write(
            Entry(
                Action.ROOM_IMPORTED,
                f"{room.name}: events from before {room.activated_at:%Y-%m-%d %H:%M}Z"
                " will be imported by the next run",
                room=room.id,
            )
            for room in rooms
        )


def newest_subscriptions(company: Company) -> dict[RoomId, Subscription]:
    """The subscription that counts for each room: the newest that is not lost, else the newest."""
    found: dict[RoomId, Subscription] = {}
    for subscription in load_subscriptions(company.store):
        known = found.get(subscription.room)
        if known is None or (known.lost and not subscription.lost):
            found[subscription.room] = subscription
    return found


def _filled(
    company: Company, wanted: NewRoom, place: FoundRoom | None, entry: DirectoryEntry | None
) -> Room:
    name = wanted.name or (place.name if place else None) or (entry.display_name if entry else None)
    place_zone = place.time_zone if place else None
    return Room(
        id=RoomId(0),
        mailbox=wanted.mailbox,
        name=name or wanted.mailbox.partition("@")[0],
        location=wanted.location or (place.location if place else None),
        floor=wanted.floor or (place.floor if place else None),
        capacity=wanted.capacity or (place.capacity if place else None),
        time_zone=usable_name(wanted.time_zone or place_zone or company.config.time_zone),
        activated_at=wanted.activated_at or company.now,
        object_id=entry.object_id if entry else None,
    )


async def _entry(gateway: Gateway, item: Discovered) -> DirectoryEntry | None:
    _, entry = await _look_up(gateway, item.found.mailbox)
    return entry


async def _look_up(gateway: Gateway, mailbox: str) -> tuple[bool, DirectoryEntry | None]:
    """Whether the directory answered, and what; the sync pass can learn the object id later."""
    try:
        return True, await gateway.look_up(mailbox)
    except ObctlError as error:
        if not _only_refused(error):
            raise
        return False, None


async def _place(gateway: Gateway, mailbox: str) -> FoundRoom | None:
    try:
        places = await gateway.fetch_places()
    except ObctlError as error:
        if not _only_refused(error):
            raise
        return None
    return next((place for place in places if place.mailbox.casefold() == mailbox.casefold()), None)


def _only_refused(error: ObctlError) -> bool:
    """Whether Graph is there and merely keeps this to itself, for want of a permission or a route.

    A credential that is no good at all, and trouble that passes, are not to be overlooked.
    """
    if error.graph is None or isinstance(error, CredentialRefused):
        return False
    return error.graph.status == HTTPStatus.NOT_IMPLEMENTED or not isinstance(error, TryLater)
