"""The rooms of the tenant as Graph's places list them, beside those obctl knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from obctl.domain.company_log import Action
from obctl.domain.listed import Listed
from obctl.domain.room import FoundRoom, Room
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.rooms.mapping import NewRoom, entry_of, filled, save_new_rooms
from obctl.engine.rooms.same_place import is_same_mailbox, recognised
from obctl.store.rooms import load_rooms_ever, save_address, save_place


@dataclass(frozen=True, slots=True)
class Discovered:
    """A room as Graph lists it, and what obctl has of it: nothing, or what is or was mapped."""

    found: FoundRoom
    known: Room | None = None

    @property
    def mapped(self) -> bool:
        return self.known is not None and self.known.is_mapped

    @property
    def removed(self) -> bool:
        """Whether somebody took it out: it comes back only when it is named."""
        return self.known is not None and not self.known.is_mapped

    @property
    def readdressed(self) -> bool:
        """Whether its place is known under another address."""
        known = self.known
        return known is not None and known.mailbox.casefold() != self.found.mailbox.casefold()


async def discover(company: Company, gateway: Gateway) -> Listed[Discovered]:
    """All rooms that Graph lists, by location and name; the ids of their places are kept."""
    places = await gateway.fetch_places()
    rooms = load_rooms_ever(company.store)
    found = [
        Discovered(place, recognised(rooms, place))
        for place in sorted(places, key=lambda p: (p.location or "", p.name, p.mailbox))
    ]
    with company.store.transaction():
        for item in found:
            if item.known and item.found.place_id and item.known.place_id is None:
                save_place(company.store, item.known.id, item.found.place_id)
    return Listed(found, places.unreadable)


async def map_discovered(
    company: Company, gateway: Gateway, rooms: Sequence[Discovered]
) -> list[Room]:
    """Map every room among `rooms` that never was, in the company's zone from now on."""
    new = [
        filled(
            company,
            NewRoom(item.found.mailbox),
            item.found,
            await entry_of(gateway, item.found.mailbox),
        )
        for item in rooms
        if item.known is None
    ]
    return save_new_rooms(company, new)


async def follow_addresses(
    company: Company, gateway: Gateway, rooms: Sequence[Discovered]
) -> list[tuple[Room, Room]]:
    """Correct the addresses of mapped rooms that got another one; each before and after.

    Only where the directory shows the mailbox on record there: a place may get a new mailbox, too.
    """
    changed: list[tuple[Room, Room]] = []
    for item in rooms:
        room = item.known
        if room is None or not item.mapped or not item.readdressed:
            continue
        if not is_same_mailbox(room, await entry_of(gateway, item.found.mailbox)):
            continue
        after = replace(room, mailbox=item.found.mailbox)
        with company.store.transaction():
            save_address(company.store, after)
            company.journal.note(
                Action.SETTING_CHANGED,
                f"{room.name}: address: {room.mailbox} -> {after.mailbox}",
                room=room.id,
            )
        changed.append((room, after))
    return changed
