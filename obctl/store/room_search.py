"""The rooms that somebody means, by what was typed: an address, a name or a location."""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.nearest import nearest
from obctl.domain.room import Room
from obctl.errors import UnknownRoom, UsageError
from obctl.store.database import Store
from obctl.store.rooms import load_rooms_ever, not_mapped


def find_room(store: Store, wanted: str) -> Room:
    """The mapped room with this address or unique name; raises `UsageError` with likely ones."""
    rooms = load_rooms_ever(store)
    found = _called(wanted, [room for room in rooms if room.is_mapped])
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(wanted, found)
    if gone := _called(wanted, rooms):
        raise not_mapped(gone[0])
    raise _unknown(wanted, [room for room in rooms if room.is_mapped])


def find_room_ever(store: Store, wanted: str) -> Room:
    """As `find_room`, and where no mapped room is called so, one taken out: for its history."""
    rooms = load_rooms_ever(store)
    found = _called(wanted, [room for room in rooms if room.is_mapped]) or _called(wanted, rooms)
    if len(found) == 1:
        return found[0]
    raise _ambiguous(wanted, found) if found else _unknown(wanted, rooms)


def rooms_at(rooms: Sequence[Room], location: str) -> list[Room]:
    """Those of `rooms` at a location; raises `UsageError` where it has none."""
    found = [room for room in rooms if (room.location or "").casefold() == location.casefold()]
    if not found:
        known = ", ".join(sorted({room.location for room in rooms if room.location})) or "none yet"
        raise UsageError(
            f"no room at location {location!r}",
            hint=f"known locations: {known}",
            code="unknown-location",
        )
    return found


def _called(wanted: str, rooms: list[Room]) -> list[Room]:
    text = wanted.casefold()
    found = [room for room in rooms if room.mailbox.casefold() == text]
    return found or [room for room in rooms if room.name.casefold() == text]


def _ambiguous(wanted: str, found: list[Room]) -> UsageError:
    names = ", ".join(room.mailbox for room in found)
    return UsageError(
        f"{wanted!r} names {len(found)} rooms: {names}",
        hint="use the address",
        code="ambiguous-room",
    )


def _unknown(wanted: str, rooms: list[Room]) -> UnknownRoom:
    known = {room.mailbox.casefold(): room.mailbox for room in rooms}
    known |= {room.name.casefold(): room.name for room in rooms}
    close = nearest(wanted, known.values(), most=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return UnknownRoom(
        f"unknown room {wanted!r}",
        hint=hint + "`obctl rooms list` shows the rooms, `obctl rooms add` maps another",
    )
