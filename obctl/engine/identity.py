"""Whose mailbox answers to a room's address: asked before anything in it is believed."""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.directory import DirectoryEntry
from obctl.domain.room import LOCKED_OUT, Room
from obctl.engine.conditions import Inconclusive
from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, GraphRefused, NotAuthorised, ObctlError


class Identities:
    """Looks mailboxes up: many at once where it is known what will be asked, each answer once."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._found: dict[str, DirectoryEntry | ObctlError | None] = {}

    async def prepare(self, rooms: Sequence[Room]) -> None:
        """Ask for rooms that are about to be confirmed."""
        if rooms:
            self._found |= await self._gateway.look_up_all([room.mailbox for room in rooms])

    async def ensure_not_locked_out(self, room: Room) -> None:
        """Raise `Inconclusive` for a room locked out whose mailbox on record is not back.

        The old mailbox may live on under another address, and answer by its id as if nothing were.
        """
        if room.condition == LOCKED_OUT:
            await self.confirm(room)

    async def confirm(self, room: Room) -> str | None:
        """The mailbox's object id; raises `Inconclusive` where it is not the one mapped.

        The id that is known already where the directory does not say: it may be closed to us while
        the calendar is open. A room locked out stays so then.
        """
        entry = await self._entry(room)
        if entry is None and room.condition == LOCKED_OUT:
            raise Inconclusive(
                f"{room.mailbox} was another mailbox than the one mapped ({room.object_id}), and"
                " the directory does not say whose it is now; nothing was changed",
                code=LOCKED_OUT,
                hint=f"if the mailbox was re-created: obctl sync resync {room.mailbox}",
            )
        if entry is None:
            return room.object_id
        if room.object_id and entry.object_id != room.object_id:
            raise Inconclusive(
                f"{room.mailbox} is another mailbox now (object id {entry.object_id}, mapped as"
                f" {room.object_id}); nothing was changed",
                code=LOCKED_OUT,
                hint=f"if the mailbox was re-created: obctl sync resync {room.mailbox}",
            )
        return entry.object_id

    async def _entry(self, room: Room) -> DirectoryEntry | None:
        try:
            if room.mailbox not in self._found:
                return await self._gateway.look_up(room.mailbox)
            entry = self._found.pop(room.mailbox)
            if isinstance(entry, ObctlError):
                raise entry
        except CredentialRefused:
            raise
        except (NotAuthorised, GraphRefused):
            return None
        return entry
