"""A room under another address: its place, and its mailbox, are what they were.

Graph's `id` of a place may change; its `placeId` does not (Microsoft's page of the room resource).
"""

from __future__ import annotations

from collections.abc import Iterable

from obctl.domain.directory import DirectoryEntry, same_id
from obctl.domain.room import FoundRoom, Room
from obctl.errors import UsageError


def recognised(rooms: Iterable[Room], place: FoundRoom) -> Room | None:
    """The room that this place is: by its address, else by the id that outlasts addresses."""
    by_place = None
    for room in rooms:
        if room.mailbox.casefold() == place.mailbox.casefold():
            return room
        if place.place_id is not None and room.place_id == place.place_id:
            by_place = room
    return by_place


def is_same_mailbox(room: Room, entry: DirectoryEntry | None) -> bool:
    """Whether the directory shows that the mailbox on record answers under another address."""
    return entry is not None and same_id(entry.object_id, room.object_id)


def ensure_same_mailbox(room: Room, mailbox: str, entry: DirectoryEntry | None) -> None:
    """Raise `UsageError` unless `mailbox` is the room's own under a new address."""
    if is_same_mailbox(room, entry):
        return
    raise UsageError(
        f"the place of {mailbox} is known as {room.mailbox} ({room.name}), and nothing shows that"
        " it is the same mailbox",
        hint="if the room was given a new mailbox: take the old one out first, obctl rooms remove"
        f" {room.mailbox}"
        if room.is_mapped
        else "compare both in Exchange; `obctl rooms import` maps it as a room of its own",
        code="same-place",
    )


def mapped_elsewhere(room: Room, mailbox: str) -> UsageError:
    """The error for a mapped room that is to be mapped again under its new address."""
    return UsageError(
        f"{room.mailbox} is mapped already: {mailbox} is its address now",
        hint="`obctl rooms discover --add` corrects the addresses of mapped rooms",
        code="room-exists",
    )
