"""Mapping rooms: what Graph knows of them, and which of them obctl keeps in step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from obctl.domain.company_log import Action, Entry
from obctl.domain.directory import DirectoryEntry
from obctl.domain.listed import Listed
from obctl.domain.local_time import zoned_text
from obctl.domain.room import FoundRoom, Room, RoomId
from obctl.domain.subscription import Subscription
from obctl.domain.values import replace
from obctl.domain.zones import usable_name
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.rooms.purpose import ensure_room, only_refused
from obctl.engine.rooms.same_place import ensure_same_mailbox, mapped_elsewhere, recognised
from obctl.errors import ObctlError, UsageError
from obctl.store.inbox import forget_waiting
from obctl.store.outbox import make_room_due
from obctl.store.rooms import (
    add_room,
    find_room_at,
    load_rooms_ever,
    room_exists,
    save_activated,
    save_address,
    save_details,
    take_back,
)
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


async def map_room(
    company: Company, gateway: Gateway, wanted: NewRoom, *, not_a_room: bool = False
) -> tuple[Room, str | None]:
    """Map one room, or one that was taken out again; and what could not be told of it, if any.

    Raises `UsageError` where Graph knows no such mailbox, and where the mailbox is, or may be, a
    person's, unless `not_a_room` says that it is meant.
    """
    known = find_room_at(company.store, wanted.mailbox)
    if known is not None and known.is_mapped:
        raise room_exists(known)
    asked, entry = await _look_up(gateway, wanted.mailbox)
    listed = await _places(gateway)
    place = find_place(listed or (), wanted.mailbox)
    if asked and entry is None and place is None:
        raise UsageError(
            f"Graph knows no mailbox {wanted.mailbox}",
            hint="`obctl rooms discover` shows the rooms of the tenant",
            code="unknown-mailbox",
        )
    untold = None
    if place is None and not not_a_room:
        untold = await ensure_room(
            gateway, wanted.mailbox, entry.object_id if entry else wanted.mailbox,
            places_known=listed is not None and not listed.unreadable,
        )  # fmt: skip
    if known is None and place is not None:
        known = recognised(load_rooms_ever(company.store), place)
    if known is not None and not _same(known.mailbox, wanted.mailbox):
        ensure_same_mailbox(known, wanted.mailbox, entry)
        if known.is_mapped:
            raise mapped_elsewhere(known, wanted.mailbox)
    room = again(known, wanted) if known else filled(company, wanted, place, entry)
    room = replace(room, place_id=place.place_id if place and place.place_id else room.place_id)
    return save_new_rooms(company, [room])[0], untold


def again(known: Room, wanted: NewRoom) -> Room:
    """A room that was taken out as it is to be mapped again: as it was, but for what is said now.

    Its events count from when they did: what was booked meanwhile is obctl's business too. The
    mailbox on record stays on record; whether it is the one that answers, the next pass tells.
    """
    return replace(
        known,
        mailbox=known.mailbox if _same(known.mailbox, wanted.mailbox) else wanted.mailbox,
        name=wanted.name or known.name,
        location=wanted.location or known.location,
        floor=wanted.floor or known.floor,
        capacity=wanted.capacity or known.capacity,
        time_zone=usable_name(wanted.time_zone) if wanted.time_zone else known.time_zone,
        activated_at=wanted.activated_at or known.activated_at,
    )


def save_new_rooms(company: Company, rooms: Sequence[Room]) -> list[Room]:
    """Map rooms, all or none; each is in the company log. One that was taken out is read whole."""
    with company.store.transaction():
        saved = [_save_new(company, room) for room in rooms]
        company.journal.write(
            Entry(
                Action.ROOM_ADDED,
                f"{room.name} ({room.mailbox}) is mapped" + (" again" if before.id else ""),
                room=room.id,
            )
            for before, room in zip(rooms, saved, strict=True)
        )
    return saved


def _save_new(company: Company, room: Room) -> Room:
    if not room.id:
        return add_room(company.store, room)
    save_address(company.store, room)
    forget_waiting(company.store, room.id, company.now)
    make_room_due(company.store, room.id, company.now)
    return take_back(company.store, room)


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
                f"{room.name}: events from before {zoned_text(room.activated_at, room.time_zone)}"
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


def filled(
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
        place_id=place.place_id if place else None,
    )


async def entry_of(gateway: Gateway, mailbox: str) -> DirectoryEntry | None:
    """The directory's entry, where it may be read."""
    _, entry = await _look_up(gateway, mailbox)
    return entry


async def _look_up(gateway: Gateway, mailbox: str) -> tuple[bool, DirectoryEntry | None]:
    """Whether the directory answered, and what; the sync pass can learn the object id later."""
    try:
        return True, await gateway.look_up(mailbox)
    except ObctlError as error:
        if not only_refused(error):
            raise
        return False, None


async def _places(gateway: Gateway) -> Listed[FoundRoom] | None:
    """The places, or `None` where Graph keeps them to itself."""
    try:
        return await gateway.fetch_places()
    except ObctlError as error:
        if not only_refused(error):
            raise
        return None


def find_place(places: Iterable[FoundRoom], mailbox: str) -> FoundRoom | None:
    """The place with this address."""
    return next((place for place in places if _same(place.mailbox, mailbox)), None)


def _same(address: str, other: str) -> bool:
    return address.casefold() == other.casefold()
